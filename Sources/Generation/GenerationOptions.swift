import Models
import Tensors

/// Whether hypotheses carry scores, which costs a pass over the logits at every step.
public enum Scoring: Sendable, Equatable {
  case none
  /// Mean ln p of the target tokens, the end token included.
  case meanLogProbability
}

/// How one segment is decoded: the model's configuration and what the request changes of it.
public struct GenerationOptions: Sendable, Equatable {
  /// The model's own rules.
  public var configuration: GenerationConfiguration
  /// Length limit of the hypothesis, the start token included.
  public var maxLength: Int
  public var scoring: Scoring

  /// - Parameter maxNewTokens: a limit below the model's own, end token included; nil keeps the model's.
  public init(_ configuration: GenerationConfiguration, maxNewTokens: Int? = nil, scoring: Scoring = .none) {
    self.configuration = configuration
    // A request may ask for Int.max.
    maxLength = min(configuration.maxLength, min(maxNewTokens ?? .max, .max - 1) + 1)
    self.scoring = scoring
  }
}
