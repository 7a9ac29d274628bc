/// What the tokens of a hypothesis attended to: rows are its tokens, columns the tokens of its source. A row holds
/// softmax weights of cross-attention: the mean over the model's alignment heads, or where it names none over all heads
/// of the middle decoder layer (the lower one of two). They are those of the step that read the token, which is the one
/// after the step that chose it; the last token's are of the step that chose it. A row sums to 1 within rounding.
/// Source: Chen et al. 2020, "Accurate Word Alignment Induction from Neural Machine Translation", §3.1 (Shift-Att).
public struct AttentionMap: Sendable, Equatable {
  /// T, as many as the hypothesis has tokens.
  public let tokenCount: Int
  /// S, as many as the source has tokens: prefix, start and end included.
  public let sourceCount: Int
  /// [T,S].
  public let weights: [Float]

  package init(tokenCount: Int, sourceCount: Int, weights: [Float]) {
    precondition(
      weights.count == tokenCount * sourceCount, "\(weights.count) weights of [\(tokenCount),\(sourceCount)]")
    self.tokenCount = tokenCount
    self.sourceCount = sourceCount
    self.weights = weights
  }

  /// What one token attended to, [S].
  public func row(_ token: Int) -> ArraySlice<Float> {
    weights[(token * sourceCount)..<((token + 1) * sourceCount)]
  }

  /// How much of its attention one token gave one of the source.
  public subscript(token: Int, source: Int) -> Float { weights[token * sourceCount + source] }
}
