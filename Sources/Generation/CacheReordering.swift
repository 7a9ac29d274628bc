import Kernels
import Models

/// Moves the caches of a search's rows to where their hypotheses go on: the first child takes its parent's cache over,
/// the others get copies.
struct CacheReordering {
  private var copies: [AttentionCache.Copy] = []
  /// The caches of the rows before the step; nil once a row has taken one over.
  private var old: [AttentionCache?] = []
  /// The rows after the step.
  private var new: [DecoderState.Row] = []

  /// Replaces `rows` of the state by those that the search goes on with. The caches of new rows are filled by `copy`.
  mutating func apply(
    _ search: any SequenceSearch, to rows: Range<Int>, of state: inout DecoderState, _ caches: inout CachePool
  ) {
    let count = search.rowCount
    if count == rows.count, (0..<count).allSatisfy({ search.parent(row: $0) == $0 }) { return }
    old.removeAll(keepingCapacity: true)
    for row in rows { old.append(state.rows[row].past) }
    new.removeAll(keepingCapacity: true)
    for row in 0..<count {
      let parent = state.rows[rows.lowerBound + search.parent(row: row)]
      new.append(parent)
      old[search.parent(row: row)] = nil
    }
    for row in 0..<count where hasOlderSibling(row, search) {
      let source = new[row].past
      let target = takeSpare() ?? caches.take(capacity: source.capacity)
      copies.append(AttentionCache.Copy(source: source, target: target))
      new[row] = DecoderState.Row(memory: new[row].memory, past: target)
    }
    while let cache = takeSpare() { caches.giveBack(cache) }
    state.rows.replaceSubrange(rows, with: new)
  }

  /// Fills the caches that `apply` gave to new rows.
  mutating func copy(_ context: KernelContext) {
    context.copy(copies)
    copies.removeAll(keepingCapacity: true)
  }

  /// Whether a row before this one continues the same hypothesis.
  private func hasOlderSibling(_ row: Int, _ search: any SequenceSearch) -> Bool {
    (0..<row).contains { search.parent(row: $0) == search.parent(row: row) }
  }

  /// A cache that no row took over.
  private mutating func takeSpare() -> AttentionCache? {
    while let last = old.popLast() {
      if let cache = last { return cache }
    }
    return nil
  }
}
