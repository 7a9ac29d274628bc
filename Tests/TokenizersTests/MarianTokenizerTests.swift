import Foundation
import TestSupport
import Testing
import Tokenizers

@Suite struct MarianTokenizerTests {
  private struct Answers: Decodable {
    struct Case: Decodable {
      let text: String
      let prefix: String?
      let ids: [Int32]
    }

    struct Decode: Decodable {
      let ids: [Int32]
      let text: String
    }

    let cases: [Case]
    let decodes: [Decode]
  }

  private static let folders = [
    "en-x": Fixtures.root.appendingPathComponent("models/en-x"), "tiny": Fixtures.url("tokenizers/marian"),
  ]

  private func tokenizer(_ name: String) throws -> MarianTokenizer {
    try MarianTokenizer(folder: try #require(Self.folders[name]))
  }

  @Test(arguments: ["en-x", "tiny"])
  func `ids and texts equal Hugging Face's`(name: String) throws {
    let tokenizer = try tokenizer(name)
    let all: [String: Answers] = try Fixtures.json("tokenizers/marian.json")
    let answers = try #require(all[name])
    for line in answers.cases {
      #expect(try tokenizer.encode(line.text, prefix: line.prefix) == line.ids, "\(scalars(line.text))")
      #expect(tokenizer.pieceCount(of: line.text[...]) == line.ids.count - (line.prefix == nil ? 1 : 2))
    }
    for decode in answers.decodes {
      #expect(scalars(tokenizer.decode(decode.ids)) == scalars(decode.text), "\(decode.ids)")
    }
  }

  @Test(arguments: ["en-x", "tiny"])
  func `control tokens typed in a text are ordinary characters`(name: String) throws {
    let tokenizer = try tokenizer(name)
    let control = Set(
      [tokenizer.endID, tokenizer.paddingID] + (try tokenizer.prefixes.map { try tokenizer.prefixID($0) }))
    let typed = [
      "</s>", "a </s> b", "<pad>", ">>deu<<", ">>deu<< Hello", "Hello >>fra<<>>spa<< there", "<unk>", "＜/s＞", "＞＞deu＜＜",
      "<s></s><pad><unk>>>deu<<", ">>", "<</s>>", "▁</s>", "\u{200B}</s>",
    ]
    for text in typed {
      let ids = try tokenizer.encode(text)
      #expect(ids.last == tokenizer.endID)
      #expect(control.isDisjoint(with: ids.dropLast()), "\(text): \(ids)")
    }
  }

  @Test func `control tokens typed in a text survive the way there and back`() throws {
    let tokenizer = try tokenizer("en-x")
    for text in ["a </s> b", ">>deu<< Hello", "<pad> or <unk>?"] {
      #expect(tokenizer.decode(try tokenizer.encode(text)) == text)
    }
  }

  @Test func `only known prefixes are taken`() throws {
    let tokenizer = try tokenizer("en-x")
    #expect(tokenizer.prefixes == [">>deu<<", ">>spa<<", ">>fra<<"])
    #expect(try tokenizer.encode("", prefix: ">>spa<<") == [3, 0])
    for prefix in [">>xxx<<", "</s>", "▁the", "", "deu"] {
      #expect(throws: TokenizerError.unknownPrefix(prefix: prefix, known: tokenizer.prefixes)) {
        _ = try tokenizer.encode("Hello", prefix: prefix)
      }
    }
  }

  @Test func `the special ids are the vocabulary's`() throws {
    let tokenizer = try tokenizer("en-x")
    #expect(tokenizer.endID == 0 && tokenizer.unknownID == 1 && tokenizer.paddingID == 10_000)
    #expect(tokenizer.vocabularySize == 10_001)
    #expect(tokenizer.decode([10_000, 0, 1, 99_999, -5]) == "")
  }
}

@Suite struct TokenizerLoadingTests {
  /// A copy of the small Marian folder that the test may spoil.
  private func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("marian-\(UUID().uuidString)")
    try FileManager.default.copyItem(at: Fixtures.url("tokenizers/marian"), to: folder)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  private func expectRefusal(_ folder: URL, _ words: String, sourceLocation: SourceLocation = #_sourceLocation) {
    let error = #expect(throws: TokenizerError.self, sourceLocation: sourceLocation) {
      _ = try MarianTokenizer(folder: folder)
    }
    let message = error.map(String.init(describing:)) ?? ""
    #expect(message.contains(words), "\(message)", sourceLocation: sourceLocation)
  }

  @Test(arguments: ["source.spm", "target.spm", "vocab.json"])
  func `a missing, empty or foreign file is named`(name: String) throws {
    try withFolder { folder in
      let file = folder.appendingPathComponent(name)
      try Data().write(to: file)
      expectRefusal(folder, "\(name): malformed")
      try Data("not this".utf8).write(to: file)
      expectRefusal(folder, "\(name): malformed")
      try FileManager.default.removeItem(at: file)
      expectRefusal(folder, "\(name): cannot be read: it is not there")
      try FileManager.default.createDirectory(at: file, withIntermediateDirectories: false)
      expectRefusal(folder, "\(name): cannot be read")
    }
  }

  @Test func `tokenizer_config may be absent but not broken`() throws {
    try withFolder { folder in
      let file = folder.appendingPathComponent("tokenizer_config.json")
      try FileManager.default.removeItem(at: file)
      #expect(try MarianTokenizer(folder: folder).prefixes == [">>deu<<"])
      try Data("{".utf8).write(to: file)
      expectRefusal(folder, "tokenizer_config.json: malformed")
      try Data("{\"pad_token\": \"<nopad>\"}".utf8).write(to: file)
      expectRefusal(folder, "vocab.json: the token <nopad> is missing")
      try Data("{\"sp_model_kwargs\": {\"enable_sampling\": true}}".utf8).write(to: file)
      expectRefusal(folder, "enable_sampling")
      try Data("{\"separate_vocabs\": true}".utf8).write(to: file)
      expectRefusal(folder, "target_vocab.json: cannot be read")
    }
  }

  @Test func `a target vocabulary of its own numbers the target's pieces`() throws {
    try withFolder { folder in
      try Data("{\"separate_vocabs\": true}".utf8).write(to: folder.appendingPathComponent("tokenizer_config.json"))
      try Data("{\"</s>\": 0, \"<unk>\": 1, \"the▁\": 2, \"sea\": 3, \"<pad>\": 4}".utf8)
        .write(to: folder.appendingPathComponent("target_vocab.json"))
      #expect(try MarianTokenizer(folder: folder).decode([2, 3, 0, 4]) == "the sea")
    }
  }
}
