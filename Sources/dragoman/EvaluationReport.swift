import Evaluation
import Glibc
import Service

/// Scores as text, in the form of sacrebleu's command line, and as JSON, with its names.
struct EvaluationReport {
  let scores: [MetricScore]
  /// Decimals of a percent in text.
  let width: Int

  /// A line for each figure, their equals signs below each other.
  var lines: String {
    let figures = figures
    let longest = figures.map(\.name.count).max() ?? 0
    return figures.map { figure in
      String(repeating: " ", count: longest - figure.name.count) + "\(figure.name) = \(figure.text)\n"
    }.joined()
  }

  /// All figures on one line, tabs between them.
  var line: String { figures.map { "\($0.name) = \($0.text)" }.joined(separator: "\t") + "\n" }

  /// One object, a number first, then a member for each metric.
  func json(_ name: String, _ number: Int) -> String {
    var writer = JSONWriter()
    writer.object { object in
      object.member(name) { $0.integer(number) }
      for score in scores {
        object.member(score.metric.rawValue) { $0.object { write(score, into: &$0) } }
      }
    }
    return String(decoding: writer.bytes, as: UTF8.self) + "\n"
  }

  private var figures: [(name: String, text: String)] {
    scores.flatMap { score in
      let signature = score.versionedSignature
      return switch score.value {
      case .bleu(let bleu):
        [("BLEU|\(signature)", "\(Self.fixed(bleu.score, width)) \(Self.components(of: bleu))")]
      case .chrF(let value): [("\(score.metric.chrFName)|\(signature)", Self.fixed(value, width))]
      case .rouge(let values):
        // A share, not a percentage: two more decimals say as much.
        values.map { ("\($0.variant)|\(signature)", Self.text($0.score, $0.bounds, places: width + 2)) }
      }
    }
  }

  private static func text(_ score: ROUGE.Score, _ bounds: Bootstrap.Interval?, places: Int) -> String {
    let text =
      "\(fixed(score.fmeasure, places)) (P = \(fixed(score.precision, places)) R = \(fixed(score.recall, places))"
    guard let bounds else { return text + ")" }
    let percentiles = [bounds.low, bounds.mid, bounds.high].map { fixed($0.fmeasure, places) }
    return text + " low = \(percentiles[0]) mid = \(percentiles[1]) high = \(percentiles[2]))"
  }

  /// What BLEU was made of, as sacrebleu says it.
  private static func components(of score: BLEU.Score) -> String {
    let precisions = score.precisions.map { fixed($0, 1) }.joined(separator: "/")
    return "\(precisions) (BP = \(fixed(score.brevityPenalty, 3)) ratio = \(fixed(score.lengthRatio, 3)) "
      + "hyp_len = \(score.hypothesisLength) ref_len = \(score.referenceLength))"
  }

  /// A number with so many decimals, rounded as Python rounds: exactly, half to even. (`String(format:)` links ICU.)
  private static func fixed(_ value: Double, _ places: Int) -> String {
    var buffer = [CChar](repeating: 0, count: 512)  // the longest Double has 309 digits before the point
    let count = withVaList([Int32(places), value]) { vsnprintf(&buffer, buffer.count, "%.*f", $0) }
    return String(decoding: buffer.prefix(max(0, Int(count))).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private func write(_ score: MetricScore, into object: inout JSONWriter.Members) {
    switch score.value {
    case .bleu(let bleu):
      object.member("name", "BLEU")
      object.member("score") { $0.number(bleu.score) }
      object.member("verbose_score", Self.components(of: bleu))
      object.member("precisions") { $0.array(bleu.precisions) { $0.number($1) } }
      object.member("counts") { $0.array(bleu.counts) { $0.integer($1) } }
      object.member("totals") { $0.array(bleu.totals) { $0.integer($1) } }
      object.member("bp") { $0.number(bleu.brevityPenalty) }
      object.member("ratio") { $0.number(bleu.lengthRatio) }
      object.member("sys_len") { $0.integer(bleu.hypothesisLength) }
      object.member("ref_len") { $0.integer(bleu.referenceLength) }
    case .chrF(let value):
      object.member("name", score.metric.chrFName)
      object.member("score") { $0.number(value) }
    case .rouge(let values):
      object.member("name", "ROUGE")
      for (variant, score, bounds) in values {
        object.member(variant.rawValue) { writer in
          writer.object { object in
            Self.write(score, into: &object)
            guard let bounds else { return }
            for (name, score) in [("low", bounds.low), ("mid", bounds.mid), ("high", bounds.high)] {
              object.member(name) { $0.object { Self.write(score, into: &$0) } }
            }
          }
        }
      }
    }
    object.member("signature", score.versionedSignature)
    for pair in score.versionedSignature.split(separator: "|").map({ $0.split(separator: ":") }) where pair.count == 2 {
      object.member(String(pair[0]), String(pair[1]))
    }
  }

  private static func write(_ score: ROUGE.Score, into object: inout JSONWriter.Members) {
    object.member("precision") { $0.number(score.precision) }
    object.member("recall") { $0.number(score.recall) }
    object.member("fmeasure") { $0.number(score.fmeasure) }
  }
}

extension MetricScore {
  /// The signature with who computed it where sacrebleu names its own version.
  fileprivate var versionedSignature: String {
    "\(signature)|version:\(ProductVersion.name)-\(ProductVersion.version)"
  }
}

extension Metric {
  /// sacrebleu's name of a chrF score.
  fileprivate var chrFName: String { self == .chrfWithWords ? "chrF2++" : "chrF2" }
}

extension BLEU.Score {
  /// Tokens of the hypotheses for each of the references; 0 without references.
  fileprivate var lengthRatio: Double {
    referenceLength == 0 ? 0 : Double(hypothesisLength) / Double(referenceLength)
  }
}
