import Foundation
import TestSupport
import Testing
import Tokenizers

@Suite struct EncoderDecoderTokenizerTests {
  private func t5(_ files: [String], configuration: String? = nil) throws -> T5Tokenizer {
    try read(try tokenizerFolder("t5", files, configuration: configuration)) { try T5Tokenizer(folder: $0) }
  }

  private func bart(_ files: [String] = ["tokenizer.json"], configuration: String? = nil) throws
    -> ByteLevelBPETokenizer
  {
    try read(try tokenizerFolder("bart", files, configuration: configuration)) { try ByteLevelBPETokenizer(folder: $0) }
  }

  private static let typed = [
    "</s>", "a </s> b", "<pad>", "<unk>", "<s></s><mask>", "Hello <extra_id_0>.", "<extra_id_99>", "＜/s＞",
    "\u{2581}</s>",
    "</s>\u{301}", "<mask> <mask>",
  ]

  @Test(arguments: [["tokenizer.json"], ["spiece.model"]])
  func `special tokens of T5 typed in a text are ordinary characters`(files: [String]) throws {
    let tokenizer = try t5(files)
    #expect(tokenizer.endID == 1)
    for text in Self.typed {
      let ids = try tokenizer.encode(text)
      #expect(ids.last == 1 && ids.count > 1)
      #expect(!ids.dropLast().contains { $0 < 2 || $0 >= 900 }, "\(text): \(ids)")
    }
  }

  @Test func `special tokens of BART typed in a text survive the way there and back`() throws {
    let tokenizer = try bart()
    for text in Self.typed {
      let ids = try tokenizer.encode(text)
      #expect(ids.first == 0 && ids.last == 2)
      #expect(!ids.dropFirst().dropLast().contains { $0 < 4 || $0 >= 900 }, "\(text): \(ids)")
      #expect(scalars(tokenizer.decode(ids)) == scalars(text))
    }
  }

  @Test(arguments: [["tokenizer.json"], ["spiece.model"]])
  func `a prefix of T5 is text that is cut with the text`(files: [String]) throws {
    let tokenizer = try t5(files)
    let prefix = "translate English to German: "
    let added = try tokenizer.addedCount(prefix: prefix)
    #expect(added == tokenizer.pieceCount(of: prefix[...]) + 1)
    for text in ["The river runs to the sea.", "a", "Hello, world"] {
      let ids = try tokenizer.encode(text, prefix: prefix)
      #expect(try ids == tokenizer.encode(prefix + text))
      #expect(ids.count - added == tokenizer.pieceCount(of: text[...]))
    }
    #expect(try tokenizer.encode("\u{1}", prefix: prefix).count == added)
    #expect(try tokenizer.encode("", prefix: nil) == [1])
  }

  @Test func `BART takes no prefix`() throws {
    let tokenizer = try bart()
    #expect(try tokenizer.addedCount(prefix: nil) == 2)
    #expect(throws: TokenizerError.prefixNotTaken(prefix: "summarize: ")) {
      _ = try tokenizer.encode("Hello", prefix: "summarize: ")
    }
  }

  @Test func `text that is cut already gets its ids`() throws {
    let t5 = try t5(["tokenizer.json"])
    #expect(t5.encode(pieces: ["▁", "no such piece", "."]) == [3, 2, 4, 1])
    let bart = try bart(["vocab.json", "merges.txt"])
    let ids = try bart.encode("the sea")
    #expect(ids.count > 2 && bart.encode(pieces: ["no such piece"]) == [0, 3, 2])
  }

  @Test func `ids that do not exist give nothing`() throws {
    let t5 = try t5(["tokenizer.json"])
    let ids = try t5.encode("the river")
    #expect(t5.decode([-1, .max, .min, 0] + ids + [99_999]) == "the river")
    let bart = try bart()
    #expect(bart.decode([-1, .max, .min, 1] + (try bart.encode("the river")) + [99_999]) == "the river")
  }

  @Test func `a character cut in the middle becomes U+FFFD`() throws {
    let tokenizer = try bart()
    let ids = Array(try tokenizer.encode("😀").dropFirst().dropLast())
    #expect(tokenizer.decode(ids) == "😀")
    let cut = tokenizer.decode(Array(ids.dropLast()))
    #expect(!cut.isEmpty && cut.unicodeScalars.allSatisfy { $0 == "\u{FFFD}" })
  }

  @Test func `a megabyte without a blank is cut in one go`() throws {
    let word = String(repeating: "abcdefghij", count: 100_000)
    let tokenizer = try bart()
    let ids = try tokenizer.encode(word)
    #expect(tokenizer.decode(ids) == word)
    #expect(try tokenizer.encode(String(repeating: "'", count: 1_000_000)).count > 2)
    #expect(try t5(["tokenizer.json"]).encode(word).count > 100_000)
    #expect(try t5(["spiece.model"]).encode(word).count > 100_000)
  }

  @Test func `the registry knows a tokenizer for each architecture`() throws {
    #expect(TokenizerRegistry.architectures == ["bart", "dragoman_salience", "marian", "t5"])
    let folder = try tokenizerFolder("bart", ["tokenizer.json"])
    #expect(try read(folder) { try TokenizerRegistry.load(folder: $0.path, architecture: "bart") }.endID == 2)
    let error = #expect(throws: TokenizerError.self) {
      _ = try TokenizerRegistry.load(folder: folder.path, architecture: "gpt")
    }
    #expect(
      error.map {
        "\($0)".contains("model.json") && "\($0)".contains("gpt; known: bart, dragoman_salience, marian, t5")
      } == true)
  }
}
