import Generation

/// From which word of its source a word of a translation comes, by what the model attended to.
public struct AlignmentLink: Sendable, Equatable {
  /// Unicode scalars of the segment's source.
  public let source: Range<Int>
  /// Unicode scalars of the segment's translation.
  public let target: Range<Int>
  /// The source word's share of the attention that the target word gave to all words of the source, 0 … 1. What went to
  /// prefix, start and end tokens counts for nothing.
  public let weight: Float

  package init(source: Range<Int>, target: Range<Int>, weight: Float) {
    self.source = source
    self.target = target
    self.weight = weight
  }
}

/// The words of a text, and which of them its tokens have a part in. A word is what stands between white space; in
/// scripts without spaces it is what one token gave, or several that share a character.
package struct TokenWords {
  /// Unicode scalars of the text, in order.
  package private(set) var ranges: [Range<Int>] = []
  /// For each token the numbers of its words, one behind the other; empty where it gave white space or nothing.
  package private(set) var words: [Range<Int>] = []
  /// For each word the tokens among which its own are.
  package private(set) var tokens: [Range<Int>] = []

  /// - Parameter offsets: where each token stands in the text, in scalars and in order; nil for one that does not.
  package init(_ text: some StringProtocol, offsets: [Range<Int>?]) {
    let scalars = Array(text.unicodeScalars)
    let isBlank = scalars.map(\.properties.isWhitespace)
    let places = offsets.map { $0.flatMap { Self.trimmed($0, isBlank) } }
    let borders = Self.borders(scalars, places)
    // The number of each scalar's word; what is blank has that of the word before.
    var numbers: [Int] = []
    numbers.reserveCapacity(scalars.count)
    var start: Int?
    for index in scalars.indices {
      if let first = start, isBlank[index] || borders[index] {
        ranges.append(first..<index)
        start = nil
      }
      if start == nil, !isBlank[index] { start = index }
      numbers.append(ranges.count)
    }
    if let start { ranges.append(start..<scalars.count) }
    tokens = Array(repeating: 0..<0, count: ranges.count)
    for (token, place) in places.enumerated() {
      guard let place else {
        words.append(0..<0)
        continue
      }
      words.append(numbers[place.lowerBound]..<(numbers[place.upperBound - 1] + 1))
      for word in numbers[place.lowerBound]...numbers[place.upperBound - 1] {
        tokens[word] = (tokens[word].isEmpty ? token : tokens[word].lowerBound)..<(token + 1)
      }
    }
  }

  /// A range without the white space at its ends; nil where nothing is left.
  private static func trimmed(_ range: Range<Int>, _ isBlank: [Bool]) -> Range<Int>? {
    let inside = range.clamped(to: isBlank.indices)
    guard let first = inside.first(where: { !isBlank[$0] }), let last = inside.last(where: { !isBlank[$0] })
    else { return nil }
    return first..<(last + 1)
  }

  /// Where a word of a script without spaces begins, or ends, though no white space is there.
  private static func borders(_ scalars: [Unicode.Scalar], _ places: [Range<Int>?]) -> [Bool] {
    var borders = Array(repeating: false, count: scalars.count)
    var end = 0
    for case let place? in places {
      let first = place.lowerBound
      if first > 0, first >= end {
        borders[first] =
          scalars[first].isOfScriptWithoutSpaces
          || scalars[first - 1].isOfScriptWithoutSpaces
            && (scalars[first].properties.isAlphabetic || scalars[first].properties.numericType != nil)
      }
      end = max(end, place.upperBound)
    }
    return borders
  }
}

/// Links the words of a translation to those of its source.
package enum WordAlignment {
  /// One link for each word of the target whose tokens attended to words of the source: to the word that they gave most
  /// of their attention, all tokens of both words added up; of two equal ones to the earlier.
  /// - Parameters:
  ///   - attention: rows are the target's tokens, columns the source's.
  ///   - source: words of the source, by the tokens of all columns.
  ///   - target: words of the target, by the tokens of all rows.
  package static func links(_ attention: AttentionMap, source: TokenWords, target: TokenWords) -> [AlignmentLink] {
    precondition(
      source.words.count == attention.sourceCount && target.words.count == attention.tokenCount,
      "\(source.words.count) and \(target.words.count) tokens, [\(attention.tokenCount),\(attention.sourceCount)] weights"
    )
    var links: [AlignmentLink] = []
    var masses = [Float](repeating: 0, count: source.ranges.count)
    for (word, range) in target.ranges.enumerated() {
      for index in masses.indices { masses[index] = 0 }
      for token in target.tokens[word] where target.words[token].contains(word) {
        for (weight, words) in zip(attention.row(token), source.words) {
          for index in words { masses[index] += weight }
        }
      }
      var best = 0
      var total: Float = 0
      for (index, mass) in masses.enumerated() {
        total += mass
        if mass > masses[best] { best = index }
      }
      guard total > 0, total.isFinite else { continue }
      links.append(AlignmentLink(source: source.ranges[best], target: range, weight: masses[best] / total))
    }
    return links
  }
}

extension Unicode.Scalar {
  /// A letter of a script that writes no spaces between words: Han, kana, Thai, Lao, Tibetan, Myanmar, Khmer and others
  /// of South East Asia.
  fileprivate var isOfScriptWithoutSpaces: Bool {
    switch value {
    case 0x2E80...0x2FDF, 0x3005...0x3007, 0x3040...0x312F, 0x31A0...0x31FF, 0x3400...0x4DBF, 0x4E00...0x9FFF,
      0xF900...0xFAFF, 0xFF66...0xFF9F, 0x20000...0x3FFFD:
      true
    case 0x0E00...0x0FFF, 0x1000...0x109F, 0x1780...0x17FF, 0x1950...0x19DF, 0x1A20...0x1AAF, 0x1B00...0x1B7F,
      0xA980...0xA9FF, 0xAA60...0xAADF:
      properties.isAlphabetic
    default: false
    }
  }
}
