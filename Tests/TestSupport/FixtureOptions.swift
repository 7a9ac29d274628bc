/// Generation options of a fixture's case, in transformers' names: those that it names differ from the model's own.
public struct FixtureOptions: Decodable, Sendable {
  public let num_beams: Int?
  public let num_return_sequences: Int?
  public let length_penalty: Float?
  public let early_stopping: EarlyStop?
  public let max_length: Int?
  public let min_length: Int?
  public let max_new_tokens: Int?
  public let min_new_tokens: Int?
  public let eos_token_id: [Int32]?
  public let forced_bos_token_id: Int32?
  public let forced_eos_token_id: Int32?
  public let bad_words_ids: [[Int32]]?
  public let suppress_tokens: [Int32]?
  public let begin_suppress_tokens: [Int32]?
  public let no_repeat_ngram_size: Int?
  public let encoder_no_repeat_ngram_size: Int?
  public let repetition_penalty: Float?
  /// The forced end is switched off: its key holds null.
  public let forcesNoEnd: Bool
  /// The forced beginning is switched off likewise.
  public let forcesNoBegin: Bool

  /// When a beam search stops: true, false or "never".
  public enum EarlyStop: Decodable, Sendable {
    case flag(Bool)
    case never

    public init(from decoder: any Decoder) throws {
      let value = try decoder.singleValueContainer()
      if let flag = try? value.decode(Bool.self) {
        self = .flag(flag)
      } else if try value.decode(String.self) == "never" {
        self = .never
      } else {
        throw DecodingError.dataCorruptedError(in: value, debugDescription: "neither a boolean nor \"never\"")
      }
    }
  }

  private enum CodingKeys: String, CodingKey {
    case num_beams, num_return_sequences, length_penalty, early_stopping, max_length, min_length, eos_token_id
    case forced_bos_token_id, forced_eos_token_id, bad_words_ids, suppress_tokens, no_repeat_ngram_size
    case repetition_penalty, encoder_no_repeat_ngram_size, begin_suppress_tokens, max_new_tokens, min_new_tokens
  }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    num_beams = try values.decodeIfPresent(Int.self, forKey: .num_beams)
    num_return_sequences = try values.decodeIfPresent(Int.self, forKey: .num_return_sequences)
    length_penalty = try values.decodeIfPresent(Float.self, forKey: .length_penalty)
    early_stopping = try values.decodeIfPresent(EarlyStop.self, forKey: .early_stopping)
    max_length = try values.decodeIfPresent(Int.self, forKey: .max_length)
    min_length = try values.decodeIfPresent(Int.self, forKey: .min_length)
    eos_token_id = try values.decodeIfPresent([Int32].self, forKey: .eos_token_id)
    forced_bos_token_id = try values.decodeIfPresent(Int32.self, forKey: .forced_bos_token_id)
    forced_eos_token_id = try values.decodeIfPresent(Int32.self, forKey: .forced_eos_token_id)
    bad_words_ids = try values.decodeIfPresent([[Int32]].self, forKey: .bad_words_ids)
    suppress_tokens = try values.decodeIfPresent([Int32].self, forKey: .suppress_tokens)
    no_repeat_ngram_size = try values.decodeIfPresent(Int.self, forKey: .no_repeat_ngram_size)
    encoder_no_repeat_ngram_size = try values.decodeIfPresent(Int.self, forKey: .encoder_no_repeat_ngram_size)
    begin_suppress_tokens = try values.decodeIfPresent([Int32].self, forKey: .begin_suppress_tokens)
    max_new_tokens = try values.decodeIfPresent(Int.self, forKey: .max_new_tokens)
    min_new_tokens = try values.decodeIfPresent(Int.self, forKey: .min_new_tokens)
    repetition_penalty = try values.decodeIfPresent(Float.self, forKey: .repetition_penalty)
    forcesNoEnd = values.contains(.forced_eos_token_id) && forced_eos_token_id == nil
    forcesNoBegin = values.contains(.forced_bos_token_id) && forced_bos_token_id == nil
  }
}
