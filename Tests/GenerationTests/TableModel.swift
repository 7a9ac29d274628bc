import Foundation
import Kernels
import Models
import Synchronization
import Tensors
import TestSupport

/// A model that reads its logits from a table: they depend on the last token and on how many were said, and on nothing else.
/// All rows must have entered at once. What a search over it finds can be worked out without any arithmetic of a network.
final class TableModel: Seq2SeqModel {
  let dimensions: ModelDimensions
  let output: OutputProjection
  /// By position, then last token, then next token.
  let logits: [[[Float]]]
  private let position = Mutex(0)

  /// Random logits, or others, for `length` positions over `vocabulary` tokens.
  init(
    vocabulary: Int, length: Int, using generator: inout SeededGenerator, folder: TemporaryFolder,
    _ context: KernelContext, logit: ((_ place: Int, _ last: Int, _ next: Int) -> Float)? = nil
  ) throws {
    logits = (0..<length).map { place in
      (0..<vocabulary).map { last in
        (0..<vocabulary).map { logit?(place, last, $0) ?? Float.random(in: -3...3, using: &generator) }
      }
    }
    let width = length * vocabulary
    dimensions = ModelDimensions(
      vocabularySize: vocabulary, sourceVocabularySize: vocabulary, width: width, encoderLayers: 1, decoderLayers: 1,
      decoderHeads: HeadLayout(heads: 1, width: width), positionLimit: 64)
    // One row for each next token, as a projection is stored: [V, length · V].
    let rows = logits.joined()
    let table = (0..<vocabulary).flatMap { next in rows.map { $0[next] } }
    let path = try folder.write("table", table.withUnsafeBytes { Array($0) })
    guard
      let tensor = StoredTensor(
        file: try MappedFile(path: path), offset: 0, element: .float32, shape: [vocabulary, width])
    else { throw CocoaError(.fileReadCorruptFile) }
    output = OutputProjection(
      weights: LinearWeights(matrix: context.pack([tensor], as: .float32), bias: nil), exact: nil)
  }

  func encode(_ sources: [[TokenID]], into memories: [AttentionCache], _ context: KernelContext) -> Matrix {
    position.withLock { $0 = 0 }
    return context.workspace.matrix(rows: sources.joined().count, columns: dimensions.width)
  }

  func decodeStep(
    _ tokens: UnsafeBufferPointer<TokenID>, state: inout DecoderState, _ context: KernelContext
  ) -> Matrix {
    let position = position.withLock { position in
      defer { position += 1 }
      return position
    }
    let hidden = context.workspace.matrix(rows: tokens.count, columns: dimensions.width)
    hidden.pointer.update(repeating: 0, count: tokens.count * dimensions.width)
    for (row, token) in tokens.enumerated() {
      hidden.row(row)[position * dimensions.vocabularySize + Int(token)] = 1
    }
    return hidden
  }
}
