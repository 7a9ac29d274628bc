import Foundation
import Inference
import Kernels
import TestSupport
import Testing

/// What `summarize` promises, whichever model writes: here a translator stands in for one, whose card says that it
/// writes summaries.
@Suite(.serialized) struct SummarizerTests {
  static let text = """
    The town of Marley opened its new library on Monday. It cost 12 million pounds and took three years to build. \
    Mayor Anna Schmidt said that the library belongs to everybody. The old building will become a school. \
    Children read 300 books on the first day. A cafe sells cake and tea.

    The library is open from Tuesday to Sunday. Nobody has to pay for a card. The town hopes for 90,000 visitors \
    a year. Critics say that the money should have gone to the hospital.
    """

  /// A models folder with en-x and, where wanted, the same files as a summarizer.
  static func folder(writes: Bool, card change: (inout [String: Any]) -> Void = { _ in }) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let source = Fixtures.root.appendingPathComponent("models/en-x")
    func link(_ name: String, card: [String: Any]) throws {
      try folder.linkModel(source, as: name)
      try folder.write("\(name)/model.json", Array(try JSONSerialization.data(withJSONObject: card)))
    }
    let data = try Data(contentsOf: source.appendingPathComponent("model.json"))
    var card = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    try link("en-x", card: card)
    guard writes else { return folder }
    card["id"] = "writer"
    card["task"] = "summarization"
    card["languages"] = [["from": "en", "to": "en"]]
    card["lengths"] = ["short": ">>deu<<", "sentence": ">>fra<<"]
    card["self_test"] = []
    card["max_source_tokens"] = 62
    change(&card)
    try link("writer", card: card)
    return folder
  }

  static func engine(
    _ folder: TemporaryFolder, threads: Int = 2, kernels: KernelSet? = nil
  ) async throws -> InferenceEngine {
    var configuration = EngineConfiguration(
      modelsFolder: folder.path, threads: threads, quantization: .int8, kernels: try kernels ?? KernelSet.selected())
    configuration.beamSize = 1
    let engine = try InferenceEngine(configuration: configuration)
    _ = try await engine.loaded()
    return engine
  }

  static func scalars(_ text: String, _ range: Range<Int>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: Array(text.unicodeScalars)[range])
    return String(view)
  }

  /// Numbers: maximal runs of digits.
  static func numbers(_ text: String) -> Set<Substring> {
    Set(text.split { !$0.isNumber })
  }

  @Test func `chosen sentences are the text's own, in order, as many as asked for`() async throws {
    let folder = try Self.folder(writes: false)
    let engine = try await Self.engine(folder)
    defer { engine.shutdown() }
    for count in [1, 2, 5, 10, 11, 1_000] {
      let summary = try await engine.summarize(
        SummarizationRequest(text: Self.text, length: .sentences(count), method: .extractive))
      #expect(summary.sentences.count == min(count, 10))
      #expect(summary.method == .extractive)
      for sentence in summary.sentences {
        #expect(sentence.sourceOffsets.map { Self.scalars(Self.text, $0) } == [sentence.text])
      }
      let starts = summary.sentences.map { $0.sourceOffsets[0].lowerBound }
      #expect(starts == starts.sorted())
      #expect(summary.text == summary.sentences.map(\.text).joined(separator: " "))
      #expect(summary.coverage == SummaryCoverage(chunks: 1, sourceSentences: 10, coveredSentences: 10))
      #expect(summary.flags == (count >= 10 ? [.shortText] : []))
    }
  }

  @Test func `a limit of tokens is kept, and sentences stay whole where one fits`() async throws {
    let folder = try Self.folder(writes: false)
    let engine = try await Self.engine(folder)
    defer { engine.shutdown() }
    for limit in [1, 2, 3, 7, 9, 12, 30, 60, 500] {
      let summary = try await engine.summarize(
        SummarizationRequest(text: Self.text, length: .tokens(limit), method: .extractive))
      // Without a model words are counted.
      #expect(summary.text.split(whereSeparator: \.isWhitespace).count <= limit)
      #expect(!summary.text.isEmpty)
      #expect(summary.flags.contains(.truncated) == (limit < 7))
      #expect(Self.numbers(summary.text).isSubset(of: Self.numbers(Self.text)))
      for sentence in summary.sentences {
        #expect(sentence.sourceOffsets.map { Self.scalars(Self.text, $0) } == [sentence.text])
      }
    }
  }

  @Test func `a query steers what is chosen`() async throws {
    let folder = try Self.folder(writes: false)
    let engine = try await Self.engine(folder)
    defer { engine.shutdown() }
    func best(_ query: String) async throws -> String {
      try await engine.summarize(
        SummarizationRequest(text: Self.text, length: .sentences(1), method: .extractive, query: query)
      ).text
    }
    #expect(try await best("how many visitors?") == "The town hopes for 90,000 visitors a year.")
    #expect(try await best("CAKE") == "A cafe sells cake and tea.")
    #expect(try await best("hospital money").hasPrefix("Critics"))
    #expect(try await !best("zebra").isEmpty)
  }

  @Test(arguments: ["Word", "Hello.", "7", "…", "a\u{300}", "<p>Hi</p>", "# Heading\n\n- one\n- two", "😀😀"])
  func `the smallest texts come back as they are`(_ text: String) async throws {
    let folder = try Self.folder(writes: true)
    let engine = try await Self.engine(folder)
    defer { engine.shutdown() }
    for method in SummaryMethod.allCases {
      let summary = try await engine.summarize(SummarizationRequest(text: text, length: .sentences(9), method: method))
      #expect(summary.method == .extractive || method == .abstractive)
      #expect(!summary.text.isEmpty)
    }
  }

  @Test(arguments: ["", " ", "\n\t\u{2029}"])
  func `there is no summary of nothing`(_ text: String) async throws {
    let folder = try Self.folder(writes: false)
    let engine = try await Self.engine(folder)
    defer { engine.shutdown() }
    await #expect(throws: InferenceError.emptyText) { try await engine.summarize(SummarizationRequest(text: text)) }
  }

  @Test func `without a model that writes, auto chooses and abstractive is an error`() async throws {
    let folder = try Self.folder(writes: false)
    let engine = try await Self.engine(folder)
    defer { engine.shutdown() }
    let summary = try await engine.summarize(SummarizationRequest(text: Self.text))
    #expect(summary.method == .extractive)
    #expect(summary.reason == "no model writes summaries of texts in en")
    await #expect(throws: InferenceError.noSummarizer(language: "en")) {
      try await engine.summarize(SummarizationRequest(text: Self.text, method: .abstractive))
    }
    await #expect(throws: InferenceError.unsupportedPair(source: "en", target: "ja")) {
      try await engine.summarize(SummarizationRequest(text: Self.text, target: "ja"))
    }
    // A language that no model knows is a text all the same.
    let polish = try await engine.summarize(
      SummarizationRequest(text: "Ala ma kota. Kot ma Alę. Koniec.", language: "pl"))
    #expect(polish.sentences.count == 2)
  }

  @Test func `what a model writes rests on sentences of the text, chunk by chunk and level by level`() async throws {
    let folder = try Self.folder(writes: true)
    let engine = try await Self.engine(folder)
    defer { engine.shutdown() }
    let summary = try await engine.summarize(
      SummarizationRequest(text: Self.text, length: .sentences(3), method: .abstractive, detail: .attention))
    #expect(summary.method == .abstractive)
    #expect(summary.model == "writer")
    #expect((1...3).contains(summary.sentences.count))
    // 10 sentences do not fit into the 62 tokens that the model reads at once.
    #expect(summary.coverage.chunks > 1)
    #expect(summary.coverage.coveredSentences == 10)
    for sentence in summary.sentences {
      #expect((1...3).contains(sentence.sourceOffsets.count))
      #expect(abs(sentence.attention.reduce(0) { $0 + $1.weight } - 1) < 1e-4)
      let weights = sentence.attention.map(\.weight)
      #expect(weights == weights.sorted(by: >))
      #expect(sentence.sourceOffsets.contains(try #require(sentence.attention.first).offsets))
    }
  }

  @Test func `auto has nothing written that fails a check, and says which`() async throws {
    // One chunk, and German words in a summary of an English text are not the text's own.
    let folder = try Self.folder(writes: true) { $0["max_source_tokens"] = 200 }
    let engine = try await Self.engine(folder)
    defer { engine.shutdown() }
    let text = "We are very tired. The house number 7 is old. I want to learn French. They have a dog. It is raining."
    let summary = try await engine.summarize(SummarizationRequest(text: text, length: .sentences(3)))
    #expect(summary.method == .extractive)
    #expect(summary.reason.hasPrefix("what writer wrote "), "\(summary.reason)")
    let asked = try await engine.summarize(
      SummarizationRequest(text: text, length: .sentences(3), method: .abstractive))
    #expect(asked.method == .abstractive)
  }

  @Test func `a card says which lengths its model writes unasked`() async throws {
    let folder = try Self.folder(writes: true) {
      $0["max_source_tokens"] = 500
      $0["auto_lengths"] = ["short"]
    }
    let engine = try await Self.engine(folder)
    defer { engine.shutdown() }
    let summary = try await engine.summarize(SummarizationRequest(text: Self.text, length: .medium))
    #expect(summary.reason == "writer writes summaries of this length only when asked to")
  }

  @Test func `a summary in another language says no number that the text lacks`() async throws {
    let folder = try Self.folder(writes: false)
    let engine = try await Self.engine(folder)
    defer { engine.shutdown() }
    for target in ["de", "es", "fr"] {
      let summary = try await engine.summarize(
        SummarizationRequest(text: Self.text, length: .sentences(10), target: target))
      #expect(summary.sentences.count == 10)
      #expect(Self.numbers(summary.text).isSubset(of: Self.numbers(Self.text)), "\(summary.text)")
      #expect(summary.text != Self.text)
      for sentence in summary.sentences { #expect(sentence.sourceOffsets.count == 1) }
    }
  }

  @Test func `the same summary alone, among others, on any threads and kernels`() async throws {
    let folder = try Self.folder(writes: true)
    let requests = [SummaryMethod.abstractive, .extractive, .automatic].flatMap { method in
      [SummaryLength.short, .medium, .sentences(4), .tokens(20)].map {
        SummarizationRequest(text: Self.text, length: $0, method: method, detail: .attention)
      }
    }
    func all(_ engine: InferenceEngine) async throws -> [Summary] {
      defer { engine.shutdown() }
      return try await withThrowingTaskGroup(of: (Int, Summary).self) { group in
        for (index, request) in requests.enumerated() {
          group.addTask { (index, try await engine.summarize(request)) }
        }
        var found: [Int: Summary] = [:]
        for try await (index, summary) in group { found[index] = summary }
        return requests.indices.compactMap { found[$0] }
      }
    }
    let alone = try await Self.engine(folder)
    var expected: [Summary] = []
    for request in requests { expected.append(try await alone.summarize(request)) }
    alone.shutdown()
    #expect(try await all(Self.engine(folder)) == expected)
    #expect(try await all(Self.engine(folder, threads: 1)) == expected)
    for kernels in KernelSet.all {
      #expect(try await all(Self.engine(folder, kernels: kernels)) == expected, "\(kernels.name)")
    }
  }

  @Test func `a long document is read to its end`() async throws {
    let folder = try Self.folder(writes: true)
    let engine = try await Self.engine(folder)
    defer { engine.shutdown() }
    let long = (0..<40).map { "Part \($0) begins here. " + Self.text }.joined(separator: "\n\n")
    let steps = Steps()
    let summary = try await engine.summarize(
      SummarizationRequest(text: long, length: .medium, method: .abstractive)
    ) { steps.add($0) }
    #expect(summary.coverage.sourceSentences == 440)
    #expect(summary.coverage.coveredSentences == 440)
    #expect(summary.coverage.chunks > 40)
    #expect(summary.sentences.count <= 3)
    #expect(
      steps.all.contains(
        SummaryProgress(stage: .writing, done: summary.coverage.chunks, total: summary.coverage.chunks)))
  }
}

/// Progress as it was told.
private final class Steps: @unchecked Sendable {
  // @unchecked: `lock` guards what changes.
  private let lock = NSLock()
  private var steps: [SummaryProgress] = []

  var all: [SummaryProgress] { lock.withLock { steps } }

  func add(_ step: SummaryProgress) { lock.withLock { steps.append(step) } }
}
