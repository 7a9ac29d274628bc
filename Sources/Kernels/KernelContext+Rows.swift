import CKernels
import Tensors
import Workers

/// Gain, bias and epsilon of a layer normalization.
public struct LayerNormWeights: Sendable {
  /// [D].
  public let gamma: Tensor
  /// [D].
  public let beta: Tensor
  /// Added to the variance.
  public let epsilon: Float

  public init(gamma: Tensor, beta: Tensor, epsilon: Float) {
    self.gamma = gamma
    self.beta = beta
    self.epsilon = epsilon
  }
}

/// Gain and epsilon of a root-mean-square normalization.
public struct RMSNormWeights: Sendable {
  /// [D].
  public let gamma: Tensor
  /// Added to the mean of squares.
  public let epsilon: Float

  public init(gamma: Tensor, epsilon: Float) {
    self.gamma = gamma
    self.epsilon = epsilon
  }
}

extension KernelContext {
  /// (x − mean) / √(variance + ε) · gamma + beta over each row. input [M,D] → [M,D].
  /// Source: Ba, Kiros and Hinton 2016, "Layer Normalization".
  public func layerNorm(_ input: Matrix, _ weights: LayerNormWeights) -> Matrix {
    let output = workspace.matrix(rows: input.rows, columns: input.columns)
    let task = LayerNormTask(
      table: kernels.table, input: input, output: output, gamma: weights.gamma.pointer, beta: weights.beta.pointer,
      epsilon: weights.epsilon,
      chunks: chunkCount(units: input.rows, work: input.rows * input.columns, small: 32_768))
    pool.parallelFor(task.chunks, task)
    return output
  }

  /// x / √(mean of squares + ε) · gamma over each row. input [M,D] → [M,D].
  /// Source: Zhang and Sennrich 2019, "Root Mean Square Layer Normalization".
  public func rmsNorm(_ input: Matrix, _ weights: RMSNormWeights) -> Matrix {
    let output = workspace.matrix(rows: input.rows, columns: input.columns)
    let task = RMSNormTask(
      table: kernels.table, input: input, output: output, gamma: weights.gamma.pointer, epsilon: weights.epsilon,
      chunks: chunkCount(units: input.rows, work: input.rows * input.columns, small: 32_768))
    pool.parallelFor(task.chunks, task)
    return output
  }

  /// activation(a) · b of rows that hold a and b side by side. input [M,2F] → [M,F].
  /// Source: Shazeer 2020, "GLU Variants Improve Transformer".
  public func gate(_ input: Matrix, activation: Activation) -> Matrix {
    let output = workspace.matrix(rows: input.rows, columns: input.columns / 2)
    let task = GateTask(
      table: kernels.table, input: input, output: output, activation: activation.kernel,
      chunks: chunkCount(units: input.rows, work: input.rows * input.columns, small: 16_384))
    pool.parallelFor(task.chunks, task)
    return output
  }

  /// Rows of an embedding table, scaled, plus their positions' rows.
  /// tokens [M], positions [M], table [V,D], positionTable [P,D] → table[token] · scale + positionTable[position], [M,D];
  /// without a positionTable, the table's rows as they are.
  public func embed(
    tokens: UnsafeBufferPointer<TokenID>, positions: UnsafeBufferPointer<Int32>, table embedding: StoredTensor,
    scale: Float, positionTable: Tensor?
  ) -> Matrix {
    let columns = embedding.shape.dimensions[1]
    let output = workspace.matrix(rows: tokens.count, columns: columns)
    let rowBytes = columns * embedding.element.size
    guard let base = embedding.bytes.baseAddress else { return output }
    for row in 0..<tokens.count {
      precondition(
        tokens[row] >= 0 && tokens[row] < embedding.shape.dimensions[0],
        "token \(tokens[row]) of \(embedding.shape.dimensions[0])")
      table.widen(base + Int(tokens[row]) * rowBytes, embedding.element.kernel, columns, output.row(row))
      guard let positionTable else { continue }
      precondition(
        positions[row] >= 0 && positions[row] < positionTable.shape.dimensions[0],
        "position \(positions[row]) of \(positionTable.shape.dimensions[0])")
      table.scale_add(
        output.row(row), scale, positionTable.pointer + Int(positions[row]) * columns, columns, output.row(row))
    }
    return output
  }
}

extension ElementType {
  var kernel: dragoman_element {
    switch self {
    case .float32: dragoman_float32
    case .float16: dragoman_float16
    case .bfloat16: dragoman_bfloat16
    }
  }
}

private struct LayerNormTask: ParallelTask {
  let table: UnsafePointer<dragoman_kernels>
  let input: Matrix
  let output: Matrix
  let gamma: UnsafePointer<Float>
  let beta: UnsafePointer<Float>
  let epsilon: Float
  let chunks: Int

  func run(chunk: Int, worker: Int) {
    let rows = slice(input.rows, chunk, of: chunks)
    table.pointee.layer_norm(
      input.row(rows.lowerBound), rows.count, input.columns, gamma, beta, epsilon, output.row(rows.lowerBound))
  }
}

private struct RMSNormTask: ParallelTask {
  let table: UnsafePointer<dragoman_kernels>
  let input: Matrix
  let output: Matrix
  let gamma: UnsafePointer<Float>
  let epsilon: Float
  let chunks: Int

  func run(chunk: Int, worker: Int) {
    let rows = slice(input.rows, chunk, of: chunks)
    table.pointee.rms_norm(
      input.row(rows.lowerBound), rows.count, input.columns, gamma, epsilon, output.row(rows.lowerBound))
  }
}

private struct GateTask: ParallelTask {
  let table: UnsafePointer<dragoman_kernels>
  let input: Matrix
  let output: Matrix
  let activation: dragoman_activation
  let chunks: Int

  func run(chunk: Int, worker: Int) {
    let rows = slice(input.rows, chunk, of: chunks)
    table.pointee.gate(
      input.row(rows.lowerBound), rows.count, output.columns, activation, output.row(rows.lowerBound))
  }
}
