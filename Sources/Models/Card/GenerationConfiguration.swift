import Foundation
import Tensors

/// When a beam search stops that has found as many hypotheses as it keeps.
public enum EarlyStopping: Sendable, Equatable {
  /// At once.
  case whenFull
  /// When the best unfinished hypothesis, if it ended now, would be no better than the worst finished one.
  case heuristic
  /// When no hypothesis that may still come, however long, could be better than the worst finished one.
  case never
}

/// How a model wants to be decoded: generation_config.json, and config.json for what that leaves out.
/// Source: transformers 4.57, generation/configuration_utils.py.
public struct GenerationConfiguration: Sendable, Equatable {
  /// The decoder's first input.
  public var startToken: TokenID
  /// Tokens that end a hypothesis.
  public var endTokens: [TokenID]
  public var padToken: TokenID?
  /// Length limit of a hypothesis, the start token included.
  public var maxLength: Int
  /// Below this length, the start token included, no end token may come.
  public var minLength = 0
  /// Hypotheses that a search keeps; 1 is greedy search.
  public var beamSize = 1
  /// A hypothesis of a beam search ranks by Σ ln p / length^lengthPenalty: more than 0 favours long ones.
  public var lengthPenalty: Float = 1
  public var earlyStopping = EarlyStopping.heuristic
  /// Must come first.
  public var forcedBeginToken: TokenID?
  /// Must come last when the length limit is reached.
  public var forcedEndToken: TokenID?
  /// Sequences that may not appear.
  public var bannedSequences: [[TokenID]] = []
  /// Tokens that may never appear.
  public var suppressedTokens: [TokenID] = []
  /// No n-gram of this size may appear twice; 0 allows all.
  public var noRepeatNgramSize = 0

  public init(startToken: TokenID, endTokens: [TokenID], maxLength: Int) {
    self.startToken = startToken
    self.endTokens = endTokens
    self.maxLength = maxLength
  }

  /// Reads `generation_config.json` and `config.json` of a model's folder and checks them against its sizes.
  public init(folder: String, dimensions: ModelDimensions) throws(ModelError) {
    let base = try JSONFile.decode(File.self, path: folder + "/config.json")
    let path = folder + "/generation_config.json"
    let own = FileManager.default.fileExists(atPath: path) ? try JSONFile.decode(File.self, path: path) : base
    let file = own.completed(by: base)
    func token(_ name: String, _ value: Int) throws(ModelError) -> TokenID {
      guard value >= 0, value < dimensions.vocabularySize else {
        throw .malformed(path: path, reason: "\(name) is \(value) in a vocabulary of \(dimensions.vocabularySize)")
      }
      return TokenID(value)
    }
    func optional(_ name: String, _ value: Int?) throws(ModelError) -> TokenID? {
      guard let value else { return nil }
      return try token(name, value)
    }
    guard let start = file.decoder_start_token_id ?? file.bos_token_id else {
      throw .malformed(path: path, reason: "decoder_start_token_id is missing, here and in config.json")
    }
    guard let ends = file.eos_token_id?.values, !ends.isEmpty else {
      throw .malformed(path: path, reason: "eos_token_id is missing, here and in config.json")
    }
    if let penalty = file.repetition_penalty, penalty != 1 {
      throw .unsupported(path: path, reason: "repetition_penalty \(penalty) is not supported yet; 1 is")
    }
    startToken = try token("decoder_start_token_id", start)
    endTokens = try ends.mapTyped { value throws(ModelError) in try token("eos_token_id", value) }
    padToken = try optional("pad_token_id", file.pad_token_id)
    maxLength = min(file.max_length ?? dimensions.positionLimit, dimensions.positionLimit)
    minLength = file.min_length ?? 0
    beamSize = file.num_beams ?? 1
    lengthPenalty = file.length_penalty ?? 1
    earlyStopping = file.early_stopping?.value ?? .heuristic
    forcedBeginToken = try optional("forced_bos_token_id", file.forced_bos_token_id)
    forcedEndToken = try optional("forced_eos_token_id", file.forced_eos_token_id?.values.first)
    bannedSequences = try (file.bad_words_ids ?? []).filter { !$0.isEmpty }.mapTyped { words throws(ModelError) in
      try words.mapTyped { value throws(ModelError) in try token("bad_words_ids", value) }
    }
    suppressedTokens = try (file.suppress_tokens ?? []).mapTyped { value throws(ModelError) in
      try token("suppress_tokens", value)
    }
    noRepeatNgramSize = file.no_repeat_ngram_size ?? 0
    guard maxLength >= 2, minLength >= 0, noRepeatNgramSize >= 0, lengthPenalty.isFinite, abs(lengthPenalty) <= 10
    else {
      throw .malformed(
        path: path,
        reason: "max_length \(maxLength), min_length \(minLength), no_repeat_ngram_size \(noRepeatNgramSize), "
          + "length_penalty \(lengthPenalty): one of them is out of range")
    }
    guard (1...Self.beamLimit).contains(beamSize) else {
      throw .unsupported(path: path, reason: "num_beams is \(beamSize); 1 to \(Self.beamLimit) is possible")
    }
  }

  /// Hypotheses that a search can keep.
  public static let beamLimit = 32

  /// A number or a list of numbers.
  private struct OneOrMany: Decodable {
    let values: [Int]
    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let value = try? container.decode(Int.self) {
        values = [value]
      } else {
        values = try container.decode([Int].self)
      }
    }
  }

  /// true, false or "never".
  private struct EarlyStoppingValue: Decodable {
    let value: EarlyStopping
    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let isEarly = try? container.decode(Bool.self) {
        value = isEarly ? .whenFull : .heuristic
      } else if try container.decode(String.self) == "never" {
        value = .never
      } else {
        throw DecodingError.dataCorruptedError(
          in: container, debugDescription: "early_stopping is true, false or \"never\"")
      }
    }
  }

  private struct File: Decodable {
    var decoder_start_token_id: Int?
    var bos_token_id: Int?
    var eos_token_id: OneOrMany?
    var pad_token_id: Int?
    var max_length: Int?
    var min_length: Int?
    var num_beams: Int?
    var length_penalty: Float?
    var early_stopping: EarlyStoppingValue?
    var forced_bos_token_id: Int?
    var forced_eos_token_id: OneOrMany?
    var bad_words_ids: [[Int]]?
    var suppress_tokens: [Int]?
    var no_repeat_ngram_size: Int?
    var repetition_penalty: Double?

    /// transformers reads one file or the other, never both; only the ids that a model cannot do without are looked up
    /// in config.json too.
    func completed(by base: File) -> File {
      var file = self
      file.decoder_start_token_id = decoder_start_token_id ?? base.decoder_start_token_id
      file.bos_token_id = bos_token_id ?? base.bos_token_id
      file.eos_token_id = eos_token_id ?? base.eos_token_id
      file.pad_token_id = pad_token_id ?? base.pad_token_id
      return file
    }
  }
}
