import Kernels
import Tensors

/// A table of token vectors with its positions: table[token] · scale + positions[p].
/// The table stays in its file's mapping, in the format it was stored in; only looked-up rows are widened.
struct Embedding: Sendable {
  /// [V,D].
  let table: StoredTensor
  let scale: Float
  /// [P,D].
  let positions: Tensor

  /// Whole sources, each from position 0 → [ΣS,D].
  func callAsFunction(_ sources: [[TokenID]], _ context: KernelContext) -> Matrix {
    let count = sources.reduce(0) { $0 + $1.count }
    let tokens = context.workspace.take(TokenID.self, count)
    let places = context.workspace.take(Int32.self, count)
    var row = 0
    for source in sources {
      for (position, token) in source.enumerated() {
        tokens[row] = token
        places[row] = Int32(position)
        row += 1
      }
    }
    return context.embed(
      tokens: UnsafeBufferPointer(start: tokens, count: count),
      positions: UnsafeBufferPointer(start: places, count: count), table: table, scale: scale,
      positionTable: positions)
  }

  /// One token a row, at the position that its past has reached → [B,D].
  func callAsFunction(
    _ tokens: UnsafeBufferPointer<TokenID>, state: borrowing DecoderState, _ context: KernelContext
  ) -> Matrix {
    let places = context.workspace.take(Int32.self, tokens.count)
    for index in 0..<tokens.count { places[index] = Int32(state.rows[index].past.count) }
    return context.embed(
      tokens: tokens, positions: UnsafeBufferPointer(start: places, count: tokens.count), table: table, scale: scale,
      positionTable: positions)
  }
}
