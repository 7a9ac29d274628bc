import Foundation
import TestSupport
import Testing
import Tokenizers

/// What transformers 4.57.1 answers: Tests/Fixtures/tokenizers/encoder_decoders.py.
struct HuggingFaceAnswers: Decodable {
  struct Case: Decodable {
    let text: String
    let prefix: String?
    let ids: [Int32]
    let decoded: String
  }

  struct Decode: Decodable {
    let ids: [Int32]
    let text: String
  }

  let cases: [Case]
  let decodes: [Decode]

  /// Compares ids and texts.
  func compare(_ tokenizer: some TextTokenizer) throws {
    for line in cases {
      let ids = try tokenizer.encode(line.text, prefix: line.prefix)
      #expect(ids == line.ids, "\(scalars((line.prefix ?? "") + line.text))")
      #expect(ids.allSatisfy { $0 >= 0 && $0 < tokenizer.vocabularySize })
      #expect(scalars(tokenizer.decode(line.ids)) == scalars(line.decoded), "\(line.ids)")
      if line.prefix == nil {
        let added = try tokenizer.addedCount(prefix: nil)
        #expect(tokenizer.pieceCount(of: line.text[...]) == line.ids.count - added, "\(scalars(line.text))")
      }
    }
    for decode in decodes {
      #expect(scalars(tokenizer.decode(decode.ids)) == scalars(decode.text), "\(decode.ids)")
    }
  }

  static func read(_ family: String, _ name: String) throws -> HuggingFaceAnswers {
    let all: [String: HuggingFaceAnswers] = try Fixtures.json("tokenizers/\(family).json")
    return try #require(all[name])
  }
}

/// A folder with some of a fixture's files, which the test may change.
func tokenizerFolder(_ family: String, _ names: [String], configuration: String? = nil) throws -> TemporaryFolder {
  let folder = try TemporaryFolder()
  for name in names { try folder.write(name, try Fixtures.bytes("tokenizers/\(family)/\(name)")) }
  if let configuration { try folder.write("tokenizer_config.json", configuration) }
  return folder
}

/// A tokenizer of a folder, which is there until the tokenizer is.
func read<Tokenizer>(_ folder: TemporaryFolder, _ make: (URL) throws -> Tokenizer) rethrows -> Tokenizer {
  try withExtendedLifetime(folder) { try make(folder.url) }
}

/// A `tokenizer.json` as a value that can be changed.
struct EditableFile {
  var content: [String: Any]

  init(_ family: String) throws {
    let bytes = try Fixtures.bytes("tokenizers/\(family)/tokenizer.json")
    content = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
  }

  func write(to folder: TemporaryFolder) throws {
    let data = try JSONSerialization.data(withJSONObject: content)
    try folder.write("tokenizer.json", [UInt8](data))
  }

  /// The `tokenizer.json` of Google's T5 checkpoints: no Strip, no Replace, words split at whitespace.
  static func oldT5() throws -> EditableFile {
    var file = try EditableFile("t5")
    let steps = try #require((file.content["normalizer"] as? [String: Any])?["normalizers"] as? [Any])
    file.content["normalizer"] = steps[0]
    let metaspace: [String: Any] = ["type": "Metaspace", "replacement": "▁", "add_prefix_space": true]
    file.content["pre_tokenizer"] =
      ["type": "Sequence", "pretokenizers": [["type": "WhitespaceSplit"], metaspace]] as [String: Any]
    file.content["decoder"] = metaspace
    return file
  }
}

@Suite struct HuggingFaceOracleTests {
  @Test(arguments: ["legacy": true, "modern": false])
  func `T5 from spiece.model gives the slow tokenizer's ids`(name: String, legacy: Bool) throws {
    let folder = try tokenizerFolder("t5", ["spiece.model"], configuration: "{\"legacy\": \(legacy)}")
    try HuggingFaceAnswers.read("t5", name).compare(try read(folder) { try T5Tokenizer(folder: $0) })
  }

  @Test func `T5 from tokenizer.json gives the fast tokenizer's ids`() throws {
    let folder = try tokenizerFolder("t5", ["tokenizer.json", "spiece.model"])
    try HuggingFaceAnswers.read("t5", "fast").compare(try read(folder) { try T5Tokenizer(folder: $0) })
  }

  @Test func `T5 from Google's tokenizer.json gives the fast tokenizer's ids`() throws {
    let folder = try TemporaryFolder()
    try EditableFile.oldT5().write(to: folder)
    try HuggingFaceAnswers.read("t5", "fast-old").compare(try read(folder) { try T5Tokenizer(folder: $0) })
  }

  @Test(arguments: [["tokenizer.json"], ["vocab.json", "merges.txt"]], ["plain", "space"])
  func `BART gives the fast tokenizer's ids`(files: [String], name: String) throws {
    let folder = try tokenizerFolder(
      "bart", files, configuration: name == "space" ? "{\"add_prefix_space\": true}" : nil)
    try HuggingFaceAnswers.read("bart", name).compare(try read(folder) { try ByteLevelBPETokenizer(folder: $0) })
  }
}
