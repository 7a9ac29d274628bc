import Dispatch
import Inference
import Testing

/// What the engine counts.
@Suite struct StatisticsTests {
  private let engines = EngineTests()

  @Test func `a histogram counts values up to and including its bounds`() {
    let histogram = AtomicHistogram(bounds: [1, 10], ticks: 1_000)
    for value in [0, 1_000, 1_001, 10_000, 10_001, -5, .infinity, .nan] { histogram.record(value) }
    #expect(histogram.counts.buckets == [3, 2, 2] && histogram.counts.count == 7)
    histogram.reset()
    #expect(histogram.counts == AtomicHistogram.Counts(buckets: [0, 0, 0], sum: 0))
    let times = AtomicHistogram.times()
    times.record(.microseconds(999))
    times.record(.seconds(301))
    #expect(times.counts.buckets.first == 1 && times.counts.buckets.last == 1 && times.counts.sum == 301.000999)
  }

  @Test func `many threads lose no value`() {
    let histogram = AtomicHistogram(bounds: [1, 2, 3])
    DispatchQueue.concurrentPerform(iterations: 8) { _ in
      for round in 0..<10_000 { histogram.record(Double(round % 5)) }
    }
    #expect(histogram.counts == AtomicHistogram.Counts(buckets: [32_000, 16_000, 16_000, 16_000], sum: 160_000))
  }

  @Test func `requests, segments, tokens and rows are counted by model`() async throws {
    let engine = try engines.engine()
    defer { engine.shutdown() }
    let catalog = try await engine.loaded()
    let translation = try await engine.translate(
      TranslationRequest(
        texts: ["We are very tired.", "Good morning! I am reading a book."], source: "en", target: "de", beamSize: 2))
    let statistics = try #require(engine.statistics)
    #expect(statistics.models.map(\.model) == catalog.models.map(\.card.id) + [try #require(catalog.salience).card.id])
    let model = try #require(statistics.models.first { $0.model == translation.model })
    #expect(model.finishedSegments == 3 && model.requests(.complete) == 1)
    #expect(model.sourceTokens == translation.segments.tokens.source && model.sourceTokens > 9)
    #expect(model.targetTokens == translation.segments.tokens.target && model.targetTokens > 9)
    let rows = model.rows(.interactive).counts
    #expect(rows.count > 0 && rows.sum >= 2 * Double(rows.count) && rows.sum <= 6 * Double(rows.count))
    #expect(model.waits(.interactive).counts.count == 3 && model.waits(.bulk).counts.count == 0)
    for other in statistics.models where other.model != model.model {
      #expect(other.finishedSegments == 0 && other.rows(.bulk).counts.count == 0)
    }
    #expect(statistics.depths.allSatisfy { $0.segments == 0 } && statistics.depths.count == 4)
  }

  @Test func `how requests end is counted, and what waits by priority`() async throws {
    // A deadline that no queue is too long for.
    let engine = try engines.engine { $0.deadline = .seconds(86_400) }
    defer { engine.shutdown() }
    _ = try await engine.loaded()
    let streams = try (0..<16).map { _ in try engine.submit(EngineTests.endless) }
    #expect(throws: InferenceError.self) { try engine.submit(EngineTests.endless) }
    let statistics = try #require(engine.statistics)
    func depth(_ priority: Priority) -> Int {
      engine.statistics?.depths.first { $0.queue == .generation && $0.priority == priority }?.segments ?? -1
    }
    #expect(depth(.bulk) > 100_000 && depth(.interactive) == 0)
    // The one that translates from English.
    let model = try #require(statistics.models.first { $0.model == "en-x" })
    #expect(model.requests(.overloaded) == 1 && statistics.refusedUnread == 0)
    #expect(throws: Never.self, "interactive requests are still taken") { try engine.checkAdmission() }
    _ = try await engine.translate(EngineTests.short)
    #expect(model.requests(.complete) == 1)
    engine.shutdown()
    #expect(model.requests(.stopped) == 16)
    withExtendedLifetime(streams) {}
    #expect(engine.statistics == nil)
  }

  @Test func `a cancelled and a late request are counted as such`() async throws {
    let engine = try engines.engine()
    defer { engine.shutdown() }
    _ = try await engine.loaded()
    let task = Task { try await engine.translate(EngineTests.endless) }
    try await engines.waitUntil(engine, isWaiting: true)
    task.cancel()
    _ = await task.result
    let model = try #require(engine.statistics?.models.first { $0.model == "en-x" })
    #expect(model.requests(.cancelled) == 1)
    let hasty = try engines.engine { $0.deadline = .milliseconds(100) }
    defer { hasty.shutdown() }
    _ = try await hasty.loaded()
    _ = try? await hasty.translate(EngineTests.endless)
    let late = try #require(hasty.statistics?.models.first { $0.model == "en-x" })
    #expect(late.requests(.expired) == 1 && late.requests(.cancelled) == 0)
  }

  @Test func `sentences that are scored are counted too`() async throws {
    let engine = try engines.engine()
    defer { engine.shutdown() }
    let scorer = try #require(try await engine.loaded().salience).card.id
    _ = try await engine.salience(of: [
      SalienceSentence(text: "The river rose.", start: .paragraph),
      SalienceSentence(text: "Nobody was hurt.", start: .sentence),
    ])
    let model = try #require(engine.statistics?.models.first { $0.model == scorer })
    #expect(model.finishedSegments == 2 && model.requests(.complete) == 1 && model.sourceTokens > 4)
    #expect(model.rows(.bulk).counts.sum == 2 && model.targetTokens == 0)
  }
}
