import CKernels
import Tensors
import Workers

/// How weight matrices are held in memory.
public enum Quantization: String, Sendable, CaseIterable {
  /// 8-bit integers with a scale a column; activations are quantized row by row as they come.
  case int8
  /// As trained.
  case float32
}

extension KernelContext {
  /// Packs stored weights [N,K] (a row an output, as PyTorch stores them) into the matrix [K,N] of the products.
  /// Several tensors with the same K become one matrix, their outputs side by side.
  public func pack(_ tensors: [StoredTensor], as quantization: Quantization) -> WeightMatrix {
    let terms = tensors.first?.shape.dimensions[1] ?? 0
    let columns = tensors.reduce(0) { $0 + $1.shape.dimensions[0] }
    let matrix: WeightMatrix =
      switch quantization {
      case .int8: .int8(Int8Matrix(terms: terms, columns: columns))
      case .float32: .float32(FloatMatrix(terms: terms, columns: columns))
      }
    let scratch = workspace.take(Float.self, terms * pool.threadCount)
    var first = 0
    for tensor in tensors {
      precondition(tensor.shape.dimensions[1] == terms, "rows of \(tensor.shape) beside rows of \(terms)")
      let rows = tensor.shape.dimensions[0]
      let task = PackTask(
        table: kernels.table, tensor: tensor, matrix: matrix, firstColumn: first, scratch: scratch, rows: rows,
        terms: terms, chunks: chunkCount(units: rows, work: rows * terms, small: 32_768))
      pool.parallelFor(task.chunks, task)
      // From here on the packed copy serves.
      tensor.release()
      first += rows
    }
    return matrix
  }

  /// A stored tensor as float32.
  public func widen(_ tensor: StoredTensor) -> Tensor {
    Tensor(shape: tensor.shape) { output in
      guard let source = tensor.bytes.baseAddress, let destination = output.baseAddress else { return }
      table.widen(source, tensor.element.kernel, output.count, destination)
    }
  }
}

private struct PackTask: ParallelTask {
  let table: UnsafePointer<dragoman_kernels>
  let tensor: StoredTensor
  let matrix: WeightMatrix
  let firstColumn: Int
  let scratch: UnsafeMutablePointer<Float>
  let rows: Int
  let terms: Int
  let chunks: Int

  func run(chunk: Int, worker: Int) {
    guard let source = tensor.bytes.baseAddress else { return }
    let row = scratch + worker * terms
    for index in slice(rows, chunk, of: chunks) {
      table.pointee.widen(source + index * terms * tensor.element.size, tensor.element.kernel, terms, row)
      switch matrix {
      case .int8(let matrix):
        table.pointee.pack_int8(
          row, terms, firstColumn + index, matrix.values.pointer, matrix.scales.pointer, matrix.offsets.pointer)
      case .float32(let matrix):
        table.pointee.pack_float(row, terms, firstColumn + index, matrix.values.pointer)
      }
    }
  }
}
