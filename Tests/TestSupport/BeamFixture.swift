/// `beam.json`: what transformers' beam search answered. See the fixtures' SOURCE.md.
public struct BeamFixture: Decodable, Sendable {
  /// One of the sequences that a search returned.
  public struct Hypothesis: Decodable, Sendable {
    /// Without the start token and what fills up behind the end.
    public let ids: [Int32]
    /// The text, where the fixture has a tokenizer.
    public let output: String?
    /// What the search ranked by: the sum of the processed ln p over length^length_penalty.
    public let score: Float
    public let mean_log_probability: Float
  }

  /// A search.
  public struct Case: Decodable, Sendable {
    public let text: String
    public let input_ids: [Int32]
    public let options: FixtureOptions
    /// Best first; fewer than asked for where there are no more.
    public let hypotheses: [Hypothesis]
  }

  public let cases: [Case]
}
