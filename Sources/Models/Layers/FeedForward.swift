import Kernels
import Tensors

/// activation(x W₁ + b₁) W₂ + b₂. Source: Vaswani et al. 2017, §3.3.
struct FeedForward: Sendable {
  let input: LinearWeights
  let output: LinearWeights
  let activation: Activation

  /// x [M,D] → x + feedForward(x) [M,D].
  func addedTo(_ x: Matrix, _ context: KernelContext) -> Matrix {
    let hidden = context.linear(x, input, activation: activation)
    return context.linear(hidden, output, residual: x)
  }
}
