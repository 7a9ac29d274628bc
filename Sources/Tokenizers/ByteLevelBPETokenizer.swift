/// The tokenizer of GPT-2's kind, as BART folders have it: words of UTF-8 bytes, merged pair by pair. Results equal
/// transformers' BartTokenizerFast (4.57.1), except that a text can never give a special token: `<s>`, `<mask>` and
/// others typed by a user are ordinary characters. It takes no prefix.
public struct ByteLevelBPETokenizer: TextTokenizer {
  private let vocabulary: Vocabulary
  /// The piece of each byte.
  private let byteIDs: [Int32]
  private let merges: MergeTable
  private let addsSpace: Bool
  private let startIDs: [Int32]
  private let endIDs: [Int32]
  private let specialIDs: Set<Int32>
  private let unknownID: Int32?
  /// The id that ends a text.
  public let endID: Int32
  /// The number of rows that a text needs; special tokens may lie above.
  public let vocabularySize: Int

  /// What the parts of a folder come to.
  struct Parts {
    var vocabulary: Vocabulary
    /// Pairs of pieces in the order of their ranks.
    var merges: [(String, String)]
    /// Where the merges come from, for errors.
    var mergesFile: String
    /// Whether a space comes before a text that does not begin with one.
    var addsSpace = false
    var startIDs: [Int32] = []
    var endIDs: [Int32] = []
    var specialIDs: Set<Int32>
    var endToken: String
    var unknownToken: String
  }

  init(_ parts: Parts) throws(TokenizerError) {
    vocabulary = parts.vocabulary
    addsSpace = parts.addsSpace
    specialIDs = parts.specialIDs
    startIDs = parts.startIDs
    endIDs = parts.endIDs
    unknownID = vocabulary.id(of: parts.unknownToken)
    func id(_ token: String) throws(TokenizerError) -> Int32 {
      guard let id = parts.vocabulary.id(of: token) else {
        throw .missingToken(token: token, file: parts.vocabulary.file)
      }
      return id
    }
    endID = try id(parts.endToken)
    var byteIDs: [Int32] = []
    for letter in ByteAlphabet.letters { byteIDs.append(try id(String(letter))) }
    self.byteIDs = byteIDs
    if let letter = byteIDs.first(where: { parts.specialIDs.contains($0) }) {
      throw .malformedFile(
        file: vocabulary.file, reason: "the piece \(vocabulary.piece(letter) ?? "") of a byte is a special token")
    }
    guard (startIDs + endIDs).allSatisfy({ $0 >= 0 && $0 < parts.vocabulary.count }) else {
      throw .malformedFile(file: parts.mergesFile, reason: "post_processor: a token has no piece")
    }
    var merges = MergeTable(capacity: parts.merges.count)
    for (rank, merge) in parts.merges.enumerated() {
      guard let left = vocabulary.id(of: merge.0), let right = vocabulary.id(of: merge.1),
        let product = vocabulary.id(of: Array(merge.0.utf8) + Array(merge.1.utf8))
      else {
        throw .malformedFile(
          file: parts.mergesFile,
          reason: "merge \(rank), \"\(merge.0) \(merge.1)\", has a piece that is not in the vocabulary")
      }
      // Text never becomes a special token.
      if !specialIDs.contains(product) { merges.add(left, right, rank: rank, product: product) }
    }
    self.merges = merges
    let largest = max(merges.largestProduct, (byteIDs + startIDs + endIDs + [endID]).max() ?? 0)
    vocabularySize = Int(largest) + 1
  }

  // MARK: - Encoding

  /// The ids of a text between start and end. Throws `prefixNotTaken` where there is a prefix.
  public func encode(_ text: Substring, prefix: String?) throws(TokenizerError) -> [Int32] {
    _ = try addedCount(prefix: prefix)
    var ids = startIDs
    append(text, to: &ids)
    return ids + endIDs
  }

  /// Those of start and end. Throws `prefixNotTaken` where there is a prefix.
  public func addedCount(prefix: String?) throws(TokenizerError) -> Int {
    if let prefix { throw .prefixNotTaken(prefix: prefix) }
    return startIDs.count + endIDs.count
  }

  /// Where in a source text each of its ids stands; nil for start and end. Throws `prefixNotTaken` where there is a
  /// prefix.
  public func sourceOffsets(of text: Substring, prefix: String?) throws(TokenizerError) -> [Range<Int>?] {
    _ = try addedCount(prefix: prefix)
    var ids: [Int32] = []
    append(text, to: &ids)
    let index = ScalarIndex(text.utf8)
    let added = addsSpace && text.utf8.first != 0x20 ? 1 : 0
    var place = -added
    let offsets: [Range<Int>?] = ids.map { id in
      // A piece has a letter for each byte.
      let bytes = max(0, place)..<(place + (vocabulary.piece(id)?.unicodeScalars.count ?? 0))
      place = bytes.upperBound
      let range = index.range(bytes)
      return range.isEmpty ? nil : range
    }
    return startIDs.map { _ in nil } + offsets + endIDs.map { _ in nil }
  }

  /// The number of ids that a text takes alone.
  public func pieceCount(of text: Substring) -> Int {
    var ids: [Int32] = []
    append(text, to: &ids)
    return ids.count
  }

  /// The ids of a text that is cut already, spelled in the letters of bytes, between start and end: `["Ġthe"]`.
  public func encode(pieces: [String]) -> [Int32] {
    startIDs + pieces.compactMap { vocabulary.id(of: $0) ?? unknownID } + endIDs
  }

  private func append(_ text: Substring, to ids: inout [Int32]) {
    guard let first = text.utf8.first else { return }
    var text = addsSpace && first != 0x20 ? " " + text : text
    ids.reserveCapacity(ids.count + text.utf8.count / 3 + 4)
    var workspace = MergeTable.Workspace()
    text.withUTF8 { bytes in
      let scanner = WordScanner(bytes)
      var start = 0
      while start < bytes.count {
        let end = scanner.end(from: start)
        merges.append(bytes[start..<end], byteIDs: byteIDs, &workspace, to: &ids)
        start = end
      }
    }
  }

  // MARK: - Decoding

  /// The text of target ids: special tokens left out, bytes joined. Where they are not UTF-8 there is U+FFFD.
  public func decode(_ ids: [Int32]) -> String { joined(ids).text.text(.kept) }

  /// The same with where in it each id stands.
  public func decodeWithOffsets(_ ids: [Int32]) -> DecodedText {
    let (text, pieces) = joined(ids)
    return text.decoded(.kept, pieces: pieces)
  }

  /// The pieces' bytes, and for each id the number of its piece.
  private func joined(_ ids: [Int32]) -> (text: TracedText, pieces: [Int?]) {
    var text = TracedText()
    let pieces: [Int?] = ids.map { id -> Int? in
      guard !specialIDs.contains(id), let piece = vocabulary.piece(id) else { return nil }
      let start = text.bytes.count
      ByteAlphabet.append(piece, to: &text.bytes)
      text.spans.append(start..<text.bytes.count)
      return text.spans.count - 1
    }
    return (text, pieces)
  }
}
