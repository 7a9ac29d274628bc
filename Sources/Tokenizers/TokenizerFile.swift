import Foundation

/// Hugging Face's `tokenizer.json`, as far as tokenizers of encoder-decoders need it. `truncation` and `padding` do not
/// matter: transformers ignores them too where a call asks for neither.
struct TokenizerFile {
  /// A token beside the model's own, or one of them that is special.
  struct AddedToken: Decodable {
    let id: Int32
    let content: String
    let special: Bool
  }

  /// A normalizer, pre-tokenizer, post-processor or decoder with the settings that any of them may have.
  struct Component: Decodable {
    struct Pattern: Decodable {
      let Regex: String?
    }

    let type: String
    let normalizers: [Component]?
    let pretokenizers: [Component]?
    let precompiled_charsmap: String?
    let strip_left: Bool?
    let strip_right: Bool?
    let pattern: Pattern?
    let content: String?
    let replacement: String?
    let add_prefix_space: Bool?
    let prepend_scheme: String?
    let split: Bool?
    let use_regex: Bool?
    let sep: NumberedToken?
    let cls: NumberedToken?
    let single: [TemplatePart]?
    let special_tokens: [String: TemplateTokens]?
  }

  /// `["</s>", 2]`.
  struct NumberedToken: Decodable {
    let text: String
    let id: Int32

    init(from decoder: any Decoder) throws {
      var container = try decoder.unkeyedContainer()
      text = try container.decode(String.self)
      id = try container.decode(Int32.self)
    }
  }

  /// A part of a template: the text (`Sequence`), or a token.
  struct TemplatePart: Decodable {
    struct Reference: Decodable { let id: String }

    let Sequence: Reference?
    let SpecialToken: Reference?
  }

  /// What a token of a template stands for.
  struct TemplateTokens: Decodable { let ids: [Int32] }

  let file: String
  let bytes: [UInt8]
  let addedTokens: [AddedToken]
  let normalizer: Component?
  let preTokenizer: Component?
  let postProcessor: Component?
  let decoder: Component?
  /// Where the values of `model` stand in the file.
  private let model: [String: Range<Int>]

  init(bytes: [UInt8], file: String) throws(TokenizerError) {
    self.file = file
    self.bytes = bytes
    let members = try Self.members(of: bytes, range: bytes.indices, file: file)
    guard let modelRange = members["model"] else {
      throw .malformedFile(file: file, reason: "the key model is missing")
    }
    model = try Self.members(of: bytes, range: modelRange, file: file)
    func read<Value: Decodable>(_ key: String, as type: Value.Type = Value.self) throws(TokenizerError) -> Value? {
      try Self.decode(key, members[key], of: bytes, file: file)
    }
    addedTokens = try read("added_tokens") ?? []
    normalizer = try read("normalizer")
    preTokenizer = try read("pre_tokenizer")
    postProcessor = try read("post_processor")
    decoder = try read("decoder")
    // Text would be cut at these; special tokens are never looked for in text.
    if let token = addedTokens.first(where: { !$0.special }) {
      throw unsupported("added_tokens", "\(token.content) is not special; only special tokens can be added")
    }
  }

  /// An error that names a key.
  func unsupported(_ key: String, _ reason: String) -> TokenizerError {
    .unsupportedModel(file: file, reason: "\(key): \(reason)")
  }

  // MARK: - Model

  /// The model's type. Older files do not name it; only BPE has merges.
  func modelType() throws(TokenizerError) -> String {
    try modelValue("type") ?? (model["merges"] == nil ? "Unigram" : "BPE")
  }

  /// A setting of the model; nil where it is missing or null.
  func modelValue<Value: Decodable>(_ key: String, as type: Value.Type = Value.self) throws(TokenizerError) -> Value? {
    try Self.decode("model." + key, model[key], of: bytes, file: file)
  }

  /// Where one of the model's large values stands.
  func modelRange(_ key: String) throws(TokenizerError) -> Range<Int> {
    guard let range = model[key] else { throw .malformedFile(file: file, reason: "the key model.\(key) is missing") }
    return range
  }

  /// Calls `body` with a scanner at one of the model's large values.
  func scanModel(
    _ key: String, _ body: (inout JSONScanner) throws(JSONScanner.Failure) -> Void
  ) throws(TokenizerError) {
    let range = try modelRange(key)
    do throws(JSONScanner.Failure) {
      var scanner = JSONScanner(bytes, range: range)
      try body(&scanner)
      try scanner.finish()
    } catch {
      throw .malformedFile(file: file, reason: "model.\(key): \(error.reason) (byte \(error.position))")
    }
  }

  // MARK: - Reading

  private static func members(
    of bytes: [UInt8], range: Range<Int>, file: String
  ) throws(TokenizerError) -> [String: Range<Int>] {
    var members: [String: Range<Int>] = [:]
    do throws(JSONScanner.Failure) {
      var scanner = JSONScanner(bytes, range: range)
      try scanner.members { key, scanner throws(JSONScanner.Failure) in
        let start = scanner.position
        guard members.updateValue(try scanner.skipValue(), forKey: key) == nil else {
          throw .init(reason: "the key \(key) stands twice", position: start)
        }
      }
      try scanner.finish()
    } catch {
      throw .malformedFile(file: file, reason: "\(error.reason) (byte \(error.position))")
    }
    return members
  }

  private static func decode<Value: Decodable>(
    _ key: String, _ range: Range<Int>?, of bytes: [UInt8], file: String
  ) throws(TokenizerError) -> Value? {
    guard let range else { return nil }
    do {
      return try JSONDecoder().decode(Value?.self, from: Data(bytes[range]))
    } catch {
      throw .malformedFile(file: file, reason: "\(key): a value is missing or is not of its type")
    }
  }
}

extension TokenizerFile {
  /// The ids that `post_processor` puts before and behind a text.
  func surroundings() throws(TokenizerError) -> (start: [Int32], end: [Int32]) {
    let key = "post_processor"
    guard let processor = postProcessor else { return ([], []) }
    switch processor.type {
    case "ByteLevel":
      return ([], [])
    case "RobertaProcessing":
      guard let sep = processor.sep, let cls = processor.cls else {
        throw .malformedFile(file: file, reason: "\(key): sep or cls is missing")
      }
      return ([cls.id], [sep.id])
    case "TemplateProcessing":
      var start: [Int32] = []
      var end: [Int32] = []
      var hasText = false
      for part in processor.single ?? [] {
        if let text = part.Sequence {
          guard text.id == "A", !hasText else { throw unsupported(key, "the template names another text than one A") }
          hasText = true
        } else if let token = part.SpecialToken, let ids = processor.special_tokens?[token.id]?.ids {
          if hasText { end += ids } else { start += ids }
        } else {
          throw .malformedFile(file: file, reason: "\(key): a part of the template is unknown")
        }
      }
      guard hasText else { throw unsupported(key, "the template has no place for the text") }
      return (start, end)
    default:
      throw unsupported(
        key, "the type \(processor.type) is not known; known: ByteLevel, RobertaProcessing, TemplateProcessing")
    }
  }
}
