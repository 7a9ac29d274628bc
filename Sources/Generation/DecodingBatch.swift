import Kernels
import Models
import Tensors

/// Segments that are being decoded together, whose rows come and go at every step (continuous batching).
/// A segment's hypotheses depend on nothing but the segment. Confined to the engine's thread.
public struct DecodingBatch {
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
    /// Best first, at least one.
    public let hypotheses: [Hypothesis]
  }

  /// A segment's search; its rows lie side by side and enter and leave together.
  private struct Group {
    let id: Int
    var search: any SequenceSearch
    /// What its rows attended to; nil where nobody asks.
    let trace: AttentionTrace?
    /// Rows in use.
    var rows = 1
    /// Whether its rows are to go.
    var isOver = false

    /// What the search found, with what it attended to.
    func hypotheses() -> [Hypothesis] {
      var found = search.hypotheses()
      guard let trace else { return found }
      for rank in found.indices {
        found[rank].attention = trace.map(tokens: found[rank].tokens.count, lastRow: search.lastRow(rank: rank))
      }
      return found
    }
  }

  private let model: any Seq2SeqModel
  private let context: KernelContext
  private var caches: CachePool
  /// In the order of their rows.
  private var groups: [Group] = []
  private var state = DecoderState()
  private var reordering = CacheReordering()

  public init(model: any Seq2SeqModel, context: KernelContext) {
    self.model = model
    self.context = context
    caches = CachePool(dimensions: model.dimensions)
  }

  /// Rows that the segments may need; not all are in use all the time.
  public private(set) var rowCount = 0

  /// Encodes new segments together and gives each its first row.
  public mutating func admit(_ requests: [Request]) {
    guard !requests.isEmpty else { return }
    context.workspace.reset()
    let memories = requests.map { caches.take(capacity: $0.source.count) }
    model.encode(requests.map(\.source), into: memories, context)
    for (request, memory) in zip(requests, memories) {
      groups.append(
        Group(
          id: request.id, search: request.options.makeSearch(source: request.source),
          trace: AttentionTrace(request.options, sourceCount: request.source.count)))
      state.rows.append(DecoderState.Row(memory: memory, past: caches.take(capacity: request.options.maxLength)))
      rowCount += request.options.beamSize
    }
  }

  /// Lengthens every hypothesis by one token and appends the segments that are done to `finished`.
  public mutating func step(_ finished: inout [Finished]) {
    guard !groups.isEmpty else { return }
    context.workspace.reset()
    state.sourceWeights = sourceWeights()
    let hidden = model.decodeStep(lastTokens(), state: &state, context)
    recordWeights()
    let scored = groups.contains { $0.search.needsNormalization }
    let top = context.topTokens(
      hidden, model.output, selection: selection(), normalization: scored ? .logSumExp : .none)
    var first = 0
    for index in groups.indices {
      if groups[index].search.advance(RowCandidates(top: top, first: first)) {
        groups[index].trace?.follow(groups[index].search)
      } else {
        finished.append(Finished(id: groups[index].id, hypotheses: groups[index].hypotheses()))
        groups[index].isOver = true
      }
      first += groups[index].rows
    }
    dropOver()
    moveRows()
  }

  /// Frees the caches that no row uses.
  public mutating func releaseMemory() { caches.removeAll() }

  /// Drops the segments that nobody waits for.
  public mutating func remove(where abandoned: (_ id: Int) -> Bool) {
    for index in groups.indices where abandoned(groups[index].id) { groups[index].isOver = true }
    dropOver()
  }

  /// Room for what the rows attend to of which that is asked; nil where there are none.
  private func sourceWeights() -> SourceWeights? {
    guard groups.contains(where: { $0.trace != nil }) else { return nil }
    let weights = SourceWeights(rows: state.rows.count, context)
    var first = 0
    for group in groups {
      if let trace = group.trace {
        for row in first..<(first + group.rows) {
          weights.add(row: row, state.rows[row].memory, heads: trace.heads, context)
        }
      }
      first += group.rows
    }
    return weights
  }

  /// Keeps what the step's rows attended to.
  private mutating func recordWeights() {
    guard let weights = state.sourceWeights else { return }
    state.sourceWeights = nil
    var first = 0
    for group in groups {
      group.trace?.record(rows: group.rows) { row, mean in
        weights.mean(row: first + row, state.rows[first + row].memory, into: mean, context)
      }
      first += group.rows
    }
  }

  private func lastTokens() -> UnsafeBufferPointer<TokenID> {
    let tokens = context.workspace.take(TokenID.self, state.rows.count)
    var next = 0
    for group in groups {
      for row in 0..<group.rows {
        tokens[next] = group.search.lastToken(row: row)
        next += 1
      }
    }
    return UnsafeBufferPointer(start: tokens, count: next)
  }

  /// What each row may, must and should continue with.
  private func selection() -> TokenSelection {
    var limit = 0
    for group in groups {
      let (search, sources) = (group.search, group.search.source.count)
      limit += group.rows * TokenRules.banLimit(length: search.length, sourceCount: sources, search.options)
    }
    let banned = context.workspace.take(TokenID.self, limit)
    let ends = context.workspace.take(Int32.self, state.rows.count)
    let forced = context.workspace.take(TokenID.self, state.rows.count)
    let wanted = context.workspace.take(Int32.self, state.rows.count)
    var next = 0
    var count = 0
    for group in groups {
      let only = TokenRules.forced(length: group.search.length, group.search.options) ?? -1
      for row in 0..<group.rows {
        group.search.writeBans(row: row, to: banned, count: &count)
        forced[next] = only
        ends[next] = Int32(count)
        wanted[next] = Int32(group.search.candidatesPerRow)
        next += 1
      }
    }
    return TokenSelection(
      banned: UnsafeBufferPointer(start: banned, count: count),
      bannedEnds: UnsafeBufferPointer(start: ends, count: next),
      forced: UnsafeBufferPointer(start: forced, count: next),
      wanted: UnsafeBufferPointer(start: wanted, count: next), penalties: penalties())
  }

  /// What tokens that were said score less, or more; nil where no row's do.
  private func penalties() -> RepetitionPenalties? {
    var limit = 0
    for group in groups where hasPenalty(group) { limit += group.rows * group.search.length }
    guard limit > 0 else { return nil }
    let tokens = context.workspace.take(TokenID.self, limit)
    let ends = context.workspace.take(Int32.self, state.rows.count)
    let rules = context.workspace.take(RepetitionPenalty.self, state.rows.count)
    var next = 0
    var count = 0
    for group in groups {
      let isPenalized = hasPenalty(group)
      for row in 0..<group.rows {
        if isPenalized { group.search.writeSequence(row: row, to: tokens, count: &count) }
        ends[next] = Int32(count)
        (rules + next).initialize(to: isPenalized ? group.search.options.repetitionPenalty : .none)
        next += 1
      }
    }
    return RepetitionPenalties(
      tokens: UnsafeBufferPointer(start: tokens, count: count), ends: UnsafeBufferPointer(start: ends, count: next),
      rules: UnsafeBufferPointer(start: rules, count: next))
  }

  /// A forced token counts as certain, whatever was said.
  private func hasPenalty(_ group: Group) -> Bool {
    let options = group.search.options
    return options.configuration.repetitionPenalty != 1
      && TokenRules.forced(length: group.search.length, options) == nil
  }

  /// Takes the searches that are over out of the batch; the rows of the others close up.
  private mutating func dropOver() {
    var first = 0
    for group in groups {
      let rows = first..<(first + group.rows)
      guard group.isOver else {
        first = rows.upperBound
        continue
      }
      caches.giveBack(state.rows[first].memory)
      for row in rows { caches.giveBack(state.rows[row].past) }
      state.rows.removeSubrange(rows)
      rowCount -= group.search.options.beamSize
    }
    groups.removeAll(where: \.isOver)
  }

  /// Gives every search the rows that it goes on with. Once a step: a second time, hypotheses would go on with each
  /// other's pasts.
  private mutating func moveRows() {
    var first = 0
    for index in groups.indices {
      reordering.apply(groups[index].search, to: first..<(first + groups[index].rows), of: &state, &caches)
      groups[index].rows = groups[index].search.rowCount
      first += groups[index].rows
    }
    reordering.copy(context)
  }
}
