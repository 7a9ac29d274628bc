import Testing
import Tokenizers

@Suite struct VocabularyTests {
  private func vocabulary(_ text: String) throws -> Vocabulary {
    try Vocabulary(bytes: Array(text.utf8), name: "vocab.json")
  }

  private func expectRefusal(_ text: String, _ words: String, sourceLocation: SourceLocation = #_sourceLocation) {
    let error = #expect(throws: TokenizerError.self, sourceLocation: sourceLocation) { _ = try vocabulary(text) }
    let message = error.map(String.init(describing:)) ?? ""
    #expect(
      message.hasPrefix("vocab.json: ") && message.contains(words), "\(message)", sourceLocation: sourceLocation)
  }

  @Test func `pieces and ids lead to each other`() throws {
    let vocabulary = try vocabulary(" {\"a\":0 , \"\\u2581b\" : 2,\n\"\\ud83d\\ude00\\n\\\"\\/\": 1, \">>deu<<\": 3} ")
    #expect(vocabulary.count == 4)
    #expect(vocabulary.id(of: "▁b") == 2)
    #expect(vocabulary.piece(1) == "😀\n\"/")
    #expect(vocabulary.languageTags == [">>deu<<"])
    #expect(vocabulary.id(of: "x") == nil)
    #expect(vocabulary.piece(4) == nil)
    #expect(vocabulary.piece(-1) == nil)
  }

  @Test func `canonically equal pieces are two pieces`() throws {
    let vocabulary = try vocabulary("{\"\\u00e9\": 0, \"e\\u0301\": 1}")
    #expect(vocabulary.id(of: "\u{E9}") == 0)
    #expect(vocabulary.id(of: "e\u{301}") == 1)
  }

  @Test func `ids that are twice, negative, too large or missing are refused`() {
    expectRefusal("{\"a\": 0, \"b\": 0}", "a and b both have the id 0")
    expectRefusal("{\"a\": 0, \"b\": -1}", "b has the id -1")
    expectRefusal("{\"a\": 0, \"b\": 2}", "b has the id 2, outside 0..<2: an id is missing")
    expectRefusal("{\"a\": 0, \"b\": 999999999999999999}", "outside")
    expectRefusal("{\"a\": 0, \"b\": 99999999999999999999999}", "whole number")
    expectRefusal("{\"a\": 0, \"a\": 1}", "a stands twice")
    expectRefusal("{\"\": 0}", "empty")
    expectRefusal("{}", "0 pieces")
  }

  @Test func `what is not a flat object of numbers is refused with its place`() {
    expectRefusal("", "cut off")
    expectRefusal("[1]", "{")
    expectRefusal("{\"a\": 0", "cut off")
    expectRefusal("{\"a\": 0,}", "double quotes")
    expectRefusal("{\"a\": 0} x", "follows")
    expectRefusal("{\"a\": 1.0}", "whole number (byte 6)")
    expectRefusal("{\"a\": \"0\"}", "whole number")
    expectRefusal("{\"a\": {}}", "whole number")
    expectRefusal("{\"a\" 0}", "colon")
    expectRefusal("{\"a", "cut off inside")
    expectRefusal("{\"a\\", "cut off inside")
    expectRefusal("{\"\\x\": 0}", "escape")
    expectRefusal("{\"\\u12\": 0}", "hexadecimal")
    expectRefusal("{\"\\ud83d\": 0}", "surrogate")
    expectRefusal("{\"a\u{1}\": 0}", "control character")
    #expect(throws: TokenizerError.self) {
      _ = try Vocabulary(bytes: [0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x30, 0x7D], name: "vocab.json")
    }
  }
}
