/// Corpus chrF2: the F-score of character n-grams up to 6, recall counted twice as much as precision, white space left out and
/// case kept; the figure that sacrebleu prints by default (signature `nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no`).
///
/// Source: Popović 2015, "chrF: character n-gram F-score for automatic MT evaluation"; β = 2: Popović 2016.
public enum ChrF {
  /// The longest character n-grams that count.
  public static let maximumOrder = 6
  /// How many times more recall counts than precision.
  public static let beta = 2.0

  /// Scores a corpus, 0…100; `references[i]` belongs to `hypotheses[i]`. Linear in the text.
  ///
  /// - Throws: `EvaluationError` if the two differ in number or are empty.
  public static func score(hypotheses: [String], references: [String]) throws(EvaluationError) -> Double {
    try checkCorpus(hypotheses, references)
    var statistics = [Statistics](repeating: Statistics(), count: maximumOrder)
    for (hypothesis, reference) in zip(hypotheses, references) {
      let (ours, theirs) = (characters(of: hypothesis), characters(of: reference))
      for order in 1...maximumOrder {
        statistics[order - 1].add(NGramCounts(of: ours, order: order), NGramCounts(of: theirs, order: order))
      }
    }
    return fScore(statistics)
  }

  /// What chrF sums over the segments for one order.
  private struct Statistics {
    var hypothesis = 0
    var reference = 0
    var matches = 0

    /// A segment whose reference is too short for this order does not count against the hypothesis (as in sacrebleu).
    mutating func add(_ ours: NGramCounts<Unicode.Scalar>, _ theirs: NGramCounts<Unicode.Scalar>) {
      if theirs.total > 0 { hypothesis += ours.total }
      reference += theirs.total
      matches += ours.matches(with: theirs)
    }
  }

  private static func characters(of segment: String) -> [Unicode.Scalar] {
    segment.unicodeScalars.filter { !$0.isPythonWhitespace }
  }

  /// F of the mean precision and the mean recall over the orders that both sides have.
  private static func fScore(_ statistics: [Statistics]) -> Double {
    let usable = statistics.filter { $0.hypothesis > 0 && $0.reference > 0 }
    guard !usable.isEmpty else { return 0 }
    let orders = Double(usable.count)
    let precision = usable.reduce(0) { $0 + Double($1.matches) / Double($1.hypothesis) } / orders
    let recall = usable.reduce(0) { $0 + Double($1.matches) / Double($1.reference) } / orders
    guard precision + recall > 0 else { return 0 }
    let factor = beta * beta
    return 100 * (1 + factor) * precision * recall / (factor * precision + recall)
  }
}
