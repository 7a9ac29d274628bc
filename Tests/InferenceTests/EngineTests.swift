import Foundation
import Inference
import Kernels
import Models
import TestSupport
import Testing
import Workers

/// The engine's promises to its callers, with the models in models/.
@Suite struct EngineTests {
  func engine(_ change: (inout EngineConfiguration) -> Void = { _ in }) throws -> InferenceEngine {
    var configuration = EngineConfiguration(
      modelsFolder: Fixtures.root.appendingPathComponent("models").path, threads: 2, quantization: .int8,
      kernels: try KernelSet.selected())
    change(&configuration)
    return try InferenceEngine(configuration: configuration)
  }

  /// A request that no machine finishes in the time of a test.
  static let endless = TranslationRequest(
    texts: (0..<10_000).map { "The house number \($0) is old." }, source: "en", target: "de")
  static let short = TranslationRequest(texts: ["We are very tired."], source: "en", target: "de")

  /// Waits until the engine has segments waiting, or has none any more.
  func waitUntil(_ engine: InferenceEngine, isWaiting: Bool) async throws {
    while (engine.waitingSegments > 0) != isWaiting { try await Task.sleep(for: .milliseconds(5)) }
  }

  @Test func `a cancelled request fails at once and leaves the batch to others`() async throws {
    let engine = try engine()
    defer { engine.shutdown() }
    _ = try await engine.loaded()
    let task = Task { try await engine.translate(Self.endless) }
    try await waitUntil(engine, isWaiting: true)
    task.cancel()
    await #expect(throws: InferenceError.cancelled) { try await task.value }
    #expect(engine.waitingSegments == 0)
    #expect(try await engine.translate(Self.short).texts == ["Wir sind sehr müde."])
  }

  @Test func `a request that is cancelled before it begins fails too`() async throws {
    let engine = try engine()
    defer { engine.shutdown() }
    _ = try await engine.loaded()
    let task = Task {
      while !Task.isCancelled { await Task.yield() }
      return try await engine.translate(Self.endless)
    }
    task.cancel()
    await #expect(throws: InferenceError.cancelled) { try await task.value }
    #expect(engine.waitingSegments == 0)
  }

  @Test func `a request fails when its deadline passes, waiting or running`() async throws {
    let engine = try engine { $0.deadline = .milliseconds(100) }
    defer { engine.shutdown() }
    _ = try await engine.loaded()
    await #expect(throws: InferenceError.deadlineExceeded) { try await engine.translate(Self.endless) }
    #expect(engine.waitingSegments == 0)
  }

  @Test func `a shutdown fails what is in progress, and what comes later`() async throws {
    let engine = try engine()
    _ = try await engine.loaded()
    let task = Task { try await engine.translate(Self.endless) }
    try await waitUntil(engine, isWaiting: true)
    engine.shutdown()
    await #expect(throws: InferenceError.shuttingDown) { try await task.value }
    await #expect(throws: InferenceError.shuttingDown) { try await engine.translate(Self.short) }
    #expect(engine.readiness == .stopped)
  }

  @Test func `the seventeenth bulk request is refused, an interactive one is not`() async throws {
    let engine = try engine()
    defer { engine.shutdown() }
    _ = try await engine.loaded()
    // Long enough for all of them to run at once, short enough for none to be hopeless on a busy machine.
    var long = Self.endless
    long.texts = Array(long.texts.prefix(500))
    let streams = try (0..<16).map { _ in try engine.submit(long) }
    let refusal = #expect(throws: InferenceError.self) { try engine.submit(long) }
    guard case .overloaded(let retryAfter)? = refusal else {
      Issue.record("\(String(describing: refusal))")
      return
    }
    #expect(retryAfter >= .seconds(1))
    #expect(try await engine.translate(Self.short).texts == ["Wir sind sehr müde."])
    withExtendedLifetime(streams) {}
  }

