import Foundation
import TestSupport
import Testing
import Tokenizers

extension FuzzTests {
  private static let line =
    "The river <sep> runs to the sea @@ HELLO, hello  \u{AD}x \u{1F30A}漢字 e\u{301}é</s> \u{2581}▁"

  @Test func `a sentencepiece model that is accepted cuts and joins text`() async throws {
    let seeds = try Corpus.files("fuzz/sentencepiece") + [Fixtures.bytes("marian-tiny/source.spm")]
    let mutator = Mutator(
      seeds: seeds,
      dictionary: [
        "\u{2581}", "<unk>", "<0x41>", "<s>", "\u{0A}\u{03}\u{0A}\u{01}a", "\u{18}\u{04}", "\u{18}\u{02}",
        "\u{12}\u{02}\u{18}\u{02}",
        "\u{15}\u{0}\u{0}\u{0}\u{0}", "\u{1A}", "\u{2A}", "</s>",
      ])
    try await FuzzRun.run("sentencepiece", mutator, repair: Self.repairLengths) { input, _ in
      let tokenizer: SentencePieceTokenizer
      do throws(TokenizerError) {
        tokenizer = try SentencePieceTokenizer(bytes: input, name: "fuzz.spm", reservedPieces: ["</s>", "the"])
      } catch {
        try Finding.unless(error.description.hasPrefix("fuzz.spm: "), "an error without its file: \(error)")
        return .refused
      }
      let ids = tokenizer.encode(Self.line)
      try Finding.unless(ids.allSatisfy { $0 >= 0 && $0 < tokenizer.count }, "ids \(ids) of \(tokenizer.count)")
      try Finding.unless(
        tokenizer.pieces(of: Self.line).count == ids.count, "another number of pieces than of ids")
      let text = tokenizer.decode(ids + [0, Int32(tokenizer.count) - 1])
      try Finding.unless(text.utf8.count < 1 << 20, "\(text.utf8.count) bytes of text")
      _ = tokenizer.encode(text)
      _ = tokenizer.markers
      return .accepted
    }
  }

  @Test func `a vocabulary that is accepted numbers each piece once`() async throws {
    let mutator = Mutator(
      seeds: [try Fixtures.bytes("marian-tiny/vocab.json")] + (try Corpus.lines("fuzz/vocab.txt")),
      dictionary: [
        "{", "}", ",", ":", "\"", "\\u2581", "\\ud83d\\ude00", "\\ud800", "\\\"", "\"a\":0", ",\"b\":1", "-0", "1e0",
        "00",
        "\"</s>\":", "e\u{301}", "\u{e9}", "\u{0}", "9223372036854775807", "999999999999999999",
      ])
    try await FuzzRun.run("vocabulary", mutator) { input, _ in
      guard let vocabulary = try? Vocabulary(bytes: input, name: "fuzz.json") else { return .refused }
      for id in 0..<Int32(vocabulary.count) {
        let piece = vocabulary.piece(id)
        try Finding.unless(piece.flatMap { vocabulary.id(of: $0) } == id, "piece \(id), \(piece ?? "none")")
      }
      try Finding.unless(vocabulary.piece(Int32(vocabulary.count)) == nil, "a piece behind the last")
      return .accepted
    }
  }

  @Test func `a tokenizer's settings are read or refused`() async throws {
    let folder = try TemporaryFolder()
    let pieces = try Corpus.files("fuzz/sentencepiece")[0]
    for name in ["source.spm", "target.spm"] { try folder.write(name, pieces) }
    for name in ["vocab.json", "target_vocab.json"] {
      try folder.write(name, #"{"</s>":0,"<unk>":1,"▁the":2,"a":3,">>deu<<":4,"<pad>":5}"#)
    }
    let path = folder.path + "/tokenizer_config.json"
    let mutator = Mutator(
      seeds: [try Fixtures.bytes("marian-tiny/tokenizer_config.json")]
        + (try Corpus.lines("fuzz/tokenizer-config.txt")),
      dictionary: [
        "\"eos_token\":", "\"unk_token\":", "\"pad_token\":", "{\"content\":\"<pad>\"}",
        "\"additional_special_tokens\":[",
        "\"separate_vocabs\":true", "null", "\"\"", "{", "}", "[", "]", ",", "\"<unk>\"", "\"a\"", "\\u0000",
      ])
    try await FuzzRun.run("tokenizer-config", mutator) { input, _ in
      try RewrittenFile.write(path, input)
      guard let tokenizer = try? MarianTokenizer(folder: folder.url) else { return .refused }
      let ids = try tokenizer.encode(Self.line, prefix: tokenizer.prefixes.first)
      try Finding.unless(ids.allSatisfy { $0 >= 0 && $0 < tokenizer.vocabularySize }, "ids \(ids)")
      _ = tokenizer.decode(ids + [-1, .max, .min])
      return .accepted
    }
  }

  /// Half of the time, makes the lengths of the outermost fields fit what was inserted or taken away, where that can be
  /// seen: a field that ends where no field can begin is stretched or cut to where the next piece begins.
  private static func repairLengths(_ bytes: inout [UInt8], _ random: inout FuzzGenerator) {
    guard random.once(in: 2) else { return }
    var position = 0
    while position + 1 < bytes.count, bytes[position] == 0x0A, bytes[position + 1] < 0x80 {
      let end = position + 2 + Int(bytes[position + 1])
      if end < bytes.count, ![0x0A, 0x12, 0x1A, 0x2A].contains(bytes[end]) {
        let next = (position + 3..<min(position + 129, bytes.count)).first {
          bytes[$0] == 0x0A && $0 + 2 < bytes.count && bytes[$0 + 2] == 0x0A
        }
        guard let next, next - position - 2 < 0x80 else { return }
        bytes[position + 1] = UInt8(next - position - 2)
        position = next
      } else {
        position = end
      }
    }
  }
}
