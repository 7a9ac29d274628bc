extension SummaryLength {
  /// Sentences of a short, a medium and a long summary.
  static let named = (short: 1, medium: 3, long: 8)

  /// How many sentences are chosen from a text of `available`; nil where tokens are counted.
  /// A named length takes no more than half of the text, rounded up: a summary of all of it would be none.
  package func sentenceCount(available: Int) -> Int? {
    let half = (available + 1) / 2
    switch self {
    case .short: return min(Self.named.short, half)
    case .medium: return min(Self.named.medium, half)
    case .long: return min(Self.named.long, half)
    case .sentences(let count): return min(count, available)
    case .tokens: return nil
    }
  }

  /// Names that a card's `lengths` may have for this length, the best first: what was trained as "short" is a few
  /// sentences, "sentence" one.
  var cardNames: [String] {
    switch self {
    case .short, .sentences(1): ["sentence", "short", "headline"]
    case .medium, .tokens: ["medium", "short", "sentence"]
    case .long: ["long", "medium", "short", "sentence"]
    case .sentences(let count):
      count <= Self.named.medium ? ["medium", "short", "sentence"] : ["long", "medium", "short"]
    }
  }

  /// The name that a card's `auto_lengths` lists for this length.
  var automaticName: String {
    switch self {
    case .short: "short"
    case .medium: "medium"
    case .long: "long"
    case .sentences: "max_sentences"
    case .tokens: "max_tokens"
    }
  }

  /// The most sentences that a model may write; nil where only tokens count.
  var sentenceLimit: Int? {
    switch self {
    case .short: Self.named.short
    case .medium: Self.named.medium
    case .long: Self.named.long
    case .sentences(let count): count
    case .tokens: nil
    }
  }

  /// The most tokens that may be written, the end token not counted; nil leaves it to the model.
  var tokenLimit: Int? {
    if case .tokens(let count) = self { count } else { nil }
  }
}
