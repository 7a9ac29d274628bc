import Evaluation
import Foundation
import Inference
import Kernels
import TestSupport
import Testing

/// What int8 costs, on the first 400 sentences of FLORES dev; skipped where the developers' evaluation sets are absent.
@Suite struct BLEUTests {
  static let evaluation = Fixtures.shared("eval")

  static func lines(_ path: String) throws -> [String] {
    let url = try #require(Fixtures.shared("eval/\(path)"))
    let text = try String(contentsOf: url, encoding: .utf8)
    return text.split(separator: "\n", omittingEmptySubsequences: false).prefix(400).map(String.init)
  }

  /// Of each direction, such as en-de.
  static func scores(_ quantization: Quantization) async throws -> [String: Double] {
    let engine = try InvarianceTests.engine(quantization: quantization)
    defer { engine.shutdown() }
    _ = try await engine.loaded()
    var scores: [String: Double] = [:]
    for (source, target) in ["de", "es", "fr"].flatMap({ [("en", $0), ($0, "en")] }) {
      let pair = "\(source)-\(target)"
      let sources = try lines("\(pair)/flores-dev.\(source)")
      let translation = try await engine.translate(
        TranslationRequest(texts: sources, source: source, target: target, split: .none, beamSize: 1, priority: .bulk))
      scores[pair] = try BLEU.score(
        hypotheses: translation.texts, references: try lines("\(pair)/flores-dev.\(target)")
      ).score
    }
    return scores
  }

  @Test(.enabled(if: evaluation != nil, "the evaluation sets are not part of the repository"))
  func `int8 costs at most 0.3 BLEU on average and 0.6 in any direction`() async throws {
    let float32 = try await Self.scores(.float32)
    let int8 = try await Self.scores(.int8)
    let losses = float32.map { pair, score in score - (int8[pair] ?? 0) }
    print("BLEU float32 \(float32) int8 \(int8)")
    #expect(losses.reduce(0, +) / Double(losses.count) <= 0.3, "\(float32) \(int8)")
    #expect((losses.max() ?? 0) <= 0.6, "\(float32) \(int8)")
  }
}
