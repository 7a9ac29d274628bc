import Kernels
import Tensors

/// The MarianMT encoder-decoder: post-norm Transformer with sinusoidal positions and tied embeddings; with other token
/// tables, BART too.
/// Source: Junczys-Dowmunt et al. 2018; transformers 4.57, models/marian/modeling_marian.py.
public final class MarianModel: Seq2SeqModel {
  public let dimensions: ModelDimensions
  public let output: OutputProjection

  private let configuration: MarianConfiguration
  private let encoder: MarianEncoder
  private let decoderEmbedding: Embedding
  private let decoderLayers: [MarianDecoderLayer]

  /// Reads every weight; one that is missing, has another shape or is left over is an error.
  public convenience init(configuration: MarianConfiguration, weights: WeightScope) throws(ModelError) {
    try self.init(
      configuration: configuration, tables: try TokenTables(marian: configuration, weights), weights: weights)
  }

  init(configuration: MarianConfiguration, tables: TokenTables, weights: WeightScope) throws(ModelError) {
    self.configuration = configuration
    dimensions = ModelDimensions(
      vocabularySize: configuration.decoderVocabularySize, sourceVocabularySize: configuration.vocabularySize,
      width: configuration.width, encoderLayers: configuration.encoder.layers,
      decoderLayers: configuration.decoder.layers,
      decoderHeads: HeadLayout(
        heads: configuration.decoder.heads, width: configuration.width / configuration.decoder.heads),
      positionLimit: configuration.positionLimit)
    decoderEmbedding = tables.decoder
    output = tables.output
    encoder = try MarianEncoder(configuration.encoder, embedding: tables.encoder, weights)
    let decoder = weights.scope("model").scope("decoder").scope("layers")
    decoderLayers = try (0..<configuration.decoder.layers).mapTyped { layer throws(ModelError) in
      try MarianDecoderLayer(configuration.decoder, decoder.scope("\(layer)"))
    }
    try weights.source.checkAllRead()
  }

  @discardableResult
  public func encode(_ sources: [[TokenID]], into memories: [AttentionCache], _ context: KernelContext) -> Matrix {
    let lengths = sources.map(\.count)
    let x = encoder(sources, lengths: lengths, context)
    CrossAttention.remember(
      x, lengths: lengths, by: decoderLayers.lazy.map(\.crossAttention), memories: memories, context)
    return x
  }

  public func decodeStep(
    _ tokens: UnsafeBufferPointer<TokenID>, state: inout DecoderState, _ context: KernelContext
  ) -> Matrix {
    precondition(tokens.count == state.rows.count, "\(tokens.count) tokens for \(state.rows.count) rows")
    var x = decoderEmbedding(tokens, state: state, context)
    for (index, layer) in decoderLayers.enumerated() { x = layer(x, layer: index, state: state, context) }
    state.advance()
    return x
  }
}

extension Sequence {
  /// `map` that keeps the error's type.
  func mapTyped<Value, Failure: Error>(
    _ transform: (Element) throws(Failure) -> Value
  ) throws(Failure) -> [Value] {
    var values: [Value] = []
    for element in self { values.append(try transform(element)) }
    return values
  }
}
