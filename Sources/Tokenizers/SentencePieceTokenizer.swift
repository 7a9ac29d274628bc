/// A sentencepiece model (`.spm`, `.model`) in pure Swift: unigram and BPE, byte fallback, user-defined pieces,
/// normalization by a precompiled character map. Immutable; its results equal libsentencepiece's, for which the tests
/// hold the library's own as the oracle.
///
///     let tokenizer = try SentencePieceTokenizer(bytes: bytes, name: "source.spm")
///     tokenizer.pieces(of: "Hello world")  // ▁Hello ▁world
///     tokenizer.decode(tokenizer.encode("Hello world"))  // Hello world
public struct SentencePieceTokenizer: Sendable {
  /// One piece of a text. `text` is the piece as the model spells it; for unknown text the normalized text itself.
  public struct Piece: Equatable, Sendable {
    /// The piece's id in this model.
    public let id: Int32
    /// The piece's spelling, with ▁ for a space.
    public let text: String
  }

  private enum Segmenter: Sendable {
    case unigram(UnigramSegmenter<Float>)
    case bpe(BPESegmenter)
  }

  let model: SentencePieceModel
  /// Pieces of text by spelling, and the others (control, unknown, byte) by theirs.
  let textPieces: PieceTrie
  let otherPieces: PieceTrie
  private let normalizer: TextNormalizer
  let denormalizer: TextNormalizer?
  private let segmenter: Segmenter
  private let stretches: StretchRule

  /// Reads a model. Throws an error that names `name` when the bytes are not a sound model.
  /// - Parameters:
  ///   - bytes: the file's contents.
  ///   - name: the file's name, for errors.
  ///   - reservedPieces: pieces that text must never produce: it is cut as though the model did not have them.
  ///   - addsDummyPrefix: whether a ▁ comes before every text; nil is what the model says.
  public init(
    bytes: [UInt8], name: String, reservedPieces: Set<String> = [], addsDummyPrefix: Bool? = nil
  ) throws(TokenizerError) {
    var model = try SentencePieceModel(bytes: bytes, file: name)
    if let addsDummyPrefix { model.normalizer.addsDummyPrefix = addsDummyPrefix }
    self.model = model
    (textPieces, otherPieces) = try Self.index(model)

    // Compared as bytes: String equality is canonical equivalence, pieces are not.
    let reserved = Set(reservedPieces.map { Array($0.utf8) })
    let isUnigram = model.algorithm == .unigram
    func isFound(_ id: Int32) -> Bool {
      switch model.types[Int(id)] {
      case .normal, .userDefined: !reserved.contains(Array(model.pieceBytes(id)))
      case .unused: !isUnigram && !reserved.contains(Array(model.pieceBytes(id)))
      case .unknown, .control, .byte: false
      }
    }
    let found = (0..<Int32(model.count)).filter(isFound)
    let trie = found.count == textPieces.count ? textPieces : Self.trie(of: found, in: model)
    let userDefined = found.filter { model.types[Int($0)] == .userDefined }
    let verbatim = userDefined.isEmpty ? nil : Self.trie(of: userDefined, in: model)
    stretches = StretchRule(pieces: found.lazy.map { model.pieceBytes($0) })

    normalizer = try TextNormalizer(settings: model.normalizer, model: model, verbatim: verbatim)
    if let settings = model.denormalizer, settings.charactersMap?.isEmpty == false {
      denormalizer = try TextNormalizer(settings: settings, model: model)
    } else {
      denormalizer = nil
    }
    segmenter =
      isUnigram
      ? .unigram(UnigramSegmenter(model: model, trie: trie))
      : .bpe(BPESegmenter(model: model, trie: trie, frozen: verbatim, stretches: stretches))
  }

  // MARK: - Pieces

  /// The number of pieces.
  public var count: Int { model.count }

  /// The id of the piece for unknown text.
  public var unknownID: Int32 { model.unknownID }

  /// Whether text without a piece becomes the pieces of its bytes.
  public var fallsBackToBytes: Bool { model.fallsBackToBytes }

  /// A piece's spelling; nil outside 0..<count.
  public func piece(_ id: Int32) -> String? {
    guard id >= 0, id < count else { return nil }
    return String(decoding: model.pieceBytes(id), as: UTF8.self)
  }

  /// The id of a piece by its spelling; nil when the model does not have it.
  public func id(of piece: String) -> Int32? {
    otherPieces.id(of: piece.utf8) ?? textPieces.id(of: piece.utf8)
  }

  /// Pieces that steer a model rather than stand for text: control pieces, the unknown piece, and user-defined pieces
  /// spelled as a tag (`>>deu<<`, `<tag>`, `[TAG]`, `__tag__`). What text must not be able to produce.
  public var markers: [String] {
    (0..<Int32(count)).compactMap { id in
      guard let text = piece(id) else { return nil }
      switch model.types[Int(id)] {
      case .control, .unknown: return text
      case .userDefined: return Self.isTag(text) ? text : nil
      case .normal, .unused, .byte: return nil
      }
    }
  }

  // MARK: - Encoding

  /// The ids of a text's pieces. Linear in its length.
  public func encode(_ text: Substring) -> [Int32] {
    var ids: [Int32] = []
    visit(text) { id, _ in ids.append(id) }
    return ids
  }

  /// The ids of a text's pieces. Linear in its length.
  public func encode(_ text: String) -> [Int32] { encode(text[...]) }

