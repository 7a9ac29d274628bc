import Foundation
import Generation
import TestSupport
import Testing

/// Hypothesis for hypothesis what transformers' beam search answers, in float32.
@Suite struct BeamParityTests {
  @Test(arguments: ModelFixture.all)
  func `every option acts as in transformers, with beams of all sizes and greedy rows in one batch`(
    model: ModelFixture
  ) throws {
    let beams: BeamFixture = try Fixtures.json("\(model.name)/beam.json")
    let greedy: ParityFixture = try Fixtures.json("\(model.name)/expected.json")
    let harness = try Harness(model)
    let jobs =
      beams.cases.map { Harness.Job(source: $0.input_ids, options: harness.beams($0.options)) }
      + greedy.cases.map { Harness.Job(source: $0.input_ids, options: harness.greedy($0.options)) }
    var generator = SeededGenerator(seed: 4)
    let order = jobs.indices.shuffled(using: &generator)
    var answers = [[Hypothesis]](repeating: [], count: jobs.count)
    for (place, answer) in zip(order, harness.decode(order.map { jobs[$0] })) { answers[place] = answer }

    expectEqual(beams.cases, jobs, answers)
    for (expected, answer) in zip(greedy.cases, answers.dropFirst(beams.cases.count)) {
      #expect(answer.map(\.tokens) == [expected.greedy.ids], "\(expected.text)")
    }
  }

  @Test(arguments: ["en-x", "x-en", "summarizer"])
  func `four hypotheses each of real texts through the models in models equal those of transformers`(
    model: String
  ) throws {
    let fixture: BeamFixture = try Fixtures.json("\(model)-parity/beam.json")
    let harness = try Harness(folder: Fixtures.root.appendingPathComponent("models/\(model)").path)
    let jobs = fixture.cases.map { Harness.Job(source: $0.input_ids, options: harness.beams($0.options)) }
    expectEqual(fixture.cases, jobs, harness.decode(jobs))
  }

  /// Expects no wrong answer, and near-ties that went the other way in at most one case in a hundred.
  private func expectEqual(_ cases: [BeamFixture.Case], _ jobs: [Harness.Job], _ answers: [[Hypothesis]]) {
    var wrong: [String] = []
    var nearTies: [String] = []
    for (expected, (job, answer)) in zip(cases, zip(jobs, answers)) {
      let comparison = BeamComparison(expected, job.options, answer)
      wrong += comparison.wrong.map { "\(expected.text) \(expected.options): \($0)" }
      if comparison.isNearTie { nearTies.append(expected.text) }
    }
    #expect(wrong.isEmpty, "\(wrong.count) wrong: \(wrong.prefix(8).joined(separator: "\n"))")
    #expect(nearTies.count * 100 <= cases.count, "at most one case in a hundred: \(nearTies)")
  }
}

/// One answer beside what was expected of it.
private struct BeamComparison {
  /// What float32 cannot explain, in words.
  var wrong: [String] = []
  /// Other tokens at a rank, but of the same score.
  var isNearTie = false

  init(_ expected: BeamFixture.Case, _ options: GenerationOptions, _ answer: [Hypothesis]) {
    if answer.count != expected.hypotheses.count {
      wrong.append("\(answer.count) hypotheses instead of \(expected.hypotheses.count)")
    }
    for (rank, (reference, hypothesis)) in zip(expected.hypotheses, answer).enumerated() {
      guard let beamScore = hypothesis.beamScore, let score = hypothesis.score else {
        wrong.append("rank \(rank) has no score")
        continue
      }
      let error = abs(beamScore - reference.score) / max(1, abs(reference.score))
      if hypothesis.tokens != reference.ids {
        isNearTie = true
        if error > 1e-4 { wrong.append("rank \(rank): \(hypothesis.tokens), not \(reference.ids)") }
        continue
      }
      if error > 2e-4 { wrong.append("rank \(rank): beam score \(beamScore), not \(reference.score)") }
      if abs(score - reference.mean_log_probability) > 2e-4 {
        wrong.append("rank \(rank): mean ln p \(score), not \(reference.mean_log_probability)")
      }
      let end = Self.end(of: reference.ids, options)
      if hypothesis.end != end { wrong.append("rank \(rank): ended by \(hypothesis.end), not \(end)") }
    }
  }

  /// The limit ends what is as long as it allows, unless the model itself chose an end token there.
  private static func end(of tokens: [Int32], _ options: GenerationOptions) -> HypothesisEnd {
    let configuration = options.configuration
    let full = tokens.count == configuration.maxLength - 1
    let saidEnd = tokens.last.map(configuration.endTokens.contains) ?? false
    return full && (configuration.forcedEndToken != nil || !saidEnd) ? .lengthLimit : .endToken
  }
}
