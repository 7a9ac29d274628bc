/// A map from byte strings to ids that is walked byte by byte, so that all keys starting at one place of a text are
/// found in one walk. Edges live in an open-addressing hash table keyed by (node, byte): building costs one insertion a
/// byte, a step one probe.
struct PieceTrie: Sendable {
  /// A step's end: `id` is the key that ends there, or −1. 16 bytes, so that a probe touches one cache line.
  struct Edge {
    var key: UInt64
    var node: Int32
    var id: Int32

    static let empty = Edge(key: .max, node: -1, id: -1)
  }

  static let root: Int32 = 0

  private(set) var edges: [Edge]
  private var shift: UInt64
  private var nodeCount: Int32 = 1
  /// The number of keys.
  private(set) var count = 0

  init(expectedBytes: Int = 0) {
    var bits: UInt64 = 6
    while bits < 40, (1 << Int(bits)) < expectedBytes { bits += 1 }
    edges = [Edge](repeating: .empty, count: 1 << Int(bits))
    shift = 64 - bits
  }

  @inline(__always)
  static func key(_ node: Int32, _ byte: UInt8) -> UInt64 {
    UInt64(UInt32(bitPattern: node)) << 8 | UInt64(byte)
  }

  /// A probe's first slot: the top bits of a Fibonacci hash.
  @inline(__always)
  static func slot(_ key: UInt64, _ shift: UInt64) -> Int {
    Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> shift)
  }

  /// Adds a key. Returns the id that the key already had, and leaves it so; nil when it is new.
  mutating func insert(_ bytes: some Sequence<UInt8>, id: Int32) -> Int32? {
    var last = -1
    var node = Self.root
    for byte in bytes {
      if Int(nodeCount) * 2 > edges.count { grow() }
      let key = Self.key(node, byte)
      let slot = freeOrEqualSlot(key)
      if edges[slot].key == .max {
        edges[slot] = Edge(key: key, node: nodeCount, id: -1)
        nodeCount += 1
      }
      node = edges[slot].node
      last = slot
    }
    guard last >= 0 else { return nil }
    if edges[last].id >= 0 { return edges[last].id }
    edges[last].id = id
    count += 1
    return nil
  }

  /// The id of exactly these bytes.
  func id(of bytes: some Sequence<UInt8>) -> Int32? {
    edges.withUnsafeBufferPointer { table in
      let walker = Walker(table: table, shift: shift)
      var edge = Edge(key: .max, node: Self.root, id: -1)
      for byte in bytes {
        guard let next = walker.step(from: edge.node, byte) else { return nil }
        edge = next
      }
      return edge.id >= 0 ? edge.id : nil
    }
  }

  /// Gives `body` unchecked access for a hot loop; the walker must not leave it.
  @inline(__always)
  func withWalker<Result>(_ body: (Walker) -> Result) -> Result {
    edges.withUnsafeBufferPointer { body(Walker(table: $0, shift: shift)) }
  }

  /// Steps through the trie. A slot is always inside the table (top bits, or wrapped by the mask).
  struct Walker {
    let table: UnsafeBufferPointer<Edge>
    let shift: UInt64

    @inline(__always)
    func step(from node: Int32, _ byte: UInt8) -> Edge? {
      let key = PieceTrie.key(node, byte)
      var slot = PieceTrie.slot(key, shift)
      while true {
        let edge = table[slot]
        if edge.key == key { return edge }
        if edge.key == .max { return nil }
        slot = (slot + 1) & (table.count - 1)
      }
    }

    /// The length of the longest key that starts at `index`, 0 when none does.
    func longestMatch(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Int {
      var node = PieceTrie.root
      var position = index
      var best = 0
      while position < bytes.count, let edge = step(from: node, bytes[position]) {
        position += 1
        node = edge.node
        if edge.id >= 0 { best = position - index }
      }
      return best
    }
  }

  private func freeOrEqualSlot(_ key: UInt64) -> Int {
    var slot = Self.slot(key, shift)
    while edges[slot].key != .max && edges[slot].key != key { slot = (slot + 1) & (edges.count - 1) }
    return slot
  }

  private mutating func grow() {
    let old = edges
    shift -= 1
    edges = [Edge](repeating: .empty, count: old.count * 2)
    for edge in old where edge.key != .max { edges[freeOrEqualSlot(edge.key)] = edge }
  }
}
