import Foundation

extension MarianTokenizer {
  /// What texts a folder's model writes.
  enum Sides {
    /// Those of target.spm.
    case sourceAndTarget
    /// None: it only reads, and source.spm does for both.
    case source
  }

  /// Reads `source.spm`, `target.spm`, `vocab.json` (and `target_vocab.json` where `tokenizer_config.json` says
  /// `separate_vocabs`). A missing `tokenizer_config.json` means Hugging Face's defaults. Errors name the file and what
  /// to do. `clean_up_tokenization_spaces` is ignored: the output stays the model's own.
  public init(folder: URL) throws(TokenizerError) {
    try self.init(folder: folder, sides: .sourceAndTarget)
  }

  init(folder: URL, sides: Sides) throws(TokenizerError) {
    let folder = TokenizerFolder(
      url: folder,
      hint: sides == .source
        ? "a salience model's folder holds source.spm and vocab.json"
        : "a MarianMT folder holds source.spm, target.spm and vocab.json")
    let file = try folder.configuration()
    let defaults = Configuration()
    let configuration = Configuration(
      endToken: file.eos_token?.text ?? defaults.endToken,
      paddingToken: file.pad_token?.text ?? defaults.paddingToken,
      unknownToken: file.unk_token?.text ?? defaults.unknownToken,
      otherSpecialTokens: [file.bos_token, file.sep_token, file.cls_token, file.mask_token].compactMap { $0?.text }
        + (file.additional_special_tokens ?? []).map(\.text))

    let vocabulary = try Vocabulary(bytes: try folder.read("vocab.json"), name: folder.path("vocab.json"))
    var targetVocabulary: Vocabulary?
    if file.separate_vocabs == true {
      let name = "target_vocab.json"
      targetVocabulary = try Vocabulary(bytes: try folder.read(name), name: folder.path(name))
    }

    let sourceName = folder.path("source.spm")
    let sourceBytes = try folder.read("source.spm")
    let whole = try SentencePieceTokenizer(bytes: sourceBytes, name: sourceName)
    let reserved = Self.reservedPieces(in: vocabulary, configuration: configuration, markers: whole.markers)
    let source = try SentencePieceTokenizer(bytes: sourceBytes, name: sourceName, reservedPieces: Set(reserved))
    let targetName = folder.path("target.spm")
    let targetBytes = sides == .source ? sourceBytes : try folder.read("target.spm")
    let target =
      targetBytes == sourceBytes ? whole : try SentencePieceTokenizer(bytes: targetBytes, name: targetName)
    try self.init(
      source: source, target: target, vocabulary: vocabulary, targetVocabulary: targetVocabulary,
      configuration: configuration)
  }
}
