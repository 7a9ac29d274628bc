/// The text of target ids, and where in it each stands.
public struct DecodedText: Sendable, Equatable {
  public let text: String
  /// For each id the Unicode scalars of `text` that it gave, in ascending order; nil where it gave none. A character
  /// whose bytes several ids gave stands in the range of each. A blank before a word belongs to the word's first id.
  public let offsets: [Range<Int>?]
}

/// Text in the making, with the bytes that each piece gave.
struct TracedText {
  /// What happens to whitespace at both ends.
  enum Ends {
    case kept, stripped
  }

  var bytes: [UInt8] = []
  /// Of each piece, in ascending order.
  var spans: [Range<Int>] = []

  /// Takes over a rewritten form of the bytes; the spans move along.
  /// - Parameter origins: what each new byte stands for.
  mutating func rewrite(_ rewritten: [UInt8], _ origins: ByteOrigins) {
    bytes = rewritten
    var lower = 0
    var upper = 0
    for index in spans.indices {
      let span = spans[index]
      while lower < rewritten.count, origins.ends[lower] <= span.lowerBound { lower += 1 }
      upper = max(upper, lower)
      while upper < rewritten.count, origins.starts[upper] < span.upperBound { upper += 1 }
      spans[index] = span.isEmpty ? lower..<lower : lower..<upper
    }
  }

  /// Turns every ▁ into a space.
  mutating func replaceBlanks() {
    guard
      bytes.withUnsafeBufferPointer({ bytes in bytes.indices.contains { UTF8Scanning.isVisibleBlank(bytes, at: $0) } })
    else { return }
    var spaced: [UInt8] = []
    var origins = ByteOrigins()
    bytes.withUnsafeBufferPointer { bytes in
      var index = 0
      while index < bytes.count {
        let isBlank = UTF8Scanning.isVisibleBlank(bytes, at: index)
        spaced.append(isBlank ? 0x20 : bytes[index])
        origins.note(1, index..<(index + (isBlank ? 3 : 1)))
        index += isBlank ? 3 : 1
      }
    }
    rewrite(spaced, origins)
  }

  /// The text alone.
  func text(_ ends: Ends) -> String {
    let text = String(decoding: bytes, as: UTF8.self)
    return ends == .stripped ? text.strippedAsInPython : text
  }

  /// The text with the place of each id.
  /// - Parameter pieces: for each id the number of its piece; nil where it has none.
  func decoded(_ ends: Ends, pieces: [Int?]) -> DecodedText {
    let whole = String(decoding: bytes, as: UTF8.self)
    let index = ScalarIndex(bytes)
    var kept = 0..<index.count
    if ends == .stripped { kept = whole.scalarsWithoutBlankEnds }
    let offsets: [Range<Int>?] = pieces.map { piece in
      guard let piece, piece < spans.count else { return nil }
      let range = index.range(spans[piece]).clamped(to: kept)
      return range.isEmpty ? nil : (range.lowerBound - kept.lowerBound)..<(range.upperBound - kept.lowerBound)
    }
    return DecodedText(text: ends == .stripped ? whole.strippedAsInPython : whole, offsets: offsets)
  }
}

extension String {
  /// The text without whitespace at both ends: what Python's `str.strip` calls whitespace (U+001C…U+001F too).
  var strippedAsInPython: String {
    guard let first = unicodeScalars.firstIndex(where: { !Self.isPythonBlank($0) }),
      let last = unicodeScalars.lastIndex(where: { !Self.isPythonBlank($0) })
    else { return "" }
    return String(unicodeScalars[first...last])
  }

  /// Which of its scalars `strippedAsInPython` keeps.
  fileprivate var scalarsWithoutBlankEnds: Range<Int> {
    var first: Int?
    var end = 0
    for (index, scalar) in unicodeScalars.enumerated() where !Self.isPythonBlank(scalar) {
      first = first ?? index
      end = index + 1
    }
    return (first ?? 0)..<end
  }

  private static func isPythonBlank(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isWhitespace || (0x1C...0x1F).contains(scalar.value)
  }
}
