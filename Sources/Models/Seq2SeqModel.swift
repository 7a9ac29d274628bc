import Kernels
import Tensors

/// What the search and the engine need to know of a model's sizes.
public struct ModelDimensions: Sendable {
  /// V of the target side.
  public var vocabularySize: Int
  /// V of the source side.
  public var sourceVocabularySize: Int
  /// D.
  public var width: Int
  public var encoderLayers: Int
  public var decoderLayers: Int
  public var decoderHeads: HeadLayout
  /// Positions, of source and target alike, that the model can number.
  public var positionLimit: Int

  public init(
    vocabularySize: Int, sourceVocabularySize: Int, width: Int, encoderLayers: Int, decoderLayers: Int,
    decoderHeads: HeadLayout, positionLimit: Int
  ) {
    self.vocabularySize = vocabularySize
    self.sourceVocabularySize = sourceVocabularySize
    self.width = width
    self.encoderLayers = encoderLayers
    self.decoderLayers = decoderLayers
    self.decoderHeads = decoderHeads
    self.positionLimit = positionLimit
  }

  /// Room for the keys and values of `capacity` positions in every decoder layer.
  public func makeCache(capacity: Int) -> AttentionCache {
    AttentionCache(layers: decoderLayers, layout: decoderHeads, capacity: capacity)
  }
}

/// The rows that are being decoded. One row is one hypothesis; rows that share a source share its memory.
public struct DecoderState {
  /// One hypothesis.
  public struct Row {
    /// Keys and values of the source, of every layer.
    public let memory: AttentionCache
    /// Keys and values of what the row has said so far.
    public let past: AttentionCache

    public init(memory: AttentionCache, past: AttentionCache) {
      self.memory = memory
      self.past = past
    }
  }

  /// In the order of the tokens given to `decodeStep`.
  public var rows: [Row] = []
  /// Where the next step writes what its rows attend to in their sources; nil where nobody asks. Lives in a workspace:
  /// for one step.
  public var sourceWeights: SourceWeights?

  public init() {}

  /// Every row has said one token more: what each layer stored at the end of its past counts from now on.
  func advance() {
    for row in rows { row.past.count += 1 }
  }
}

/// Memory for the weights of one step's cross-attention in one decoder layer, of the rows that are asked about.
public struct SourceWeights: BitwiseCopyable {
  private struct Row: BitwiseCopyable {
    /// [H,S padded to 16].
    let weights: UnsafeMutablePointer<Float>
    let heads: AlignmentHeads
  }

  /// [B].
  private let rows: UnsafeMutablePointer<Row?>

  /// Nothing for each of `rows` rows yet.
  public init(rows count: Int, _ context: KernelContext) {
    rows = context.workspace.take(Row?.self, count)
    rows.initialize(repeating: nil, count: count)
  }

  /// Makes room for what a row attends to in `memory`.
  /// - Parameter heads: nil for the middle layer's.
  public func add(row: Int, _ memory: AttentionCache, heads: AlignmentHeads?, _ context: KernelContext) {
    rows[row] = Row(
      weights: context.workspace.take(Float.self, memory.layout.heads * HeadLayout.paddedCount(memory.count)),
      heads: heads ?? .middle(layers: memory.layers))
  }

  /// The mean over the wanted heads of a row that was added, [S].
  public func mean(
    row: Int, _ memory: AttentionCache, into mean: UnsafeMutablePointer<Float>, _ context: KernelContext
  ) {
    guard let row = rows[row] else { return }
    context.meanWeights(
      row.weights, rows: memory.layout.heads, chosen: row.heads.heads, keys: memory.count, into: mean)
  }

  /// Where a layer writes a row's weights, [H,S padded to 16]; nil for the other layers.
  func row(_ row: Int, layer: Int) -> UnsafeMutablePointer<Float>? {
    guard let row = rows[row], row.heads.layer == layer else { return nil }
    return row.weights
  }
}

/// An encoder-decoder Transformer. Immutable; all state is passed in.
public protocol Seq2SeqModel: Sendable {
  var dimensions: ModelDimensions { get }

  /// The projection of decoder outputs to logits.
  var output: OutputProjection { get }

  /// Reads whole sources and fills, for each, the keys and values that the decoder attends to.
  /// - Parameters:
  ///   - sources: token lists, each 1 … positionLimit long, ragged: no padding is computed.
  ///   - memories: one for each source, with room for its tokens.
  /// - Returns: the encoder's output, the sources' rows one behind the other, [ΣS,D].
  @discardableResult
  func encode(_ sources: [[TokenID]], into memories: [AttentionCache], _ context: KernelContext) -> Matrix

  /// Advances every row by one token, and fills `state.sourceWeights` where they are there.
  /// - Parameter tokens: each row's last token (the start token at first), [B].
  /// - Returns: the decoder's output for the next token, [B,D].
  func decodeStep(
    _ tokens: UnsafeBufferPointer<TokenID>, state: inout DecoderState, _ context: KernelContext
  ) -> Matrix
}
