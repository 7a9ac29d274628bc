import CKernels
import Tensors
import Workers

/// The function between the two layers of a feed-forward block.
public enum Activation: Sendable {
  case identity
  case relu
  /// x · sigmoid(x), also called SiLU.
  case swish
  /// x · ½(1 + erf(x/√2)).
  case gelu
  /// Its approximation by a hyperbolic tangent.
  case geluTanh
  case tanh

  var kernel: dragoman_activation {
    switch self {
    case .identity: dragoman_identity
    case .relu: dragoman_relu
    case .swish: dragoman_swish
    case .gelu: dragoman_gelu
    case .geluTanh: dragoman_gelu_tanh
    case .tanh: dragoman_tanh
    }
  }
}

/// An affine map's weights: y = x · weights + bias.
public struct LinearWeights: Sendable {
  /// [K,N], packed.
  public let matrix: WeightMatrix
  /// [N].
  public let bias: Tensor?

  public init(matrix: WeightMatrix, bias: Tensor?) {
    self.matrix = matrix
    self.bias = bias
  }
}

extension KernelContext {
  /// activation(input · weights + bias) + residual. input [M,K], weights [K,N], bias [N], residual [M,N] → [M,N].
  /// With int8 weights each input row is quantized with a scale of its own.
  public func linear(
    _ input: Matrix, _ weights: LinearWeights, activation: Activation = .identity, residual: Matrix? = nil
  ) -> Matrix {
    let output = workspace.matrix(rows: input.rows, columns: weights.matrix.columns)
    if let residual {
      precondition(
        residual.rows == output.rows && residual.columns == output.columns,
        "residual [\(residual.rows),\(residual.columns)] for an output [\(output.rows),\(output.columns)]")
    }
    let task = MatMulTask(
      table: kernels.table, operand: operand(input, weights.matrix),
      epilogue: dragoman_epilogue(
        bias: weights.bias?.pointer, residual: residual.map { UnsafePointer($0.pointer) },
        activation: activation.kernel),
      rows: input.rows, panels: weights.matrix.panels, output: output.pointer, outputStride: output.columns,
      threads: pool.threadCount, work: input.rows * input.columns * output.columns)
    pool.parallelFor(task.chunks, task)
    return output
  }

  /// Brings activations into the form that the product with `matrix` wants.
  func operand(_ input: Matrix, _ matrix: WeightMatrix) -> MatMulOperand {
    precondition(
      input.columns == matrix.terms,
      "input [\(input.rows),\(input.columns)] times weights [\(matrix.terms),\(matrix.columns)]")
    switch matrix {
    case .float32(let weights):
      return .float32(
        input.pointer, stride: input.columns,
        dragoman_float_matrix(values: weights.values.pointer, terms: weights.terms, columns: weights.columns))
    case .int8(let weights):
      let stride = (input.columns + 63) / 64 * 64
      let values = workspace.take(UInt8.self, input.rows * stride)
      let scales = workspace.take(Float.self, input.rows)
      let task = QuantizeTask(
        table: kernels.table, input: input, values: values, stride: stride, scales: scales,
        chunks: chunkCount(units: input.rows, work: input.rows * input.columns, small: 32_768))
      pool.parallelFor(task.chunks, task)
      return .int8(
        values, stride: stride, scales: scales,
        dragoman_int8_matrix(
          values: weights.values.pointer, scales: weights.scales.pointer, offsets: weights.offsets.pointer,
          terms: weights.terms, columns: weights.columns))
    }
  }
}

private struct QuantizeTask: ParallelTask {
  let table: UnsafePointer<dragoman_kernels>
  let input: Matrix
  let values: UnsafeMutablePointer<UInt8>
  let stride: Int
  let scales: UnsafeMutablePointer<Float>
  let chunks: Int

  func run(chunk: Int, worker: Int) {
    let rows = slice(input.rows, chunk, of: chunks)
    table.pointee.quantize_rows(
      input.row(rows.lowerBound), input.columns, rows.count, input.columns, values + rows.lowerBound * stride, stride,
      scales + rows.lowerBound)
  }
}

/// Both sides of a product, ready for the kernels.
enum MatMulOperand {
  case int8(UnsafePointer<UInt8>, stride: Int, scales: UnsafePointer<Float>, dragoman_int8_matrix)
  case float32(UnsafePointer<Float>, stride: Int, dragoman_float_matrix)

  /// Columns of `panels` of rows `rows` → output, whose first row is `rows.lowerBound` and whose column 0 is the
  /// matrix's column 0.
  @inline(__always)
  func multiply(
    _ table: UnsafePointer<dragoman_kernels>, rows: Range<Int>, panels: Range<Int>,
    into output: UnsafeMutablePointer<Float>, stride outputStride: Int, _ epilogue: dragoman_epilogue
  ) {
    withUnsafePointer(to: epilogue) { epilogue in
      switch self {
      case .int8(let values, let stride, let scales, let matrix):
        withUnsafePointer(to: matrix) {
          table.pointee.matmul_int8(
            values + rows.lowerBound * stride, stride, scales + rows.lowerBound, $0, rows.count, panels.lowerBound,
            panels.upperBound, output, outputStride, epilogue)
        }
      case .float32(let values, let stride, let matrix):
        withUnsafePointer(to: matrix) {
          table.pointee.matmul_float(
            values + rows.lowerBound * stride, stride, $0, rows.count, panels.lowerBound, panels.upperBound, output,
            outputStride, epilogue)
        }
      }
    }
  }
}

/// A product split into blocks of rows and ranges of panels; K is never split.
private struct MatMulTask: ParallelTask {
  static let rowBlock = 192  // rows whose int8 operand stays in the second-level cache beside a panel
  static let small = 100_000  // multiply-adds that one worker does in about a microsecond

  let table: UnsafePointer<dragoman_kernels>
  let operand: MatMulOperand
  let epilogue: dragoman_epilogue
  let rows: Int
  let panels: Int
  let output: UnsafeMutablePointer<Float>
  let outputStride: Int
  let rowBlocks: Int
  let panelBlocks: Int

  var chunks: Int { rowBlocks * panelBlocks }

  init(
    table: UnsafePointer<dragoman_kernels>, operand: MatMulOperand, epilogue: dragoman_epilogue, rows: Int,
    panels: Int, output: UnsafeMutablePointer<Float>, outputStride: Int, threads: Int, work: Int
  ) {
    self.table = table
    self.operand = operand
    self.epilogue = epilogue
    self.rows = rows
    self.panels = panels
    self.output = output
    self.outputStride = outputStride
    rowBlocks = max(1, (rows + Self.rowBlock - 1) / Self.rowBlock)
    let wanted = threads == 1 || work < Self.small ? 1 : (threads * 4 + rowBlocks - 1) / rowBlocks
    panelBlocks = min(panels, max(1, wanted))
  }

  func run(chunk: Int, worker: Int) {
    let rows = slice(rows, chunk / panelBlocks, of: rowBlocks)
    let panels = slice(panels, chunk % panelBlocks, of: panelBlocks)
    var epilogue = epilogue
    epilogue.residual = epilogue.residual.map { $0 + rows.lowerBound * outputStride }
    operand.multiply(
      table, rows: rows, panels: panels, into: output + rows.lowerBound * outputStride, stride: outputStride, epilogue)
  }
}
