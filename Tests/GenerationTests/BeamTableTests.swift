import Generation
import Kernels
import Models
import Tensors
import TestSupport
import Testing
import Workers

/// Beam search beside one that is written down as plainly as possible, over random tables and options.
@Suite struct BeamTableTests {
  static let vocabulary = 7
  static let length = 9

  /// Random options; the start token is the last of the vocabulary and banned, as models have it.
  static func options(using generator: inout SeededGenerator) -> GenerationOptions {
    let token = { (generator: inout SeededGenerator) in TokenID.random(in: 1..<6, using: &generator) }
    let start = TokenID(vocabulary - 1)
    var configuration = GenerationConfiguration(
      startToken: start, endTokens: Bool.random(using: &generator) ? [0] : [0, 1],
      maxLength: Int.random(in: 2...(length + 1), using: &generator))
    configuration.minLength = Int.random(in: 0...4, using: &generator)
    configuration.lengthPenalty = [0, 0.6, 1, 2, -1].randomElement(using: &generator) ?? 1
    configuration.earlyStopping = [.whenFull, .heuristic, .never].randomElement(using: &generator) ?? .never
    configuration.bannedSequences = [[start]]
    if Int.random(in: 0..<4, using: &generator) == 0 {
      configuration.bannedSequences += [[token(&generator), token(&generator)], [token(&generator)]]
    }
    if Int.random(in: 0..<6, using: &generator) == 0 { configuration.suppressedTokens = [2, 3] }
    if Int.random(in: 0..<6, using: &generator) == 0 { configuration.forcedBeginToken = 5 }
    if Bool.random(using: &generator) { configuration.forcedEndToken = 0 }
    if Int.random(in: 0..<3, using: &generator) == 0 {
      configuration.noRepeatNgramSize = Int.random(in: 2...3, using: &generator)
    }
    if Int.random(in: 0..<3, using: &generator) == 0 {
      configuration.repetitionPenalty = [0.7, 1.3, 2].randomElement(using: &generator) ?? 1
    }
    if Int.random(in: 0..<6, using: &generator) == 0 { configuration.sourceNoRepeatNgramSize = 2 }
    if Int.random(in: 0..<6, using: &generator) == 0 { configuration.beginSuppressedTokens = [0, 4] }
    let beams = Int.random(in: 2...6, using: &generator)
    var options = GenerationOptions(
      configuration, beamSize: beams, hypothesisCount: Int.random(in: 1...beams, using: &generator),
      scoring: .meanLogProbability)
    if Int.random(in: 0..<4, using: &generator) == 0 {
      options.bannedSequences = (0...3).map { count in (0..<count).map { _ in token(&generator) } }
    }
    return options
  }

  static let source: [TokenID] = [1, 4, 2, 5, 3, 2, 0]

  @Test(arguments: 1...30)
  func `random searches find what the plain search finds`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let context = KernelContext(kernels: try KernelSet.selected(), pool: try WorkerPool(threads: 1))
    let model = try TableModel(
      vocabulary: Self.vocabulary, length: Self.length, using: &generator, folder: try TemporaryFolder(), context)
    let all = (0..<40).map { _ in Self.options(using: &generator) }
    var batch = DecodingBatch(model: model, context: context)
    batch.admit(all.enumerated().map { .init(id: $0.offset, source: Self.source, options: $0.element) })
    var finished: [DecodingBatch.Finished] = []
    while batch.rowCount > 0 { batch.step(&finished) }
    #expect(finished.map(\.id).sorted() == Array(all.indices))

    var nearTies = 0
    for group in finished {
      let options = all[group.id]
      let plain = PlainBeamSearch(logits: model.logits, source: Self.source, options: options)
      if plain.isNearTie {
        nearTies += 1
        continue
      }
      #expect(group.hypotheses.map(\.tokens) == plain.answers.map(\.tokens), "\(options)")
      for (actual, expected) in zip(group.hypotheses, plain.answers) {
        let beamScore = try #require(actual.beamScore)
        let score = try #require(actual.score)
        #expect(abs(Double(beamScore) - expected.beamScore) <= 1e-5 * max(1, abs(expected.beamScore)), "\(options)")
        #expect(abs(Double(score) - expected.score) <= 1e-5 * max(1, abs(expected.score)), "\(options)")
      }
    }
    #expect(nearTies <= 4, "\(nearTies) of \(all.count) hang on rounding")
  }
}
