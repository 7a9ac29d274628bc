import Foundation

/// BLEU with tokenizer 13a and exponential smoothing: by default the figure that sacrebleu prints by default (signature
/// `nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp`).
///
/// Source: Papineni et al. 2002, "BLEU: a Method for Automatic Evaluation of Machine Translation"; Post 2018, "A Call
/// for Clarity in Reporting BLEU Scores"; smoothing: Chen and Cherry 2014, method 3.
public enum BLEU {
  /// The longest n-grams that count.
  public static let maximumOrder = 4

  /// Which orders of n-grams a score is the mean of.
  public enum Orders: Sendable {
    /// All four: a corpus without any 4-gram scores 0.
    case all
    /// Those that the hypothesis has (sacrebleu's effective order), for sentences on their own.
    case present
  }

  /// A score and what it was made of.
  public struct Score: Sendable, Equatable {
    /// BLEU, 0…100.
    public let score: Double
    /// Precision of 1- to 4-grams, 0…100, smoothed; all 0 if nothing matched at all.
    public let precisions: [Double]
    /// 1 if the hypotheses are at least as long as the references, else exp(1 − references / hypotheses).
    public let brevityPenalty: Double
    /// Matched 1- to 4-grams.
    public let counts: [Int]
    /// 1- to 4-grams of the hypotheses.
    public let totals: [Int]
    /// Tokens of all hypotheses.
    public let hypothesisLength: Int
    /// Tokens of the references that are closest in length.
    public let referenceLength: Int
  }

  /// Scores a corpus with one reference a segment; `references[i]` belongs to `hypotheses[i]`. Linear in the text.
  ///
  /// - Throws: `EvaluationError` if the two differ in number or are empty.
  public static func score(hypotheses: [String], references: [String]) throws(EvaluationError) -> Score {
    try checkCorpus(hypotheses, references)
    var statistics = Statistics()
    for (hypothesis, reference) in zip(hypotheses, references) {
      statistics.add(Statistics(of: hypothesis, references: [reference]))
    }
    return statistics.score()
  }

  /// The settings as sacrebleu's signature names them, without its version.
  public static func signature(references: Int, casing: Casing, orders: Orders) -> String {
    "nrefs:\(references)|\(casing.signature)|eff:\(orders == .all ? "no" : "yes")|tok:13a|smooth:exp"
  }

  /// What BLEU sums over the segments.
  public struct Statistics: Sendable, Equatable {
    private var counts = [Int](repeating: 0, count: maximumOrder)
    private var totals = [Int](repeating: 0, count: maximumOrder)
    private var hypothesisLength = 0
    private var referenceLength = 0

    /// Those of no segment.
    public init() {}

    /// Those of one segment with any number of references: an n-gram may match as often as the reference that has most
    /// of it has it, and the reference closest in length (the shorter of two) counts for the brevity penalty.
    public init(of hypothesis: String, references: [String], casing: Casing = .kept) {
      let tokens = Tokenizer13a.tokens(of: casing.applied(to: hypothesis))
      let references = references.map { Tokenizer13a.tokens(of: casing.applied(to: $0)) }
      hypothesisLength = tokens.count
      referenceLength =
        references.map(\.count).min { (abs($0 - tokens.count), $0) < (abs($1 - tokens.count), $1) } ?? 0
      let orders = NGramMatches.orders(maximumOrder, of: tokens, references: references)
      totals = orders.map(\.total)
      counts = orders.map(\.matchesWithMost)
    }

    /// Adds those of other segments.
    public mutating func add(_ other: Statistics) {
      for order in 0..<maximumOrder {
        counts[order] += other.counts[order]
        totals[order] += other.totals[order]
      }
      hypothesisLength += other.hypothesisLength
      referenceLength += other.referenceLength
    }

    /// The score of the segments.
    public func score(_ orders: Orders = .all) -> Score {
      let precisions = smoothedPrecisions()
      let used = orders == .all ? maximumOrder : max(1, totals.prefix { $0 > 0 }.count)
      let mean = precisions.prefix(used).reduce(0) { $0 + log($1) } / Double(used)
      return Score(
        score: brevityPenalty * exp(mean), precisions: precisions, brevityPenalty: brevityPenalty, counts: counts,
        totals: totals, hypothesisLength: hypothesisLength, referenceLength: referenceLength)
    }

    private var brevityPenalty: Double {
      if hypothesisLength >= referenceLength { return 1 }
      return hypothesisLength == 0 ? 0 : exp(1 - Double(referenceLength) / Double(hypothesisLength))
    }

    /// An order without a match gets half the count that the one before it was given: 1/2, 1/4, … of one match. An
    /// order without any n-gram ends the list.
    private func smoothedPrecisions() -> [Double] {
      var precisions = [Double](repeating: 0, count: maximumOrder)
      guard counts.contains(where: { $0 > 0 }) else { return precisions }
      var divisor = 1.0
      for (index, (count, total)) in zip(counts, totals).enumerated() {
        if total == 0 { break }
        if count == 0 {
          divisor *= 2
          precisions[index] = 100 / (divisor * Double(total))
        } else {
          precisions[index] = 100 * Double(count) / Double(total)
        }
      }
      return precisions
    }
  }
}
