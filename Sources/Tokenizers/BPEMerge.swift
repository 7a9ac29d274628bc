/// The working state of one stretch's merges: symbols in a linked list, candidate pairs in a heap.
struct BPEMerge {
  /// A run of bytes that is one piece so far. `length` 0: merged into its left neighbour.
  struct Symbol {
    var previous: Int32
    var next: Int32
    var start: Int32
    var length: Int32
    /// Where the trie stands after this symbol, nil outside it; so a pair's look-up walks only its right half.
    var node: UInt32?
    var isFrozen: Bool
  }

  /// Two neighbours whose join is a piece. Stale once `length` is no longer that of the two.
  private struct Pair: Prioritized {
    let score: Float
    let left: Int32
    let right: Int32
    let length: Int32

    func precedes(_ other: Pair) -> Bool { score > other.score || (score == other.score && left < other.left) }
  }

  private(set) var symbols: [Symbol] = []
  private var heap = BinaryHeap<Pair>()
  private var text = UnsafeBufferPointer<UInt8>(start: nil, count: 0)

  /// Starts anew with one symbol a character (or user-defined piece) of `text`, at most `StretchRule.longest` bytes,
  /// which must stay valid until `run` is done.
  mutating func load(_ text: UnsafeBufferPointer<UInt8>, frozen: PieceTrie?) {
    self.text = text
    symbols.removeAll(keepingCapacity: true)
    heap.removeAll()
    var start = 0
    while start < text.count {
      var length = min(UTF8Scanning.announcedLength(text[start]), text.count - start)
      let fixed = frozen?.withWalker { $0.longestMatch(text, at: start) } ?? 0
      if fixed > 0 { length = fixed }
      let index = Int32(truncatingIfNeeded: symbols.count)
      symbols.append(
        Symbol(
          previous: index - 1, next: index + 1, start: Int32(truncatingIfNeeded: start),
          length: Int32(truncatingIfNeeded: length), node: nil, isFrozen: fixed > 0))
      start += length
    }
    if !symbols.isEmpty { symbols[symbols.count - 1].next = -1 }
  }

  /// Merges until no pair is a piece. `found` hears of every pair that is one: its id and its left half's length.
  mutating func run(walker: PieceTrie.Walker, scores: [Float], found: (Int32, Int) -> Void) {
    for index in symbols.indices {
      let symbol = symbols[index]
      symbols[index].node = walker.walk(from: PieceTrie.root, text, Int(symbol.start), Int(symbol.length))
    }
    for index in symbols.indices.dropFirst() {
      consider(Int32(truncatingIfNeeded: index - 1), Int32(truncatingIfNeeded: index), walker, scores, found)
    }
    while let pair = heap.popFirst() {
      let left = Int(pair.left)
      let right = Int(pair.right)
      guard symbols[left].length > 0, symbols[right].length > 0,
        symbols[left].length + symbols[right].length == pair.length
      else { continue }
      join(left, right, walker)
      consider(symbols[left].previous, pair.left, walker, scores, found)
      consider(pair.left, symbols[left].next, walker, scores, found)
    }
  }

  private mutating func join(_ left: Int, _ right: Int, _ walker: PieceTrie.Walker) {
    let tail = symbols[right]
    symbols[left].node = symbols[left].node.flatMap { walker.walk(from: $0, text, Int(tail.start), Int(tail.length)) }
    symbols[left].length += tail.length
    symbols[left].next = tail.next
    if tail.next >= 0 { symbols[Int(tail.next)].previous = Int32(truncatingIfNeeded: left) }
    symbols[right].length = 0
  }

  private mutating func consider(
    _ left: Int32, _ right: Int32, _ walker: PieceTrie.Walker, _ scores: [Float], _ found: (Int32, Int) -> Void
  ) {
    guard left >= 0, right >= 0 else { return }
    let first = symbols[Int(left)]
    let second = symbols[Int(right)]
    guard !first.isFrozen, !second.isFrozen, let start = first.node,
      let node = walker.walk(from: start, text, Int(second.start), Int(second.length)), let id = walker.id(at: node)
    else { return }
    found(id, Int(first.length))
    heap.push(Pair(score: scores[Int(id)], left: left, right: right, length: first.length + second.length))
  }
}
