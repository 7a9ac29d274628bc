import Foundation
import Tensors

/// The members of a folder's files that say how its model is decoded, with the file that each comes from.
///
/// transformers reads generation_config.json or config.json, never both; only the ids that a model cannot do without are
/// looked up in config.json too. A task's members come before both. Sources: transformers 4.57,
/// generation/configuration_utils.py; pipelines/base.py.
struct GenerationFile {
  private struct Member {
    let value: JSONValue
    let path: String
    /// With what stands around it.
    let name: String
  }

  private let path: String
  private let vocabularySize: Int
  private var members: [String: Member] = [:]

  /// - Parameters:
  ///   - task: nil where none was asked for, or none is to count.
  ///   - vocabularySize: V; an id outside is an error.
  init(folder: String, task: ModelTask?, vocabularySize: Int) throws(ModelError) {
    let (own, base) = (folder + "/generation_config.json", folder + "/config.json")
    path = FileManager.default.fileExists(atPath: own) ? own : base
    self.vocabularySize = vocabularySize
    add(try JSONFile.decode(Members.self, path: path).values, path: path)
    if path != base {
      for (name, value) in try JSONFile.decode(Members.self, path: base).values {
        guard Self.necessary.contains(name), members[name]?.value ?? .null == .null else { continue }
        members[name] = Member(value: value, path: base, name: name)
      }
    }
    if let task {
      let changes = try TaskParameters(folder: folder).members(for: task)
      add(changes, path: base, within: "task_specific_params.\(task.name).")
    }
    try refuseWhatIsNotDone()
  }

  private mutating func add(_ values: [String: JSONValue], path: String, within: String = "") {
    for (name, value) in values { members[name] = Member(value: value, path: path, name: within + name) }
  }

  /// Those members of a file that count.
  private struct Members: Decodable {
    struct Name: CodingKey {
      let stringValue: String
      var intValue: Int? { nil }
      init(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
    }

