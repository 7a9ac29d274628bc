import Tensors

/// Why a hypothesis ended.
public enum HypothesisEnd: Sendable, Equatable {
  /// The model said so.
  case endToken
  /// A length limit: the model had more to say.
  case lengthLimit
  /// No token was possible: all were banned, or the model computed no number.
  case noToken
}

/// A decoded sequence.
public struct Hypothesis: Sendable, Equatable {
  /// Without the start token; with the end token, where one came.
  public var tokens: [TokenID]
  /// Mean ln p a token, where it was asked for.
  public var score: Float?
  /// What a beam search ranked it by: Σ ln p / length^lengthPenalty, a forced token counting as certain. nil after a
  /// greedy search.
  public var beamScore: Float?
  public var end: HypothesisEnd
  /// What each of `tokens` attended to, where it was asked for.
  public var attention: AttentionMap?
}
