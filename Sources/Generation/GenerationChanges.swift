import Models

/// What a request changes of its model's rules; nil keeps the model's.
public struct GenerationChanges: Sendable, Equatable {
  /// No end token before so many others were said. The model's own least length, unless named here, stays even where
  /// `maxNewTokens` lies below it: the hypothesis is then as long as it may be.
  public var minNewTokens: Int?
  /// A limit below the model's own, the end token included, at least 1.
  public var maxNewTokens: Int?
  /// −10 … 10.
  public var lengthPenalty: Float?
  /// 0 allows all.
  public var noRepeatNgramSize: Int?

  public init(
    minNewTokens: Int? = nil, maxNewTokens: Int? = nil, lengthPenalty: Float? = nil, noRepeatNgramSize: Int? = nil
  ) {
    self.minNewTokens = minNewTokens
    self.maxNewTokens = maxNewTokens
    self.lengthPenalty = lengthPenalty
    self.noRepeatNgramSize = noRepeatNgramSize
  }
}

/// A request asks for what no decoding can give.
public enum GenerationError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Tokens: the least that is asked for is more than the most that the request or its model allows.
  case minimumAboveMaximum(minimum: Int, maximum: Int)
  /// A number that means nothing.
  case outOfRange(option: String, value: String, possible: String)

  public var description: String {
    switch self {
    case .minimumAboveMaximum(let minimum, let maximum):
      "at least \(minimum) new tokens are asked for, and at most \(maximum) are possible"
    case .outOfRange(let option, let value, let possible): "\(option) is \(value); \(possible) is possible"
    }
  }
}

extension GenerationOptions {
  /// Changes what a request changes.
  public mutating func apply(_ changes: GenerationChanges) throws(GenerationError) {
    if let most = changes.maxNewTokens {
      guard most >= 1 else { throw .outOfRange(option: "maxNewTokens", value: "\(most)", possible: "1 or more") }
      maxLength = most < maxLength ? most + 1 : maxLength
    }
    if let least = changes.minNewTokens {
      guard least >= 0 else { throw .outOfRange(option: "minNewTokens", value: "\(least)", possible: "0 or more") }
      guard least < maxLength else { throw .minimumAboveMaximum(minimum: least, maximum: maxLength - 1) }
      configuration.minLength = least + 1
    }
    if let penalty = changes.lengthPenalty {
      guard GenerationConfiguration.lengthPenalties.contains(penalty) else {
        throw .outOfRange(option: "lengthPenalty", value: "\(penalty)", possible: "-10 to 10")
      }
      configuration.lengthPenalty = penalty
    }
    if let size = changes.noRepeatNgramSize {
      guard size >= 0 else { throw .outOfRange(option: "noRepeatNgramSize", value: "\(size)", possible: "0 or more") }
      configuration.noRepeatNgramSize = size
    }
  }
}
