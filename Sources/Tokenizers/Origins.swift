/// What a rewriting of text notes: which bytes of the text each new byte stands for. Or it notes nothing, for those who
/// want the new text alone and should not pay for more.
protocol OriginLog {
  init()
  /// `count` bytes were appended that stand for `range`.
  mutating func note(_ count: Int, _ range: Range<Int>)
  mutating func removeFirst(_ count: Int)
  mutating func removeLast(_ count: Int)
  /// What a run of the bytes stands for.
  func origin(of range: Range<Int>) -> Range<Int>
}

/// Notes nothing.
struct NoOrigins: OriginLog {
  @inline(__always) mutating func note(_ count: Int, _ range: Range<Int>) {}
  @inline(__always) mutating func removeFirst(_ count: Int) {}
  @inline(__always) mutating func removeLast(_ count: Int) {}
  @inline(__always) func origin(of range: Range<Int>) -> Range<Int> { range }
}

/// Notes everything. Text is rewritten from left to right, so starts and ends never fall.
struct ByteOrigins: OriginLog {
  private(set) var starts: [Int32] = []
  private(set) var ends: [Int32] = []

  mutating func note(_ count: Int, _ range: Range<Int>) {
    for _ in 0..<count {
      starts.append(Int32(truncatingIfNeeded: range.lowerBound))
      ends.append(Int32(truncatingIfNeeded: range.upperBound))
    }
  }

  mutating func removeFirst(_ count: Int) {
    starts.removeFirst(count)
    ends.removeFirst(count)
  }

  mutating func removeLast(_ count: Int) {
    starts.removeLast(count)
    ends.removeLast(count)
  }

  func origin(of range: Range<Int>) -> Range<Int> {
    guard let last = range.last else { return 0..<0 }
    return Int(starts[range.lowerBound])..<max(Int(starts[range.lowerBound]), Int(ends[last]))
  }

  /// What a piece stands for, of a text of `count` bytes: all of each character that it has a part of, and what the
  /// rewriting dropped behind it. Nil for a blank that the rewriting added.
  func source(of piece: Range<Int>, count: Int) -> Range<Int>? {
    let origin = origin(of: piece)
    guard !origin.isEmpty else { return nil }
    let next = piece.upperBound < starts.count ? Int(starts[piece.upperBound]) : count
    return origin.lowerBound..<max(origin.upperBound, next)
  }
}

/// Where bytes of a text stand, counted in Unicode scalars. What is not UTF-8 counts as `String(decoding:as:)` repairs it.
struct ScalarIndex {
  /// For each byte, the number of its scalar.
  private var scalars: [Int32] = []
  /// Scalars of the text.
  private(set) var count = 0

  init(_ bytes: some Collection<UInt8>) {
    scalars.reserveCapacity(bytes.count)
    var parser = Unicode.UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    while true {
      let length: Int
      switch parser.parseScalar(from: &iterator) {
      case .valid(let scalar): length = scalar.count
      case .error(let skipped): length = skipped
      case .emptyInput: return
      }
      for _ in 0..<length { scalars.append(Int32(truncatingIfNeeded: count)) }
      count += 1
    }
  }

  /// The scalars that have a part of a range of bytes.
  func range(_ bytes: Range<Int>) -> Range<Int> {
    guard let last = bytes.last, last < scalars.count else { return 0..<0 }
    return Int(scalars[bytes.lowerBound])..<(Int(scalars[last]) + 1)
  }
}

extension [Range<Int>?] {
  /// The offsets in a text behind whose first `count` scalars the caller's own begins.
  func dropping(_ count: Int) -> [Range<Int>?] {
    map { range in
      guard let range, range.upperBound > count else { return nil }
      return Swift.max(0, range.lowerBound - count)..<(range.upperBound - count)
    }
  }

  /// Offsets in bytes as offsets in the scalars of `text`.
  func inScalars(of text: Substring) -> [Range<Int>?] {
    let index = ScalarIndex(text.utf8)
    return map { $0.map(index.range) }
  }
}
