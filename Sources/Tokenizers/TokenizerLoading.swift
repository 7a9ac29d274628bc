import Foundation

extension MarianTokenizer {
  private struct ConfigurationFile: Decodable {
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

    var eos_token: Token?
    var pad_token: Token?
    var unk_token: Token?
    var bos_token: Token?
    var sep_token: Token?
    var cls_token: Token?
    var mask_token: Token?
    var additional_special_tokens: [Token]?
    var separate_vocabs: Bool?
    var sp_model_kwargs: SamplingSettings?

    struct SamplingSettings: Decodable { var enable_sampling: Bool? }
  }

  /// Reads `source.spm`, `target.spm`, `vocab.json` (and `target_vocab.json` where `tokenizer_config.json` says
  /// `separate_vocabs`). A missing `tokenizer_config.json` means Hugging Face's defaults. Errors name the file and what
  /// to do. `clean_up_tokenization_spaces` is ignored: the output stays the model's own.
  public init(folder: URL) throws(TokenizerError) {
    let file = try Self.configurationFile(in: folder)
    let defaults = Configuration()
    let configuration = Configuration(
      endToken: file.eos_token?.text ?? defaults.endToken,
      paddingToken: file.pad_token?.text ?? defaults.paddingToken,
      unknownToken: file.unk_token?.text ?? defaults.unknownToken,
      otherSpecialTokens: [file.bos_token, file.sep_token, file.cls_token, file.mask_token].compactMap { $0?.text }
        + (file.additional_special_tokens ?? []).map(\.text))

    let vocabularyName = Self.path(folder, "vocab.json")
    let vocabulary = try Vocabulary(bytes: try Self.read(vocabularyName), name: vocabularyName)
    var targetVocabulary: Vocabulary?
    if file.separate_vocabs == true {
      let name = Self.path(folder, "target_vocab.json")
      targetVocabulary = try Vocabulary(bytes: try Self.read(name), name: name)
    }

    let sourceName = Self.path(folder, "source.spm")
    let sourceBytes = try Self.read(sourceName)
    let whole = try SentencePieceTokenizer(bytes: sourceBytes, name: sourceName)
    let reserved = Self.reservedPieces(in: vocabulary, configuration: configuration, markers: whole.markers)
    let source = try SentencePieceTokenizer(bytes: sourceBytes, name: sourceName, reservedPieces: Set(reserved))
    let targetName = Self.path(folder, "target.spm")
    let targetBytes = try Self.read(targetName)
    let target =
      targetBytes == sourceBytes ? whole : try SentencePieceTokenizer(bytes: targetBytes, name: targetName)
    try self.init(
      source: source, target: target, vocabulary: vocabulary, targetVocabulary: targetVocabulary,
      configuration: configuration)
  }

  private static func path(_ folder: URL, _ name: String) -> String { folder.appendingPathComponent(name).path }

  private static func configurationFile(in folder: URL) throws(TokenizerError) -> ConfigurationFile {
    let name = path(folder, "tokenizer_config.json")
    guard FileManager.default.fileExists(atPath: name) else { return ConfigurationFile() }
    let bytes = try read(name, limit: 16 << 20)
    let file: ConfigurationFile
    do {
      file = try JSONDecoder().decode(ConfigurationFile.self, from: Data(bytes))
    } catch {
      throw .malformedFile(file: name, reason: "it is not the JSON of a Hugging Face tokenizer")
    }
    guard file.sp_model_kwargs?.enable_sampling != true else {
      throw .unsupportedModel(
        file: name, reason: "it asks for random segmentation (enable_sampling); remove sp_model_kwargs")
    }
    return file
  }

  private static func read(_ path: String, limit: Int = 128 << 20) throws(TokenizerError) -> [UInt8] {
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else {
      throw .unreadableFile(
        file: path, reason: "it is not there; a MarianMT folder holds source.spm, target.spm and vocab.json")
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
}
