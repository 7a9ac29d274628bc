import Foundation
import Inference
import Kernels
import TestSupport
import Testing

/// Summaries of real documents by the models in models/.
@Suite(.serialized) struct SummaryQualityTests {
  private struct Document: Decodable {
    let document: String
  }

  private static func documents() throws -> [String] {
    let documents: [Document] = try Fixtures.json("documents/documents.json")
    return documents.map(\.document)
  }

  private static func scalars(_ text: String, _ range: Range<Int>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: Array(text.unicodeScalars)[range])
    return String(view)
  }

  /// Maximal runs of digits.
  private static func numbers(_ text: String) -> Set<Substring> { Set(text.split { !$0.isNumber }) }

  @Test func `every document gets the sentences that its length promises, all of it read`() async throws {
    let engine = try InvarianceTests.engine()
    defer { engine.shutdown() }
    _ = try await engine.loaded()
    for text in try Self.documents() {
      for (length, limit) in [(SummaryLength.short, 1), (.medium, 3), (.long, 8), (.sentences(5), 5)] {
        let summary = try await engine.summarize(
          SummarizationRequest(text: text, length: length, method: .extractive))
        let sentences = summary.coverage.sourceSentences
        // A named length takes no more than half of the text.
        #expect(summary.sentences.count == min(limit, length == .sentences(5) ? sentences : (sentences + 1) / 2))
        #expect(summary.coverage.coveredSentences == summary.coverage.sourceSentences)
        #expect(summary.model == "salience")
        #expect(Set(summary.sentences.map(\.text)).count == summary.sentences.count)
        for sentence in summary.sentences {
          #expect(sentence.sourceOffsets.map { Self.scalars(text, $0) } == [sentence.text])
        }
      }
    }
  }

  @Test func `auto says no number that the text lacks, in any language`() async throws {
    let engine = try InvarianceTests.engine()
    defer { engine.shutdown() }
    _ = try await engine.loaded()
    for (index, text) in try Self.documents().enumerated() {
      let known = Self.numbers(text)
      for length in [SummaryLength.short, .medium, .tokens(40)] {
        for target in ["en", ["de", "es", "fr"][index % 3]] {
          let summary = try await engine.summarize(
            SummarizationRequest(text: text, length: length, target: target))
          #expect(Self.numbers(summary.text).isSubset(of: known), "\(summary.text)")
          #expect(!summary.flags.contains(.unsupportedNumber))
          #expect(!summary.text.isEmpty)
        }
      }
    }
  }

  @Test func `a query's words are in what is chosen`() async throws {
    let engine = try InvarianceTests.engine()
    defer { engine.shutdown() }
    _ = try await engine.loaded()
    let text = try Self.documents().joined(separator: "\n\n")
    for query in ["furnaces and insulation", "smartphone sales", "journey maps"] {
      let summary = try await engine.summarize(
        SummarizationRequest(text: text, length: .sentences(2), method: .extractive, query: query))
      let words = Set(query.split(separator: " ").filter { $0.count > 3 })
      #expect(words.contains { summary.text.lowercased().contains($0) }, "\(query): \(summary.text)")
    }
  }

  @Test func `summaries are the same alone, among others, on any threads and kernels`() async throws {
    let requests = try Self.documents().prefix(8).enumerated().map { index, text in
      SummarizationRequest(
        text: text, length: [SummaryLength.short, .medium, .long, .tokens(60)][index % 4],
        method: [SummaryMethod.automatic, .extractive][index / 4], query: index == 5 ? "government" : nil,
        target: index == 2 ? "de" : nil, detail: .attention)
    }
    func all(threads: Int = 2, kernels: KernelSet? = nil) async throws -> [Summary] {
      let engine = try InvarianceTests.engine(threads: threads, kernels: kernels)
      defer { engine.shutdown() }
      _ = try await engine.loaded()
      return try await withThrowingTaskGroup(of: (Int, Summary).self) { group in
        for (index, request) in requests.enumerated() {
          group.addTask { (index, try await engine.summarize(request)) }
        }
        var found: [Int: Summary] = [:]
        for try await (index, summary) in group { found[index] = summary }
        return requests.indices.compactMap { found[$0] }
      }
    }
    let engine = try InvarianceTests.engine()
    _ = try await engine.loaded()
    var expected: [Summary] = []
    for request in requests { expected.append(try await engine.summarize(request)) }
    engine.shutdown()
    #expect(try await all() == expected)
    #expect(try await all(threads: 1) == expected)
    for kernels in KernelSet.all { #expect(try await all(kernels: kernels) == expected, "\(kernels.name)") }
  }
}
