import Foundation
import TestSupport
import Testing
import Tokenizers

/// Builds sentencepiece files field by field.
struct ModelWriter {
  var bytes: [UInt8] = []

  static func varint(_ value: UInt64) -> [UInt8] {
    var rest = value
    var bytes: [UInt8] = []
    repeat {
      bytes.append(UInt8(rest & 0x7F) | (rest > 0x7F ? 0x80 : 0))
      rest >>= 7
    } while rest > 0
    return bytes
  }

  static func field(_ number: UInt64, _ content: [UInt8]) -> [UInt8] {
    varint(number << 3 | 2) + varint(UInt64(content.count)) + content
  }

  static func number(_ field: UInt64, _ value: UInt64) -> [UInt8] { varint(field << 3) + varint(value) }

  mutating func piece(_ text: [UInt8], score: Float = -1, type: UInt64 = 1) {
    let pattern = score.bitPattern.littleEndian
    let scoreBytes = (0..<4).map { UInt8(truncatingIfNeeded: pattern >> UInt32(8 * $0)) }
    bytes += Self.field(1, Self.field(1, text) + [0x15] + scoreBytes + Self.number(3, type))
  }

  mutating func piece(_ text: String, score: Float = -1, type: UInt64 = 1) {
    piece(Array(text.utf8), score: score, type: type)
  }

  mutating func trainer(_ fields: [UInt8]) { bytes += Self.field(2, fields) }

  mutating func characterMap(_ blob: [UInt8]) { bytes += Self.field(3, Self.field(2, blob)) }

  static func small() -> ModelWriter {
    var writer = ModelWriter()
    writer.piece("<unk>", score: 0, type: 2)
    for letter in ["▁", "a", "b", "c", "ab", "▁abc"] { writer.piece(letter) }
    return writer
  }

  func tokenizer() throws -> SentencePieceTokenizer { try SentencePieceTokenizer(bytes: bytes, name: "test.spm") }

  /// A character map: trie units and replacements.
  static func map(_ units: [UInt32], _ replacements: [UInt8]) -> [UInt8] {
    func word(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> UInt32(8 * $0)) } }
    return word(UInt32(4 * units.count)) + units.flatMap(word) + replacements
  }
}

