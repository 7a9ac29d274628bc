import CKernels
import Tensors
import Workers

/// What additive attention weighs a sequence's rows by.
public struct AdditiveAttentionWeights: Sendable {
  /// W and b, [D,A].
  public let projection: LinearWeights
  /// v, [A].
  public let vector: Tensor

  public init(projection: LinearWeights, vector: Tensor) {
    self.projection = projection
    self.vector = vector
  }
}

extension KernelContext {
  /// One vector for each of ragged sequences: Σ αₜ hₜ with α = softmax over the sequence of vᵀ tanh(W hₜ + b).
  /// states h [ΣS,D], lengths of the sequences, each at least 1 → [B,D].
  /// Source: Bahdanau, Cho and Bengio 2015, §3.1 and A.1.2, without a decoder's state.
  public func additiveAttentionPooling(
    _ states: Matrix, lengths: [Int], _ weights: AdditiveAttentionWeights
  ) -> Matrix {
    let count = lengths.reduce(0, +)
    precondition(
      count == states.rows && lengths.allSatisfy { $0 > 0 }, "sequences of \(lengths) in \(states.rows) rows")
    precondition(
      weights.vector.shape == [weights.projection.matrix.columns],
      "a vector \(weights.vector.shape) for \(weights.projection.matrix.columns) columns")
    let keys = linear(states, weights.projection, activation: .tanh)
    let output = workspace.matrix(rows: lengths.count, columns: states.columns)
    let firsts = workspace.take(Int.self, lengths.count + 1)
    firsts[0] = 0
    for (index, length) in lengths.enumerated() { firsts[index + 1] = firsts[index] + length }
    let task = AdditiveAttentionTask(
      table: kernels.table, keys: keys, vector: weights.vector.pointer, values: states, firsts: firsts,
      output: output, scores: workspace.take(Float.self, count + 16 * lengths.count),
      chunks: chunkCount(units: lengths.count, work: count * (keys.columns + states.columns), small: 50_000))
    pool.parallelFor(task.chunks, task)
    return output
  }

  /// Σ xᵢ · weightsᵢ.
  public func dot(_ x: UnsafeBufferPointer<Float>, _ weights: Tensor) -> Float {
    precondition(x.count == weights.shape.count, "\(x.count) numbers for weights \(weights.shape)")
    return x.baseAddress.map { table.dot($0, weights.pointer, x.count) } ?? 0
  }

  /// ln x of a normal number above 0, by the kernels' own polynomial.
  public func logarithm(_ x: Float) -> Float { table.log_sum_exp([0], [x], 1) }
}

private struct AdditiveAttentionTask: ParallelTask {
  let table: UnsafePointer<dragoman_kernels>
  let keys: Matrix
  let vector: UnsafePointer<Float>
  let values: Matrix
  /// The first row of each sequence, and the end.
  let firsts: UnsafePointer<Int>
  let output: Matrix
  /// A sequence's scratch begins at its first row, moved on by the padding of those before it.
  let scores: UnsafeMutablePointer<Float>
  let chunks: Int

  func run(chunk: Int, worker: Int) {
    for index in slice(output.rows, chunk, of: chunks) {
      let first = firsts[index]
      var arguments = dragoman_additive_attention(
        keys: keys.row(first), key_stride: keys.columns, vector: vector, values: values.row(first),
        value_stride: values.columns, output: output.row(index), scores: scores + first + 16 * index,
        key_count: firsts[index + 1] - first, key_width: keys.columns, value_width: values.columns)
      table.pointee.additive_attention(&arguments)
    }
  }
}
