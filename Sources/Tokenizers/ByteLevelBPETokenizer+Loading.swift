import Foundation

extension ByteLevelBPETokenizer {
  private static let hint = "a BART folder holds tokenizer.json, or vocab.json and merges.txt"

  /// Reads `tokenizer.json`, or else `vocab.json` and `merges.txt`, and `tokenizer_config.json` where it is there. As in
  /// transformers, `add_prefix_space` is that of `tokenizer_config.json`, false by default, whatever `tokenizer.json`
  /// says, and a `merges.txt` counts from its second line to its last line feed. Errors name the file and what to do.
  public init(folder: URL) throws(TokenizerError) {
    let folder = TokenizerFolder(url: folder, hint: Self.hint)
    let configuration = try folder.configuration()
    try configuration.refuseTextTokens(file: folder.path("tokenizer_config.json"))
    var parts =
      folder.contains("tokenizer.json")
      ? try Self.parts(TokenizerFile(bytes: try folder.read("tokenizer.json"), file: folder.path("tokenizer.json")))
      : try Self.parts(folder, configuration)
    let named = ["<s>", "</s>", "<unk>", "<pad>", "<mask>"] + configuration.namedTokens
    parts.specialIDs.formUnion(named.compactMap { parts.vocabulary.id(of: $0) })
    parts.addsSpace = configuration.add_prefix_space ?? false
    parts.endToken = configuration.eos_token?.text ?? "</s>"
    parts.unknownToken = configuration.unk_token?.text ?? "<unk>"
    try self.init(parts)
  }

  // MARK: - vocab.json and merges.txt

  private static func parts(
    _ folder: TokenizerFolder, _ configuration: TokenizerConfigurationFile
  ) throws(TokenizerError) -> Parts {
    let vocabulary = try Vocabulary(bytes: try folder.read("vocab.json"), name: folder.path("vocab.json"))
    let file = folder.path("merges.txt")
    let bytes = try folder.read("merges.txt")
    func id(_ token: String) throws(TokenizerError) -> Int32 {
      guard let id = vocabulary.id(of: token) else { throw .missingToken(token: token, file: vocabulary.file) }
      return id
    }
    var merges: [(String, String)] = []
    let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).dropFirst().dropLast()
    for (index, line) in lines.enumerated() {
      let parts = line.split { $0 == 0x20 || $0 == 0x0D }
      guard parts.count == 2, let left = String(validating: parts[0], as: UTF8.self),
        let right = String(validating: parts[1], as: UTF8.self)
      else { throw .malformedFile(file: file, reason: "line \(index + 2) is not two pieces with a space between") }
      merges.append((left, right))
    }
    return Parts(
      vocabulary: vocabulary, merges: merges, mergesFile: file,
      startIDs: [try id(configuration.cls_token?.text ?? "<s>")],
      endIDs: [try id(configuration.sep_token?.text ?? "</s>")], specialIDs: [], endToken: "", unknownToken: "")
  }

  // MARK: - tokenizer.json

  private static func parts(_ file: TokenizerFile) throws(TokenizerError) -> Parts {
    try refuseUnknown(file)
    let vocabulary = try Vocabulary(bytes: file.bytes, range: try file.modelRange("vocab"), name: file.file)
    var merges: [(String, String)] = []
    try file.scanModel("merges") { scanner throws(JSONScanner.Failure) in
      try scanner.elements { scanner throws(JSONScanner.Failure) in merges.append(try Self.merge(&scanner)) }
    }
    let ids = try file.surroundings()
    return Parts(
      vocabulary: vocabulary, merges: merges, mergesFile: file.file, startIDs: ids.start, endIDs: ids.end,
      specialIDs: Set(file.addedTokens.map(\.id)), endToken: "", unknownToken: "")
  }

  /// `"a b"`, or `["a", "b"]`.
  private static func merge(_ scanner: inout JSONScanner) throws(JSONScanner.Failure) -> (String, String) {
    let isArray = try scanner.peek() == UInt8(ascii: "[")
    let start = scanner.position
    var parts: [String] = []
    if isArray {
      try scanner.elements { scanner throws(JSONScanner.Failure) in parts.append(try scanner.string()) }
    } else {
      // By scalars: a space and a combining mark are one Character.
      parts = try scanner.string().unicodeScalars.split(separator: " ", omittingEmptySubsequences: false).map(
        String.init)
    }
    guard parts.count == 2 else { throw .init(reason: "a merge has not two parts", position: start) }
    return (parts[0], parts[1])
  }

  private static func refuseUnknown(_ file: TokenizerFile) throws(TokenizerError) {
    let type = try file.modelType()
    guard type == "BPE" else { throw file.unsupported("model", "the type \(type) is not known; known: BPE") }
    if let normalizer = file.normalizer {
      throw file.unsupported("normalizer", "the type \(normalizer.type) is not known; only null is")
    }
    guard let splitter = file.preTokenizer, splitter.type == "ByteLevel", splitter.use_regex ?? true else {
      throw file.unsupported(
        "pre_tokenizer", "the type \(file.preTokenizer?.type ?? "null") is not known; known: ByteLevel with use_regex")
    }
    guard let decoder = file.decoder, decoder.type == "ByteLevel" else {
      throw file.unsupported("decoder", "the type \(file.decoder?.type ?? "null") is not known; known: ByteLevel")
    }
    for key in ["continuing_subword_prefix", "end_of_word_suffix"] {
      guard try file.modelValue(key, as: String.self) ?? "" == "" else {
        throw file.unsupported("model." + key, "only an empty one is known")
      }
    }
    for key in ["byte_fallback", "ignore_merges"] {
      guard try file.modelValue(key, as: Bool.self) != true else {
        throw file.unsupported("model." + key, "true is not known")
      }
    }
    guard try file.modelValue("dropout", as: Double.self) ?? 0 == 0 else {
      throw file.unsupported("model.dropout", "merges by chance; set it to null")
    }
  }
}
