/// A text cut into segments, nothing lost: `leading`, then each segment's `text` and `trailing`, joined, are the text
/// byte for byte.
public struct SplitText: Equatable, Sendable {
  /// One piece to translate, without whitespace at its ends.
  public struct Segment: Equatable, Sendable {
    /// The piece's text.
    public let text: Substring
    /// Where it stands in the whole text, in Unicode scalars.
    public let offsets: Range<Int>
    /// The whitespace between this segment and the next, or the end; may be empty.
    public let trailing: Substring

    /// Makes a segment; `offsets` counts the scalars of the whole text.
    public init(text: Substring, offsets: Range<Int>, trailing: Substring) {
      self.text = text
      self.offsets = offsets
      self.trailing = trailing
    }
  }

  /// The whitespace before the first segment; all of the text when there is no segment.
  public let leading: Substring
  /// The segments in order.
  public let segments: [Segment]

  /// Makes a split from its parts.
  public init(leading: Substring, segments: [Segment]) {
    self.leading = leading
    self.segments = segments
  }

  /// The whole text with each segment's text replaced, whitespace kept.
  /// - Parameter texts: one a segment; where one is missing, the segment's own text stays.
  public func joined(replacing texts: [String] = []) -> String {
    var result = String(leading)
    for (index, segment) in segments.enumerated() {
      if index < texts.count { result += texts[index] } else { result += segment.text }
      result += segment.trailing
    }
    return result
  }
}

/// A text as an array of scalars, with the way back to its indices. Ranges are scalar offsets in the text.
struct ScalarText {
  let text: Substring
  let scalars: [Unicode.Scalar]

  init(_ text: Substring) {
    self.text = text
    scalars = Array(text.unicodeScalars)
  }

  var count: Int { scalars.count }

  func isWhitespace(_ index: Int) -> Bool { scalars[index].isWhiteSpace }

  /// The range without whitespace at its ends; empty (at its lower bound) where all is whitespace.
  func trimmed(_ range: Range<Int>) -> Range<Int> {
    guard let first = range.first(where: { !isWhitespace($0) }), let last = range.last(where: { !isWhitespace($0) })
    else { return range.lowerBound..<range.lowerBound }
    return first..<(last + 1)
  }

  /// The split whose segments are `ranges`: in order, disjoint, only whitespace between them.
  func split(at ranges: [Range<Int>], startOffset: Int = 0) -> SplitText {
    var segments: [SplitText.Segment] = []
    segments.reserveCapacity(ranges.count)
    var cursor = Cursor(self)
    let leading = cursor.advance(to: ranges.first?.lowerBound ?? count)
    for (number, range) in ranges.enumerated() {
      let segment = cursor.advance(to: range.upperBound)
      let trailing = cursor.advance(to: number + 1 < ranges.count ? ranges[number + 1].lowerBound : count)
      let offsets = (range.lowerBound + startOffset)..<(range.upperBound + startOffset)
      segments.append(SplitText.Segment(text: segment, offsets: offsets, trailing: trailing))
    }
    return SplitText(leading: leading, segments: segments)
  }

  /// Walks once through the text, so that cutting it is linear.
  struct Cursor {
    private let source: ScalarText
    private var offset = 0
    private(set) var index: Substring.Index

    init(_ source: ScalarText) {
      self.source = source
      index = source.text.startIndex
    }

    /// The text from here to `target` scalars from the text's start.
    mutating func advance(to target: Int) -> Substring {
      var bytes = 0
      while offset < min(target, source.count) {
        bytes += source.scalars[offset].utf8Length
        offset += 1
      }
      let start = index
      index = source.text.utf8.index(index, offsetBy: bytes, limitedBy: source.text.endIndex) ?? source.text.endIndex
      return source.text[start..<index]
    }
  }
}
