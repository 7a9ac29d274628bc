/// The tokenizer of MarianMT folders: two sentencepiece models cut and join text, `vocab.json` numbers the pieces.
/// Results equal Hugging Face's MarianTokenizer (transformers 4.57.1, tokenization_marian.py), except that a text can
/// never produce a control id: `</s>`, `<pad>`, `<unk>`, `>>xxx<<` and other markers typed by a user are ordinary
/// characters, and only `prefix` puts a language tag in front.
public struct MarianTokenizer: TextTokenizer {
  /// The settings of `tokenizer_config.json` that matter.
  public struct Configuration: Equatable, Sendable {
    /// The token that ends a text.
    public var endToken: String
    /// The token that pads a batch; it also starts the decoder.
    public var paddingToken: String
    /// The token for unknown text.
    public var unknownToken: String
    /// Further tokens that text must not produce and that decoding leaves out.
    public var otherSpecialTokens: [String]

    /// Hugging Face's defaults.
    public init(
      endToken: String = "</s>", paddingToken: String = "<pad>", unknownToken: String = "<unk>",
      otherSpecialTokens: [String] = []
    ) {
      self.endToken = endToken
      self.paddingToken = paddingToken
      self.unknownToken = unknownToken
      self.otherSpecialTokens = otherSpecialTokens
    }

    var specialTokens: [String] { [endToken, paddingToken, unknownToken] + otherSpecialTokens }
  }

  /// What an id of the target vocabulary becomes in text.
  private enum Output: Sendable {
    case nothing
    case piece(Int32)
    /// A piece that target.spm does not have, taken as it is.
    case foreign(String)
  }

  private let source: SentencePieceTokenizer
  private let target: SentencePieceTokenizer
  private let vocabulary: Vocabulary
  private let languageTagIDs: [(tag: String, id: Int32)]
  /// For each piece of `source`, its id in the vocabulary.
  private let sourceIDs: [Int32]
  private let outputs: [Output]
  private let reservedIDs: Set<Int32>
  /// The id that ends a text.
  public let endID: Int32
  /// The id that pads a batch and starts the decoder.
  public let paddingID: Int32
  /// The id for unknown text.
  public let unknownID: Int32

  /// Puts the parts together. Throws when the vocabulary lacks the end, padding or unknown token.
  /// - Parameters:
  ///   - source: cuts source text; read anew without the reserved pieces.
  ///   - target: joins target pieces.
  ///   - vocabulary: numbers the pieces of both, or of the source when `targetVocabulary` is given.
  ///   - targetVocabulary: numbers the target's pieces where the model keeps them apart.
  init(
    source: SentencePieceTokenizer, target: SentencePieceTokenizer, vocabulary: Vocabulary,
    targetVocabulary: Vocabulary? = nil, configuration: Configuration = Configuration()
  ) throws(TokenizerError) {
    func id(_ token: String) throws(TokenizerError) -> Int32 {
      guard let id = vocabulary.id(of: token) else { throw .missingToken(token: token, file: vocabulary.file) }
      return id
    }
    endID = try id(configuration.endToken)
    paddingID = try id(configuration.paddingToken)
    let unknown = try id(configuration.unknownToken)
    unknownID = unknown
    self.source = source
    self.target = target
    self.vocabulary = vocabulary
    languageTagIDs = vocabulary.languageTags.compactMap { tag in vocabulary.id(of: tag).map { (tag, $0) } }
    reservedIDs = Set(
      Self.reservedPieces(in: vocabulary, configuration: configuration, markers: source.markers)
        .compactMap { vocabulary.id(of: $0) })
    sourceIDs = (0..<Int32(source.count)).map { source.piece($0).flatMap { vocabulary.id(of: $0) } ?? unknown }
    let special = Set(configuration.specialTokens.map { Array($0.utf8) })
    let outputVocabulary = targetVocabulary ?? vocabulary
    outputs = (0..<Int32(outputVocabulary.count)).map { id in
      guard let piece = outputVocabulary.piece(id), !special.contains(Array(piece.utf8)) else { return .nothing }
      return target.id(of: piece).map { .piece($0) } ?? .foreign(piece)
    }
  }

