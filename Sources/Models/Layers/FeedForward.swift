import Kernels
import Tensors

/// activation(x W₁ + b₁) W₂ + b₂, or, gated, (activation(x W₁) · (x V)) W₂.
/// Source: Vaswani et al. 2017, §3.3; Shazeer 2020.
struct FeedForward: Sendable {
  /// [D,F]; gated, [D,2F]: W₁ | V.
  let input: LinearWeights
  /// [F,D].
  let output: LinearWeights
  let activation: Activation
  var isGated = false

  /// x [M,D] → residual + feedForward(x) [M,D].
  func callAsFunction(_ x: Matrix, addedTo residual: Matrix, _ context: KernelContext) -> Matrix {
    let hidden =
      isGated
      ? context.gate(context.linear(x, input), activation: activation)
      : context.linear(x, input, activation: activation)
    return context.linear(hidden, output, residual: residual)
  }
}
