import Kernels
import Tensors

/// The T5 encoder-decoder: pre-norm Transformer with relative positions, root-mean-square norms and no biases; versions
/// 1.0 (relu, tied output) and 1.1 (gated, output of its own).
/// Source: Raffel et al. 2020; transformers 4.57, models/t5/modeling_t5.py.
public final class T5Model: Seq2SeqModel {
  public let dimensions: ModelDimensions
  public let output: OutputProjection

  private let embedding: Embedding
  private let encoderLayers: [T5EncoderLayer]
  private let encoderNorm: RMSNormWeights
  private let decoderLayers: [T5DecoderLayer]
  private let decoderNorm: RMSNormWeights

  /// Reads every weight; one that is missing, has another shape or is left over is an error.
  public init(configuration: T5Configuration, weights: WeightScope) throws(ModelError) {
    dimensions = ModelDimensions(
      vocabularySize: configuration.vocabularySize, sourceVocabularySize: configuration.vocabularySize,
      width: configuration.width, encoderLayers: configuration.encoderLayers,
      decoderLayers: configuration.decoderLayers, decoderHeads: configuration.headLayout,
      positionLimit: T5Configuration.positionLimit)
    let shape: Shape = [configuration.vocabularySize, configuration.width]
    let names = ["shared.weight", "encoder.embed_tokens.weight", "decoder.embed_tokens.weight"]
    let table = try weights.tied(configuration.tiesOutput ? names + ["lm_head.weight"] : names, shape)
    embedding = Embedding(table: table, scale: 1, positions: nil)
    output = weights.outputProjection(
      configuration.tiesOutput ? table : try weights.stored("lm_head.weight", shape), bias: nil)

    let encoder = weights.scope("encoder")
    let encoderPositions = try Self.positions(configuration, .both, encoder)
    encoderLayers = try (0..<configuration.encoderLayers).mapTyped { layer throws(ModelError) in
      try T5EncoderLayer(configuration, positions: encoderPositions, encoder.scope("block").scope("\(layer)"))
    }
    encoderNorm = try encoder.t5Norm("final_layer_norm", configuration)
    let decoder = weights.scope("decoder")
    let decoderPositions = try Self.positions(configuration, .past, decoder)
    decoderLayers = try (0..<configuration.decoderLayers).mapTyped { layer throws(ModelError) in
      try T5DecoderLayer(configuration, positions: decoderPositions, decoder.scope("block").scope("\(layer)"))
    }
    decoderNorm = try decoder.t5Norm(
      "final_layer_norm", configuration,
      scale: configuration.tiesOutput ? Float(1 / Double(configuration.width).squareRoot()) : 1)
    try weights.source.checkAllRead()
  }

  /// The first layer's table, which all layers use.
  private static func positions(
    _ configuration: T5Configuration, _ direction: RelativePositions.Direction, _ weights: WeightScope
  ) throws(ModelError) -> RelativePositions {
    let first = weights.scope("block").scope("0").scope("layer")
    let shape: Shape = [configuration.relativeBuckets, configuration.heads]
    // The first published models have one for cross-attention too, which nothing reads.
    let unused = "EncDecAttention.relative_attention_bias.weight"
    if first.scope("1").contains(unused) { _ = try first.scope("1").stored(unused, shape) }
    return RelativePositions(
      buckets: try first.scope("0").tensor("SelfAttention.relative_attention_bias.weight", shape),
      farthest: configuration.relativeFarthest, direction: direction, positions: T5Configuration.positionLimit)
  }

  @discardableResult
  public func encode(_ sources: [[TokenID]], into memories: [AttentionCache], _ context: KernelContext) -> Matrix {
    let lengths = sources.map(\.count)
    var x = embedding(sources, context)
    for layer in encoderLayers { x = layer(x, lengths: lengths, context) }
    x = context.rmsNorm(x, encoderNorm)
    CrossAttention.remember(
      x, lengths: lengths, by: decoderLayers.lazy.map(\.crossAttention), memories: memories, context)
    return x
  }

  public func decodeStep(
    _ tokens: UnsafeBufferPointer<TokenID>, state: inout DecoderState, _ context: KernelContext
  ) -> Matrix {
    precondition(tokens.count == state.rows.count, "\(tokens.count) tokens for \(state.rows.count) rows")
    var x = embedding(tokens, state: state, context)
    for (index, layer) in decoderLayers.enumerated() { x = layer(x, layer: index, state: state, context) }
    state.advance()
    return context.rmsNorm(x, decoderNorm)
  }
}
