import Generation
import Kernels
import Models
import TestSupport
import Testing

/// T5 and BART: an answer depends on nothing but its source, and int8 stays near float32.
@Suite struct FamilyInvarianceTests {
  static let families: [ModelFixture] = [.t5, .gatedT5, .bart, .scaledBART]

  /// The fixture's sources, of 1 to 300 tokens, with beams of 1 to 6.
  static func jobs(_ fixture: ModelFixture, _ harness: Harness) throws -> [Harness.Job] {
    let expected: ParityFixture = try Fixtures.json("\(fixture.name)/expected.json")
    return expected.cases.enumerated().map { index, item in
      let size = [1, 4, 2, 6][index % 4]
      var configuration = harness.configuration
      configuration.repetitionPenalty = [1, 1.3, 0.8][index % 3]
      let options = GenerationOptions(
        configuration, beamSize: size, hypothesisCount: size, scoring: .meanLogProbability)
      return Harness.Job(source: item.input_ids, options: options)
    }
  }

  @Test(arguments: families, [Quantization.int8, .float32])
  func `tokens and scores are the same alone, and among others that come and go`(
    fixture: ModelFixture, quantization: Quantization
  ) throws {
    let harness = try Harness(fixture, quantization: quantization)
    let jobs = try Self.jobs(fixture, harness)
    let alone = jobs.flatMap { harness.decode([$0]) }
    #expect(harness.decode(jobs, rows: 120) == alone)
    #expect(harness.decode(jobs.reversed(), rows: 18) == alone.reversed())
  }

  @Test(arguments: families, [Quantization.int8, .float32])
  func `tokens and scores are the same on every instruction set`(
    fixture: ModelFixture, quantization: Quantization
  ) throws {
    let answers = try KernelSet.all.map { kernels in
      let harness = try Harness(fixture, quantization: quantization, kernels: kernels)
      return harness.decode(try Self.jobs(fixture, harness))
    }
    for answer in answers { #expect(answer == answers[0]) }
  }

  @Test(arguments: families) func `int8 begins most answers as float32 does`(fixture: ModelFixture) throws {
    let expected: ParityFixture = try Fixtures.json("\(fixture.name)/expected.json")
    let harness = try Harness(fixture, quantization: .int8)
    let found = harness.decode(expected.cases.map { .init(source: $0.input_ids, options: harness.greedy(nil)) })
    // The second token, because BART's first is forced.
    let same = zip(expected.cases, found).filter { $0.greedy.ids.prefix(2) == $1[0].tokens.prefix(2) }.count
    #expect(same * 100 >= expected.cases.count * 70, "\(same) of \(expected.cases.count)")
    for answer in found {
      #expect(answer[0].end != .noToken && answer[0].score?.isFinite == true)
    }
  }
}