@Suite struct HostileModelTests {
  private func expectRefusal(
    _ bytes: [UInt8], _ words: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let error = #expect(throws: TokenizerError.self, sourceLocation: sourceLocation) {
      _ = try SentencePieceTokenizer(bytes: bytes, name: "bad.spm")
    }
    let text = error.map(String.init(describing:)) ?? ""
    #expect(text.hasPrefix("bad.spm: ") && text.contains(words), "\(text)", sourceLocation: sourceLocation)
  }

  @Test func `the smallest model works`() throws {
    let tokenizer = try ModelWriter.small().tokenizer()
    #expect(tokenizer.pieces(of: "abc ab x").map(\.text) == ["▁abc", "▁", "ab", "▁", "x"])
  }

  @Test func `an empty file and text are refused`() {
    expectRefusal([], "no pieces")
    expectRefusal(Array("this is not a model, it is a page of HTML".utf8), "byte")
  }

  @Test func `every truncation is refused or read, never a trap`() throws {
    let bytes = try Fixtures.bytes("tokenizers/unigram-symbols.model")
    for length in stride(from: 0, to: bytes.count, by: 7) {
      _ = try? SentencePieceTokenizer(bytes: Array(bytes[..<length]), name: "cut.spm").encode("the river <sep>")
    }
  }

  @Test func `every changed byte is refused or read, never a trap`() throws {
    let original = try Fixtures.bytes("tokenizers/bpe-symbols-unused.model")
    var seed: UInt64 = 1
    for _ in 0..<2_000 {
      var bytes = original
      for _ in 0..<3 {
        seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        bytes[Int(seed >> 33) % bytes.count] = UInt8(truncatingIfNeeded: seed >> 24)
      }
      guard let tokenizer = try? SentencePieceTokenizer(bytes: bytes, name: "changed.spm") else { continue }
      let ids = tokenizer.encode("the river <sep>@@ sea, 漢字 é")
      #expect(ids.allSatisfy { $0 >= 0 && $0 < tokenizer.count })
      _ = tokenizer.decode(ids)
    }
  }

  @Test func `a number without an end and a length past the end are refused`() {
    expectRefusal([0x0A] + [UInt8](repeating: 0xFF, count: 30), "64 bits")
    expectRefusal([0x0A, 0xFF, 0xFF], "cut off")
    expectRefusal([0x0A] + ModelWriter.varint(.max), "past the end")
    expectRefusal([0x0A, 0x05, 0x0A], "past the end")
    expectRefusal([0x0B], "unknown key")
    expectRefusal([0x00], "unknown key")
    expectRefusal([0x0D, 0x00], "cut off")
  }

  @Test func `pieces that cannot be are refused with their number`() {
    var writer = ModelWriter.small()
    writer.piece("ab")
    expectRefusal(writer.bytes, "the pieces 5 and 7 are both ab")
    writer = .small()
    writer.piece("x", score: .nan)
    expectRefusal(writer.bytes, "piece 7 has the score nan")
    writer = .small()
    writer.piece("x", score: -.infinity)
    expectRefusal(writer.bytes, "piece 7 has the score -inf")
    writer = .small()
    writer.piece("")
    expectRefusal(writer.bytes, "piece 7 is empty")
    writer = .small()
    writer.piece([0xC3, 0x28])
    expectRefusal(writer.bytes, "piece 7 is not UTF-8")
    writer = .small()
    writer.piece("x", type: 9)
    expectRefusal(writer.bytes, "piece 7 has the unknown type 9")
    writer = .small()
    writer.piece(String(repeating: "x", count: 2_049))
    expectRefusal(writer.bytes, "piece 7 has 2049 bytes")
    writer = .small()
    writer.piece("<unk2>", type: 2)
    expectRefusal(writer.bytes, "the pieces 0 and 7 both stand for unknown text")
  }

  @Test func `a model without a piece for unknown text or without text is refused`() {
    var writer = ModelWriter()
    writer.piece("a")
    expectRefusal(writer.bytes, "no piece for unknown text")
    writer = ModelWriter()
    writer.piece("<unk>", type: 2)
    expectRefusal(writer.bytes, "no pieces of text")
  }

  @Test func `byte pieces must fit the model`() {
    var writer = ModelWriter.small()
    writer.piece("<0x41>", type: 6)
    expectRefusal(writer.bytes, "does not fall back to bytes")
    writer = .small()
    writer.piece("<0x4>", type: 6)
    writer.trainer(ModelWriter.number(35, 1))
    expectRefusal(writer.bytes, "not of the form")
    writer = .small()
    writer.piece("<0x00>", type: 6)
    writer.trainer(ModelWriter.number(35, 1))
    expectRefusal(writer.bytes, "no piece for the byte 1")
  }

  @Test func `models of words or characters are refused`() {
    for type: UInt64 in [0, 3, 4, 77] {
      var writer = ModelWriter.small()
      writer.trainer(ModelWriter.number(3, type))
      expectRefusal(writer.bytes, "the model type is \(type)")
    }
  }

  @Test func `more than a million pieces are refused`() {
    let one: [UInt8] = ModelWriter.field(1, ModelWriter.field(1, [0x61]))
    expectRefusal(Array(repeatElement(one, count: 1_000_001).joined()), "more than 1000000 pieces")
  }

  @Test func `a broken character map is refused`() {
    func refuse(_ blob: [UInt8], _ words: String) {
      var writer = ModelWriter.small()
      writer.characterMap(blob)
      expectRefusal(writer.bytes, words)
    }
    refuse([1, 2, 3], "has only 3 bytes")
    refuse([0xFF, 0xFF, 0xFF, 0xFF, 0], "trie")
    refuse([3, 0, 0, 0, 1, 2, 3, 0], "trie")
    refuse([0, 0, 0, 0, 1, 2, 3, 0], "trie")
    refuse(ModelWriter.map([0, 0], Array("x".utf8)), "ends inside")
    refuse(ModelWriter.map([0, 0], [0xFF, 0]), "not UTF-8")
    refuse(ModelWriter.map([0, 0], [UInt8](repeating: 0x61, count: 257) + [0]), "more than 256")
  }

  @Test func `a trie that points to itself or outside ends by itself`() throws {
    // Every unit says: label a, has a value, offset 0 (so that the node stays), or a huge offset.
    for offset: UInt32 in [0, 1, 0x1F_FFFF] {
      var units = [UInt32](repeating: offset << 10 | 1 << 8 | 0x61, count: 256)
      units[0] = 0
      var writer = ModelWriter.small()
      writer.characterMap(ModelWriter.map(units, [0x62, 0x62, 0xC3, 0xA9, 0]))
      let tokenizer = try writer.tokenizer()
      let ids = tokenizer.encode(String(repeating: "a", count: 100_000) + "é")
      #expect(ids.allSatisfy { $0 >= 0 && $0 < 7 })
    }
  }
}
