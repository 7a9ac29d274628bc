/// `expected.json` of the Marian fixtures: what transformers answered. See the fixtures' SOURCE.md.
public struct ParityFixture: Decodable, Sendable {
  /// A greedy decoding.
  public struct Greedy: Decodable, Sendable {
    public let ids: [Int32]
    public let output: String
    public let score: Float
    /// How far the best token was ahead of the second, step by step; null where one was forced.
    public let gaps: [Float?]
  }

  /// A source and its decoding.
  public struct Case: Decodable, Sendable {
    public let text: String
    public let prefix: String?
    public let target: String?
    public let input_ids: [Int32]
    public let greedy: Greedy
    public let variant: String?
    public let options: Options?
  }

  /// Generation options of a variant: those that it names differ from the model's own.
  public struct Options: Decodable, Sendable {
    public let max_length: Int?
    public let min_length: Int?
    public let forced_bos_token_id: Int32?
    public let forced_eos_token_id: Int32?
    public let bad_words_ids: [[Int32]]?
    public let suppress_tokens: [Int32]?
    public let no_repeat_ngram_size: Int?
    public let repetition_penalty: Float?
    /// The forced end is switched off: its key holds null.
    public let forcesNoEnd: Bool

    private enum CodingKeys: String, CodingKey {
      case max_length, min_length, forced_bos_token_id, forced_eos_token_id, bad_words_ids, suppress_tokens
      case no_repeat_ngram_size, repetition_penalty
    }

    public init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      max_length = try values.decodeIfPresent(Int.self, forKey: .max_length)
      min_length = try values.decodeIfPresent(Int.self, forKey: .min_length)
      forced_bos_token_id = try values.decodeIfPresent(Int32.self, forKey: .forced_bos_token_id)
      forced_eos_token_id = try values.decodeIfPresent(Int32.self, forKey: .forced_eos_token_id)
      bad_words_ids = try values.decodeIfPresent([[Int32]].self, forKey: .bad_words_ids)
      suppress_tokens = try values.decodeIfPresent([Int32].self, forKey: .suppress_tokens)
      no_repeat_ngram_size = try values.decodeIfPresent(Int.self, forKey: .no_repeat_ngram_size)
      repetition_penalty = try values.decodeIfPresent(Float.self, forKey: .repetition_penalty)
      forcesNoEnd = values.contains(.forced_eos_token_id) && forced_eos_token_id == nil
    }
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
