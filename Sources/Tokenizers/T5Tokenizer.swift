import Foundation

/// The tokenizer of T5 folders. A prefix is text that comes before the text: `"summarize: "`.
///
/// With a `tokenizer.json` the results equal transformers' T5TokenizerFast, which is what AutoTokenizer gives; without,
/// they equal T5Tokenizer on `spiece.model`, `legacy` or not as `tokenizer_config.json` says (default: legacy). The two
/// agree on ordinary text; they differ, for example, where combining marks follow letters, as the fast one maps clusters
/// of characters and sentencepiece the longest sequence. In both, and unlike either, a text can never give a special
/// token: `</s>`, `<pad>`, `<extra_id_0>` typed by a user are ordinary characters. (transformers 4.57.1)
public struct T5Tokenizer: TextTokenizer {
  private enum Engine: Sendable {
    case words(UnigramTokenizer)
    case sentencePiece(SentencePieceTokenizer, Correction?)
  }

  /// What T5Tokenizer does without `legacy`: the model adds no ▁ itself, and removes one at the start; so a marker goes
  /// before the text, and its pieces are dropped again.
  private struct Correction: Sendable {
    let marker: String
    let markerCount: Int
    let addsBlank: Bool

    /// What is encoded for a text, behind whose beginning stands the text scalar by scalar, and how many of its pieces
    /// are dropped again.
    func marked(_ text: Substring) -> (text: String, dropped: Int) {
      let spaced = String(text.unicodeScalars.map { $0 == "\u{2581}" ? " " : Character($0) })
      let blank = addsBlank ? "\u{2581}" + spaced : spaced
      let isMarked = blank.utf8.first == 0x20 || blank.utf8.starts(with: UTF8Scanning.visibleBlank)
      return isMarked ? (marker + blank, markerCount) : (blank, 0)
    }
  }

  private static let hint = "a T5 folder holds tokenizer.json or spiece.model"

  private let engine: Engine
  private let startIDs: [Int32]
  private let endIDs: [Int32]
  private let specialIDs: Set<Int32>
  private let unknownID: Int32
  /// The id that ends a text.
  public let endID: Int32
  /// The number of rows that a text needs; `<extra_id_0>` and its like lie above.
  public let vocabularySize: Int

  /// Reads `tokenizer.json`, or else `spiece.model`, and `tokenizer_config.json` where it is there. Errors name the file
  /// and what to do.
  public init(folder: URL) throws(TokenizerError) {
    let folder = TokenizerFolder(url: folder, hint: Self.hint)
    let configuration = try folder.configuration()
    try configuration.refuseTextTokens(file: folder.path("tokenizer_config.json"))
    let end = configuration.eos_token?.text ?? "</s>"
    let unknown = configuration.unk_token?.text ?? "<unk>"
    let special = [end, unknown, configuration.pad_token?.text ?? "<pad>"] + configuration.namedTokens
    if folder.contains("tokenizer.json") {
      let name = folder.path("tokenizer.json")
      let file = try TokenizerFile(bytes: try folder.read("tokenizer.json"), file: name)
      let tokenizer = try UnigramTokenizer(file: file, specialTokens: special)
      let ids = try file.surroundings()
      guard (ids.start + ids.end).allSatisfy({ $0 >= 0 && $0 < tokenizer.count }) else {
        throw .malformedFile(file: name, reason: "post_processor: a token has no piece")
      }
      engine = .words(tokenizer)
      (startIDs, endIDs) = ids
      specialIDs = []
      vocabularySize = Int(max(tokenizer.largestTextID, (ids.start + ids.end).max() ?? 0)) + 1
      endID = try Self.id(end, tokenizer.id(of: end), name)
      unknownID = try Self.id(unknown, tokenizer.id(of: unknown), name)
    } else {
      let name = folder.path("spiece.model")
      let tokenizer = try Self.sentencePiece(
        try folder.read("spiece.model"), name: name, special: special, isLegacy: configuration.legacy ?? true)
      let endID = try Self.id(end, tokenizer.id(of: end), name)
      self.endID = endID
      unknownID = try Self.id(unknown, tokenizer.id(of: unknown), name)
      let correction = Correction(
        marker: unknown, markerCount: tokenizer.encode(unknown).count,
        addsBlank: configuration.add_prefix_space ?? true)
      engine = .sentencePiece(tokenizer, configuration.legacy ?? true ? nil : correction)
      (startIDs, endIDs) = ([], [endID])
      specialIDs = Set(special.compactMap { tokenizer.id(of: $0) })
      vocabularySize = tokenizer.count
    }
  }

