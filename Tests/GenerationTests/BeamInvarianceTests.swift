import Foundation
import Generation
import Kernels
import Models
import TestSupport
import Testing

/// A group's answer depends on nothing but the group.
@Suite struct BeamInvarianceTests {
  static func harness(_ quantization: Quantization, kernels: KernelSet? = nil) throws -> Harness {
    let folder = Fixtures.root.appendingPathComponent("models/en-x").path
    return try Harness(folder: folder, quantization: quantization, kernels: kernels)
  }

  /// Real sentences with beams of 1 to 8.
  static func jobs(_ harness: Harness, count: Int) throws -> [Harness.Job] {
    let fixture: BeamFixture = try Fixtures.json("en-x-parity/beam.json")
    var configuration = harness.configuration
    configuration.maxLength = 48  // this model babbles on some sentences
    return fixture.cases.prefix(count).enumerated().map { index, item in
      let size = [4, 1, 2, 8, 3, 6][index % 6]
      configuration.earlyStopping = [.heuristic, .whenFull, .never][index / 2 % 3]
      configuration.lengthPenalty = [1, 0.6, 2][index / 3 % 3]
      let options = GenerationOptions(
        configuration, beamSize: size, hypothesisCount: size, scoring: .meanLogProbability)
      return Harness.Job(source: item.input_ids, options: options)
    }
  }

  @Test(arguments: [Quantization.int8, .float32])
  func `tokens and scores are the same alone, and among others that come and go`(quantization: Quantization) throws {
    let harness = try Self.harness(quantization)
    let jobs = try Self.jobs(harness, count: 30)
    let alone = jobs.flatMap { harness.decode([$0]) }
    #expect(alone.map(\.count) == jobs.map(\.options.beamSize))
    let together = harness.decode(jobs, rows: 160)
    for (index, answer) in together.enumerated() { #expect(answer == alone[index]) }
    // Other neighbours, other places in the batch, other times of entry.
    for (index, answer) in harness.decode(jobs.reversed(), rows: 20).reversed().enumerated() {
      #expect(answer == alone[index])
    }
  }

  @Test(arguments: [Quantization.int8, .float32])
  func `tokens and scores are the same on every instruction set`(quantization: Quantization) throws {
    var first: [[Hypothesis]]?
    for kernels in KernelSet.all {
      let harness = try Self.harness(quantization, kernels: kernels)
      let answers = harness.decode(try Self.jobs(harness, count: 6))
      if let first { #expect(answers == first) } else { first = answers }
    }
  }

  @Test func `groups that nobody waits for give back their rows and disturb no other`() throws {
    let harness = try Self.harness(.int8)
    let jobs = try Self.jobs(harness, count: 12)
    let expected = jobs.flatMap { harness.decode([$0]) }
    var batch = DecodingBatch(model: harness.model, context: harness.context)
    batch.admit(
      jobs.enumerated().map { .init(id: $0.offset, source: $0.element.source, options: $0.element.options) })
    let reserved = jobs.map(\.options.beamSize).reduce(0, +)
    #expect(batch.rowCount == reserved)
    var finished: [DecodingBatch.Finished] = []
    for _ in 0..<3 { batch.step(&finished) }
    try #require(finished.isEmpty, "all sentences are longer than three tokens")
    batch.remove { !$0.isMultiple(of: 3) }
    let kept = jobs.indices.filter { $0.isMultiple(of: 3) }
    #expect(batch.rowCount == kept.map { jobs[$0].options.beamSize }.reduce(0, +))
    while batch.rowCount > 0 { batch.step(&finished) }
    #expect(finished.map(\.id).sorted() == kept)
    for group in finished { #expect(group.hypotheses == expected[group.id]) }
  }
}
