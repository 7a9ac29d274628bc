/// Joins pieces to text. Source: sentencepiece, SentencePieceProcessor::Decode.
struct PieceDecoder {
  private let model: SentencePieceModel
  private let denormalizer: TextNormalizer?
  private var text: [UInt8] = []
  /// The bytes of `text` that each piece gave, but for those of `pending`.
  private var spans: [Range<Int>] = []
  /// Bytes of byte pieces that wait for the rest of their character.
  private var pending: [UInt8] = []
  /// Whether a leading ▁ is the dummy prefix rather than a space.
  private var atStart = true
  private var tookPrefix = false

  init(_ tokenizer: SentencePieceTokenizer) {
    model = tokenizer.model
    denormalizer = tokenizer.denormalizer
  }

  /// Pieces appended so far.
  var pieceCount: Int { spans.count + pending.count }

  /// Appends one of the model's own pieces, `id` in 0..<count.
  mutating func append(_ id: Int32) {
    if model.types[Int(id)] == .byte {
      pending.append(UInt8(truncatingIfNeeded: model.byteValues[Int(id)]))
      return
    }
    startPiece()
    let start = text.count
    switch model.types[Int(id)] {
    case .byte, .control: break
    case .unknown: text.append(contentsOf: model.unknownSurface)
    case .normal, .userDefined, .unused: appendText(model.pieceBytes(id))
    }
    spans.append(start..<text.count)
  }

  /// Appends a piece that the model does not have, as it is.
  mutating func append(foreign piece: some Sequence<UInt8>) {
    startPiece()
    let start = text.count
    text.append(contentsOf: piece)
    spans.append(start..<text.count)
  }

  /// The text so far, repaired and denormalized.
  mutating func finish() -> TracedText {
    flush()
    var result = TracedText(bytes: text, spans: spans)
    if let denormalizer {
      var origins = ByteOrigins()
      result.rewrite(text.withUnsafeBufferPointer { denormalizer.normalize($0, &origins) }, origins)
    }
    return result
  }

  private mutating func startPiece() {
    flush()
    if tookPrefix || !text.isEmpty { atStart = false }
    tookPrefix = false
  }

  private mutating func flush() {
    guard !pending.isEmpty else { return }
    var written: [Range<Int>] = []
    UTF8Scanning.appendRepaired(pending, to: &text) { length, character in
      written.append(contentsOf: repeatElement(character, count: length))
    }
    spans += written
    pending.removeAll(keepingCapacity: true)
  }

  private mutating func appendText(_ piece: ArraySlice<UInt8>) {
    var piece = piece
    if atStart, model.normalizer.addsDummyPrefix || model.normalizer.removesExtraWhitespaces,
      piece.starts(with: UTF8Scanning.visibleBlank)
    {
      piece = piece.dropFirst(3)
      // Where extra whitespace is removed, all of it is at the start; else the one dummy prefix.
      tookPrefix = !model.normalizer.removesExtraWhitespaces
    }
    Self.appendSpaced(piece, to: &text)
  }

  /// Appends a piece with ▁ turned into a space.
  static func appendSpaced(_ piece: ArraySlice<UInt8>, to text: inout [UInt8]) {
    piece.withUnsafeBufferPointer { bytes in
      var index = 0
      while index < bytes.count {
        if bytes[index] == 0xE2, UTF8Scanning.isVisibleBlank(bytes, at: index) {
          text.append(0x20)
          index += 3
        } else {
          text.append(bytes[index])
          index += 1
        }
      }
    }
  }
}
