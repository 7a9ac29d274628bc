/// A map from byte strings to ids that is walked byte by byte, so that all keys starting at one place of a text are
/// found in one walk. Edges live in an open-addressing hash table keyed by (node, byte): building costs one insertion a
/// byte, a step one probe. At most `maximumBytes` of keys.
struct PieceTrie: Sendable {
  /// Where a step leads. 8 bytes, so that a cache line holds eight.
  struct Edge {
    /// Node · 256 + byte; `.max` marks a free slot.
    var key: UInt32
    /// The node that the edge leads to, with `endBit` when a key ends there.
    var target: UInt32

    static let free = Edge(key: .max, target: 0)
  }

  /// The total length of keys that 24-bit node numbers are sure to hold.
  static let maximumBytes = 15 << 20
  static let root: UInt32 = 0
  private static let endBit: UInt32 = 1 << 31

  private var edges: [Edge]
  /// For each node the id of the key that ends there, or −1.
  private var ids: [Int32] = [-1]
  private var shift: UInt64
  /// The number of keys.
  private(set) var count = 0

  init(expectedBytes: Int = 0) {
    var bits: UInt64 = 6
    while bits < 25, (1 << Int(bits)) < expectedBytes { bits += 1 }
    edges = [Edge](repeating: .free, count: 1 << Int(bits))
    shift = 64 - bits
  }

  @inline(__always)
  private static func key(_ node: UInt32, _ byte: UInt8) -> UInt32 { (node & ~endBit) << 8 | UInt32(byte) }

  /// A probe's first slot: the top bits of a Fibonacci hash.
  @inline(__always)
  private static func slot(_ key: UInt32, _ shift: UInt64) -> Int {
    Int(truncatingIfNeeded: (UInt64(key) &* 0x9E37_79B9_7F4A_7C15) >> shift)
  }

  /// Adds a key. Returns the id that the key already had, and leaves it so; nil when it is new.
  mutating func insert(_ bytes: some Sequence<UInt8>, id: Int32) -> Int32? {
    var last = -1
    var node = Self.root
    for byte in bytes {
      if ids.count * 2 > edges.count { grow() }
      let key = Self.key(node, byte)
      let slot = freeOrEqualSlot(key)
      if edges[slot].key == .max {
        edges[slot] = Edge(key: key, target: UInt32(truncatingIfNeeded: ids.count))
        ids.append(-1)
      }
      node = edges[slot].target & ~Self.endBit
      last = slot
    }
    guard last >= 0 else { return nil }
    if ids[Int(node)] >= 0 { return ids[Int(node)] }
    ids[Int(node)] = id
    edges[last].target |= Self.endBit
    count += 1
    return nil
  }

  /// The id of exactly these bytes.
  func id(of bytes: some Sequence<UInt8>) -> Int32? {
    withWalker { walker in
      var node = Self.root
      for byte in bytes {
        guard let next = walker.step(from: node, byte) else { return nil }
        node = next
      }
      return walker.id(at: node)
    }
  }

  /// Gives `body` unchecked access for a hot loop; the walker must not leave it.
  @inline(__always)
  func withWalker<Result>(_ body: (Walker) -> Result) -> Result {
    edges.withUnsafeBufferPointer { edges in
      ids.withUnsafeBufferPointer { ids in
        body(Walker(edges: edges, ids: ids, shift: shift))
      }
    }
  }

  /// Steps through the trie. A slot is always inside the table (top bits, or wrapped by the mask), a node inside `ids`.
  struct Walker {
    fileprivate let edges: UnsafeBufferPointer<Edge>
    fileprivate let ids: UnsafeBufferPointer<Int32>
    fileprivate let shift: UInt64

    /// The node behind `node` and `byte`; to be used only as the argument of the walker's functions.
    @inline(__always)
    func step(from node: UInt32, _ byte: UInt8) -> UInt32? {
      let key = PieceTrie.key(node, byte)
      var slot = PieceTrie.slot(key, shift)
      while true {
        let edge = edges[slot]
        if edge.key == key { return edge.target }
        if edge.key == .max { return nil }
        slot = (slot + 1) & (edges.count - 1)
      }
    }

    /// The id of the key that ends at a node.
    @inline(__always)
    func id(at node: UInt32) -> Int32? {
      node & PieceTrie.endBit == 0 ? nil : ids[Int(node & ~PieceTrie.endBit)]
    }

    /// The end of a walk over `length` bytes from `start`.
    @inline(__always)
    func walk(from node: UInt32, _ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ length: Int) -> UInt32? {
      var node = node
      for index in start..<(start + length) {
        guard let next = step(from: node, text[index]) else { return nil }
        node = next
      }
      return node
    }

    /// The length of the longest key that starts at `index`, 0 when none does.
    func longestMatch(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Int {
      var node = PieceTrie.root
      var position = index
      var best = 0
      while position < bytes.count, let next = step(from: node, bytes[position]) {
        position += 1
        node = next
        if id(at: node) != nil { best = position - index }
      }
      return best
    }
  }

  private func freeOrEqualSlot(_ key: UInt32) -> Int {
    var slot = Self.slot(key, shift)
    while edges[slot].key != .max && edges[slot].key != key { slot = (slot + 1) & (edges.count - 1) }
    return slot
  }

  private mutating func grow() {
    let old = edges
    shift -= 1
    edges = [Edge](repeating: .free, count: old.count * 2)
    for edge in old where edge.key != .max { edges[freeOrEqualSlot(edge.key)] = edge }
  }
}
