import Foundation

/// Corpus BLEU with one reference a segment, tokenizer 13a, exponential smoothing and case kept: the figure that sacrebleu
/// prints by default (signature `nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp`).
///
/// Source: Papineni et al. 2002, "BLEU: a Method for Automatic Evaluation of Machine Translation"; Post 2018, "A Call for
/// Clarity in Reporting BLEU Scores"; smoothing: Chen and Cherry 2014, method 3.
public enum BLEU {
  /// The longest n-grams that count.
  public static let maximumOrder = 4

  /// A corpus score and what it was made of.
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
    /// Tokens of all references.
    public let referenceLength: Int
  }

  /// Scores a corpus; `references[i]` belongs to `hypotheses[i]`. Linear in the text.
  ///
  /// - Throws: `EvaluationError` if the two differ in number or are empty.
  public static func score(hypotheses: [String], references: [String]) throws(EvaluationError) -> Score {
    try checkCorpus(hypotheses, references)
    var statistics = Statistics()
    for (hypothesis, reference) in zip(hypotheses, references) {
      statistics.add(Tokenizer13a.tokens(of: hypothesis), Tokenizer13a.tokens(of: reference))
    }
    return statistics.score()
  }

  /// What BLEU sums over the segments.
  private struct Statistics {
    var counts = [Int](repeating: 0, count: maximumOrder)
    var totals = [Int](repeating: 0, count: maximumOrder)
    var hypothesisLength = 0
    var referenceLength = 0

    mutating func add(_ hypothesis: [ArraySlice<Unicode.Scalar>], _ reference: [ArraySlice<Unicode.Scalar>]) {
      hypothesisLength += hypothesis.count
      referenceLength += reference.count
      for order in 1...maximumOrder {
        let ours = NGramCounts(of: hypothesis, order: order)
        totals[order - 1] += ours.total
        counts[order - 1] += ours.matches(with: NGramCounts(of: reference, order: order))
      }
    }

    func score() -> Score {
      let precisions = smoothedPrecisions()
      let mean = precisions.reduce(0) { $0 + log($1) } / Double(maximumOrder)
      return Score(
        score: brevityPenalty * exp(mean), precisions: precisions, brevityPenalty: brevityPenalty, counts: counts,
        totals: totals, hypothesisLength: hypothesisLength, referenceLength: referenceLength)
    }

    private var brevityPenalty: Double {
      if hypothesisLength >= referenceLength { return 1 }
      return hypothesisLength == 0 ? 0 : exp(1 - Double(referenceLength) / Double(hypothesisLength))
    }

    /// An order without a match gets half the count that the one before it was given: 1/2, 1/4, … of one match. An order
    /// without any n-gram ends the list, and the score is 0.
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
