import Kernels
import Models
import Tensors

/// Greedy decoding of a batch whose rows come and go at every step (continuous batching).
/// A row's tokens depend on nothing but the row. Confined to the engine thread.
public struct GreedySearch {
  /// A segment to decode.
  public struct Request: Sendable {
    /// The caller's number for it.
    public let id: Int
    /// Source tokens, 1 … positionLimit.
    public let source: [TokenID]
    public let options: GenerationOptions

    public init(id: Int, source: [TokenID], options: GenerationOptions) {
      self.id = id
      self.source = source
      self.options = options
    }
  }

  /// A decoded segment.
  public struct Finished: Sendable {
    public let id: Int
    public let hypothesis: Hypothesis
  }

  fileprivate struct Row {
    let id: Int
    let options: GenerationOptions
    /// The start token first.
    var tokens: [TokenID]
    var logProbability: Float = 0
    var end: HypothesisEnd?
  }

  private let model: any Seq2SeqModel
  private let context: KernelContext
  private var caches: CachePool
  private var rows: [Row] = []
  private var state = DecoderState()

  public init(model: any Seq2SeqModel, context: KernelContext) {
    self.model = model
    self.context = context
    caches = CachePool(dimensions: model.dimensions)
  }

  /// Rows that are being decoded.
  public var rowCount: Int { rows.count }

  /// Encodes new segments together and gives each a row.
  public mutating func admit(_ requests: [Request]) {
    guard !requests.isEmpty else { return }
    context.workspace.reset()
    let memories = requests.map { caches.take(capacity: $0.source.count) }
    model.encode(requests.map(\.source), into: memories, context)
    for (request, memory) in zip(requests, memories) {
      var tokens: [TokenID] = []
      tokens.reserveCapacity(request.options.maxLength)
      tokens.append(request.options.configuration.startToken)
      rows.append(Row(id: request.id, options: request.options, tokens: tokens))
      state.rows.append(
        DecoderState.Row(memory: memory, past: caches.take(capacity: request.options.maxLength)))
    }
  }

  /// Says one token in every row and appends the rows that end to `finished`.
  public mutating func step(_ finished: inout [Finished]) {
    guard !rows.isEmpty else { return }
    context.workspace.reset()
    let last = context.workspace.take(TokenID.self, rows.count)
    for index in rows.indices { last[index] = rows[index].tokens[rows[index].tokens.count - 1] }
    let hidden = model.decodeStep(UnsafeBufferPointer(start: last, count: rows.count), state: &state, context)
    let scored = rows.contains { $0.options.scoring != .none }
    let top = context.topTokens(
      hidden, model.output, k: 1, constraints: constraints(), normalization: scored ? .logSumExp : .none)
    for index in rows.indices { rows[index].advance(top, row: index) }
    collect(&finished)
  }

  /// Drops the rows that nobody waits for.
  public mutating func remove(where abandoned: (_ id: Int) -> Bool) {
    for index in rows.indices.reversed() where abandoned(rows[index].id) { removeRow(index) }
  }

  private mutating func collect(_ finished: inout [Finished]) {
    for index in rows.indices.reversed() {
      guard let end = rows[index].end else { continue }
      finished.append(Finished(id: rows[index].id, hypothesis: rows[index].hypothesis(end)))
      removeRow(index)
    }
  }

  private mutating func removeRow(_ index: Int) {
    let removed = state.rows[index]
    caches.giveBack(removed.memory)
    caches.giveBack(removed.past)
    rows.swapAt(index, rows.count - 1)
    rows.removeLast()
    state.rows.swapAt(index, state.rows.count - 1)
    state.rows.removeLast()
  }

  private func constraints() -> TokenConstraints {
    var limit = 0
    for row in rows { limit += TokenRules.banLimit(length: row.tokens.count, row.options) }
    let banned = context.workspace.take(TokenID.self, limit)
    let ends = context.workspace.take(Int32.self, rows.count)
    let forced = context.workspace.take(TokenID.self, rows.count)
    var count = 0
    for index in rows.indices {
      forced[index] = TokenRules.forced(after: rows[index].tokens, rows[index].options) ?? -1
      TokenRules.writeBans(after: rows[index].tokens, rows[index].options, to: banned, count: &count)
      ends[index] = Int32(count)
    }
    return TokenConstraints(
      banned: UnsafeBufferPointer(start: banned, count: count),
      bannedEnds: UnsafeBufferPointer(start: ends, count: rows.count),
      forced: UnsafeBufferPointer(start: forced, count: rows.count))
  }
}

extension GreedySearch.Row {
  /// Takes the row's best token and decides whether it was the last.
  mutating func advance(_ top: TopTokens, row: Int) {
    let token = top.tokens[row * top.k]
    guard token >= 0 else {
      end = .noToken
      return
    }
    let limited = tokens.count == options.maxLength - 1
    tokens.append(token)
    if options.scoring != .none { logProbability += top.logits[row * top.k] - top.logSumExp[row] }
    let forcedEnd = limited && options.configuration.forcedEndToken != nil
    if options.configuration.endTokens.contains(token), !forcedEnd {
      end = .endToken
    } else if limited {
      end = .lengthLimit
    }
  }

  func hypothesis(_ end: HypothesisEnd) -> Hypothesis {
    let generated = tokens.count - 1
    let score: Float? = options.scoring == .none || generated == 0 ? nil : logProbability / Float(generated)
    return Hypothesis(tokens: Array(tokens.dropFirst()), score: score, end: end)
  }
}