  /// The pieces that text must not produce: special tokens, language tags, and the source model's markers.
  static func reservedPieces(
    in vocabulary: Vocabulary, configuration: Configuration, markers: [String]
  ) -> [String] {
    configuration.specialTokens + vocabulary.languageTags + markers
  }

  /// The number of ids.
  public var vocabularySize: Int { vocabulary.count }

  /// The prefixes that `encode` takes, such as `>>deu<<`, in the order of their ids.
  public var prefixes: [String] { languageTagIDs.map(\.tag) }

  /// The id of a prefix such as `>>deu<<`. Throws `unknownPrefix` for anything that is not one of `prefixes`.
  public func prefixID(_ prefix: String) throws(TokenizerError) -> Int32 {
    guard let entry = languageTagIDs.first(where: { $0.tag.utf8.elementsEqual(prefix.utf8) }) else {
      throw .unknownPrefix(prefix: prefix, known: prefixes)
    }
    return entry.id
  }

  /// The ids of a source text: the prefix, the text's pieces, `endID`. Linear in the text's length.
  public func encode(_ text: Substring, prefix: String?) throws(TokenizerError) -> [Int32] {
    var ids: [Int32] = []
    ids.reserveCapacity(text.utf8.count / 3 + 8)
    if let prefix { ids.append(try prefixID(prefix)) }
    source.visit(text) { id, unknownText in
      ids.append(vocabularyID(id, unknownText: unknownText))
    }
    ids.append(endID)
    return ids
  }

  /// Where in a source text each of its ids stands; nil for the prefix and `endID`.
  public func sourceOffsets(of text: Substring, prefix: String?) throws(TokenizerError) -> [Range<Int>?] {
    var offsets: [Range<Int>?] = []
    if let prefix {
      _ = try prefixID(prefix)
      offsets.append(nil)
    }
    return offsets + source.sourceOffsets(of: text) + [nil]
  }

  /// The ids of a source text that is cut already: unknown pieces get the unknown id, `endID` comes last.
  public func encode(pieces: [String]) -> [Int32] {
    pieces.map { vocabulary.id(of: $0) ?? unknownID } + [endID]
  }

  /// One for `endID`, one for the prefix. Throws `unknownPrefix` for anything that is not one of `prefixes`.
  public func addedCount(prefix: String?) throws(TokenizerError) -> Int {
    guard let prefix else { return 1 }
    _ = try prefixID(prefix)
    return 2
  }

  /// The number of ids that a source text's pieces take, prefix and `endID` not counted.
  public func pieceCount(of text: Substring) -> Int {
    var count = 0
    source.visit(text) { _, _ in count += 1 }
    return count
  }

  private func vocabularyID(_ id: Int32, unknownText: UnsafeBufferPointer<UInt8>?) -> Int32 {
    guard let unknownText else { return sourceIDs[Int(id)] }
    // As Hugging Face does: text that source.spm does not know may still be a piece of the vocabulary.
    guard let found = vocabulary.id(of: unknownText), !reservedIDs.contains(found) else { return unknownID }
    return found
  }

  /// The text of target ids: special tokens left out, pieces joined, whitespace at both ends removed.
  /// Ids outside the vocabulary give nothing.
  public func decode(_ ids: [Int32]) -> String { joined(ids).text.text(.stripped) }

  /// The same with where in it each id stands.
  public func decodeWithOffsets(_ ids: [Int32]) -> DecodedText {
    let (text, pieces) = joined(ids)
    return text.decoded(.stripped, pieces: pieces)
  }

  /// The pieces' text, and for each id the number of its piece.
  private func joined(_ ids: [Int32]) -> (text: TracedText, pieces: [Int?]) {
    var decoder = PieceDecoder(target)
    var pieces: [Int?] = []
    pieces.reserveCapacity(ids.count)
    for id in ids {
      pieces.append(decoder.pieceCount)
      switch id >= 0 && id < outputs.count ? outputs[Int(id)] : .nothing {
      case .nothing: pieces[pieces.count - 1] = nil
      case .piece(let piece): decoder.append(piece)
      case .foreign(let piece): decoder.append(foreign: piece.utf8)
      }
    }
    var text = decoder.finish()
    text.replaceBlanks()  // a piece that the model does not have keeps its ▁
    return (text, pieces)
  }
}
