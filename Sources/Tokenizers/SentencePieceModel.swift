/// A parsed `.spm` / `.model` file: the pieces and the settings that segmentation needs.
/// Source: sentencepiece, src/sentencepiece_model.proto.
struct SentencePieceModel: Sendable {
  /// How text is cut into pieces.
  enum Algorithm: UInt64 {
    case unigram = 1
    case bpe = 2
  }

  /// What a piece is for.
  enum PieceType: UInt8 {
    case normal = 1
    case unknown = 2
    case control = 3
    case userDefined = 4
    case unused = 5
    case byte = 6
  }

  /// The settings of a normalizer (or denormalizer).
  struct NormalizerSettings {
    var charactersMap: Range<Int>?
    var addsDummyPrefix = true
    var removesExtraWhitespaces = true
    var escapesWhitespaces = true
  }

  /// What no real model comes near, and what keeps a hostile one from taking memory or time.
  enum Limit {
    static let fileBytes = 64 << 20
    static let pieces = 1_000_000
    static let pieceBytes = 2_048
  }

  let file: String
  let bytes: [UInt8]
  private(set) var ranges: [Range<Int>] = []
  private(set) var scores: [Float] = []
  private(set) var types: [PieceType] = []
  private(set) var algorithm = Algorithm.unigram
  private(set) var fallsBackToBytes = false
  private(set) var whitespaceIsSuffix = false
  private(set) var unknownSurface = Array(" \u{2047} ".utf8)
  var normalizer = NormalizerSettings()
  private(set) var denormalizer: NormalizerSettings?
  private(set) var unknownID: Int32 = -1
  /// The id of the piece of each byte value, when `fallsBackToBytes`.
  private(set) var byteIDs: [Int32] = []
  /// The byte that a piece stands for, −1 for the others.
  private(set) var byteValues: [Int16] = []

  /// The number of pieces.
  var count: Int { ranges.count }

  /// A piece's UTF-8.
  func pieceBytes(_ id: Int32) -> ArraySlice<UInt8> { bytes[ranges[Int(id)]] }

  init(bytes: [UInt8], file: String) throws(TokenizerError) {
    self.bytes = bytes
    self.file = file
    guard bytes.count <= Limit.fileBytes else {
      throw .unreadableFile(file: file, reason: "\(bytes.count) bytes are more than the \(Limit.fileBytes) allowed")
    }
    do throws(ProtobufReader.Failure) {
      try readModel()
    } catch {
      throw .malformedFile(file: file, reason: "\(error.reason) (byte \(error.position))")
    }
    try validatePieces()
  }

  // MARK: - Fields

  private mutating func readModel() throws(ProtobufReader.Failure) {
    var reader = ProtobufReader(bytes)
    while let field = try reader.nextField() {
      switch (field.number, field.wire) {
      case (1, .bytes): try readPiece(in: try reader.byteRange())
      case (2, .bytes): try readTrainer(in: try reader.byteRange())
      case (3, .bytes): try readNormalizer(in: try reader.byteRange(), into: &normalizer)
      case (5, .bytes):
        var settings = denormalizer ?? NormalizerSettings()
        try readNormalizer(in: try reader.byteRange(), into: &settings)
        denormalizer = settings
      default: try reader.skip(field.wire)
      }
    }
  }

  private mutating func readPiece(in range: Range<Int>) throws(ProtobufReader.Failure) {
    var reader = ProtobufReader(bytes, range: range)
    var text: Range<Int>?
    var score: Float = 0
    var type = PieceType.normal
    while let field = try reader.nextField() {
      switch (field.number, field.wire) {
      case (1, .bytes): text = try reader.byteRange()
      case (2, .fixed32): score = try reader.float()
      case (3, .varint):
        let code = try reader.varint()
        guard let known = UInt8(exactly: code).flatMap(PieceType.init(rawValue:)) else {
          throw .init(reason: "piece \(count) has the unknown type \(code)", position: range.lowerBound)
        }
        type = known
      default: try reader.skip(field.wire)
      }
    }
    guard let text, !text.isEmpty else {
      throw .init(reason: "piece \(count) is empty", position: range.lowerBound)
    }
    guard count < Limit.pieces else {
      throw .init(reason: "there are more than \(Limit.pieces) pieces", position: range.lowerBound)
    }
    guard text.count <= Limit.pieceBytes else {
      throw .init(
        reason: "piece \(count) has \(text.count) bytes, more than \(Limit.pieceBytes)", position: text.lowerBound)
    }
    guard score.isFinite else {
      throw .init(reason: "piece \(count) has the score \(score)", position: range.lowerBound)
    }
    ranges.append(text)
    scores.append(score)
    types.append(type)
  }

