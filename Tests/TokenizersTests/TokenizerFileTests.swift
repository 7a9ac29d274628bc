import Foundation
import TestSupport
import Testing
import Tokenizers

/// What a `tokenizer.json` may not hold.
@Suite struct TokenizerFileTests {
  private func expectRefusal(
    _ family: String, _ words: String..., sourceLocation: SourceLocation = #_sourceLocation,
    change: (inout [String: Any]) throws -> Void
  ) throws {
    let folder = try TemporaryFolder()
    var file = try EditableFile(family)
    try change(&file.content)
    try file.write(to: folder)
    let error = #expect(throws: TokenizerError.self, sourceLocation: sourceLocation) {
      _ = try read(folder) { try TokenizerRegistry.load(folder: $0.path, architecture: family) }
    }
    let text = error.map(String.init(describing:)) ?? ""
    for word in ["tokenizer.json"] + words {
      #expect(text.contains(word), "\(text)", sourceLocation: sourceLocation)
    }
  }

  private func expectRefusal(
    _ family: String, model key: String, _ value: Any, _ words: String...,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try expectRefusal(family, words[0], sourceLocation: sourceLocation) { content in
      var model = try #require(content["model"] as? [String: Any])
      model[key] = value
      content["model"] = model
    }
  }

  @Test(arguments: ["t5", "bart"])
  func `unknown types are refused by key`(family: String) throws {
    let unknown: [String: Any] = ["type": "Surprise"]
    for key in ["normalizer", "pre_tokenizer", "post_processor", "decoder"] {
      try expectRefusal(family, key, "Surprise") { $0[key] = unknown }
    }
    try expectRefusal(family, model: "type", "WordPiece", "model: the type WordPiece")
    for key in ["pre_tokenizer", "decoder"] { try expectRefusal(family, key, "null") { $0[key] = NSNull() } }
  }

  @Test(arguments: ["t5", "bart"])
  func `a token that text would be cut at is refused`(family: String) throws {
    let token: [String: Any] = ["id": 0, "content": "<br>", "special": false]
    try expectRefusal(family, "added_tokens", "<br>") { $0["added_tokens"] = [token] }
    let folder = try tokenizerFolder(
      family, ["tokenizer.json"], configuration: #"{"added_tokens_decoder": {"5": {"content": "<br>"}}}"#)
    let error = #expect(throws: TokenizerError.self) {
      _ = try read(folder) { try TokenizerRegistry.load(folder: $0.path, architecture: family) }
    }
    #expect(error.map { "\($0)".contains("tokenizer_config.json") && "\($0)".contains("<br>") } == true)
  }

  @Test func `settings of T5 that change words are refused`() throws {
    try expectRefusal("t5", "normalizer", "Replace") {
      $0["normalizer"] = ["type": "Replace", "pattern": ["String": "a"], "content": "b"] as [String: Any]
    }
    try expectRefusal("t5", "normalizer", "base64") {
      $0["normalizer"] = ["type": "Precompiled", "precompiled_charsmap": "!"]
    }
    try expectRefusal("t5", "pre_tokenizer", "replacement") {
      $0["pre_tokenizer"] = ["type": "Metaspace", "replacement": "_"]
    }
    try expectRefusal("t5", "pre_tokenizer", "sometimes") {
      $0["pre_tokenizer"] = ["type": "Metaspace", "replacement": "▁", "prepend_scheme": "sometimes"]
    }
    try expectRefusal("t5", "post_processor", "template") { content in
      var processor = try #require(content["post_processor"] as? [String: Any])
      processor["single"] = [["SpecialToken": ["id": "<nothing>", "type_id": 0]]]
      content["post_processor"] = processor
    }
    try expectRefusal("t5", model: "byte_fallback", true, "byte_fallback")
    try expectRefusal("t5", model: "unk_id", NSNull(), "unk_id")
    try expectRefusal("t5", model: "unk_id", 100_000, "unk_id")
    try expectRefusal("t5", model: "vocab", [["a", 0], ["a", 0]], "unk_id")
    try expectRefusal("t5", model: "vocab", [["a", 0], ["b", 0], ["a", 0]], "the pieces 0 and 2 are both a")
    try expectRefusal("t5", model: "vocab", [["a", "b"]], "model.vocab: a finite number")
    try expectRefusal("t5", model: "vocab", [["", 1]], "model.vocab: a piece is empty")
  }

  @Test func `settings of BART that change words are refused`() throws {
    try expectRefusal("bart", "pre_tokenizer", "use_regex") {
      $0["pre_tokenizer"] = ["type": "ByteLevel", "use_regex": false] as [String: Any]
    }
    try expectRefusal("bart", model: "dropout", 0.1, "model.dropout")
    try expectRefusal("bart", model: "end_of_word_suffix", "</w>", "model.end_of_word_suffix")
    try expectRefusal("bart", model: "ignore_merges", true, "model.ignore_merges")
    try expectRefusal("bart", model: "merges", ["a b c"], "two parts")
    try expectRefusal("bart", model: "merges", ["Ġ nothing"], "merge 0, \"Ġ nothing\"")
    try expectRefusal("bart", model: "vocab", ["<s>": 0, "</s>": 1], "missing")
    try expectRefusal("bart", "post_processor", "sep or cls") { $0["post_processor"] = ["type": "RobertaProcessing"] }
    try expectRefusal("bart", "post_processor", "no piece") {
      $0["post_processor"] =
        ["type": "RobertaProcessing", "sep": ["</s>", 70_000], "cls": ["<s>", 0]] as [String: Any]
    }
  }

  @Test func `merges may be pairs or strings, and the type may be missing`() throws {
    let folder = try TemporaryFolder()
    var file = try EditableFile("bart")
    var model = try #require(file.content["model"] as? [String: Any])
    let pairs = try #require(model["merges"] as? [[String]])
    model["merges"] = pairs.map { $0.joined(separator: " ") }
    model["type"] = nil
    file.content["model"] = model
    try file.write(to: folder)
    let original = try read(try tokenizerFolder("bart", ["tokenizer.json"])) { try ByteLevelBPETokenizer(folder: $0) }
    let changed = try read(folder) { try ByteLevelBPETokenizer(folder: $0) }
    let text = "The river runs to the sea."
    #expect(try changed.encode(text) == original.encode(text))
    #expect(try changed.encode(text).count < text.utf8.count)
  }

  @Test func `a merge that would make a special token is left out`() throws {
    let vocabulary = try Fixtures.json("tokenizers/bart/vocab.json", as: [String: Int32].self)
    let letters = try ["x", "y", "z"].map { try #require(vocabulary[$0]) }
    let wider = vocabulary.merging(["xy": 900, "yz": 901]) { old, _ in old }
    #expect(vocabulary.count == 900 && wider.count == 902)
    for (special, ids) in [("xy", [letters[0], 901]), ("yz", [900, letters[2]]), ("none", [900, letters[2]])] {
      let folder = try TemporaryFolder()
      try folder.write("vocab.json", [UInt8](try JSONEncoder().encode(wider)))
      try folder.write("merges.txt", "#version: 0.2\nx y\ny z\n")
      try folder.write("tokenizer_config.json", "{\"additional_special_tokens\": [\"\(special)\"]}")
      let tokenizer = try read(folder) { try ByteLevelBPETokenizer(folder: $0) }
      #expect(try tokenizer.encode("xyz") == [0] + ids + [2])
    }
  }

  @Test(arguments: ["t5", "bart"])
  func `broken JSON is refused with its place`(family: String) throws {
    let folder = try TemporaryFolder()
    for (text, words) in [
      ("", "cut off"), ("[]", "object's {"), ("{}", "model is missing"), ("{\"model\": {}", "cut off"),
      ("{\"model\": {}, \"model\": {}}", "stands twice"), ("{\"model\": {}} x", "follows"),
      ("{\"model\": [" + String(repeating: "[", count: 600), "deep"), ("{\"model\": \"\\", "cut off"),
      ("{\"model\": {}, \"added_tokens\": 1}", "added_tokens"), ("{\"model\": ]", "value was expected"),
    ] {
      try folder.write("tokenizer.json", text)
      let error = #expect(throws: TokenizerError.self) {
        _ = try read(folder) { try TokenizerRegistry.load(folder: $0.path, architecture: family) }
      }
      #expect(
        error.map { "\($0)".contains("tokenizer.json") && "\($0)".contains(words) } == true,
        "\(text): \(error.debugDescription)")
    }
  }

  @Test func `missing files and malformed merges are named`() throws {
    for (family, name) in [("t5", "spiece.model"), ("bart", "vocab.json")] {
      let error = #expect(throws: TokenizerError.self) {
        _ = try read(try TemporaryFolder()) { try TokenizerRegistry.load(folder: $0.path, architecture: family) }
      }
      #expect(error.map { "\($0)".contains(name) && "\($0)".contains("tokenizer.json") } == true)
    }
    let folder = try tokenizerFolder("bart", ["vocab.json"])
    try folder.write("merges.txt", "#version: 0.2\nĠ t\nh\n")
    let error = #expect(throws: TokenizerError.self) { _ = try read(folder) { try ByteLevelBPETokenizer(folder: $0) } }
    #expect(error.map { "\($0)".contains("merges.txt") && "\($0)".contains("line 3") } == true)
  }
}