  /// A text's pieces with their spelling.
  public func pieces(of text: String) -> [Piece] {
    var pieces: [Piece] = []
    visit(text[...]) { id, bytes in
      let spelling =
        bytes.map { String(decoding: $0, as: UTF8.self) } ?? String(decoding: model.pieceBytes(id), as: UTF8.self)
      pieces.append(Piece(id: id, text: spelling))
    }
    return pieces
  }

  /// Calls `body` for each piece in order: its id, and for a run of unknown text the normalized text.
  func visit(_ text: Substring, _ body: (Int32, UnsafeBufferPointer<UInt8>?) -> Void) {
    var text = text
    visit(normalized: text.withUTF8 { normalizer.normalize($0) }) { id, _, unknownText in body(id, unknownText) }
  }

  /// Where in a text each piece stands, in bytes; nil for a blank that the text does not have.
  func offsets(of text: Substring) -> [Range<Int>?] {
    var text = text
    var origins = ByteOrigins()
    let normalized = text.withUTF8 { normalizer.normalize($0, &origins) }
    let count = text.utf8.count
    var offsets: [Range<Int>?] = []
    visit(normalized: normalized) { _, range, _ in offsets.append(origins.source(of: range, count: count)) }
    return offsets
  }

  /// Where in a text each of its pieces stands, in Unicode scalars, as `TextTokenizer.sourceOffsets` says.
  public func sourceOffsets(of text: Substring) -> [Range<Int>?] { offsets(of: text).inScalars(of: text) }

  /// Calls `body` for each piece of normalized text: its id, where it stands, and for a run of unknown text the text.
  private func visit(normalized: [UInt8], _ body: (Int32, Range<Int>, UnsafeBufferPointer<UInt8>?) -> Void) {
    normalized.withUnsafeBufferPointer { bytes in
      let segments =
        switch segmenter {
        case .unigram(let unigram): unigram.segments(of: bytes, stretches: stretches)
        case .bpe(let bpe): bpe.segments(of: bytes)
        }
      visit(segments, of: bytes, body)
    }
  }

  private func visit(
    _ segments: [TextSegment], of bytes: UnsafeBufferPointer<UInt8>,
    _ body: (Int32, Range<Int>, UnsafeBufferPointer<UInt8>?) -> Void
  ) {
    var index = 0
    while index < segments.count {
      let segment = segments[index]
      index += 1
      guard segment.id == model.unknownID else {
        body(segment.id, segment.start..<(segment.start + segment.length), nil)
        continue
      }
      var end = segment.start + segment.length
      if model.fallsBackToBytes {
        for byte in bytes[segment.start..<end] {
          body(model.byteIDs[Int(byte)], segment.start..<end, nil)
        }
      } else {
        while index < segments.count, segments[index].id == model.unknownID {
          end += segments[index].length
          index += 1
        }
        body(segment.id, segment.start..<end, UnsafeBufferPointer(rebasing: bytes[segment.start..<end]))
      }
    }
  }

  // MARK: - Decoding

  /// The text of a sequence of pieces. Ids outside 0..<count and control pieces give nothing; bytes that are not UTF-8
  /// give U+FFFD.
  public func decode(_ ids: some Sequence<Int32>) -> String {
    var decoder = PieceDecoder(self)
    for id in ids where id >= 0 && id < count { decoder.append(id) }
    return decoder.finish().text(.kept)
  }

  /// The text of a sequence of pieces without the ids of `special`, and for each id the number of its piece.
  func joined(_ ids: [Int32], without special: Set<Int32>) -> (text: TracedText, pieces: [Int?]) {
    var decoder = PieceDecoder(self)
    let pieces: [Int?] = ids.map { id -> Int? in
      guard id >= 0, id < count, !special.contains(id) else { return nil }
      defer { decoder.append(id) }
      return decoder.pieceCount
    }
    return (decoder.finish(), pieces)
  }
}

extension SentencePieceTokenizer {
  /// Pieces of text and other pieces by spelling. A spelling may stand once in each.
  private static func index(
    _ model: SentencePieceModel
  ) throws(TokenizerError) -> (text: PieceTrie, others: PieceTrie) {
    var text = PieceTrie(expectedBytes: 4 * model.count)
    var others = PieceTrie()
    for id in 0..<Int32(model.count) {
      let earlier =
        switch model.types[Int(id)] {
        case .normal, .userDefined, .unused: text.insert(model.pieceBytes(id), id: id)
        case .unknown, .control, .byte: others.insert(model.pieceBytes(id), id: id)
        }
      if let earlier {
        throw .malformedFile(
          file: model.file,
          reason: "the pieces \(earlier) and \(id) are both \(String(decoding: model.pieceBytes(id), as: UTF8.self))")
      }
    }
    return (text, others)
  }

  private static func trie(of ids: [Int32], in model: SentencePieceModel) -> PieceTrie {
    var trie = PieceTrie(expectedBytes: 4 * ids.count)
    for id in ids { _ = trie.insert(model.pieceBytes(id), id: id) }
    return trie
  }

  /// Whether a piece is spelled as a tag: brackets or underscores around something.
  static func isTag(_ piece: String) -> Bool {
    [(">>", "<<"), ("<", ">"), ("[", "]"), ("{", "}"), ("__", "__")].contains { piece.isEnclosed(by: $0.0, $0.1) }
  }
}

extension String {
  /// Whether something stands between `open` at the start and `close` at the end. Compared as UTF-8.
  func isEnclosed(by open: String, _ close: String) -> Bool {
    utf8.count > open.utf8.count + close.utf8.count && utf8.starts(with: open.utf8)
      && utf8.suffix(close.utf8.count).elementsEqual(close.utf8)
  }
}
