import Kernels
import Tensors

/// How much each sentence of a document says of the whole: Marian's encoder, additive attention over each sentence's
/// tokens, and a linear score. Immutable; a document's state is its pooled vectors, which the caller keeps.
/// Source: Vaswani et al. 2017, §3.1; Bahdanau, Cho and Bengio 2015, §3.1; Liu and Lapata 2019, §3 (extraction as a
/// score for each sentence).
public final class SalienceModel: Sendable {
  /// What the score must know of a sentence beside its vector.
  public struct Place: Sendable, Equatable {
    /// The tokens that were read, the end token included.
    public let tokens: Int
    public let start: SentenceStart

    public init(tokens: Int, start: SentenceStart) {
      self.tokens = tokens
      self.start = start
    }
  }

  /// Tokens of a sentence, the end token included, that are read; further ones say too little to pay for.
  public static let tokenLimit = 128
  /// Tokens that are read in one go.
  public static let groupTokens = 512

  private let configuration: SalienceConfiguration
  private let encoder: MarianEncoder
  private let attention: AdditiveAttentionWeights
  /// [K].
  private let scoreWeights: Tensor
  private let scoreBias: Float

  /// Loads the weights of a model's folder.
  public convenience init(
    folder: String, quantization: Quantization, _ context: KernelContext
  ) throws(ModelError) {
    let configuration = try SalienceConfiguration(path: folder + "/config.json")
    let source = try WeightSource(folder: folder)
    try self.init(
      configuration: configuration,
      weights: WeightScope(source: source, context: context, quantization: quantization))
  }

  /// Reads every weight; one that is missing, has another shape or is left over is an error.
  init(configuration: SalienceConfiguration, weights: WeightScope) throws(ModelError) {
    self.configuration = configuration
    let width = configuration.encoder.width
    encoder = try MarianEncoder(
      configuration.encoder, embedding: try Embedding(salience: configuration, weights), weights)
    let pooling = weights.scope("pooling")
    attention = AdditiveAttentionWeights(
      projection: try pooling.linear(weight: "W", bias: "b", inputs: width, outputs: configuration.attentionWidth),
      vector: try pooling.tensor("v", [configuration.attentionWidth]))
    let score = weights.scope("score")
    scoreWeights = try score.tensor("weight", [1, configuration.scoreInputs])
    let bias = try score.tensor("bias", [1])
    scoreBias = withExtendedLifetime(bias) { bias.pointer[0] }
    try weights.source.checkAllRead()
  }

  /// D, the width of a sentence's vector.
  public var width: Int { configuration.encoder.width }
  public var vocabularySize: Int { configuration.vocabularySize }
  /// The token that a sentence must end with.
  public var endToken: TokenID { configuration.endToken }

  /// What is read of a sentence whose last token is the end token: as much as the model can number, at most
  /// `tokenLimit`, the end token last.
  public func cut(_ tokens: [TokenID]) -> [TokenID] {
    let limit = min(Self.tokenLimit, configuration.positionLimit)
    return tokens.count <= limit ? tokens : tokens.prefix(limit - 1) + [configuration.endToken]
  }

  /// A vector for each sentence, whatever stands beside it.
  /// - Parameter sentences: as `cut` gives them, at least a token each.
  /// - Returns: [sentences, D], in the workspace.
  public func pool(_ sentences: [[TokenID]], _ context: KernelContext) -> Matrix {
    let lengths = sentences.map(\.count)
    return context.additiveAttentionPooling(encoder(sentences, lengths: lengths, context), lengths: lengths, attention)
  }

  /// The logit of each sentence of a document.
  /// - Parameters:
  ///   - pooled: the sentences' vectors, [n,D].
  ///   - places: what is to be known of each beside its vector, n.
  public func scores(pooled: [Float], places: [Place], _ context: KernelContext) -> [Float] {
    precondition(pooled.count == places.count * width, "\(pooled.count) numbers for \(places.count) sentences")
    let mean = configuration.features.contains(.document) ? mean(of: pooled, rows: places.count) : nil
    var inputs: [Float] = []
    inputs.reserveCapacity(configuration.scoreInputs)
    return places.enumerated().map { index, place in
      let sentence = pooled[(index * width)..<((index + 1) * width)]
      inputs.removeAll(keepingCapacity: true)
      inputs += sentence
      if let mean { for (own, all) in zip(sentence, mean) { inputs.append(own * all) } }
      if configuration.features.contains(.position) {
        inputs.append(places.count == 1 ? 0 : Float(index) / Float(places.count - 1))
        inputs.append(1 / Float(1 + index))
        inputs.append(index == 0 || place.start == .paragraph ? 1 : 0)
        inputs.append(context.logarithm(Float(1 + place.tokens)) / 5)
      }
      return inputs.withUnsafeBufferPointer { context.dot($0, scoreWeights) } + scoreBias
    }
  }

  /// The mean of the rows of [n,D], added up in double precision, in order.
  private func mean(of pooled: [Float], rows: Int) -> [Float] {
    var sums = [Double](repeating: 0, count: width)
    for row in 0..<rows {
      for column in 0..<width { sums[column] += Double(pooled[row * width + column]) }
    }
    return sums.map { Float($0 / Double(rows)) }
  }

  /// The logit of each sentence of a whole document; as long as that is, the memory beside its vectors is that of one
  /// group.
  /// - Parameter sentences: with their end tokens, of any length.
  public func scores(
    _ sentences: [(tokens: [TokenID], start: SentenceStart)], _ context: KernelContext
  ) -> [Float] {
    let read = sentences.map { cut($0.tokens) }
    var pooled: [Float] = []
    pooled.reserveCapacity(read.count * width)
    var first = 0
    while first < read.count {
      var tokens = 0
      let group = read[first...].prefix { sentence in
        tokens += sentence.count
        return tokens <= Self.groupTokens
      }
      let vectors = pool(Array(group), context)
      pooled += UnsafeBufferPointer(start: vectors.pointer, count: vectors.rows * vectors.columns)
      context.workspace.reset()
      first += group.count
    }
    let places = zip(read, sentences).map { Place(tokens: $0.count, start: $1.start) }
    return scores(pooled: pooled, places: places, context)
  }
}

/// What begins with a sentence.
public enum SentenceStart: Sendable, Equatable {
  /// It is the first of its paragraph.
  case paragraph
  /// Nothing but itself.
  case sentence
}

extension Embedding {
  /// That of a salience model: Marian's encoder's.
  init(salience configuration: SalienceConfiguration, _ weights: WeightScope) throws(ModelError) {
    let width = configuration.encoder.width
    self.init(
      table: try weights.tied(TokenTables.encoderNames, [configuration.vocabularySize, width]),
      scale: configuration.embeddingScale,
      positions: try TokenTables.encoderPositions(limit: configuration.positionLimit, width: width, weights))
  }
}
