import Foundation
import Generation
import TestSupport
import Testing

/// Token for token what transformers decodes, in float32.
@Suite struct ParityTests {
  static let nearTie: Float = 1e-4

  @Test(arguments: ModelFixture.all)
  func `greedy tokens and scores equal those of transformers`(model: ModelFixture) throws {
    let fixture: ParityFixture = try Fixtures.json("\(model.name)/expected.json")
    let harness = try Harness(model)
    let results = try harness.decodeGreedily(fixture.cases)
    let different = zip(fixture.cases, results).filter { !Self.agree($0.greedy, $1) }
    #expect(different.isEmpty, "\(different.map { ($0.text, $0.greedy.ids, $1.tokens) })")
    for (expected, result) in zip(fixture.cases, results) {
      let score = try #require(result.score)
      #expect(abs(score - expected.greedy.score) < 2e-4, "\(expected.text): \(score), not \(expected.greedy.score)")
    }
  }

  @Test(arguments: ModelFixture.all)
  func `every generation option acts as in transformers`(model: ModelFixture) throws {
    let fixture: ParityFixture = try Fixtures.json("\(model.name)/expected.json")
    let harness = try Harness(model)
    let variants = try #require(fixture.variants)
    let results = try harness.decodeGreedily(variants)
    for (expected, result) in zip(variants, results) {
      #expect(
        Self.agree(expected.greedy, result),
        "\(expected.variant ?? "") \(expected.text): \(result.tokens), not \(expected.greedy.ids)")
    }
  }

  @Test(arguments: ["en-x", "x-en", "summarizer"])
  func `real texts through the models in models equal transformers`(model: String) throws {
    let fixture: ParityFixture = try Fixtures.json("\(model)-parity/expected.json")
    let harness = try Harness(folder: Fixtures.root.appendingPathComponent("models/\(model)").path)
    let results = try harness.decodeGreedily(fixture.cases)
    let different = zip(fixture.cases, results).filter { $0.greedy.ids != $1.tokens }
    #expect(different.count <= fixture.cases.count / 100, "one in a hundred: \(different.map(\.0.text))")
    for (expected, result) in different {
      #expect(Self.agree(expected.greedy, result), "\(expected.text): \(result.tokens), not \(expected.greedy.ids)")
    }
  }

  /// Equal, or different only from a step on where the reference's own two best were a near-tie.
  private static func agree(_ expected: ParityFixture.Greedy, _ result: Hypothesis) -> Bool {
    if expected.ids == result.tokens { return true }
    let step = zip(expected.ids, result.tokens).enumerated().first { $1.0 != $1.1 }?.offset
    guard let step, step < expected.gaps.count, let gap = expected.gaps[step] else { return false }
    return gap < nearTie
  }
}

extension Harness {
  /// Each case's one hypothesis.
  fileprivate func decodeGreedily(_ cases: [ParityFixture.Case]) throws -> [Hypothesis] {
    try decode(cases.map { Job(source: $0.input_ids, options: greedy($0.options)) }, rows: 24)
      .map { try #require($0.first) }
  }
}
