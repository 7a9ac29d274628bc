import Kernels
import Tensors

/// Self-attention and feed-forward, each behind a norm and added to its input (pre-norm).
struct T5EncoderLayer: Sendable {
  let selfAttentionNorm: RMSNormWeights
  let selfAttention: SelfAttention
  let feedForwardNorm: RMSNormWeights
  let feedForward: FeedForward

  init(
    _ configuration: T5Configuration, positions: RelativePositions, _ weights: WeightScope
  ) throws(ModelError) {
    let attention = weights.scope("layer").scope("0")
    selfAttentionNorm = try attention.t5Norm("layer_norm", configuration)
    selfAttention = try attention.scope("SelfAttention").t5SelfAttention(configuration, positions)
    let forward = weights.scope("layer").scope("1")
    feedForwardNorm = try forward.t5Norm("layer_norm", configuration)
    feedForward = try forward.scope("DenseReluDense").t5FeedForward(configuration)
  }

  /// x [ΣS,D] → [ΣS,D].
  func callAsFunction(_ x: Matrix, lengths: [Int], _ context: KernelContext) -> Matrix {
    let attended = selfAttention(context.rmsNorm(x, selfAttentionNorm), addedTo: x, lengths: lengths, context)
    return feedForward(context.rmsNorm(attended, feedForwardNorm), addedTo: attended, context)
  }
}

/// Self-attention over the past, cross-attention to the source, feed-forward; each behind a norm and added to its input.
struct T5DecoderLayer: Sendable {
  let selfAttentionNorm: RMSNormWeights
  let selfAttention: SelfAttention
  let crossAttentionNorm: RMSNormWeights
  let crossAttention: CrossAttention
  let feedForwardNorm: RMSNormWeights
  let feedForward: FeedForward

  init(
    _ configuration: T5Configuration, positions: RelativePositions, _ weights: WeightScope
  ) throws(ModelError) {
    let own = weights.scope("layer").scope("0")
    selfAttentionNorm = try own.t5Norm("layer_norm", configuration)
    selfAttention = try own.scope("SelfAttention").t5SelfAttention(configuration, positions)
    let cross = weights.scope("layer").scope("1")
    crossAttentionNorm = try cross.t5Norm("layer_norm", configuration)
    crossAttention = try cross.scope("EncDecAttention").t5CrossAttention(configuration)
    let forward = weights.scope("layer").scope("2")
    feedForwardNorm = try forward.t5Norm("layer_norm", configuration)
    feedForward = try forward.scope("DenseReluDense").t5FeedForward(configuration)
  }

  /// x [B,D] → [B,D].
  func callAsFunction(_ x: Matrix, layer: Int, state: borrowing DecoderState, _ context: KernelContext) -> Matrix {
    let own = selfAttention(
      context.rmsNorm(x, selfAttentionNorm), addedTo: x, layer: layer, state: state, context)
    let both = crossAttention(
      context.rmsNorm(own, crossAttentionNorm), addedTo: own, layer: layer, state: state, context)
    return feedForward(context.rmsNorm(both, feedForwardNorm), addedTo: both, context)
  }
}

extension WeightScope {
  /// - Parameter scale: multiplied into the gain.
  func t5Norm(
    _ name: String, _ configuration: T5Configuration, scale: Float = 1
  ) throws(ModelError) -> RMSNormWeights {
    let gain = try tensor(name + ".weight", [configuration.width])
    let gamma =
      scale == 1
      ? gain
      : Tensor(shape: [configuration.width]) { scaled in
        for column in 0..<configuration.width { scaled[column] = gain.pointer[column] * scale }
      }
    return RMSNormWeights(gamma: gamma, epsilon: configuration.normEpsilon)
  }

  fileprivate func t5FeedForward(_ configuration: T5Configuration) throws(ModelError) -> FeedForward {
    FeedForward(
      input: try linearWithoutBias(
        configuration.isGated ? ["wi_0", "wi_1"] : ["wi"], inputs: configuration.width,
        outputs: configuration.feedForwardWidth),
      output: try linearWithoutBias(
        ["wo"], inputs: configuration.feedForwardWidth, outputs: configuration.width),
      activation: configuration.activation, isGated: configuration.isGated)
  }

  fileprivate func t5SelfAttention(
    _ configuration: T5Configuration, _ positions: RelativePositions
  ) throws(ModelError) -> SelfAttention {
    let layout = configuration.headLayout
    let inner = layout.heads * layout.width
    return SelfAttention(
      projection: try linearWithoutBias(["q", "k", "v"], inputs: configuration.width, outputs: inner),
      output: try linearWithoutBias(["o"], inputs: inner, outputs: configuration.width), layout: layout,
      positions: positions)
  }

  fileprivate func t5CrossAttention(_ configuration: T5Configuration) throws(ModelError) -> CrossAttention {
    let layout = configuration.headLayout
    let inner = layout.heads * layout.width
    return CrossAttention(
      query: try linearWithoutBias(["q"], inputs: configuration.width, outputs: inner),
      keyValue: try linearWithoutBias(["k", "v"], inputs: configuration.width, outputs: inner),
      output: try linearWithoutBias(["o"], inputs: inner, outputs: configuration.width), layout: layout)
  }
}

extension T5Configuration {
  /// Scores are not scaled; training has put the scale into the weights.
  var headLayout: HeadLayout { HeadLayout(heads: heads, width: headWidth, scale: 1) }
}
