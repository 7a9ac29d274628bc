import Foundation
import Inference
import Kernels
import TestSupport
import Testing

/// Text in capitals, with the models in models/, whose cards ask for it in lower case.
@Suite struct CapitalsTests {
  static let texts = ["PLEASE CLOSE THE DOOR.", "WHERE AM I?", "THE STREET IS LONG AND THE DOG IS BIG."]
  static let lowered = ["Please close the door.", "Where am I?", "The street is long and the dog is big."]

  func request(_ texts: [String]) -> TranslationRequest {
    TranslationRequest(texts: texts, source: "en", target: "de", beamSize: 4, alternatives: 2, detail: .aligned)
  }

  @Test func `is translated in lower case and raised, its alternatives and links too`() async throws {
    let engine = try AlignmentTests.engine()
    defer { engine.shutdown() }
    _ = try await engine.loaded()
    let capitals = try await engine.translate(request(Self.texts))
    let small = try await engine.translate(request(Self.lowered))
    #expect(capitals.texts == small.texts.map { $0.uppercased() })
    #expect(capitals.alternatives == small.alternatives.map { $0.map { $0.uppercased() } })
    #expect(capitals.texts.contains { $0.contains("STRASSE") }, "\(capitals.texts)")
    for (one, other) in zip(capitals.segments, small.segments) {
      #expect(one.score == other.score && one.flags == other.flags && one.tokens == other.tokens)
      #expect(one.sourceOffsets == other.sourceOffsets && Self.texts.contains(one.source))
      #expect(one.alignment?.map(\.weight) == other.alignment?.map(\.weight))
      let words = AlignmentTests.pairs(other)
      #expect(
        AlignmentTests.pairs(one)
          == Dictionary(
            uniqueKeysWithValues: words.map { ($0.key.uppercased(), $0.value.uppercased()) }))
    }
  }

  @Test func `is read as it is by a model whose card does not ask`() async throws {
    let folder = try TemporaryFolder()
    let source = Fixtures.root.appendingPathComponent("models/en-x")
    try folder.linkModel(source, as: "en-x")
    let card = try String(contentsOf: source.appendingPathComponent("model.json"), encoding: .utf8)
    try folder.write("en-x/model.json", card.replacingOccurrences(of: "\"lower_capitals\": true,", with: ""))
    let engine = try InferenceEngine(
      configuration: EngineConfiguration(
        modelsFolder: folder.path, threads: 2, quantization: .int8, kernels: try KernelSet.selected()))
    defer { engine.shutdown() }
    _ = try await engine.loaded()
    let plain = try await engine.translate(request(Self.texts))
    let asking = try AlignmentTests.engine()
    defer { asking.shutdown() }
    _ = try await asking.loaded()
    #expect(plain.segments.tokens.source > (try await asking.translate(request(Self.texts))).segments.tokens.source)
  }
}
