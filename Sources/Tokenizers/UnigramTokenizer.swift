/// The Unigram model of a `tokenizer.json` with all that stands around it, as T5's. Its results equal those of Hugging
/// Face's tokenizers 0.22, except that text never gives a special token.
struct UnigramTokenizer: Sendable {
  private enum Limit {
    static let pieces = 2_000_000
  }

  private let normalizer: WordNormalizer
  private let segmenter: UnigramSegmenter<Double>
  private let unknownID: Int32
  private let ids: PieceTrie
  private let pieces: [String]
  private let specialIDs: Set<Int32>
  /// Whether the first piece's ▁ is not a space.
  private let dropsFirstBlank: Bool

  /// - Parameter specialTokens: tokens that text must not give beside those that the file itself calls special.
  init(file: TokenizerFile, specialTokens: [String]) throws(TokenizerError) {
    let type = try file.modelType()
    guard type == "Unigram" else { throw file.unsupported("model", "the type \(type) is not known; known: Unigram") }
    guard try file.modelValue("byte_fallback", as: Bool.self) != true else {
      throw file.unsupported("model.byte_fallback", "pieces of bytes; remove tokenizer.json to use spiece.model")
    }
    let decoder = file.decoder
    guard let decoder, decoder.type == "Metaspace" else {
      throw file.unsupported("decoder", "the type \(decoder?.type ?? "null") is not known; known: Metaspace")
    }
    dropsFirstBlank = try WordNormalizer.addsBlank(decoder, key: "decoder", file: file)
    normalizer = try WordNormalizer(file: file)

    let (pieces, scores) = try Self.pieces(file)
    guard let unknown = try file.modelValue("unk_id", as: Int32.self), pieces.indices.contains(Int(unknown)) else {
      throw .malformedFile(file: file.file, reason: "model.unk_id is missing or not the number of a piece")
    }
    unknownID = unknown
    var ids = PieceTrie(expectedBytes: 4 * pieces.count)
    for (index, piece) in pieces.enumerated() {
      if let other = ids.insert(piece.utf8, id: Int32(truncatingIfNeeded: index)) {
        throw .malformedFile(file: file.file, reason: "model.vocab: the pieces \(other) and \(index) are both \(piece)")
      }
    }
    var special = Set(file.addedTokens.map(\.id))
    for token in specialTokens {
      if let id = ids.id(of: token.utf8) { special.insert(id) }
    }
    specialIDs = special
    var trie = PieceTrie(expectedBytes: 4 * pieces.count)
    var largest = unknown
    for (index, piece) in pieces.enumerated() {
      let id = Int32(truncatingIfNeeded: index)
      if id != unknown, !special.contains(id) {
        _ = trie.insert(piece.utf8, id: id)
        largest = max(largest, id)
      }
    }
    largestTextID = largest
    self.ids = ids
    self.pieces = pieces
    segmenter = UnigramSegmenter(
      trie: trie, scores: scores, unknownID: unknown, unknownScore: (scores.min() ?? 0) - 10)
  }

  private static func pieces(_ file: TokenizerFile) throws(TokenizerError) -> (pieces: [String], scores: [Double]) {
    var pieces: [String] = []
    var scores: [Double] = []
    try file.scanModel("vocab") { scanner throws(JSONScanner.Failure) in
      try scanner.elements { scanner throws(JSONScanner.Failure) in
        let start = scanner.position
        try scanner.expect("[", "a piece's [")
        pieces.append(try scanner.string())
        try scanner.expect(",", "a comma behind a piece")
        scores.append(try scanner.number())
        try scanner.expect("]", "a piece's ]")
        guard pieces.last?.isEmpty == false else { throw .init(reason: "a piece is empty", position: start) }
        guard pieces.count <= Limit.pieces else {
          throw .init(reason: "there are more than \(Limit.pieces) pieces", position: start)
        }
      }
    }
    guard pieces.reduce(0, { $0 + $1.utf8.count }) <= PieceTrie.maximumBytes else {
      throw .malformedFile(
        file: file.file, reason: "model.vocab: the pieces take more than \(PieceTrie.maximumBytes) bytes")
    }
    return (pieces, scores)
  }

  /// The largest id that a text can get.
  let largestTextID: Int32

  /// The number of pieces, special ones included.
  var count: Int { pieces.count }

  func id(of piece: String) -> Int32? { ids.id(of: piece.utf8) }

  /// The ids of a text's pieces. Unknown characters side by side in a word are one.
  func encode(_ text: Substring) -> [Int32] {
    segments(of: normalizer.words(of: text, NoOrigins.self)).map(\.id)
  }

  /// Where in a text each of its ids stands, in bytes; nil for a blank that the text does not have.
  func offsets(of text: Substring) -> [Range<Int>?] {
    let words = normalizer.words(of: text, ByteOrigins.self)
    let count = text.utf8.count
    return segments(of: words).map { segment in
      words.origins.source(of: segment.start..<(segment.start + segment.length), count: count)
    }
  }

  /// The pieces of words; unknown text side by side in a word is one.
  private func segments(of words: WordNormalizer.Words<some OriginLog>) -> [TextSegment] {
    guard !words.bytes.isEmpty else { return [] }
    let all = words.bytes.withUnsafeBufferPointer { segmenter.segments(of: $0, wordEnds: words.ends) }
    var segments: [TextSegment] = []
    segments.reserveCapacity(all.count)
    var word = 0
    var followsUnknown = false
    for segment in all {
      while words.ends[word] <= segment.start {
        word += 1
        followsUnknown = false
      }
      if segment.id == unknownID, followsUnknown {
        segments[segments.count - 1].length += segment.length
      } else {
        segments.append(segment)
      }
      followsUnknown = segment.id == unknownID
    }
    return segments
  }

  /// The text of ids: special tokens left out, ▁ as a space. And for each id the number of its piece.
  func joined(_ ids: [Int32]) -> (text: TracedText, pieces: [Int?]) {
    var text = TracedText()
    let numbers: [Int?] = ids.map { id -> Int? in
      guard id >= 0, id < pieces.count, !specialIDs.contains(id) else { return nil }
      var piece = pieces[Int(id)]
      if text.spans.isEmpty, dropsFirstBlank { piece.unicodeScalars.removeAll { $0 == "\u{2581}" } }
      let start = text.bytes.count
      PieceDecoder.appendSpaced(Array(piece.utf8)[...], to: &text.bytes)
      text.spans.append(start..<text.bytes.count)
      return text.spans.count - 1
    }
    return (text, numbers)
  }
}
