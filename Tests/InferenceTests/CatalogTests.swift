import Foundation
import Inference
import Kernels
import Models
import TestSupport
import Testing

/// Models of every task in one folder.
@Suite struct CatalogTests {
  /// A folder of models, each a copy of marian-tiny whose card is changed.
  private func models(_ cards: [String: (inout [String: Any]) -> Void]) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for (name, change) in cards {
      try FileManager.default.copyItem(at: Fixtures.url("marian-tiny"), to: folder.url.appendingPathComponent(name))
      let path = "\(name)/model.json"
      let data = try Data(contentsOf: folder.url.appendingPathComponent(path))
      var card = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
      card["id"] = name
      change(&card)
      try JSONSerialization.data(withJSONObject: card).write(to: folder.url.appendingPathComponent(path))
    }
    return folder
  }

  private func engine(_ folder: TemporaryFolder) throws -> InferenceEngine {
    try InferenceEngine(
      configuration: EngineConfiguration(
        modelsFolder: folder.path, threads: 1, quantization: .float32, kernels: try KernelSet.selected()))
  }

  /// Makes a summarizer of a card of marian-tiny.
  private static func summarizer(_ card: inout [String: Any]) {
    card["task"] = "summarization"
    card["languages"] = nil
    card["self_test"] = nil
  }

  @Test func `a summarizer is found by its language and translates nothing`() async throws {
    let folder = try models([
      "a-sums": { card in
        Self.summarizer(&card)
        card["lengths"] = ["sentence": ">>deu<<", "short": ">>fra<<"]
      },
      "b-sums": { Self.summarizer(&$0) }, "c-translates": { _ in },
    ])
    let engine = try engine(folder)
    defer { withExtendedLifetime(folder) { engine.shutdown() } }
    let catalog = try await engine.loaded()
    #expect(catalog.models.map(\.card.id) == ["a-sums", "b-sums", "c-translates"])
    #expect(!catalog.languages.contains { $0.code == "en" && $0.targets == ["en"] })
    let summarizer = try #require(catalog.summarizer(language: "en"))
    #expect(summarizer.model == 0 && summarizer.card.lengths.map(\.name) == ["sentence", "short"])
    #expect(catalog.summarizer(language: "de") == nil)
    let direction = catalog.models[2].card.languages[0]
    let translation = try await engine.translate(
      TranslationRequest(texts: ["A house."], source: direction.from, target: direction.to))
    #expect(translation.model == "c-translates")
  }

  @Test func `a length's prefix that the tokenizer lacks is an error that names it`() async throws {
    let folder = try models([
      "sums": { card in
        Self.summarizer(&card)
        card["lengths"] = ["short": "<short>"]
      }
    ])
    let engine = try engine(folder)
    defer { withExtendedLifetime(folder) { engine.shutdown() } }
    let error = await #expect(throws: InferenceError.self) { try await engine.loaded() }
    #expect(error?.description.contains("<short>") == true, "\(String(describing: error))")
  }

  @Test func `a summarizer's self-test asks for the length that it names`() async throws {
    let verification = ModelVerification(
      configuration: EngineConfiguration(
        modelsFolder: "", threads: 1, quantization: .float32, kernels: try KernelSet.selected()))
    func test(_ length: String, gives output: String) throws -> String? {
      let folder = try models([
        "sums": { card in
          Self.summarizer(&card)
          card["lengths"] = ["short": ">>deu<<", "long": ">>fra<<"]
          card["self_test"] = [["input": "A house.", "output": output, "length": length]]
        }
      ])
      defer { withExtendedLifetime(folder) {} }
      do {
        _ = try verification.verify(folder: folder.path + "/sums")
        return nil
      } catch {
        return error.description
      }
    }
    /// What the model says, from the message that tells of another output.
    func said(_ length: String) throws -> String {
      let message = try #require(try test(length, gives: "nothing of the kind"))
      return String(
        try #require(message.components(separatedBy: "\" gave \"").last?.components(separatedBy: "\" instead").first))
    }
    let short = try said("short")
    let long = try said("long")
    #expect(short != long)
    #expect(try test("short", gives: short) == nil && test("long", gives: long) == nil)
    #expect(try test("medium", gives: short)?.contains("lengths") == true)
  }
}
