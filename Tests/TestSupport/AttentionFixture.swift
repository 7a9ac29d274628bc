/// `attention.json`: what transformers' searches attended to. See the fixtures' SOURCE.md.
public struct AttentionFixture: Decodable, Sendable {
  /// One of the sequences that a search returned.
  public struct Hypothesis: Decodable, Sendable {
    /// Without the start token and what fills up behind the end.
    public let ids: [Int32]
    /// [T,S]: cross-attention of the middle layer, the mean over heads, in the steps that read the tokens.
    public let weights: [[Float]]
  }

  /// A search.
  public struct Case: Decodable, Sendable {
    public let input_ids: [Int32]
    public let options: FixtureOptions
    /// Best first.
    public let hypotheses: [Hypothesis]
  }

  public let cases: [Case]
}
