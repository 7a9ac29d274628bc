import Foundation
import Generation
import Kernels
import Models
import Tensors
import TestSupport
import Testing
import Workers

/// Token for token what transformers decodes, in float32.
@Suite struct ParityTests {
  static let nearTie: Float = 1e-4

  @Test(arguments: ["marian-tiny", "marian-swish", "marian-gelu"])
  func `greedy tokens and scores equal those of transformers`(name: String) throws {
    let fixture: ParityFixture = try Fixtures.json("\(name)/expected.json")
    let harness = try Harness(folder: Fixtures.url(name).path)
    let results = harness.decode(fixture.cases.map { ($0.input_ids, harness.options($0.options)) })
    let different = zip(fixture.cases, results).filter { !Self.agree($0.greedy, $1) }
    #expect(different.isEmpty, "\(different.map { ($0.text, $0.greedy.ids, $1.tokens) })")
    for (expected, result) in zip(fixture.cases, results) {
      let score = try #require(result.score)
      #expect(abs(score - expected.greedy.score) < 2e-4, "\(expected.text): \(score), not \(expected.greedy.score)")
    }
  }

  @Test(arguments: ["marian-tiny", "marian-swish", "marian-gelu"])
  func `every generation option acts as in transformers`(name: String) throws {
    let fixture: ParityFixture = try Fixtures.json("\(name)/expected.json")
    let harness = try Harness(folder: Fixtures.url(name).path)
    // A configuration with a repetition penalty is refused when the model is loaded.
    let variants = try #require(fixture.variants).filter { $0.options?.repetition_penalty == nil }
    let results = harness.decode(variants.map { ($0.input_ids, harness.options($0.options)) })
    for (expected, result) in zip(variants, results) {
      #expect(
        Self.agree(expected.greedy, result),
        "\(expected.variant ?? "") \(expected.text): \(result.tokens), not \(expected.greedy.ids)")
    }
  }

  @Test func `200 real sentences through the model in models equal transformers`() throws {
    let fixture: ParityFixture = try Fixtures.json("en-x-parity/expected.json")
    let harness = try Harness(folder: Fixtures.root.appendingPathComponent("models/en-x").path)
    let results = harness.decode(fixture.cases.map { ($0.input_ids, harness.options(nil)) })
    let different = zip(fixture.cases, results).filter { $0.greedy.ids != $1.tokens }
    #expect(different.count <= 2, "at most one line in a hundred: \(different.map(\.0.text))")
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

/// A model with everything it takes to decode, all in flight at once.
struct Harness {
  let model: any Seq2SeqModel
  let configuration: GenerationConfiguration
  let context: KernelContext

  init(
    folder: String, quantization: Quantization = .float32, kernels: KernelSet? = nil, threads: Int = 2
  ) throws {
    let pool = try WorkerPool(threads: threads)
    context = KernelContext(kernels: try kernels ?? KernelSet.selected(), pool: pool)
    model = try ModelRegistry.load(folder: folder, architecture: "marian", quantization: quantization, context)
    configuration = try GenerationConfiguration(folder: folder, dimensions: model.dimensions)
  }

  func options(_ changes: ParityFixture.Options?) -> GenerationOptions {
    var configuration = configuration
    configuration.maxLength = changes?.max_length ?? configuration.maxLength
    configuration.minLength = changes?.min_length ?? configuration.minLength
    configuration.forcedBeginToken = changes?.forced_bos_token_id ?? configuration.forcedBeginToken
    configuration.forcedEndToken = changes?.forced_eos_token_id ?? configuration.forcedEndToken
    if changes?.forcesNoEnd == true { configuration.forcedEndToken = nil }
    configuration.bannedSequences = changes?.bad_words_ids ?? configuration.bannedSequences
    configuration.suppressedTokens = changes?.suppress_tokens ?? configuration.suppressedTokens
    configuration.noRepeatNgramSize = changes?.no_repeat_ngram_size ?? configuration.noRepeatNgramSize
    return GenerationOptions(configuration, beamSize: 1, scoring: .meanLogProbability)
  }

  func decode(_ sources: [([TokenID], GenerationOptions)], together: Int = 24) -> [Hypothesis] {
    var batch = DecodingBatch(model: model, context: context)
    var results: [Int: Hypothesis] = [:]
    var next = 0
    while results.count < sources.count {
      let room = min(together - batch.rowCount, sources.count - next)
      batch.admit((next..<(next + room)).map { .init(id: $0, source: sources[$0].0, options: sources[$0].1) })
      next += room
      var finished: [DecodingBatch.Finished] = []
      batch.step(&finished)
      for segment in finished { results[segment.id] = segment.hypotheses.first }
    }
    return sources.indices.compactMap { results[$0] }
  }
}
