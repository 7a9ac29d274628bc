/// The merges of a byte-level BPE model: which two neighbouring pieces become which one, the lowest rank first.
struct MergeTable: Sendable {
  private struct Merge {
    let rank: Int32
    let product: Int32
  }

  private var merges: [UInt64: Merge] = [:]

  @inline(__always)
  private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  init(capacity: Int) { merges.reserveCapacity(capacity) }

  /// Adds a merge; an earlier one of the same two is forgotten.
  mutating func add(_ left: Int32, _ right: Int32, rank: Int, product: Int32) {
    merges[Self.key(left, right)] = Merge(rank: Int32(truncatingIfNeeded: rank), product: product)
  }

  /// The largest id that a merge gives.
  var largestProduct: Int32 { merges.values.lazy.map(\.product).max() ?? -1 }

  /// The working state of merges, kept between words.
  struct Workspace {
    /// A run of bytes that is one piece so far; id −1: merged into its left neighbour.
    fileprivate struct Symbol {
      var id: Int32
      var previous: Int32
      var next: Int32
    }

    /// Two neighbours that can be merged. Stale once they would become another piece, or none.
    fileprivate struct Pair: Prioritized {
      let rank: Int32
      let left: Int32
      let product: Int32

      func precedes(_ other: Pair) -> Bool { rank < other.rank || (rank == other.rank && left < other.left) }
    }

    fileprivate var symbols: [Symbol] = []
    fileprivate var heap = BinaryHeap<Pair>()
  }

  /// Merges the pieces of a word's bytes until no two neighbours can be merged, and appends what is left. O(n log n).
  /// Source: huggingface/tokenizers, models/bpe/word.rs (merge_all).
  func append(
    _ word: Slice<UnsafeBufferPointer<UInt8>>, byteIDs: [Int32], _ workspace: inout Workspace, to ids: inout [Int32]
  ) {
    let count = Int32(truncatingIfNeeded: word.count)
    workspace.symbols.removeAll(keepingCapacity: true)
    workspace.heap.removeAll()
    for (index, byte) in word.enumerated() {
      let index = Int32(truncatingIfNeeded: index)
      workspace.symbols.append(
        .init(id: byteIDs[Int(byte)], previous: index - 1, next: index + 1 < count ? index + 1 : -1))
    }
    for index in 0..<count { consider(index, &workspace) }
    while let pair = workspace.heap.popFirst() {
      let left = Int(pair.left)
      let symbol = workspace.symbols[left]
      guard symbol.id >= 0, symbol.next >= 0, let merge = merge(left, &workspace), merge.product == pair.product
      else { continue }
      let right = Int(symbol.next)
      let following = workspace.symbols[right].next
      workspace.symbols[right].id = -1
      workspace.symbols[left].id = pair.product
      workspace.symbols[left].next = following
      if following >= 0 { workspace.symbols[Int(following)].previous = pair.left }
      if symbol.previous >= 0 { consider(symbol.previous, &workspace) }
      consider(pair.left, &workspace)
    }
    for symbol in workspace.symbols where symbol.id >= 0 { ids.append(symbol.id) }
  }

  private func merge(_ left: Int, _ workspace: inout Workspace) -> Merge? {
    let symbol = workspace.symbols[left]
    guard symbol.next >= 0 else { return nil }
    return merges[Self.key(symbol.id, workspace.symbols[Int(symbol.next)].id)]
  }

  private func consider(_ left: Int32, _ workspace: inout Workspace) {
    guard let merge = merge(Int(left), &workspace) else { return }
    workspace.heap.push(.init(rank: merge.rank, left: left, product: merge.product))
  }
}
