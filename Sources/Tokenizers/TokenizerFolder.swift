import Foundation

/// A model's folder as tokenizers read it. Errors name the file by its path.
struct TokenizerFolder {
  private static let configurationLimit = 16 << 20  // bytes

  let url: URL
  /// Which files a folder of this architecture holds: said where one is missing.
  let hint: String

  func path(_ name: String) -> String { url.appendingPathComponent(name).path }

  func contains(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }

  /// The bytes of a file of at most `limit` bytes.
  func read(_ name: String, limit: Int = 128 << 20) throws(TokenizerError) -> [UInt8] {
    let path = path(name)
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else {
      throw .unreadableFile(file: path, reason: "it is not there; \(hint)")
    }
    // UInt is what a statically linked Foundation holds here; it bridges to no other type.
    guard let size = attributes[.size] as? UInt, size <= UInt(limit) else {
      throw .unreadableFile(file: path, reason: "it is larger than the \(limit) bytes allowed")
    }
    do {
      return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    } catch {
      throw .unreadableFile(file: path, reason: "the file system refused it; check its permissions")
    }
  }

  /// `tokenizer_config.json`; one without any setting where the file is missing.
  func configuration() throws(TokenizerError) -> TokenizerConfigurationFile {
    let name = "tokenizer_config.json"
    guard contains(name) else { return TokenizerConfigurationFile() }
    let bytes = try read(name, limit: Self.configurationLimit)
    let file: TokenizerConfigurationFile
    do {
      file = try JSONDecoder().decode(TokenizerConfigurationFile.self, from: Data(bytes))
    } catch {
      throw .malformedFile(file: path(name), reason: "it is not the JSON of a Hugging Face tokenizer")
    }
    guard file.sp_model_kwargs?.enable_sampling != true else {
      throw .unsupportedModel(
        file: path(name), reason: "it asks for random segmentation (enable_sampling); remove sp_model_kwargs")
    }
    return file
  }
}

/// The settings of `tokenizer_config.json` that matter; each may be missing.
struct TokenizerConfigurationFile: Decodable {
  /// A token is a string, or an object that holds it.
  struct Token: Decodable {
    let text: String

    private enum Key: String, CodingKey { case content }

    init(from decoder: any Decoder) throws {
      if let text = try? decoder.singleValueContainer().decode(String.self) {
        self.text = text
      } else {
        text = try decoder.container(keyedBy: Key.self).decode(String.self, forKey: .content)
      }
    }
  }

  /// A token beside the vocabulary's own.
  struct AddedToken: Decodable {
    let content: String
    let special: Bool?
  }

  struct SamplingSettings: Decodable { var enable_sampling: Bool? }

  var eos_token: Token?
  var pad_token: Token?
  var unk_token: Token?
  var bos_token: Token?
  var sep_token: Token?
  var cls_token: Token?
  var mask_token: Token?
  var additional_special_tokens: [Token]?
  var added_tokens_decoder: [String: AddedToken]?
  var separate_vocabs: Bool?
  var sp_model_kwargs: SamplingSettings?
  var legacy: Bool?
  var add_prefix_space: Bool?
  var extra_ids: Int?

  /// Tokens that have a setting of their own.
  private var purposeTokens: [String] {
    [eos_token, pad_token, unk_token, bos_token, sep_token, cls_token, mask_token].compactMap { $0?.text }
  }

  /// Special tokens that the file names, whatever they are for.
  var namedTokens: [String] {
    purposeTokens
      + (additional_special_tokens ?? []).map(\.text)
      + (added_tokens_decoder ?? [:]).values.filter { $0.special == true }.map(\.content)
  }

  /// Tokens that a user's text would be cut at, which no tokenizer here does: an error where there are any.
  func refuseTextTokens(file: String) throws(TokenizerError) {
    let named = Set(purposeTokens)
    for token in (added_tokens_decoder ?? [:]).values where token.special != true && !named.contains(token.content) {
      throw .unsupportedModel(
        file: file, reason: "added_tokens_decoder: \(token.content) is not special; only special tokens can be added")
    }
  }
}
