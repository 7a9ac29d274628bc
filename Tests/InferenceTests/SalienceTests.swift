import Foundation
import Inference
import Kernels
import Models
import TestSupport
import Testing

/// Scoring sentences through the engine, with the random models of the fixtures.
@Suite struct SalienceTests {
  /// A models folder with copies of these fixtures.
  private func folder(_ names: [String]) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for name in names {
      try FileManager.default.copyItem(at: Fixtures.url(name), to: folder.url.appendingPathComponent(name))
    }
    return folder
  }

  private func engine(
    _ folder: TemporaryFolder, threads: Int = 2, _ change: (inout EngineConfiguration) -> Void = { _ in }
  ) throws -> InferenceEngine {
    var configuration = EngineConfiguration(
      modelsFolder: folder.path, threads: threads, quantization: .float32, kernels: try KernelSet.selected())
    change(&configuration)
    return try InferenceEngine(configuration: configuration)
  }

  private func sentences(_ document: SalienceFixture.Document) -> [SalienceSentence] {
    document.sentences.enumerated().map { index, text in
      SalienceSentence(text: text[...], start: document.paragraphs.contains(index) ? .paragraph : .sentence)
    }
  }

  /// A document that no machine reads in the time of a test.
  private static let endless = (0..<200_000).map {
    SalienceSentence(
      text: "The house number \($0) is old, and nobody has lived there for years."[...], start: .sentence)
  }

  private func waitUntil(_ engine: InferenceEngine, isWaiting: Bool) async throws {
    while (engine.waitingSentences > 0) != isWaiting { try await Task.sleep(for: .milliseconds(2)) }
  }

  @Test(arguments: SalienceFixture.names) func `scores of texts are the reference's`(name: String) async throws {
    let folder = try folder([name])
    let engine = try engine(folder)
    defer { withExtendedLifetime(folder) { engine.shutdown() } }
    let catalog = try await engine.loaded()
    #expect(catalog.salience?.card.id == name && catalog.models.isEmpty && catalog.languages.isEmpty)
    #expect(engine.readiness == .ready)
    for document in try SalienceFixture.named(name).documents {
      let scores = try await engine.salience(of: sentences(document))
      #expect(scores.count == document.scores.count)
      #expect(zip(scores, document.scores).allSatisfy { abs($0 - $1) < 1e-4 })
    }
    #expect(try await engine.salience(of: []).isEmpty)
    await #expect(throws: InferenceError.unsupportedPair(source: "en", target: "de")) {
      try await engine.translate(TranslationRequest(texts: ["A house."], source: "en", target: "de"))
    }
  }

  @Test func `scores are the same alone, under load, on any number of threads and any kernel set`() async throws {
    let folder = try folder(["marian-tiny", "salience-tiny"])
    let documents = try SalienceFixture.named("salience-tiny").documents.map(sentences)
    var alone: [[Float]] = []
    for set in KernelSet.all {
      for threads in [1, 3] {
        let engine = try engine(folder, threads: threads) {
          $0.quantization = .int8
          $0.kernels = set
        }
        defer { withExtendedLifetime(folder) { engine.shutdown() } }
        _ = try await engine.loaded()
        var scores: [[Float]] = []
        for document in documents { scores.append(try await engine.salience(of: document)) }
        if alone.isEmpty { alone = scores }
        #expect(scores == alone, "\(set), \(threads) threads")
        let expected = alone
        try await withThrowingTaskGroup(of: Void.self) { group in
          for round in 0..<12 {
            group.addTask {
              let index = round % documents.count
              let priority: Priority = round % 2 == 0 ? .bulk : .interactive
              let scores = try await engine.salience(of: documents[index], priority: priority)
              #expect(scores == expected[index])
            }
            group.addTask {
              _ = try await engine.translate(
                TranslationRequest(texts: ["We are very tired."], source: "en", target: "de"))
            }
          }
          try await group.waitForAll()
        }
      }
    }
  }

  @Test func `a short document does not wait for a long one, nor does a translation`() async throws {
    let folder = try folder(["marian-tiny", "salience-tiny"])
    let engine = try engine(folder)
    defer { withExtendedLifetime(folder) { engine.shutdown() } }
    _ = try await engine.loaded()
    let long = Task { try await engine.salience(of: Self.endless, priority: .bulk) }
    try await waitUntil(engine, isWaiting: true)
    let document = try SalienceFixture.named("salience-tiny").documents[2]
    let scores = try await engine.salience(of: sentences(document))
    #expect(scores.count == 18)
    _ = try await engine.translate(TranslationRequest(texts: ["We are very tired."], source: "en", target: "de"))
    #expect(engine.waitingSentences > 0, "the long one is still being read")
    long.cancel()
    await #expect(throws: InferenceError.cancelled) { try await long.value }
    #expect(engine.waitingSentences == 0)
  }

  @Test func `a document fails when its deadline passes`() async throws {
    let folder = try folder(["salience-tiny"])
    let engine = try engine(folder) { $0.deadline = .milliseconds(50) }
    defer { withExtendedLifetime(folder) { engine.shutdown() } }
    _ = try await engine.loaded()
    await #expect(throws: InferenceError.deadlineExceeded) { try await engine.salience(of: Self.endless) }
    #expect(engine.waitingSentences == 0)
  }

  @Test func `a shutdown fails what is being read, and what comes later`() async throws {
    let folder = try folder(["salience-tiny"])
    let engine = try engine(folder)
    defer { withExtendedLifetime(folder) {} }
    _ = try await engine.loaded()
    let task = Task { try await engine.salience(of: Self.endless) }
    try await waitUntil(engine, isWaiting: true)
    engine.shutdown()
    await #expect(throws: InferenceError.shuttingDown) { try await task.value }
    await #expect(throws: InferenceError.shuttingDown) { try await engine.salience(of: Self.endless) }
  }

  @Test func `documents beyond the limits are refused, a short one is not`() async throws {
    let folder = try folder(["salience-tiny"])
    let engine = try engine(folder) { $0.salienceLimits.segmentsInProgress = 200_100 }
    defer { withExtendedLifetime(folder) { engine.shutdown() } }
    _ = try await engine.loaded()
    let long = Task { try await engine.salience(of: Self.endless) }
    try await waitUntil(engine, isWaiting: true)
    let refusal = await #expect(throws: InferenceError.self) { try await engine.salience(of: Self.endless) }
    guard case .overloaded(let retryAfter)? = refusal else {
      Issue.record("\(String(describing: refusal))")
      return
    }
    #expect(retryAfter >= .seconds(1))
    #expect(try await engine.salience(of: Array(Self.endless.prefix(3))).count == 3)
    long.cancel()
    _ = try? await long.value
  }

  @Test func `without a salience model the error says so`() async throws {
    let folder = try folder(["marian-tiny"])
    let engine = try engine(folder)
    defer { withExtendedLifetime(folder) { engine.shutdown() } }
    #expect(try await engine.loaded().salience == nil)
    let error = await #expect(throws: InferenceError.noModel(task: .salience)) {
      try await engine.salience(of: Array(Self.endless.prefix(1)))
    }
    #expect(error?.description == "no salience model is loaded")
  }

  @Test(
    arguments: [
      ("3,\n    2", "2,\n    3", "self-test"), ("dragoman_salience", "marian", "scores sentences"),
    ])
  func `a card that its model does not keep makes the engine fail with the reason`(
    old: String, new: String, reason: String
  ) async throws {
    let folder = try folder(["salience-tiny"])
    let path = "salience-tiny/model.json"
    let card = try String(contentsOf: folder.url.appendingPathComponent(path), encoding: .utf8)
    try #require(card.components(separatedBy: old).count == 2)
    try folder.write(path, card.replacingOccurrences(of: old, with: new))
    let engine = try engine(folder)
    defer { withExtendedLifetime(folder) { engine.shutdown() } }
    await #expect(throws: InferenceError.self) { try await engine.loaded() }
    guard case .failed(let reasons) = engine.readiness else {
      Issue.record("\(engine.readiness)")
      return
    }
    #expect(reasons["salience-tiny"]?.contains(reason) == true, "\(reasons)")
  }

  @Test func `the first scorer by folder is used, and a verification says what was tested`() async throws {
    let folder = try folder(SalienceFixture.names)
    let engine = try engine(folder)
    defer { withExtendedLifetime(folder) { engine.shutdown() } }
    #expect(try await engine.loaded().salience?.card.id == "salience-plain")
    for quantization in Quantization.allCases {
      var configuration = engine.configuration
      configuration.quantization = quantization
      let verification = ModelVerification(configuration: configuration)
      for name in SalienceFixture.names {
        let line = try verification.verify(folder: folder.path + "/" + name)
        #expect(line.hasPrefix("\(name): 4 files") && line.hasSuffix("1 self-tests passed"))
      }
    }
  }
}
