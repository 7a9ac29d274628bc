/// Joins pieces to text. Source: sentencepiece, SentencePieceProcessor::Decode.
struct PieceDecoder {
  private let model: SentencePieceModel
  private let denormalizer: TextNormalizer?
  private var text: [UInt8] = []
  /// Bytes of byte pieces that wait for the rest of their character.
  private var pending: [UInt8] = []
  /// Whether a leading ▁ is the dummy prefix rather than a space.
  private var atStart = true
  private var tookPrefix = false

  init(_ tokenizer: SentencePieceTokenizer) {
    model = tokenizer.model
    denormalizer = tokenizer.denormalizer
  }

  /// Appends one of the model's own pieces, `id` in 0..<count.
  mutating func append(_ id: Int32) {
    switch model.types[Int(id)] {
    case .byte:
      pending.append(UInt8(truncatingIfNeeded: model.byteValues[Int(id)]))
    case .control:
      startPiece()
    case .unknown:
      startPiece()
      text.append(contentsOf: model.unknownSurface)
    case .normal, .userDefined, .unused:
      startPiece()
      appendText(model.pieceBytes(id))
    }
  }

  /// Appends a piece that the model does not have, as it is.
  mutating func append(foreign piece: some Sequence<UInt8>) {
    startPiece()
    text.append(contentsOf: piece)
  }

  /// The text so far, repaired and denormalized.
  mutating func finish() -> String {
    flush()
    if let denormalizer {
      text = text.withUnsafeBufferPointer { denormalizer.normalize($0) }
    }
    return String(decoding: text, as: UTF8.self)
  }

  private mutating func startPiece() {
    flush()
    if tookPrefix || !text.isEmpty { atStart = false }
    tookPrefix = false
  }

  private mutating func flush() {
    guard !pending.isEmpty else { return }
    UTF8Scanning.appendRepaired(pending, to: &text)
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

extension String {
  /// The text without whitespace at both ends: what Python's `str.strip` calls whitespace (U+001C…U+001F too).
  var strippedAsInPython: String {
    func isBlank(_ scalar: Unicode.Scalar) -> Bool {
      scalar.properties.isWhitespace || (0x1C...0x1F).contains(scalar.value)
    }
    guard let first = unicodeScalars.firstIndex(where: { !isBlank($0) }),
      let last = unicodeScalars.lastIndex(where: { !isBlank($0) })
    else { return "" }
    return String(unicodeScalars[first...last])
  }
}
