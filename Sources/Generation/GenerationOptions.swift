import Models
import Tensors

/// Whether hypotheses carry scores, which costs a greedy search a pass over the logits at every step.
public enum Scoring: Sendable, Equatable {
  case none
  /// Mean ln p of the target tokens, the end token included.
  case meanLogProbability
}

/// Whether hypotheses tell what their tokens attended to in the source. It changes no token and no score.
public enum AttentionCapture: Sendable, Equatable {
  case none
  /// The mean over heads of one decoder layer, as `AttentionMap` says.
  case mean
}

/// How one segment is decoded: the model's configuration and what the request changes of it.
public struct GenerationOptions: Sendable, Equatable {
  /// The model's own rules.
  public var configuration: GenerationConfiguration
  /// Hypotheses that the search keeps; 1 is greedy search.
  public let beamSize: Int
  /// Hypotheses that the answer holds, where the search finds as many; at most `beamSize`.
  public let hypothesisCount: Int
  public var attention: AttentionCapture
  /// Sequences that this segment may not say, from its first token on; empty ones ban nothing. Each costs a comparison a
  /// step and row.
  public var bannedSequences: [[TokenID]] = []
  /// Length limit of the hypothesis, the start token included.
  public var maxLength: Int
  public var scoring: Scoring

  /// - Parameters:
  ///   - beamSize: nil keeps the model's. What is over `GenerationConfiguration.beamLimit` is cut off.
  ///   - hypothesisCount: more than the beam's size makes the beam larger.
  ///   - maxNewTokens: a limit below the model's own, end token included; nil keeps the model's.
  public init(
    _ configuration: GenerationConfiguration, beamSize: Int? = nil, hypothesisCount: Int = 1,
    maxNewTokens: Int? = nil, scoring: Scoring = .none, attention: AttentionCapture = .none
  ) {
    self.configuration = configuration
    let limit = GenerationConfiguration.beamLimit
    self.hypothesisCount = max(1, min(hypothesisCount, limit))
    self.beamSize = max(self.hypothesisCount, min(beamSize ?? configuration.beamSize, limit))
    // A request may ask for Int.max.
    maxLength = min(configuration.maxLength, min(maxNewTokens ?? .max, .max - 1) + 1)
    self.scoring = scoring
    self.attention = attention
  }
}
