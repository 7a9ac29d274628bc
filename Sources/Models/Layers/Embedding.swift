import Kernels
import Tensors

/// A table of token vectors, with positions where the model has a table of them: table[token] · scale + positions[p].
/// The table stays in its file's mapping, in the format it was stored in; only looked-up rows are widened.
struct Embedding: Sendable {
  /// [V,D].
  let table: StoredTensor
  let scale: Float
  /// [P,D]; nil without, and then `scale` is 1.
  let positions: Tensor?
  /// Rows of `positions` before that of the first token.
  var positionOffset = 0
  /// What follows the sum, where something does.
  var norm: LayerNormWeights?

  /// Whole sources, each from position 0 → [ΣS,D].
  func callAsFunction(_ sources: [[TokenID]], _ context: KernelContext) -> Matrix {
    let count = sources.reduce(0) { $0 + $1.count }
    let tokens = context.workspace.take(TokenID.self, count)
    let places = context.workspace.take(Int32.self, count)
    var row = 0
    for source in sources {
      for (position, token) in source.enumerated() {
        tokens[row] = token
        places[row] = Int32(position + positionOffset)
        row += 1
      }
    }
    return embed(UnsafeBufferPointer(start: tokens, count: count), places, context)
  }

  /// One token a row, at the position that its past has reached → [B,D].
  func callAsFunction(
    _ tokens: UnsafeBufferPointer<TokenID>, state: borrowing DecoderState, _ context: KernelContext
  ) -> Matrix {
    let places = context.workspace.take(Int32.self, tokens.count)
    for index in 0..<tokens.count { places[index] = Int32(state.rows[index].past.count + positionOffset) }
    return embed(tokens, places, context)
  }

  private func embed(
    _ tokens: UnsafeBufferPointer<TokenID>, _ places: UnsafeMutablePointer<Int32>, _ context: KernelContext
  ) -> Matrix {
    let sum = context.embed(
      tokens: tokens, positions: UnsafeBufferPointer(start: places, count: tokens.count), table: table, scale: scale,
      positionTable: positions)
    return norm.map { context.layerNorm(sum, $0) } ?? sum
  }
}

/// What turns tokens into vectors and vectors into logits.
struct TokenTables {
  let encoder: Embedding
  let decoder: Embedding
  let output: OutputProjection
}
