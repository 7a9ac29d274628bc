/// `expected.json` of the models' fixtures: what transformers answered. See the fixtures' SOURCE.md.
public struct ParityFixture: Decodable, Sendable {
  /// A greedy decoding.
  public struct Greedy: Decodable, Sendable {
    public let ids: [Int32]
    /// The text, where the fixture has a tokenizer.
    public let output: String?
    public let score: Float
    /// How far the best token was ahead of the second, step by step; null where one was forced.
    public let gaps: [Float?]
  }

  /// A source and its decoding.
  public struct Case: Decodable, Sendable {
    /// What is decoded, or a name for it where the fixture has no tokenizer.
    public let text: String
    public let prefix: String?
    /// Language codes; without a source it is the model's only one.
    public let source: String?
    public let target: String?
    public let input_ids: [Int32]
    public let greedy: Greedy
    public let variant: String?
    public let options: FixtureOptions?
  }

  /// Numbers inside the model.
  public struct Tensors: Decodable, Sendable {
    public let text: String
    public let input_ids: [Int32]
    /// [S,D].
    public let encoder_out: [[Float]]
    /// [V].
    public let first_step_logits: [Float]
  }

  public let cases: [Case]
  public let tensors: [Tensors]?
  public let variants: [Case]?
}