  private static func sentencePiece(
    _ bytes: [UInt8], name: String, special: [String], isLegacy: Bool
  ) throws(TokenizerError) -> SentencePieceTokenizer {
    let dummyPrefix = isLegacy ? nil : false
    let whole = try SentencePieceTokenizer(bytes: bytes, name: name, addsDummyPrefix: dummyPrefix)
    return try SentencePieceTokenizer(
      bytes: bytes, name: name, reservedPieces: Set(special + whole.markers), addsDummyPrefix: dummyPrefix)
  }

  private static func id(_ token: String, _ id: Int32?, _ file: String) throws(TokenizerError) -> Int32 {
    guard let id else { throw .missingToken(token: token, file: file) }
    return id
  }

  // MARK: - Encoding

  /// The ids of the prefix and the text, cut as one, and `endID`. Any prefix is taken.
  public func encode(_ text: Substring, prefix: String?) throws(TokenizerError) -> [Int32] {
    startIDs + (prefix.map { ids(of: ($0 + text)[...]) } ?? ids(of: text)) + endIDs
  }

  /// The ids of an empty text. A prefix that ends with a space keeps its ids before any text.
  public func addedCount(prefix: String?) throws(TokenizerError) -> Int {
    try encode("", prefix: prefix).count
  }

  /// The number of ids that a text takes alone.
  public func pieceCount(of text: Substring) -> Int { ids(of: text).count }

  /// The ids of a text that is cut already: unknown pieces get the unknown id, `endID` comes last.
  public func encode(pieces: [String]) -> [Int32] {
    let ids = pieces.map { piece in
      switch engine {
      case .words(let tokenizer): tokenizer.id(of: piece) ?? unknownID
      case .sentencePiece(let tokenizer, _): tokenizer.id(of: piece) ?? unknownID
      }
    }
    return startIDs + ids + endIDs
  }

  private func ids(of text: Substring) -> [Int32] {
    switch engine {
    case .words(let tokenizer): return tokenizer.encode(text)
    case .sentencePiece(let tokenizer, nil): return tokenizer.encode(text)
    case .sentencePiece(let tokenizer, let correction?):
      guard !text.isEmpty else { return [] }
      let marked = correction.marked(text)
      let ids = tokenizer.encode(marked.text)
      return ids.count >= marked.dropped ? Array(ids.dropFirst(marked.dropped)) : ids
    }
  }

  /// Where in a source text each of its ids stands; those of the prefix, and what joins it to the text, stand for
  /// the part that is the text's.
  public func sourceOffsets(of text: Substring, prefix: String?) throws(TokenizerError) -> [Range<Int>?] {
    let before = prefix?.unicodeScalars.count ?? 0
    let inner = prefix.map { offsets(of: ($0 + text)[...]) } ?? offsets(of: text)
    return startIDs.map { _ in nil } + inner.dropping(before) + endIDs.map { _ in nil }
  }

  private func offsets(of text: Substring) -> [Range<Int>?] {
    switch engine {
    case .words(let tokenizer): return tokenizer.offsets(of: text).inScalars(of: text)
    case .sentencePiece(let tokenizer, nil): return tokenizer.offsets(of: text).inScalars(of: text)
    case .sentencePiece(let tokenizer, let correction?):
      guard !text.isEmpty else { return [] }
      let marked = correction.marked(text)
      let all = tokenizer.offsets(of: marked.text[...]).inScalars(of: marked.text[...])
      return (all.count >= marked.dropped ? Array(all.dropFirst(marked.dropped)) : all)
        .dropping(marked.text.unicodeScalars.count - text.unicodeScalars.count)
    }
  }

  // MARK: - Decoding

  /// The text of target ids: special tokens left out, pieces joined. As transformers', the text from `spiece.model` has
  /// no whitespace at its ends.
  public func decode(_ ids: [Int32]) -> String {
    switch engine {
    case .words(let tokenizer): tokenizer.joined(ids).text.text(.kept)
    case .sentencePiece(let tokenizer, _): tokenizer.joined(ids, without: specialIDs).text.text(.stripped)
    }
  }

  /// The same with where in it each id stands.
  public func decodeWithOffsets(_ ids: [Int32]) -> DecodedText {
    switch engine {
    case .words(let tokenizer):
      let (text, pieces) = tokenizer.joined(ids)
      return text.decoded(.kept, pieces: pieces)
    case .sentencePiece(let tokenizer, _):
      let (text, pieces) = tokenizer.joined(ids, without: specialIDs)
      return text.decoded(.stripped, pieces: pieces)
    }
  }
}
