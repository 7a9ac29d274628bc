/// Cuts a sentence that a model cannot take whole into pieces that fit: at the ends of sentences and clauses, before
/// conjunctions, at spaces, and where there is nothing else between characters. Whitespace between pieces is kept apart,
/// exactly. Each stretch of text is measured a bounded number of times, so the cost is near-linear.
public struct ClauseSplitter: Sendable {
  /// The most that a piece may measure, at least 1.
  public let limit: Int
  private let conjunctions: Set<String>

  /// - Parameters:
  ///   - limit: the most that a piece may measure (the model's source tokens); below 1 counts as 1.
  ///   - language: the text's language, for its conjunctions; unknown codes have none.
  public init(limit: Int, language: String) {
    self.limit = max(1, limit)
    conjunctions = Conjunctions.words(of: language)
  }

  /// The pieces of `sentence`. Every piece measures at most `limit` if each of its scalars does.
  /// - Parameters:
  ///   - startOffset: where the sentence stands in the whole text, in scalars; added to the pieces' offsets.
  ///   - measure: a piece's size. Longer text should not measure less; a whole about the sum of its parts.
  public func split(_ sentence: Substring, startOffset: Int = 0, measure: (Substring) -> Int) -> SplitText {
    let source = ScalarText(sentence)
    let whole = source.trimmed(0..<source.count)
    guard !whole.isEmpty else { return source.split(at: [], startOffset: startOffset) }
    let isWholeSentence = source.split(at: [whole], startOffset: startOffset)
    if let only = isWholeSentence.segments.first, measure(only.text) <= limit { return isWholeSentence }

    let units = ClauseBorders.units(of: source, in: whole, conjunctions: conjunctions)
    let ranges = withoutActuallyEscaping(measure) { measure in
      PiecePacker(source: source, limit: limit, measure: measure).pack(units)
    }
    return source.split(at: ranges, startOffset: startOffset)
  }
}

/// How good a place is to cut; more is better.
enum BorderRank: Int, Comparable {
  case character = 0
  case space
  case conjunction
  case clause
  case sentence

  static func < (first: BorderRank, second: BorderRank) -> Bool { first.rawValue < second.rawValue }
}

/// A stretch of text that is not cut unless it must be, without whitespace at its ends.
struct ClauseUnit {
  var range: Range<Int>
  /// How good a place its end is to cut.
  var border: BorderRank
}

/// Finds the places where a sentence may be cut, best ones marked.
enum ClauseBorders {
  /// The words of `whole` (cut after East Asian commas too), each with the rank of its end.
  static func units(of source: ScalarText, in whole: Range<Int>, conjunctions: Set<String>) -> [ClauseUnit] {
    var units: [ClauseUnit] = []
    var start = whole.lowerBound
    var index = start
    while index < whole.upperBound {
      if isSeparator(source, index) {
        units.append(ClauseUnit(range: start..<index, border: rank(source, endingAt: index)))
        while index < whole.upperBound, isSeparator(source, index) { index += 1 }
        start = index
      } else {
        index += 1
        if index < whole.upperBound, let rank = rankWithoutSpace(source, after: index - 1), !isSeparator(source, index),
          !source.scalars[index].extendsPrevious, !Punctuation.isEastAsianCloser(source.scalars[index])
        {
          units.append(ClauseUnit(range: start..<index, border: rank))
          start = index
        }
      }
    }
    if start < whole.upperBound { units.append(ClauseUnit(range: start..<whole.upperBound, border: .sentence)) }
    markConjunctions(source, conjunctions, &units)
    return units
  }

  /// Whitespace, unless a mark is set on it: that pair is one character.
  private static func isSeparator(_ source: ScalarText, _ index: Int) -> Bool {
    guard source.isWhitespace(index) else { return false }
    return index + 1 >= source.count || !source.scalars[index + 1].extendsPrevious
  }

  /// The rank of a place before a space.
  private static func rank(_ source: ScalarText, endingAt end: Int) -> BorderRank {
    var last = end - 1
    while last > 0, Punctuation.isCloser(source.scalars[last]) || source.scalars[last].extendsPrevious { last -= 1 }
    let mark = source.scalars[last]
    if Punctuation.terminal(mark) != nil { return .sentence }
    switch mark {
    case ",", ";", ":", "–", "—", "،", "؛", "·", "、", "，", "；", "：": return .clause
    default: return .space
    }
  }

  /// The rank of a place after a mark that needs no space.
  private static func rankWithoutSpace(_ source: ScalarText, after index: Int) -> BorderRank? {
    switch source.scalars[index] {
    case "、", "，", "；", "：", "—", "،", "؛": .clause
    case "。", "！", "？", "।", "॥": .sentence
    default: nil
    }
  }

  /// A place before a conjunction is better than any other space.
  private static func markConjunctions(
    _ source: ScalarText, _ conjunctions: Set<String>, _ units: inout [ClauseUnit]
  ) {
    guard !conjunctions.isEmpty else { return }
    for index in units.indices.dropFirst() where units[index - 1].border == .space {
      let range = units[index].range
      guard range.count <= 12 else { continue }
      let word = String(String.UnicodeScalarView(source.scalars[range])).lowercased()
      if conjunctions.contains(word) { units[index - 1].border = .conjunction }
    }
  }
}

/// Words that clauses start with.
enum Conjunctions {
  static func words(of language: String) -> Set<String> {
    let list: String
    switch String(language.lowercased().prefix { $0 != "-" && $0 != "_" }) {
    case "en":
      list =
        "and or but nor so yet because although though while whereas when where if unless until since which who that"
    case "de":
      list = "und oder aber sondern denn weil obwohl während wenn als dass damit falls bis nachdem bevor wobei sowie"
    case "es": list = "y e o u pero sino porque aunque mientras cuando donde si que pues como según"
    case "fr": list = "et ou mais donc or ni car parce puisque quoique lorsque quand si que qui dont où comme"
    case "it": list = "e o ma perché benché mentre quando dove se che poiché come"
    case "pt": list = "e ou mas porque embora enquanto quando onde se que pois como"
    default: list = ""
    }
    return Set(list.split(separator: " ").map(String.init))
  }
}
