/// chrF2: the F-score of character n-grams up to 6, recall counted twice as much as precision, white space left out; by
/// default the figure that sacrebleu prints by default (signature `nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no`).
/// chrF2++ counts words and pairs of words too.
///
/// Source: Popović 2015, "chrF: character n-gram F-score for automatic MT evaluation"; β = 2: Popović 2016; words:
/// Popović 2017, "chrF++: words helping character n-grams".
public enum ChrF {
  /// The longest character n-grams that count.
  public static let maximumOrder = 6
  /// How many times more recall counts than precision.
  public static let beta = 2.0

  /// What is counted beside characters.
  public enum Words: Int, Sendable {
    /// Nothing: chrF2.
    case none = 0
    /// Words and pairs of words: chrF2++.
    case pairs = 2
  }

  /// Scores a corpus with one reference a segment, 0…100; `references[i]` belongs to `hypotheses[i]`. Linear in the
  /// text.
  ///
  /// - Throws: `EvaluationError` if the two differ in number or are empty.
  public static func score(hypotheses: [String], references: [String]) throws(EvaluationError) -> Double {
    try checkCorpus(hypotheses, references)
    var statistics = Statistics()
    for (hypothesis, reference) in zip(hypotheses, references) {
      statistics.add(Statistics(of: hypothesis, references: [reference]))
    }
    return statistics.score
  }

  /// The settings as sacrebleu's signature names them, without its version.
  public static func signature(references: Int, casing: Casing, words: Words) -> String {
    "nrefs:\(references)|\(casing.signature)|eff:yes|nc:\(maximumOrder)|nw:\(words.rawValue)|space:no"
  }

  /// What chrF sums over the segments, order by order: those of characters, then those of words.
  public struct Statistics: Sendable, Equatable {
    private var orders: [Order] = []

    /// Those of no segment.
    public init() {}

    /// Those of one segment, with the reference that scores highest (the first of equal ones); of none without a
    /// reference.
    public init(of hypothesis: String, references: [String], casing: Casing = .kept, words: Words = .none) {
      let texts = ([hypothesis] + references).map { Array(casing.applied(to: $0).unicodeScalars) }
      var matches = Self.matches(maximumOrder, texts.map { text in text.filter { !$0.isPythonWhitespace } })
      if words == .pairs { matches += Self.matches(words.rawValue, texts.map(ChrF.words(of:))) }
      var best: (score: Double, statistics: Statistics)?
      for reference in references.indices {
        let statistics = Statistics(orders: matches.map { Order($0, reference: reference) })
        let score = statistics.score
        if score > best?.score ?? -1 { best = (score, statistics) }
      }
      self = best?.statistics ?? Statistics()
    }

    private init(orders: [Order]) { self.orders = orders }

    private static func matches<Element: Hashable>(_ orders: Int, _ texts: [[Element]]) -> [NGramMatches] {
      NGramMatches.orders(orders, of: texts[0], references: Array(texts.dropFirst()))
    }

    /// Adds those of other segments, counted with the same words.
    public mutating func add(_ other: Statistics) {
      if orders.isEmpty { orders = [Order](repeating: Order(), count: other.orders.count) }
      for (index, order) in other.orders.enumerated() { orders[index].add(order) }
    }

    /// F of the mean precision and the mean recall over the orders that both sides have, 0…100.
    public var score: Double {
      let usable = orders.filter { $0.hypothesis > 0 && $0.reference > 0 }
      guard !usable.isEmpty else { return 0 }
      let count = Double(usable.count)
      let precision = usable.reduce(0) { $0 + Double($1.matches) / Double($1.hypothesis) } / count
      let recall = usable.reduce(0) { $0 + Double($1.matches) / Double($1.reference) } / count
      guard precision + recall > 0 else { return 0 }
      let factor = beta * beta
      return 100 * (1 + factor) * precision * recall / (factor * precision + recall)
    }
  }

  /// N-grams of one order.
  private struct Order: Sendable, Equatable {
    private(set) var hypothesis = 0
    private(set) var reference = 0
    private(set) var matches = 0

    init() {}

    /// A segment whose reference is too short for this order does not count against the hypothesis (as in sacrebleu).
    init(_ matches: NGramMatches, reference: Int) {
      self.reference = matches.totals[reference]
      hypothesis = self.reference > 0 ? matches.total : 0
      self.matches = matches.matches[reference]
    }

    mutating func add(_ other: Order) {
      hypothesis += other.hypothesis
      reference += other.reference
      matches += other.matches
    }
  }

  /// What white space separates; of a word of several characters an ASCII punctuation mark at its end, or else at its
  /// beginning, stands apart. Source: chrF++.py's tokenizer as sacrebleu writes it.
  private static func words(of scalars: [Unicode.Scalar]) -> [ArraySlice<Unicode.Scalar>] {
    scalars.split(whereSeparator: \.isPythonWhitespace).flatMap { word in
      guard word.count > 1, let first = word.first, let last = word.last else { return [word] }
      if last.isASCIIPunctuation { return [word.dropLast(), word.suffix(1)] }
      return first.isASCIIPunctuation ? [word.prefix(1), word.dropFirst()] : [word]
    }
  }
}
