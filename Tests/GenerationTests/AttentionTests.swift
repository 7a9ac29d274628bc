import Foundation
import Generation
import Kernels
import Models
import TestSupport
import Testing

/// What hypotheses attended to: as in transformers, and whatever runs beside them.
@Suite struct AttentionTests {
  @Test(arguments: ModelFixture.all)
  func `weights equal those of transformers, greedy and with beams, in one batch`(model: ModelFixture) throws {
    let fixture: AttentionFixture = try Fixtures.json("\(model.name)/attention.json")
    let harness = try Harness(model)
    let jobs = fixture.cases.map { item in
      var options = harness.beams(item.options)
      options.attention = .mean
      return Harness.Job(source: item.input_ids, options: options)
    }
    #expect(fixture.cases.count == 6 && jobs.contains { $0.options.beamSize == 1 })
    var worst: (difference: Float, place: String) = (0, "")
    for (number, (expected, answer)) in zip(fixture.cases, harness.decode(jobs)).enumerated() {
      #expect(answer.map(\.tokens) == expected.hypotheses.map(\.ids))
      for (reference, hypothesis) in zip(expected.hypotheses, answer) {
        let map = try #require(hypothesis.attention)
        try #require(map.tokenCount == reference.ids.count && map.sourceCount == expected.input_ids.count)
        for (token, row) in reference.weights.enumerated() {
          for (source, weight) in row.enumerated() where abs(map[token, source] - weight) > worst.difference {
            worst = (
              abs(map[token, source] - weight), "case \(number), token \(token): \(map.row(token)), not \(row)"
            )
          }
        }
      }
    }
    #expect(worst.difference <= 1e-5, "\(worst.place)")
  }

  /// A fixture's sources with beams of 1 to 6; every second asks what it attended to.
  static func jobs(
    _ model: ModelFixture, _ harness: Harness, asking: (Int) -> AttentionCapture
  ) throws -> [Harness.Job] {
    let expected: ParityFixture = try Fixtures.json("\(model.name)/expected.json")
    return expected.cases.enumerated().map { index, item in
      let size = [1, 4, 2, 6, 1][index % 5]
      let options = GenerationOptions(
        harness.configuration, beamSize: size, hypothesisCount: size, scoring: .meanLogProbability,
        attention: asking(index))
      return Harness.Job(source: item.input_ids, options: options)
    }
  }

  @Test(arguments: [ModelFixture.marian, .gatedT5, .bart], [Quantization.int8, .float32])
  func `asking changes no token and no score, and neighbours change no weight`(
    model: ModelFixture, quantization: Quantization
  ) throws {
    let harness = try Harness(model, quantization: quantization)
    let plain = harness.decode(try Self.jobs(model, harness) { _ in .none })
    #expect(plain.joined().allSatisfy { $0.attention == nil })
    let asked = try Self.jobs(model, harness) { _ in .mean }
    let alone = asked.flatMap { harness.decode([$0]) }
    func withoutWeights(_ answers: [[Hypothesis]]) -> [[Hypothesis]] {
      answers.map { hypotheses in
        hypotheses.map { hypothesis in
          var hypothesis = hypothesis
          hypothesis.attention = nil
          return hypothesis
        }
      }
    }
    #expect(withoutWeights(alone) == plain)
    #expect(harness.decode(asked, rows: 120) == alone)
    #expect(harness.decode(asked.reversed(), rows: 18) == alone.reversed())
    let mixed = harness.decode(try Self.jobs(model, harness) { $0.isMultiple(of: 2) ? .mean : .none }, rows: 60)
    #expect(withoutWeights(mixed) == plain)
    for (index, answer) in mixed.enumerated() {
      if index.isMultiple(of: 2) {
        #expect(answer == alone[index])
      } else {
        #expect(answer.allSatisfy { $0.attention == nil })
      }
    }
  }

  @Test(arguments: [ModelFixture.marian, .gatedT5, .bart], [Quantization.int8, .float32])
  func `weights are the same on every instruction set and with any number of threads`(
    model: ModelFixture, quantization: Quantization
  ) throws {
    var answers: [[[Hypothesis]]] = []
    for kernels in KernelSet.all {
      for threads in [1, 3] {
        let harness = try Harness(
          folder: model.folder, architecture: model.architecture, quantization: quantization, kernels: kernels,
          threads: threads)
        answers.append(harness.decode(try Self.jobs(model, harness) { _ in .mean }))
      }
    }
    for answer in answers { #expect(answer == answers[0]) }
  }

  @Test(arguments: [ModelFixture.marian, .gatedT5, .bart])
  func `of the heads that a model names, whose mean over a layer is what it says without`(model: ModelFixture) throws {
    let harness = try Harness(model)
    let heads = harness.model.dimensions.decoderHeads.heads
    let middle = (harness.model.dimensions.decoderLayers - 1) / 2
    func maps(_ pairs: [(layer: Int, head: Int)]?) throws -> [AttentionMap] {
      let jobs = try Self.jobs(model, harness) { _ in .mean }.prefix(12).map { job in
        var options = job.options
        options.configuration.alignmentHeads = try pairs.map { try #require(AlignmentHeads($0)) }
        return Harness.Job(source: job.source, options: options)
      }
      return harness.decode(Array(jobs)).joined().compactMap(\.attention)
    }
    let usual = try maps(nil)
    #expect(try maps((0..<heads).map { (middle, $0) }) == usual)
    let single = try (0..<heads).map { try maps([(middle, $0)]) }
    #expect(single[0] != single[1] && usual.count == single[0].count)
    for (index, map) in usual.enumerated() {
      for place in map.weights.indices {
        let mean = single.reduce(0) { $0 + $1[index].weights[place] } / Float(heads)
        #expect(abs(mean - map.weights[place]) < 1e-6)
      }
    }
    #expect(try maps([(0, 0), (0, 1)]) != single[0])
    #expect(AlignmentHeads([]) == nil && AlignmentHeads([(0, 1), (1, 1)]) == nil && AlignmentHeads([(0, 64)]) == nil)
  }

  @Test func `the rows of real sentences are whole attentions`() throws {
    let harness = try Harness(
      folder: Fixtures.root.appendingPathComponent("models/en-x").path, quantization: .int8)
    let fixture: BeamFixture = try Fixtures.json("en-x-parity/beam.json")
    let jobs = fixture.cases.prefix(40).enumerated().map { index, item in
      Harness.Job(
        source: item.input_ids,
        options: GenerationOptions(
          harness.configuration, beamSize: [1, 4][index % 2], hypothesisCount: [1, 4][index % 2], maxNewTokens: 40,
          attention: .mean))
    }
    for (job, answer) in zip(jobs, harness.decode(jobs)) {
      for hypothesis in answer {
        let map = try #require(hypothesis.attention)
        #expect(map.tokenCount == hypothesis.tokens.count && map.sourceCount == job.source.count)
        for token in 0..<map.tokenCount {
          let row = map.row(token)
          #expect(row.allSatisfy { (0...1).contains($0) })
          #expect(abs(row.reduce(0, +) - 1) < 1e-5)
        }
      }
    }
  }
}
