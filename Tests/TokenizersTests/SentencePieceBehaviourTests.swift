import Foundation
import TestSupport
import Testing
import Tokenizers

@Suite struct SentencePieceBehaviourTests {
  @Test func `ids outside the model give no text`() throws {
    let tokenizer = try fixtureTokenizer("unigram-plain")
    let ids = tokenizer.encode("the river")
    #expect(tokenizer.decode([-1, .max, .min] + ids + [100_000]) == "the river")
  }

  @Test(arguments: ["unigram-symbols", "bpe-symbols-unused"])
  func `a reserved piece is never produced from text`(model: String) throws {
    let plain = try fixtureTokenizer(model)
    let guarded = try fixtureTokenizer(model, reserved: ["<sep>", "<ctl>"])
    let separator = try #require(plain.id(of: "<sep>"))
    for text in ["<sep>", "the <sep> sea", "a<sep><sep>b", "<<sep>>"] {
      #expect(plain.encode(text).contains(separator))
      #expect(!guarded.encode(text).contains(separator))
      #expect(guarded.encode(text) != [])
    }
    #expect(guarded.encode("river@@sea of hills") == plain.encode("river@@sea of hills"))
  }

  @Test func `a reserved piece comes back from bytes as it was typed`() throws {
    let guarded = try fixtureTokenizer("unigram-nfkc-bytes", reserved: ["▁the", "▁"])
    let plain = try fixtureTokenizer("unigram-nfkc-bytes")
    let text = "in the beginning the sea"
    #expect(Set(guarded.encode(text)).isDisjoint(with: ["▁the", "▁"].compactMap { plain.id(of: $0) }))
    #expect(guarded.decode(guarded.encode(text)) == text)
  }

  @Test func `markers are control pieces and user-defined tags`() throws {
    #expect(try fixtureTokenizer("unigram-symbols").markers == ["<unk>", "<s>", "</s>", "<ctl>", "<sep>"])
    #expect(try fixtureTokenizer("unigram-plain").markers == ["<unk>", "<s>", "</s>"])
  }

  @Test(arguments: ["unigram-nfkc-bytes", "unigram-plain", "bpe-nfkc", "bpe-plain-bytes", "bpe-symbols-unused"])
  func `a megabyte without a space is cut in one go`(model: String) throws {
    let tokenizer = try fixtureTokenizer(model)
    let text = String(repeating: "abcdefghij漢字", count: 65_536)
    let ids = tokenizer.encode(text)
    #expect(ids.count > 65_536)
  }

  @Test(arguments: ["unigram-nfkc-bytes", "bpe-plain-bytes", "bpe-nfkc"])
  func `words are cut alike alone and in a long text`(model: String) throws {
    let tokenizer = try fixtureTokenizer(model)
    let word = tokenizer.encode("the rivers run")
    let many = tokenizer.encode(Array(repeating: "the rivers run", count: 50).joined(separator: " "))
    let middle = tokenizer.encode("the rivers run the rivers run").dropFirst(word.count)
    #expect(many == word + Array(repeatElement(Array(middle), count: 49).joined()))
  }
}
