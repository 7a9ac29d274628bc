import Tensors

/// Token sequences in one piece of memory, so that a search allocates nothing once it has begun.
struct SequenceTable {
  private var tokens: [TokenID]
  /// Tokens that a sequence may have.
  private let capacity: Int

  init(sequences: Int, capacity: Int) {
    self.capacity = capacity
    tokens = Array(repeating: 0, count: sequences * capacity)
  }

  subscript(sequence: Int, place: Int) -> TokenID {
    get { tokens[sequence * capacity + place] }
    set { tokens[sequence * capacity + place] = newValue }
  }

  /// A sequence of `count` tokens without the first of them, the start token.
  func generated(_ sequence: Int, count: Int) -> [TokenID] {
    Array(tokens[(sequence * capacity + 1)..<(sequence * capacity + count)])
  }

  /// Makes `sequence` the first `count` tokens of another table's `source`, followed by `token`.
  mutating func extend(
    _ sequence: Int, from other: borrowing SequenceTable, _ source: Int, count: Int, by token: TokenID
  ) {
    let (to, from) = (sequence * capacity, source * other.capacity)
    for place in 0..<count { tokens[to + place] = other.tokens[from + place] }
    tokens[to + count] = token
  }

  /// Writes the tokens that may not follow the first `count` of a sequence.
  func writeBans(
    after sequence: Int, count length: Int, source: [TokenID], _ options: GenerationOptions,
    to bans: UnsafeMutablePointer<TokenID>, count: inout Int
  ) {
    let start = sequence * capacity
    TokenRules.writeBans(
      after: tokens.span.extracting(start..<(start + length)), source: source.span, options, to: bans, count: &count)
  }
}
