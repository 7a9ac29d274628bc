import ArgumentParser
import Evaluation

/// A way to score.
enum Metric: String, CaseIterable, ExpressibleByArgument {
  case bleu, chrf
  case chrfWithWords = "chrf++"
  case rouge
}

/// What one metric says of a segment or of a corpus, with the settings that it was computed with.
struct MetricScore {
  enum Value {
    case bleu(BLEU.Score)
    case chrF(Double)
    case rouge([(variant: ROUGE.Variant, score: ROUGE.Score, bounds: Bootstrap.Interval?)])
  }

  let metric: Metric
  let value: Value
  /// `key:value` pairs with `|` between them, as sacrebleu writes them.
  let signature: String
}

/// Scores segments one by one, and the corpus that they make.
struct CorpusEvaluation {
  static let seed: UInt64 = 12_345  // of the resampling; sacrebleu's default

  struct Options {
    /// Whether a mean's bounds are computed.
    enum Bounds { case none, resampled }

    let casing: Casing
    let stemming: ROUGE.Stemming
    let sentenceSeparator: String?
    let bounds: Bounds
    /// Files of references.
    let references: Int
  }

  private let metrics: [Metric]
  private let options: Options
  private var bleu = BLEU.Statistics()
  private var chrF = ChrF.Statistics()
  private var chrFWithWords = ChrF.Statistics()
  private var rouge: [ROUGE.Scores] = []
  /// Segments scored so far.
  private(set) var segments = 0

  /// - Parameter metrics: what is computed, in this order; a repeated one once.
  init(metrics: [Metric], options: Options) {
    self.metrics = metrics.enumerated().filter { !metrics[..<$0].contains($1) }.map(\.element)
    self.options = options
  }

  /// Adds a segment.
  ///
  /// - Returns: its own scores, BLEU over the orders that it has.
  mutating func add(hypothesis: String, references: [String]) -> [MetricScore] {
    segments += 1
    return metrics.map { metric in
      switch metric {
      case .bleu:
        let statistics = BLEU.Statistics(of: hypothesis, references: references, casing: options.casing)
        bleu.add(statistics)
        return score(metric, .bleu(statistics.score(.present)), orders: .present)
      case .chrf:
        let statistics = ChrF.Statistics(of: hypothesis, references: references, casing: options.casing)
        chrF.add(statistics)
        return score(metric, .chrF(statistics.score))
      case .chrfWithWords:
        let statistics = ChrF.Statistics(of: hypothesis, references: references, casing: options.casing, words: .pairs)
        chrFWithWords.add(statistics)
        return score(metric, .chrF(statistics.score))
      case .rouge:
        let scores = ROUGE.scores(
          of: separated(hypothesis), references: references.map(separated), stemming: options.stemming)
        rouge.append(scores)
        return score(metric, .rouge(ROUGE.Variant.allCases.map { ($0, scores[$0], nil) }))
      }
    }
  }

  /// The scores of all segments together.
  var scores: [MetricScore] {
    metrics.map { metric in
      switch metric {
      case .bleu: score(metric, .bleu(bleu.score()))
      case .chrf: score(metric, .chrF(chrF.score))
      case .chrfWithWords: score(metric, .chrF(chrFWithWords.score))
      case .rouge:
        score(
          metric,
          .rouge(
            ROUGE.Variant.allCases.map { variant in
              let scores = rouge.map { $0[variant] }
              let bounds = options.bounds == .none ? nil : Bootstrap(seed: Self.seed).interval(of: scores)
              return (variant, ROUGE.mean(of: scores), bounds)
            }))
      }
    }
  }

  /// A segment with its sentences on lines of their own.
  private func separated(_ segment: String) -> String {
    guard let separator = options.sentenceSeparator.map({ Array($0.utf8) }) else { return segment }
    var rest = Array(segment.utf8)[...]
    var lines: [UInt8] = []
    while let index = rest.firstIndex(of: separator) {
      lines += rest[..<index]
      lines.append(0x0A)
      rest = rest[(index + separator.count)...]
    }
    return String(decoding: lines + rest, as: UTF8.self)
  }

  private func score(_ metric: Metric, _ value: MetricScore.Value, orders: BLEU.Orders = .all) -> MetricScore {
    let (references, casing) = (options.references, options.casing)
    let signature =
      switch metric {
      case .bleu: BLEU.signature(references: references, casing: casing, orders: orders)
      case .chrf: ChrF.signature(references: references, casing: casing, words: .none)
      case .chrfWithWords: ChrF.signature(references: references, casing: casing, words: .pairs)
      case .rouge: ROUGE.signature(references: references, stemming: options.stemming)
      }
    return MetricScore(metric: metric, value: value, signature: signature)
  }
}
