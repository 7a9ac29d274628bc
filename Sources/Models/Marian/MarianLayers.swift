import Kernels
import Tensors

/// Self-attention and feed-forward, each followed by residual and norm (post-norm).
struct MarianEncoderLayer: Sendable {
  let selfAttention: SelfAttention
  let selfAttentionNorm: LayerNormWeights
  let feedForward: FeedForward
  let finalNorm: LayerNormWeights

  init(_ sizes: MarianStack, _ weights: WeightScope) throws(ModelError) {
    selfAttention = try weights.scope("self_attn").selfAttention(width: sizes.width, heads: sizes.heads)
    selfAttentionNorm = try weights.marianNorm("self_attn_layer_norm", sizes.width)
    feedForward = try weights.marianFeedForward(sizes)
    finalNorm = try weights.marianNorm("final_layer_norm", sizes.width)
  }

  /// x [ΣS,D] → [ΣS,D].
  func callAsFunction(_ x: Matrix, lengths: [Int], _ context: KernelContext) -> Matrix {
    let attended = context.layerNorm(selfAttention(x, addedTo: x, lengths: lengths, context), selfAttentionNorm)
    return context.layerNorm(feedForward(attended, addedTo: attended, context), finalNorm)
  }
}

/// Tokens → vectors that know of each other: an embedding and its layers. Source: Vaswani et al. 2017, §3.1.
struct MarianEncoder: Sendable {
  private let embedding: Embedding
  private let layers: [MarianEncoderLayer]

  /// - Parameter weights: the root of a model's.
  init(_ sizes: MarianStack, embedding: Embedding, _ weights: WeightScope) throws(ModelError) {
    self.embedding = embedding
    let scope = weights.scope("model").scope("encoder").scope("layers")
    layers = try (0..<sizes.layers).mapTyped { layer throws(ModelError) in
      try MarianEncoderLayer(sizes, scope.scope("\(layer)"))
    }
  }

  /// Whole sources, their lengths, ragged → the sources' rows one behind the other, [ΣS,D].
  func callAsFunction(_ sources: [[TokenID]], lengths: [Int], _ context: KernelContext) -> Matrix {
    var x = embedding(sources, context)
    for layer in layers { x = layer(x, lengths: lengths, context) }
    return x
  }
}

/// Self-attention over the past, cross-attention to the source, feed-forward; each with residual and norm.
struct MarianDecoderLayer: Sendable {
  let selfAttention: SelfAttention
  let selfAttentionNorm: LayerNormWeights
  let crossAttention: CrossAttention
  let crossAttentionNorm: LayerNormWeights
  let feedForward: FeedForward
  let finalNorm: LayerNormWeights

  init(_ sizes: MarianStack, _ weights: WeightScope) throws(ModelError) {
    let width = sizes.width
    let heads = sizes.heads
    selfAttention = try weights.scope("self_attn").selfAttention(width: width, heads: heads)
    selfAttentionNorm = try weights.marianNorm("self_attn_layer_norm", width)
    crossAttention = try weights.scope("encoder_attn").crossAttention(width: width, heads: heads)
    crossAttentionNorm = try weights.marianNorm("encoder_attn_layer_norm", width)
    feedForward = try weights.marianFeedForward(sizes)
    finalNorm = try weights.marianNorm("final_layer_norm", width)
  }

  /// x [B,D] → [B,D].
  func callAsFunction(_ x: Matrix, layer: Int, state: borrowing DecoderState, _ context: KernelContext) -> Matrix {
    let own = context.layerNorm(
      selfAttention(x, addedTo: x, layer: layer, state: state, context), selfAttentionNorm)
    let both = context.layerNorm(
      crossAttention(own, addedTo: own, layer: layer, state: state, context), crossAttentionNorm)
    return context.layerNorm(feedForward(both, addedTo: both, context), finalNorm)
  }
}

extension WeightScope {
  fileprivate func marianNorm(_ name: String, _ width: Int) throws(ModelError) -> LayerNormWeights {
    try layerNorm(name, width: width, epsilon: MarianConfiguration.layerNormEpsilon)
  }

  fileprivate func marianFeedForward(_ sizes: MarianStack) throws(ModelError) -> FeedForward {
    FeedForward(
      input: try linear(["fc1"], inputs: sizes.width, outputs: sizes.feedForwardWidth),
      output: try linear(["fc2"], inputs: sizes.feedForwardWidth, outputs: sizes.width), activation: sizes.activation)
  }

  fileprivate func selfAttention(width: Int, heads: Int) throws(ModelError) -> SelfAttention {
    SelfAttention(
      projection: try linear(["q_proj", "k_proj", "v_proj"], inputs: width, outputs: width),
      output: try linear(["out_proj"], inputs: width, outputs: width),
      layout: HeadLayout(heads: heads, width: width / heads))
  }

  fileprivate func crossAttention(width: Int, heads: Int) throws(ModelError) -> CrossAttention {
    CrossAttention(
      query: try linear(["q_proj"], inputs: width, outputs: width),
      keyValue: try linear(["k_proj", "v_proj"], inputs: width, outputs: width),
      output: try linear(["out_proj"], inputs: width, outputs: width),
      layout: HeadLayout(heads: heads, width: width / heads))
  }
}
