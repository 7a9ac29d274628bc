import Foundation
import Inference
import Kernels
import TestSupport
import Testing
import Workers

/// The same input gives the same bytes, whatever else is running and whatever it runs on.
@Suite(.serialized) struct InvarianceTests {
  static func engine(threads: Int = 2, kernels: KernelSet? = nil, quantization: Quantization = .int8) throws
    -> InferenceEngine
  {
    try InferenceEngine(
      configuration: EngineConfiguration(
        modelsFolder: Fixtures.root.appendingPathComponent("models").path, threads: threads,
        quantization: quantization, kernels: try kernels ?? KernelSet.selected()))
  }

  static func translate(
    _ engine: InferenceEngine, _ text: String, to target: String, beamSize: Int? = nil
  ) async throws -> Translation {
    try await engine.translate(
      TranslationRequest(
        texts: [text], source: "en", target: target, beamSize: beamSize, alternatives: beamSize ?? 0 > 1 ? 1 : 0,
        detail: .aligned))
  }

  /// One of several translations of a sentence, in another language and with another beam than its neighbours.
  static func translate(_ engine: InferenceEngine, _ sentences: [String], _ index: Int) async throws -> [SegmentResult]
  {
    try await translate(
      engine, sentences[index], to: ["de", "es", "fr"][index % 3], beamSize: [1, nil, 3, 1, 7][index % 5]
    ).segments
  }

  /// Text, score and alignment of each sentence, translated one after the other.
  static func alone(_ engine: InferenceEngine, _ sentences: [String]) async throws -> [[SegmentResult]] {
    var results: [[SegmentResult]] = []
    for index in sentences.indices { results.append(try await translate(engine, sentences, index)) }
    return results
  }

  /// The same with 64 requests in flight.
  static func together(_ engine: InferenceEngine, _ sentences: [String]) async throws -> [[SegmentResult]] {
    try await withThrowingTaskGroup(of: (Int, [SegmentResult]).self) { group in
      var results: [Int: [SegmentResult]] = [:]
      var next = 0
      while results.count < sentences.count {
        while next < sentences.count, next - results.count < 64 {
          let index = next
          next += 1
          group.addTask { (index, try await translate(engine, sentences, index)) }
        }
        if let (index, segments) = try await group.next() { results[index] = segments }
      }
      return sentences.indices.compactMap { results[$0] }
    }
  }

  @Test func `answers, scores and alignments are the same alone, among 64 others, and with 1 or 2 threads`()
    async throws
  {
    let sentences = try RealText.sentences()
    let one = try Self.engine(threads: 1)
    defer { one.shutdown() }
    _ = try await one.loaded()
    let two = try Self.engine(threads: 2)
    defer { two.shutdown() }
    _ = try await two.loaded()
    let expected = try await Self.alone(one, sentences)
    #expect(try await Self.together(one, sentences) == expected)
    #expect(try await Self.together(two, sentences) == expected)
    #expect(try await Self.alone(two, sentences) == expected)
  }

  @Test(arguments: [Quantization.int8, .float32])
  func `answers, scores and alignments are the same on every instruction set`(quantization: Quantization) async throws {
    let sentences = Array(try RealText.sentences().prefix(quantization == .int8 ? 60 : 12))
    var answers: [[[SegmentResult]]] = []
    for kernels in KernelSet.all {
      let engine = try Self.engine(kernels: kernels, quantization: quantization)
      _ = try await engine.loaded()
      answers.append(try await Self.together(engine, sentences))
      engine.shutdown()
    }
    for answer in answers { #expect(answer == answers[0]) }
  }

  @Test func `whitespace comes back exactly and every sentence is answered for`() async throws {
    let engine = try Self.engine()
    defer { engine.shutdown() }
    _ = try await engine.loaded()
    let text = "\u{FEFF} \n\tGood morning!  How are you?\r\n\r\n\u{00A0}We are tired.\u{2028}I am reading a book. \n"
    let translation = try await Self.translate(engine, text, to: "es")
    #expect(translation.segments.map(\.source).count >= 4)
    var rebuilt = text
    for segment in translation.segments {
      rebuilt = rebuilt.replacing(segment.source, with: segment.target, maxReplacements: 1)
    }
    #expect(Array(rebuilt.utf8) == Array(translation.texts[0].utf8))
    for segment in translation.segments {
      let scalars = Array(text.unicodeScalars)[segment.sourceOffsets]
      #expect(String(String.UnicodeScalarView(scalars)) == segment.source)
    }
  }

  @Test func `a sentence far beyond the trained length is split, never cut`() async throws {
    let engine = try Self.engine()
    defer { engine.shutdown() }
    _ = try await engine.loaded()
    let long = (0..<120).map { "the house number \($0) is old" }.joined(separator: ", and ") + "."
    for split in Split.allCases {
      let translation = try await engine.translate(
        TranslationRequest(texts: [long], source: "en", target: "fr", split: split))
      #expect(translation.segments.map(\.source).joined(separator: " ").count >= long.count - 5, "\(split)")
      let joined = translation.segments.map(\.source).joined(separator: " ")
      #expect(joined.filter { !$0.isWhitespace } == long.filter { !$0.isWhitespace }, "\(split)")
    }
  }

  @Test(arguments: [
    "", "   \n", "\u{200B}", "a", String(repeating: "x", count: 5_000), "🤷🏽‍♀️", "</s> <pad> >>fra<<", "\u{0}\u{1}",
  ])
  func `odd texts are answered`(text: String) async throws {
    let engine = try Self.engine()
    defer { engine.shutdown() }
    _ = try await engine.loaded()
    let translation = try await Self.translate(engine, text, to: "de")
    #expect(translation.texts.count == 1)
    // What the model was not asked comes back as it is; what it was asked is all of the rest.
    if translation.segments.isEmpty { #expect(translation.texts == [text]) }
    if text.contains(where: \.isLetter) {
      let asked = translation.segments.map(\.source).joined()
      #expect(asked.filter { !$0.isWhitespace } == text.filter { !$0.isWhitespace })
    }
  }
}