  @Test func `an engine that has rested and given its memory back translates as before`() async throws {
    let engine = try engine { $0.idleTime = .milliseconds(1) }
    defer { engine.shutdown() }
    _ = try await engine.loaded()
    for _ in 0..<5 {
      #expect(try await engine.translate(Self.short).texts == ["Wir sind sehr müde."])
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  @Test func `two models at once answer as each does alone`() async throws {
    let engine = try engine()
    defer { engine.shutdown() }
    _ = try await engine.loaded()
    let back = Dictionary(grouping: try RealText.foreignSentences(), by: \.language).map { language, sentences in
      TranslationRequest(texts: sentences.map(\.text), source: language, target: "en")
    }
    let english = Array(try RealText.sentences().prefix(40))
    let requests = back + ["de", "es", "fr"].map { TranslationRequest(texts: english, source: "en", target: $0) }
    var alone: [[String]] = []
    for request in requests { alone.append(try await engine.translate(request).texts) }
    let together = try await withThrowingTaskGroup(of: (Int, [String]).self) { group in
      for (index, request) in requests.enumerated() {
        group.addTask { (index, try await engine.translate(request).texts) }
      }
      return try await group.reduce(into: [Int: [String]]()) { $0[$1.0] = $1.1 }
    }
    #expect(requests.indices.map { together[$0] } == alone)
    #expect(alone.allSatisfy { $0.count == 40 } && Set(alone.joined()).count > 200)
  }

  @Test func `segments come in order, with their numbers and places`() async throws {
    let engine = try engine()
    defer { engine.shutdown() }
    _ = try await engine.loaded()
    var stream = try engine.submit(
      TranslationRequest(
        texts: ["We are tired. I am reading a book.", " ", "Good morning!"], source: "en", target: "es",
        maxNewTokens: 3))
    var segments: [SegmentResult] = []
    while let segment = try await stream.next() { segments.append(segment) }
    #expect(segments.map(\.index) == [0, 1, 2])
    #expect(segments.map(\.item) == [0, 0, 2])
    #expect(segments.map(\.sourceOffsets) == [0..<13, 14..<34, 0..<13])
    #expect(segments.allSatisfy { $0.flags.contains(.truncated) && $0.score == nil })
  }

  @Test func `alternatives differ from the translation and from each other, and the first rows of a larger beam agree`()
    async throws
  {
    let engine = try engine()
    defer { engine.shutdown() }
    _ = try await engine.loaded()
    var request = TranslationRequest(
      texts: ["I want to learn French. The house is old.", "", "Good morning!"], source: "en", target: "de",
      alternatives: 3, detail: .scored)
    let translation = try await engine.translate(request)
    #expect(translation.alternatives.count == 3 && translation.alternatives[1].isEmpty)
    for item in [0, 2] {
      #expect((1...3).contains(translation.alternatives[item].count))
      #expect(
        Set(translation.alternatives[item] + [translation.texts[item]]).count == translation.alternatives[item].count
          + 1)
    }
    for segment in translation.segments {
      #expect((1...3).contains(segment.alternatives.count))
      let scores = [segment.score] + segment.alternatives.map(\.score)
      #expect(scores.allSatisfy { ($0 ?? 0) < 0 })
    }
    request.alternatives = 0
    let plain = try await engine.translate(request)
    #expect(plain.texts == translation.texts, "the model's beam of 4 holds them all")
    #expect(plain.alternatives.allSatisfy(\.isEmpty) && plain.segments.allSatisfy(\.alternatives.isEmpty))
  }

  @Test func `a request's beam comes before the engine's, that before the model's`() async throws {
    let text = try RealText.sentences().joined(separator: "\n")
    func translate(_ engineBeam: Int?, _ requestBeam: Int?) async throws -> String {
      let engine = try engine { $0.beamSize = engineBeam }
      defer { engine.shutdown() }
      _ = try await engine.loaded()
      return try await engine.translate(
        TranslationRequest(texts: [text], source: "en", target: "de", beamSize: requestBeam, priority: .bulk)
      ).texts[0]
    }
    let greedy = try await translate(nil, 1)
    let model = try await translate(nil, nil)
    #expect(greedy != model)
    #expect(try await translate(1, nil) == greedy)
    #expect(try await translate(1, 4) == model)
  }

  @Test func `a folder without a usable model names what is wrong, and nothing is translated`() async throws {
    let folder = try TemporaryFolder()
    try folder.write("lonely/readme.txt", "no card")
    let engine = try engine { $0.modelsFolder = folder.path }
    defer { engine.shutdown() }
    await #expect(throws: InferenceError.self) { try await engine.loaded() }
    guard case .failed(let reasons) = engine.readiness else {
      Issue.record("\(engine.readiness)")
      return
    }
    #expect(reasons["lonely"]?.contains("model.json") == true)
    await #expect(throws: InferenceError.self) { try await engine.translate(Self.short) }
  }

  @Test func `a model whose self-test fails is named with what it said`() async throws {
    let folder = try TemporaryFolder()
    let source = Fixtures.root.appendingPathComponent("models/en-x")
    try folder.linkModel(source, as: "en-x")
    let card = try String(contentsOf: source.appendingPathComponent("model.json"), encoding: .utf8)
    try folder.write("en-x/model.json", card.replacingOccurrences(of: "Wir sind sehr müde.", with: "Wir sind wach."))
    let engine = try engine { $0.modelsFolder = folder.path }
    defer { engine.shutdown() }
    await #expect(throws: InferenceError.self) { try await engine.loaded() }
    guard case .failed(let reasons) = engine.readiness else {
      Issue.record("\(engine.readiness)")
      return
    }
    #expect(reasons["en-x"]?.contains("Wir sind sehr müde.") == true)
  }
}
