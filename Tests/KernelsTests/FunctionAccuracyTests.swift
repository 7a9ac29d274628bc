import CKernels
import Kernels
import Testing

/// The kernels' own exp, ln and erf against double precision, through the kernels that use them.
@Suite struct FunctionAccuracyTests {
  /// activation(x) through a product of [M,1] · [1,1].
  static func activate(_ set: KernelSet, _ inputs: [Float], _ activation: dragoman_activation) -> [Float] {
    let input = GuardedBuffer(inputs)
    let weights = GuardedBuffer<Float>([1] + [Float](repeating: 0, count: 63))
    let output = GuardedBuffer<Float>(count: inputs.count)
    var matrix = dragoman_float_matrix(values: weights.pointer, terms: 1, columns: 1)
    var epilogue = dragoman_epilogue(bias: nil, residual: nil, activation: activation)
    set.table.pointee.matmul_float(input.pointer, 1, &matrix, inputs.count, 0, 1, output.pointer, 1, &epilogue)
    return output.elements
  }

  private static let grid = stride(from: Float(-90), through: 90, by: 0.0371).map { $0 }
  private static let edges: [Float] = [
    0, -0.0, 0x1p-149, -0x1p-149, 1e-20, -1e-20, 1, -1, 5.6, -5.6, 5.7, -5.7, 87, -87, 88, -88, 1e6, -1e6, 3e38, -3e38,
    .infinity, -.infinity, .nan,
  ]

  @Test(
    arguments: KernelSet.all,
    [dragoman_identity, dragoman_relu, dragoman_swish, dragoman_gelu, dragoman_gelu_tanh, dragoman_tanh])
  func `activations of ordinary and odd numbers are the generic ones`(set: KernelSet, activation: dragoman_activation) {
    let inputs = Self.grid + Self.edges
    let found = difference(Self.activate(set, inputs, activation), Self.activate(.generic, inputs, activation))
    #expect(found == nil)
  }

  @Test func `the identity keeps its input and relu cuts below zero`() {
    let inputs = Self.grid + Self.edges.dropLast()  // without the NaN
    #expect(Self.activate(.generic, inputs, dragoman_identity) == inputs)
    #expect(Self.activate(.generic, inputs, dragoman_relu) == inputs.map { max(0, $0) })
  }

  @Test func `swish is within 5e-7 of the truth`() {
    let found = deviation(
      Self.activate(.generic, Self.grid, dragoman_swish), Self.grid.map { swish(Double($0)) }, relative: 5e-7,
      absolute: 1e-36)
    #expect(found == nil)
  }

  @Test func `gelu is within 5e-7 of the truth in units of its input`() {
    let outputs = Self.activate(.generic, Self.grid, dragoman_gelu)
    for (input, output) in zip(Self.grid, outputs) {
      #expect((Double(output) - gelu(Double(input))).magnitude <= 5e-7 * Double(input.magnitude), "gelu(\(input))")
    }
  }

  @Test func `gelu by tanh is within 5e-7 of the truth in units of its input`() {
    let outputs = Self.activate(.generic, Self.grid, dragoman_gelu_tanh)
    for (input, output) in zip(Self.grid, outputs) {
      let x = Double(input)
      let truth = x / (1 + exponential(-2 * (2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
      #expect((Double(output) - truth).magnitude <= 5e-7 * x.magnitude, "gelu(\(input))")
    }
  }

  @Test func `tanh is within 3e-7 of the truth, odd, and 1 far out`() {
    let inputs = Self.grid + stride(from: Float(-1), through: 1, by: 0.00137) + [1e-20, 0x1p-140, 0.625, 0.62499994]
    let outputs = Self.activate(.generic, inputs, dragoman_tanh)
    let truth = inputs.map { tangent(Double($0)) }
    #expect(deviation(outputs, truth, relative: 3e-7, absolute: 0x1p-149) == nil)
    let mirrored = Self.activate(.generic, inputs.map { -$0 }, dragoman_tanh)
    #expect(difference(mirrored, outputs.map { -$0 }) == nil)
    let edges = Self.activate(.generic, [.infinity, -.infinity, 3e38, .nan, 0], dragoman_tanh)
    #expect(difference(edges, [1, -1, 1, .nan, 0]) == nil)
  }

  @Test func `the exponential is within 2e-7 of the truth`() {
    for step in 1..<3_500 {
      let exponent = Float(step) * -0.02493
      let input = GuardedBuffer<Float>([0, exponent])
      let output = GuardedBuffer<Float>(count: 2)
      KernelSet.generic.table.pointee.softmax(input.pointer, 2, output.pointer)
      let truth = exponential(Double(exponent))
      // Below e^−17.4 the sum is exactly 1 and the second output is the exponential itself.
      let relative = exponent < -17.4 ? 2e-7 : 4e-7
      let found = deviation([output.pointer[1]], [truth / (1 + truth)], relative: relative)
      #expect(found == nil, "e^\(exponent)")
    }
  }

  @Test(arguments: KernelSet.all) func `the logarithm is within 2e-7 of the truth`(set: KernelSet) {
    var random = Randomness(seed: 7)
    for _ in 0..<4_000 {
      // Any normal positive float, and many near 1.
      let any = Float(bitPattern: 0x0080_0000 + UInt32(random.next() % 0x7f00_0000))
      for value in [any, 1 + random.float() * 0.1, 1 + random.float() * 1e-4] {
        let result = set.table.pointee.log_sum_exp([0], [value], 1)
        #expect(bits(result) == bits(KernelSet.generic.table.pointee.log_sum_exp([0], [value], 1)))
        let truth = logarithm(Double(value))
        #expect(deviation([result], [truth], relative: 2e-7) == nil, "ln \(value)")
      }
    }
    #expect(set.table.pointee.log_sum_exp([0], [1], 1) == 0)
  }
}
