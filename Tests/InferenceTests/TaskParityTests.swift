import Foundation
import Generation
import Inference
import Kernels
import Models
import TestSupport
import Testing
import Tokenizers
import Workers

/// Text to text what the pipelines of transformers answer, in float32: the task's prefix through the tokenizer, its rules
/// from config.json, its beam search.
@Suite struct TaskParityTests {
  struct Expected: Decodable {
    struct Case: Decodable {
      let task: String
      let text: String
      let input_ids: [Int32]
      let ids: [Int32]
      let output: String
    }

    let cases: [Case]
  }

  /// Where a model's files and its tokenizer's lie together.
  static func folder(_ architecture: String, in parent: TemporaryFolder) throws -> String {
    for source in ["\(architecture)-tasks", "tokenizers/\(architecture)"] {
      for name in try FileManager.default.contentsOfDirectory(atPath: Fixtures.url(source).path)
      where name.hasSuffix(".json") || name.hasSuffix(".safetensors") || name.hasSuffix(".txt") {
        try parent.write("model/\(name)", try Fixtures.bytes("\(source)/\(name)"))
      }
    }
    return parent.path + "/model"
  }

  static let tasks: [ModelTask] = [
    .summarization, .translation(from: "en", to: "de"), .translation(from: "en", to: "ro"),
  ]

  @Test(arguments: ["t5", "bart"])
  func `each task's answers are those of its pipeline`(architecture: String) throws {
    let parent = try TemporaryFolder()
    let folder = try Self.folder(architecture, in: parent)
    let context = KernelContext(kernels: try KernelSet.selected(), pool: try WorkerPool(threads: 2))
    let model = try ModelRegistry.load(
      folder: folder, architecture: architecture, quantization: .float32, context)
    let tokenizer = try TokenizerRegistry.load(folder: folder, architecture: architecture)
    let parameters = try TaskParameters(folder: folder)
    let expected: Expected = try Fixtures.json("\(architecture)-tasks/tasks.json")
    var batch = DecodingBatch(model: model, context: context)
    var sources: [Int: Expected.Case] = [:]
    for (id, item) in expected.cases.enumerated() {
      let task = try #require(Self.tasks.first { $0.name == item.task })
      let source = try tokenizer.encode(item.text, prefix: parameters.prefix(for: task))
      #expect(source == item.input_ids, "\(item.text)")
      let rules = try GenerationConfiguration(folder: folder, dimensions: model.dimensions, task: task)
      batch.admit([.init(id: id, source: source, options: GenerationOptions(rules))])
      sources[id] = item
    }
    var finished: [DecodingBatch.Finished] = []
    while batch.rowCount > 0 { batch.step(&finished) }
    #expect(finished.count == expected.cases.count)
    for answer in finished {
      let item = try #require(sources[answer.id])
      let best = try #require(answer.hypotheses.first)
      #expect(best.tokens == item.ids, "\(item.task) \(item.text)")
      #expect(tokenizer.decode(best.tokens) == item.output)
    }
  }

  @Test func `an engine does both jobs with a T5 folder whose card leaves prefixes and rules to config`() async throws {
    let parent = try TemporaryFolder()
    _ = try Self.folder("t5", in: parent)
    try parent.write(
      "model/model.json",
      #"{"id":"t5","task":"summarization","architecture":"t5","files":[],"#
        + #""languages":[{"from":"en","to":"en"},{"from":"en","to":"de"},{"from":"en","to":"ro"}]}"#)
    let engine = try InferenceEngine(
      configuration: EngineConfiguration(
        modelsFolder: parent.path, threads: 2, quantization: .float32, kernels: try KernelSet.selected()))
    defer { engine.shutdown() }
    let catalog = try await engine.loaded()
    #expect(catalog.languages.map(\.code) == ["en"] && catalog.languages[0].targets == ["de", "en", "ro"])
    #expect(catalog.summarizer(language: "en")?.prefix == "summarize: ")
    let expected: Expected = try Fixtures.json("t5-tasks/tasks.json")
    for target in ["de", "ro"] {
      let cases = expected.cases.filter { $0.task == "translation_en_to_\(target)" }
      try #require(cases.count >= 10)
      let answer = try await engine.translate(
        TranslationRequest(texts: cases.map(\.text), source: "en", target: target, split: .none))
      #expect(answer.texts == cases.map(\.output))
    }
  }
}
