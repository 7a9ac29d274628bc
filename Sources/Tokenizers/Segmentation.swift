/// A piece found in normalized text: `length` bytes from `start`, known by `id` or by the id for unknown text.
struct TextSegment {
  var id: Int32
  var start: Int
  var length: Int
}

/// Cuts normalized text into stretches that no piece can span, so that a search needs memory for one stretch at a time.
struct StretchRule: Sendable {
  /// A longer stretch is cut at a character: bounds the search's memory (the reference has no bound).
  static let longest = 16 << 20

  /// Whether a visible blank after another character always starts a new piece, as in almost every model.
  private let breaksBeforeBlank: Bool

  /// - Parameter pieces: every piece that can be found in text.
  init(pieces: some Sequence<ArraySlice<UInt8>>) {
    breaksBeforeBlank = pieces.allSatisfy { piece in
      var rest = piece
      while rest.starts(with: UTF8Scanning.visibleBlank) { rest = rest.dropFirst(3) }
      return rest.withUnsafeBufferPointer { bytes in
        bytes.indices.allSatisfy { !UTF8Scanning.isVisibleBlank(bytes, at: $0) }
      }
    }
  }

  /// The end of the stretch that starts at `start`, which is less than `text.count`.
  @inline(__always)
  func end(of text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    let limit = min(text.count, start + Self.longest)
    if breaksBeforeBlank {
      var index = start
      while index < limit, UTF8Scanning.isVisibleBlank(text, at: index) { index += 3 }
      while index < limit {
        if text[index] == 0xE2, UTF8Scanning.isVisibleBlank(text, at: index) { return index }
        index += 1
      }
    }
    var end = limit
    while end < text.count, end > start + 1, text[end] & 0xC0 == 0x80 { end -= 1 }
    return end
  }
}
