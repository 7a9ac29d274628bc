import Kernels
import Tensors

/// Multi-head attention of a sequence to itself: queries, keys and values are one product. E is the heads' width, which
/// need not be D. Source: Vaswani et al. 2017, §3.2.2.
struct SelfAttention: Sendable {
  /// [D,3E]: queries | keys | values.
  let projection: LinearWeights
  /// [E,D].
  let output: LinearWeights
  let layout: HeadLayout
  /// What distances add to the scores.
  var positions: RelativePositions?

  var width: Int { layout.heads * layout.width }

  /// Every position attends to all of its sequence. x [ΣS,D], lengths of the sequences → residual + attention(x) [ΣS,D].
  func callAsFunction(
    _ x: Matrix, addedTo residual: Matrix, lengths: [Int], _ context: KernelContext
  ) -> Matrix {
    let projected = context.linear(x, projection)
    let attended = context.workspace.matrix(rows: x.rows, columns: width)
    let rows = context.workspace.take(AttentionRow.self, lengths.count)
    var first = 0
    for (index, length) in lengths.enumerated() {
      rows[index] = AttentionRow(
        queries: projected.row(first), queryStride: projected.columns, queryCount: length,
        keys: context.workspace.take(Float.self, layout.packedCount(length)),
        values: AttentionValues(rows: projected.row(first) + 2 * width, stride: projected.columns, layout: layout),
        bias: positions?.bias(query: 0), keyCount: length,
        output: attended.row(first), outputStride: width)
      first += length
    }
    let batch = UnsafeBufferPointer(start: rows, count: lengths.count)
    context.packSequenceKeys(batch, keyColumn: width, layout: layout)
    context.scaledDotProductAttention(batch, layout: layout)
    return context.linear(attended, output, residual: residual)
  }

  /// Each row attends to its past and to itself. x [B,D] → residual + attention(x) [B,D]; the caches grow by a position,
  /// whose count the caller raises after the last layer.
  func callAsFunction(
    _ x: Matrix, addedTo residual: Matrix, layer: Int, state: borrowing DecoderState, _ context: KernelContext
  ) -> Matrix {
    let projected = context.linear(x, projection)
    let attended = context.workspace.matrix(rows: x.rows, columns: width)
    let rows = context.workspace.take(AttentionRow.self, x.rows)
    for index in 0..<x.rows {
      let past = state.rows[index].past
      let position = projected.row(index)
      past.store(
        layer: layer, keys: position + width, values: position + 2 * width, stride: projected.columns,
        first: past.count, count: 1, context)
      rows[index] = AttentionRow(
        queries: position, queryStride: projected.columns, queryCount: 1, keys: past.keys(layer),
        values: AttentionValues(blocks: past.values(layer), layout: layout),
        bias: positions?.bias(query: past.count), keyCount: past.count + 1,
        output: attended.row(index), outputStride: width)
    }
    context.scaledDotProductAttention(UnsafeBufferPointer(start: rows, count: x.rows), layout: layout)
    return context.linear(attended, output, residual: residual)
  }
}

/// Multi-head attention of the decoder to the encoder's output.
struct CrossAttention: Sendable {
  /// [D,E].
  let query: LinearWeights
  /// [D,2E]: keys | values.
  let keyValue: LinearWeights
  /// [E,D].
  let output: LinearWeights
  let layout: HeadLayout

  var width: Int { layout.heads * layout.width }

  /// Fills every layer of each source's memory. encoded [ΣS,D], lengths of the sources, attentions of the layers in order.
  static func remember(
    _ encoded: Matrix, lengths: [Int], by attentions: some Sequence<CrossAttention>, memories: [AttentionCache],
    _ context: KernelContext
  ) {
    for (layer, attention) in attentions.enumerated() {
      attention.remember(encoded, lengths: lengths, layer: layer, memories: memories, context)
    }
    for (memory, length) in zip(memories, lengths) { memory.count = length }
  }

  /// Fills one layer of each source's memory.
  private func remember(
    _ encoded: Matrix, lengths: [Int], layer: Int, memories: [AttentionCache], _ context: KernelContext
  ) {
    let projected = context.linear(encoded, keyValue)
    var first = 0
    for (length, memory) in zip(lengths, memories) {
      memory.store(
        layer: layer, keys: projected.row(first), values: projected.row(first) + width, stride: projected.columns,
        first: 0, count: length, context)
      first += length
    }
  }

  /// x [B,D] → residual + attention(x, memory) [B,D].
  func callAsFunction(
    _ x: Matrix, addedTo residual: Matrix, layer: Int, state: borrowing DecoderState, _ context: KernelContext
  ) -> Matrix {
    let queries = context.linear(x, query)
    let attended = context.workspace.matrix(rows: x.rows, columns: width)
    let rows = context.workspace.take(AttentionRow.self, x.rows)
    for index in 0..<x.rows {
      let memory = state.rows[index].memory
      rows[index] = AttentionRow(
        queries: queries.row(index), queryStride: width, queryCount: 1, keys: memory.keys(layer),
        values: AttentionValues(blocks: memory.values(layer), layout: layout),
        keyCount: memory.count, output: attended.row(index), outputStride: width,
        weights: state.sourceWeights?.row(index, layer: layer))
    }
    context.scaledDotProductAttention(UnsafeBufferPointer(start: rows, count: x.rows), layout: layout)
    return context.linear(attended, output, residual: residual)
  }
}