  private mutating func readTrainer(in range: Range<Int>) throws(ProtobufReader.Failure) {
    var reader = ProtobufReader(bytes, range: range)
    while let field = try reader.nextField() {
      switch (field.number, field.wire) {
      case (3, .varint):
        let code = try reader.varint()
        guard let known = Algorithm(rawValue: code) else {
          throw .init(
            reason: "the model type is \(code); only unigram (1) and BPE (2) are known", position: range.lowerBound)
        }
        algorithm = known
      case (24, .varint): whitespaceIsSuffix = try reader.bool()
      case (35, .varint): fallsBackToBytes = try reader.bool()
      case (44, .bytes): unknownSurface = Array(bytes[try reader.byteRange()])
      default: try reader.skip(field.wire)
      }
    }
  }

  private func readNormalizer(
    in range: Range<Int>, into settings: inout NormalizerSettings
  ) throws(ProtobufReader.Failure) {
    var reader = ProtobufReader(bytes, range: range)
    while let field = try reader.nextField() {
      switch (field.number, field.wire) {
      case (2, .bytes): settings.charactersMap = try reader.byteRange()
      case (3, .varint): settings.addsDummyPrefix = try reader.bool()
      case (4, .varint): settings.removesExtraWhitespaces = try reader.bool()
      case (5, .varint): settings.escapesWhitespaces = try reader.bool()
      default: try reader.skip(field.wire)
      }
    }
  }

  // MARK: - Pieces

  private mutating func validatePieces() throws(TokenizerError) {
    guard types.contains(where: { $0 == .normal || $0 == .userDefined }) else {
      throw .malformedFile(file: file, reason: "it holds no pieces of text")
    }
    guard ranges.reduce(0, { $0 + $1.count }) <= PieceTrie.maximumBytes else {
      throw .malformedFile(file: file, reason: "its pieces take more than \(PieceTrie.maximumBytes) bytes")
    }
    byteValues = [Int16](repeating: -1, count: count)
    byteIDs = [Int32](repeating: -1, count: 256)
    for index in ranges.indices {
      guard String(validating: bytes[ranges[index]], as: UTF8.self) != nil else {
        throw .malformedFile(file: file, reason: "piece \(index) is not UTF-8 (byte \(ranges[index].lowerBound))")
      }
      try validate(Int32(index))
    }
    guard unknownID >= 0 else { throw .malformedFile(file: file, reason: "it has no piece for unknown text") }
    if fallsBackToBytes, let missing = byteIDs.firstIndex(of: -1) {
      throw .malformedFile(file: file, reason: "it falls back to bytes but has no piece for the byte \(missing)")
    }
  }

  private mutating func validate(_ id: Int32) throws(TokenizerError) {
    switch types[Int(id)] {
    case .unknown:
      guard unknownID < 0 else {
        throw .malformedFile(file: file, reason: "the pieces \(unknownID) and \(id) both stand for unknown text")
      }
      unknownID = id
    case .byte:
      guard fallsBackToBytes else {
        throw .malformedFile(file: file, reason: "piece \(id) is a byte, but the model does not fall back to bytes")
      }
      guard let value = Self.byteValue(pieceBytes(id)) else {
        throw .malformedFile(file: file, reason: "piece \(id) is not of the form <0xFF>")
      }
      byteIDs[Int(value)] = id
      byteValues[Int(id)] = Int16(value)
    case .normal, .control, .userDefined, .unused:
      break
    }
  }

  /// The byte that a piece such as `<0xE2>` stands for (capital digits only, as sentencepiece writes them).
  static func byteValue(_ piece: ArraySlice<UInt8>) -> UInt8? {
    func digit(_ byte: UInt8) -> UInt8? {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
      case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
      default: nil
      }
    }
    let piece = Array(piece)
    guard piece.count == 6, piece.starts(with: "<0x".utf8), piece[5] == UInt8(ascii: ">"),
      let high = digit(piece[3]), let low = digit(piece[4])
    else { return nil }
    return high << 4 | low
  }
}
