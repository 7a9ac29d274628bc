import Foundation
import TestSupport
import Testing
import Tokenizers

extension FuzzTests {
  private static let text =
    "The  river's 3 hills 'll <s></s> HELLO\t\u{AD}x \u{1F30A}漢字 e\u{301}é \u{FF21}\u{30A}\u{327}\u{2581}▁ "

  /// Checks what must hold of any tokenizer that was accepted.
  private static func check(_ tokenizer: any TextTokenizer) throws {
    let ids = try tokenizer.encode(text)
    try Finding.unless(ids.allSatisfy { $0 >= 0 && $0 < tokenizer.vocabularySize }, "ids \(ids)")
    let added = try tokenizer.addedCount(prefix: nil)
    try Finding.unless(tokenizer.pieceCount(of: text[...]) == ids.count - added, "another number of pieces")
    let decoded = tokenizer.decode(ids + [-1, .max, .min, Int32(tokenizer.vocabularySize)])
    try Finding.unless(decoded.utf8.count < 1 << 20, "\(decoded.utf8.count) bytes of text")
    _ = try tokenizer.encode(decoded)
    _ = tokenizer.encode(pieces: ["the", ""])
  }

  @Test func `a tokenizer file that is accepted cuts and joins text`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/tokenizer.json"
    let mutator = Mutator(
      seeds: try Corpus.lines("fuzz/tokenizer-json.txt"),
      dictionary: [
        "\"type\":", "null", "\"Sequence\"", "\"Precompiled\"", "\"Metaspace\"", "\"ByteLevel\"", "\"WhitespaceSplit\"",
        "\"never\"", "\"first\"", "\"split\":false", "\"unk_id\":0", "[\"a\",-1e308]", "1e999", "{", "}", "[", "]", ",",
        "\"special\":false", "\"merges\":[", "\"a b\"", "\u{2581}", "\u{120}",
      ])
    try await FuzzRun.run("tokenizer-json", mutator) { input, _ in
      try RewrittenFile.write(path, input)
      var accepted: [any TextTokenizer] = []
      for architecture in ["t5", "bart"] {
        do throws(TokenizerError) {
          accepted.append(try TokenizerRegistry.load(folder: folder.path, architecture: architecture))
        } catch {
          try Finding.unless(error.description.hasPrefix(path), "an error without its file: \(error)")
        }
      }
      for tokenizer in accepted { try Self.check(tokenizer) }
      return accepted.isEmpty ? .refused : .accepted
    }
  }

  @Test func `merges that are accepted join bytes`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/merges.txt"
    try folder.write("vocab.json", try Fixtures.bytes("tokenizers/bart/vocab.json"))
    let mutator = Mutator(
      seeds: try Corpus.lines("fuzz/merges.txt"), dictionary: ["\t", " ", "\u{120}", "\u{120} a", "a a\taa aa", "\r"])
    try await FuzzRun.run("merges", mutator) { input, _ in
      let lines = input.map { $0 == 0x09 ? 0x0A : $0 }
      try RewrittenFile.write(path, Array("#version: 0.2\n".utf8) + lines + [0x0A])
      guard let tokenizer = try? ByteLevelBPETokenizer(folder: folder.url) else { return .refused }
      try Self.check(tokenizer)
      let text = Self.text
      try Finding.unless(tokenizer.decode(try tokenizer.encode(text)).utf8.elementsEqual(text.utf8), "other text")
      return .accepted
    }
  }

  @Test func `any text can be cut, and gives no special token`() async throws {
    let bart = try ByteLevelBPETokenizer(folder: Fixtures.url("tokenizers/bart"))
    let fast = try T5Tokenizer(folder: Fixtures.url("tokenizers/t5"))
    let folder = try TemporaryFolder()
    try folder.write("spiece.model", try Fixtures.bytes("tokenizers/t5/spiece.model"))
    let slow = try T5Tokenizer(folder: folder.url)
    let mutator = Mutator(
      seeds: try Corpus.lines("fuzz/text.txt"),
      dictionary: [
        "</s>", "<extra_id_5>", "<mask>", " ", "\u{A0}", "'s", "\u{301}", "\u{2581}", "\u{3000}", "\r\n", "\0", "ﬁ",
      ])
    try await FuzzRun.run("text", mutator) { input, _ in
      guard let text = String(validating: input, as: UTF8.self) else { return .refused }
      let ids = try bart.encode(text)
      try Finding.unless(ids.dropFirst().dropLast().allSatisfy { (4..<900).contains($0) }, "BART: \(ids)")
      try Finding.unless(bart.decode(ids).utf8.elementsEqual(input), "BART: \(bart.decode(ids))")
      for tokenizer in [fast, slow] {
        let ids = try tokenizer.encode(text, prefix: "summarize: ")
        try Finding.unless(ids.dropLast().allSatisfy { (2..<900).contains($0) }, "T5: \(ids)")
        try Finding.unless(
          ids.last == 1 && ids.count >= (try tokenizer.addedCount(prefix: "summarize: ")), "T5: \(ids)")
        _ = tokenizer.decode(ids)
      }
      return .accepted
    }
  }
}
