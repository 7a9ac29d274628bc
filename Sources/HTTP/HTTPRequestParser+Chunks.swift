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
    // chunk-ext = *( BWS ";" BWS chunk-ext-name … ): white space alone is no extension.
    var index = 0
    while index < text.count, text[index].isOptionalWhitespace { index += 1 }
    guard index + 1 < text.count, text[index] == UInt8(ascii: ";") else { throw .malformedChunk }
    for position in index..<text.count where !text[position].isFieldValue { throw .malformedChunk }
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
