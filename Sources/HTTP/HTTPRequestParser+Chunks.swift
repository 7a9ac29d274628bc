extension HTTPRequestParser {
  /// RFC 9112 §7.1: `chunk-size [ chunk-ext ]`, the size one or more hexadecimal digits.
  mutating func readChunkSize(_ text: Span<UInt8>) throws(HTTPRefusal) {
    var size: UInt64 = 0
    var index = 0
    while index < text.count, let digit = text[index].hexadecimalValue {
      // RFC 9112 §7.1: large sizes must not overflow.
      guard size >> 60 == 0 else { throw .malformedChunk }
      size = size << 4 | UInt64(digit)
      index += 1
    }
    guard index > 0 else { throw .malformedChunk }
    try checkExtensions(text.extracting(index..<text.count))
    guard size <= UInt64(max(0, limits.bodyBytes - bodyBytes)) else { throw .bodyTooLarge(limit: limits.bodyBytes) }
    bodyBytes += Int(size)
    state = size == 0 ? .trailers : .chunkData(Int(size))
  }

  /// RFC 9112 §7.1.1: extensions that are not known are ignored, and their total length is limited.
  private mutating func checkExtensions(_ text: Span<UInt8>) throws(HTTPRefusal) {
    guard text.count > 0 else { return }
    extensionBytes += text.count
    guard extensionBytes <= HTTPLimits.chunkExtensionBytes else { throw .malformedChunk }
    guard ChunkExtensions.areValid(text) else { throw .malformedChunk }
  }

  /// RFC 9112 §7.1.2: trailer fields may be discarded; they are checked and counted like header fields all the same.
  mutating func readTrailer(_ text: Span<UInt8>) throws(HTTPRefusal) {
    sectionBytes += text.count + 2
    guard sectionBytes <= limits.headBytes else { throw .fieldsTooLarge(limit: limits.headBytes) }
    guard text.count > 0 else {
      state = .complete
      return
    }
    trailerCount += 1
    guard trailerCount <= limits.fieldCount else { throw .tooManyFields(limit: limits.fieldCount) }
    _ = try FieldLine(text)
  }
}

/// `chunk-ext = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] )` (RFC 9112 §7.1.1).
private enum ChunkExtensions {
  /// Whether `text` is one or more extensions; white space alone is none. What stands in them does not matter, but a
  /// reader that takes a quoted string's end elsewhere would take the chunk's elsewhere.
  static func areValid(_ text: Span<UInt8>) -> Bool {
    var index = 0
    while index < text.count {
      skipWhitespace(text, &index)
      guard index < text.count, text[index] == UInt8(ascii: ";") else { return false }
      index += 1
      skipWhitespace(text, &index)
      guard skipToken(text, &index) else { return false }
      let nameEnd = index
      skipWhitespace(text, &index)
      guard index < text.count, text[index] == UInt8(ascii: "=") else {
        index = nameEnd
        continue
      }
      index += 1
      skipWhitespace(text, &index)
      guard skipToken(text, &index) || skipQuotedString(text, &index) else { return false }
    }
    return true
  }

  private static func skipWhitespace(_ text: Span<UInt8>, _ index: inout Int) {
    while index < text.count, text[index].isOptionalWhitespace { index += 1 }
  }

  private static func skipToken(_ text: Span<UInt8>, _ index: inout Int) -> Bool {
    let start = index
    while index < text.count, ByteClass.token.contains(text[index]) { index += 1 }
    return index > start
  }

  /// RFC 9110 §5.6.4: `DQUOTE *( qdtext / quoted-pair ) DQUOTE`.
  private static func skipQuotedString(_ text: Span<UInt8>, _ index: inout Int) -> Bool {
    guard index < text.count, text[index] == UInt8(ascii: "\"") else { return false }
    index += 1
    while index < text.count {
      var byte = text[index]
      index += 1
      if byte == UInt8(ascii: "\"") { return true }
      if byte == UInt8(ascii: "\\") {
        guard index < text.count else { return false }
        byte = text[index]
        index += 1
      }
      guard byte.isFieldValue else { return false }
    }
    return false
  }
}