    var values: [String: JSONValue] = [:]

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Name.self)
      for name in container.allKeys where GenerationFile.known.contains(name.stringValue) {
        values[name.stringValue] = try container.decode(JSONValue.self, forKey: name)
      }
    }
  }

  private static let known = necessary.union(notDone.map(\.name)).union([
    "max_length", "max_new_tokens", "min_length", "min_new_tokens", "num_beams", "length_penalty", "early_stopping",
    "forced_bos_token_id", "forced_eos_token_id", "bad_words_ids", "suppress_tokens", "begin_suppress_tokens",
    "no_repeat_ngram_size", "encoder_no_repeat_ngram_size", "repetition_penalty", "alignment_heads",
  ])

  private static let necessary: Set = ["decoder_start_token_id", "bos_token_id", "eos_token_id", "pad_token_id"]

  // MARK: - What is not done

  /// Members that change what a model says and that this program does not follow, with the one value beside null that
  /// changes nothing. What is not here and not read below has no effect without `do_sample`: temperature, top_k, top_p,
  /// min_p, typical_p, epsilon_cutoff, eta_cutoff; or without groups of beams: diversity_penalty; or on no token:
  /// use_cache, num_return_sequences, output_…, remove_invalid_values.
  private static let notDone: [(name: String, neutral: JSONValue)] = [
    ("do_sample", .flag(false)), ("num_beam_groups", .number(1)), ("penalty_alpha", .number(0)),
    ("encoder_repetition_penalty", .number(1)), ("exponential_decay_length_penalty", .null),
    ("renormalize_logits", .flag(false)), ("guidance_scale", .number(1)), ("sequence_bias", .null),
    ("constraints", .null), ("force_words_ids", .null), ("forced_decoder_ids", .null), ("stop_strings", .null),
    ("max_time", .null), ("watermarking_config", .null), ("dola_layers", .null), ("token_healing", .flag(false)),
  ]

  private func refuseWhatIsNotDone() throws(ModelError) {
    for (name, neutral) in Self.notDone {
      guard let member = members[name], member.value != .null, member.value != neutral else { continue }
      throw .unsupported(
        path: member.path,
        reason: "\(member.name) is \(member.value), which is not done here; \(neutral) is possible, or leave it out")
    }
  }

  // MARK: - Members

  private func impossible(_ member: Member, _ possible: String) -> ModelError {
    .malformed(path: member.path, reason: "\(member.name) is \(member.value); \(possible) is possible")
  }

  /// A member that the model cannot do without.
  func missing(_ name: String) -> ModelError {
    .malformed(path: path, reason: "\(name) is missing, here and in config.json")
  }

  private func present(_ name: String) -> Member? {
    guard let member = members[name], member.value != .null else { return nil }
    return member
  }

  func integer(_ name: String, _ range: ClosedRange<Int>) throws(ModelError) -> Int? {
    guard let member = present(name) else { return nil }
    guard let value = member.value.integer(in: range) else {
      throw impossible(member, "\(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  func number(_ name: String, _ range: ClosedRange<Float>) throws(ModelError) -> Float? {
    guard let member = present(name) else { return nil }
    guard case .number(let number) = member.value, range.contains(Float(number)) else {
      throw impossible(member, "\(range.lowerBound) to \(range.upperBound)")
    }
    return Float(number)
  }

  /// The length limit, the start token included; nil where no file names one. `max_new_tokens` comes before
  /// `max_length`, of which transformers takes 20, its default, for 20 new tokens.
  func longest() throws(ModelError) -> Int? {
    if let new = try integer("max_new_tokens", 1...GenerationConfiguration.longestLength) { return new + 1 }
    let length = try integer("max_length", 2...GenerationConfiguration.longestLength)
    return length == 20 ? 21 : length
  }

  /// The least length, the start token included. `min_new_tokens` comes before `min_length`.
  func shortest() throws(ModelError) -> Int {
    if let new = try integer("min_new_tokens", 0...GenerationConfiguration.longestLength) { return new + 1 }
    return try integer("min_length", 0...GenerationConfiguration.longestLength) ?? 0
  }

  /// One token, or a list of one.
  func onlyToken(_ name: String) throws(ModelError) -> TokenID? {
    guard let member = present(name), let tokens = try tokens(name) else { return nil }
    guard tokens.count == 1 else { throw impossible(member, "one token") }
    return tokens[0]
  }

  /// A token, under its own name or another.
  func token(_ name: String, else other: String? = nil) throws(ModelError) -> TokenID? {
    guard let member = present(name) ?? other.flatMap(present) else { return nil }
    return try token(member.value, of: member)
  }

  /// One token, or a list.
  func tokens(_ name: String) throws(ModelError) -> [TokenID]? {
    guard let member = present(name) else { return nil }
    guard case .list(let values) = member.value else { return [try token(member.value, of: member)] }
    return try values.mapTyped { value throws(ModelError) in try token(value, of: member) }
  }

  /// Sequences of tokens; empty ones are left out.
  func sequences(_ name: String) throws(ModelError) -> [[TokenID]]? {
    guard let member = present(name) else { return nil }
    guard case .list(let rows) = member.value else { throw impossible(member, "a list of lists of tokens") }
    return try rows.mapTyped { row throws(ModelError) in
      guard case .list(let values) = row else { throw impossible(member, "a list of lists of tokens") }
      return try values.mapTyped { value throws(ModelError) in try token(value, of: member) }
    }.filter { !$0.isEmpty }
  }

  /// A list of [layer, head], both from 0, as Whisper's files have it.
  func heads(_ name: String, layers: Int, heads: Int) throws(ModelError) -> AlignmentHeads? {
    guard let member = present(name) else { return nil }
    let possible = "a list of [layer, head] of one of \(layers) layers with \(heads) heads, both from 0,"
    guard case .list(let rows) = member.value else { throw impossible(member, possible) }
    let pairs = try rows.mapTyped { row throws(ModelError) in
      guard case .list(let pair) = row, pair.count == 2, let layer = pair[0].integer(in: 0...max(0, layers - 1)),
        let head = pair[1].integer(in: 0...max(0, heads - 1))
      else { throw impossible(member, possible) }
      return (layer: layer, head: head)
    }
    guard let chosen = AlignmentHeads(pairs) else { throw impossible(member, possible) }
    return chosen
  }

  func earlyStopping() throws(ModelError) -> EarlyStopping? {
    guard let member = present("early_stopping") else { return nil }
    switch member.value {
    case .flag(true): return .whenFull
    case .flag(false): return .heuristic
    case .text("never"): return .never
    default: throw impossible(member, "true, false or \"never\"")
    }
  }

  private func token(_ value: JSONValue, of member: Member) throws(ModelError) -> TokenID {
    guard let id = value.integer(in: 0...max(0, vocabularySize - 1)) else {
      throw .malformed(
        path: member.path, reason: "\(member.name) holds \(value), no token of a vocabulary of \(vocabularySize)")
    }
    return TokenID(id)
  }
}
