import Generation
import Kernels
import Models
import Tensors
import TestSupport
import Testing
import Workers

@Suite struct GenerationOptionsTests {
  let configuration = GenerationConfiguration(startToken: 9, endTokens: [0], maxLength: 64)

  @Test(
    arguments: [(nil, 64), (1, 2), (10, 11), (63, 64), (64, 64), (Int.max - 1, 64), (Int.max, 64)] as [(Int?, Int)])
  func `a request's limit counts without the start token and never raises the model's`(asked: Int?, length: Int) throws
  {
    #expect(GenerationOptions(configuration, maxNewTokens: asked).maxLength == length)
    var options = GenerationOptions(configuration)
    try options.apply(GenerationChanges(maxNewTokens: asked))
    #expect(options.maxLength == length)
  }

  @Test func `what a request names comes before the model's rules, and nothing else changes`() throws {
    var options = GenerationOptions(configuration, beamSize: 4)
    try options.apply(GenerationChanges())
    #expect(options == GenerationOptions(configuration, beamSize: 4))
    try options.apply(
      GenerationChanges(minNewTokens: 10, maxNewTokens: 10, lengthPenalty: -10, noRepeatNgramSize: 3))
    #expect(options.configuration.minLength == 11 && options.maxLength == 11)
    #expect(options.configuration.lengthPenalty == -10 && options.configuration.noRepeatNgramSize == 3)
  }

  @Test(
    arguments: [
      (GenerationChanges(minNewTokens: 11, maxNewTokens: 10), .minimumAboveMaximum(minimum: 11, maximum: 10)),
      (GenerationChanges(minNewTokens: 64), .minimumAboveMaximum(minimum: 64, maximum: 63)),
      (GenerationChanges(minNewTokens: .max), .minimumAboveMaximum(minimum: .max, maximum: 63)),
    ] as [(GenerationChanges, GenerationError)])
  func `a least length above the most that is possible is an error of its own`(
    changes: GenerationChanges, error: GenerationError
  ) {
    var options = GenerationOptions(configuration)
    #expect(throws: error) { try options.apply(changes) }
  }

  @Test(arguments: [
    GenerationChanges(minNewTokens: -1), GenerationChanges(maxNewTokens: 0), GenerationChanges(maxNewTokens: .min),
    GenerationChanges(lengthPenalty: .nan), GenerationChanges(lengthPenalty: 11),
    GenerationChanges(noRepeatNgramSize: -1),
  ]) func `numbers that mean nothing are refused by name`(changes: GenerationChanges) throws {
    var options = GenerationOptions(configuration)
    let error = try #require(throws: GenerationError.self) { try options.apply(changes) }
    guard case .outOfRange = error else {
      Issue.record("\(error)")
      return
    }
  }

  /// What one segment says whose best token is always the one behind its last: 1 2 3 4 …
  private func said(banning sequences: [[TokenID]], beamSize: Int = 1) throws -> [TokenID] {
    let context = KernelContext(kernels: try KernelSet.selected(), pool: try WorkerPool(threads: 1))
    var generator = SeededGenerator(seed: 1)
    let model = try TableModel(vocabulary: 10, length: 6, using: &generator, folder: try TemporaryFolder(), context) {
      _, last, next in next == (last + 1) % 10 ? 4 : Float(next) / 10
    }
    var options = GenerationOptions(
      GenerationConfiguration(startToken: 0, endTokens: [0], maxLength: 6), beamSize: beamSize)
    options.bannedSequences = sequences
    var batch = DecodingBatch(model: model, context: context)
    batch.admit([.init(id: 0, source: [1], options: options)])
    var finished: [DecodingBatch.Finished] = []
    while finished.isEmpty { batch.step(&finished) }
    return finished[0].hypotheses[0].tokens
  }

  @Test func `a request's bans hold from the first token on, and the start token is no part of them`() throws {
    #expect(try said(banning: []) == [1, 2, 3, 4, 5])
    #expect(try said(banning: [[]]) == [1, 2, 3, 4, 5])
    #expect(try said(banning: [[1]]).first == 9)
    #expect(try said(banning: [[1, 2]]).prefix(2) == [1, 9])
    #expect(try said(banning: [[2, 3, 4]]).prefix(4) == [1, 2, 3, 9])
    // It begins with the start token, which nobody said.
    #expect(try said(banning: [[0, 1]]) == [1, 2, 3, 4, 5])
    #expect(try said(banning: [[77], [-3, 1]]) == [1, 2, 3, 4, 5])
    for beamSize in [2, 4] {
      let tokens = try said(banning: [[1, 2], [3]], beamSize: beamSize)
      #expect(!tokens.contains(3) && !zip(tokens, tokens.dropFirst()).contains { $0 == (1, 2) }, "\(tokens)")
    }
  }

  @Test func `where all is banned nothing is said`() throws {
    #expect(try said(banning: (0..<10).map { [$0] }).isEmpty)
    #expect(try said(banning: (0..<10).map { [$0] }, beamSize: 3).isEmpty)
  }
}
