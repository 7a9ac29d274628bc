import Generation
import Inference
import Testing

/// The values that a summary is made with, without a model.
struct SummaryValueTests {
  /// A token a word.
  private static func words(_ text: Substring) -> Int { text.split(separator: " ").count }

  private static func units(_ texts: [String]) -> [SummaryUnit] {
    texts.enumerated().map { SummaryUnit(text: $1, sources: [SourceShare(sentence: $0, weight: 1)]) }
  }

  @Test func `a document loses no character and knows its paragraphs`() {
    let text = "  One here. Two here!\n\nThree \u{1F600} is 3.5 long. Dr. Four came.\nFive"
    let document = SourceDocument(text: text, language: "en")
    #expect(
      document.sentences.map(\.text) == ["One here.", "Two here!", "Three 😀 is 3.5 long.", "Dr. Four came.", "Five"])
    #expect(document.sentences.map(\.startsParagraph) == [true, false, true, false, true])
    let scalars = Array(text.unicodeScalars)
    for sentence in document.sentences {
      #expect(Array(sentence.text.unicodeScalars) == Array(scalars[sentence.offsets]))
    }
    var kept = ""
    for sentence in document.sentences { kept += sentence.text }
    #expect(kept.filter { !$0.isWhitespace } == text.filter { !$0.isWhitespace })
  }

  @Test func `a sentence without an end is taken in parts, a number never`() {
    let line = String(repeating: "word and ", count: 3_000)
    let parts = SourceDocument(text: line, language: "en").sentences
    #expect(parts.count > 20)
    #expect(parts.allSatisfy { $0.offsets.count <= SourceDocument.longestSentence })
    #expect(parts.reduce(0) { $0 + Self.words($1.text) } == 6_000)
    let number = String(repeating: "7", count: 5_000)
    #expect(SourceDocument(text: "x " + number + " y", language: "en").sentences.contains { $0.text.contains(number) })
  }

  @Test func `chunks hold every unit once, in order, within the limit`() {
    let texts = (0..<50).map { n in (0...(n * 7 % 13)).map { "w\(n)x\($0)" }.joined(separator: " ") }
    for limit in [13, 20, 64, 1_000] {
      let plan = ChunkPlan(Self.units(texts), limit: limit, language: "en", measure: Self.words)
      #expect(plan.chunks.flatMap(\.units).map(\.text) == texts)
      #expect(plan.chunks.allSatisfy { Self.words($0.text[...]) <= limit })
      let total = texts.reduce(0) { $0 + Self.words($1[...]) }
      #expect(plan.chunks.count <= 2 * (total + limit - 1) / limit)
    }
  }

  @Test func `a unit longer than a chunk is cut and keeps its source`() {
    let long = (0..<40).map { "w\($0)" }.joined(separator: " ")
    let plan = ChunkPlan(Self.units(["a b", long, "c"]), limit: 10, language: "en", measure: Self.words)
    #expect(plan.chunks.map(\.text).joined(separator: " ") == "a b \(long) c")
    #expect(plan.chunks.flatMap(\.units).filter { $0.sources.first?.sentence == 1 }.count >= 4)
  }

  @Test func `text of which no token is left makes no chunk`() {
    let plan = ChunkPlan(Self.units(["\u{AD}"]), limit: 10, language: "en") { _ in 0 }
    #expect(plan.chunks.isEmpty)
  }

  @Test(arguments: [
    (SummaryLength.short, 10, 1), (.medium, 10, 3), (.long, 100, 8), (.long, 10, 5), (.medium, 3, 2), (.medium, 1, 1),
    (.sentences(4), 10, 4), (.sentences(10), 4, 4),
  ])
  func `a length is a number of sentences`(_ length: SummaryLength, _ available: Int, _ expected: Int) {
    #expect(length.sentenceCount(available: available) == expected)
  }

  @Test func `attention goes to the sentences that the attended units rest on`() {
    let chunk = ChunkPlan.Chunk(units: [
      SummaryUnit(text: "ab cd", sources: [SourceShare(sentence: 3, weight: 1)]),
      SummaryUnit(text: "ef", sources: [SourceShare(sentence: 5, weight: 0.5), SourceShare(sentence: 7, weight: 0.5)]),
    ])
    // A prefix, "ab", "cd", "ef", the end.
    let attribution = SourceAttribution(chunk, sourceOffsets: [nil, 0..<2, 3..<5, 6..<8, nil])
    let map = AttentionMap(
      tokenCount: 2, sourceCount: 5, weights: [0.5, 0.25, 0.125, 0.125, 0, /**/ 0.25, 0, 0, 0.5, 0.25])
    #expect(
      attribution.shares(of: [0], map) == [
        SourceShare(sentence: 3, weight: 0.75), SourceShare(sentence: 5, weight: 0.125),
        SourceShare(sentence: 7, weight: 0.125),
      ])
    #expect(
      attribution.shares(of: [1], map) == [
        SourceShare(sentence: 5, weight: 0.5), SourceShare(sentence: 7, weight: 0.5),
      ])
    // What attends to nothing of the text rests on all of it.
    #expect(attribution.shares(of: [], map).map(\.weight) == [0.5, 0.25, 0.25])
  }

  private static func choice(
    _ request: SummarizationRequest, sentences: Int = 10, wanted: Int? = 3, _ writer: MethodChoice.Writer?
  ) throws -> MethodChoice {
    try MethodChoice(request, sentences: sentences, wanted: wanted, writer: writer)
  }

  private static func writer(tokens: Int = 200, minimum: Int = 0, suits: Bool = true) -> MethodChoice.Writer {
    MethodChoice.Writer(id: "m", suitsLength: suits, textTokens: tokens, limit: 384, minimum: minimum)
  }

  @Test func `auto lets a model write only where everything suits it`() throws {
    let auto = SummarizationRequest(text: "")
    func reason(_ choice: MethodChoice) -> String? { if case .choose(let reason) = choice { reason } else { nil } }
    #expect(reason(try Self.choice(auto, Self.writer())) == nil)
    #expect(reason(try Self.choice(auto, nil)) == "no model writes summaries of texts in en")
    #expect(
      reason(try Self.choice(auto, Self.writer(suits: false))) == "m writes summaries of this length only when asked to"
    )
    #expect(
      reason(try Self.choice(auto, Self.writer(tokens: 385))) == "the text has 385 tokens, m reads 384 at once")
    #expect(
      reason(try Self.choice(auto, Self.writer(tokens: 50, minimum: 56)))
        == "the text has 50 tokens, and m never writes fewer than 56")
    #expect(reason(try Self.choice(auto, sentences: 1, Self.writer())) == "the text is a single sentence")
    #expect(
      reason(try Self.choice(auto, sentences: 3, Self.writer())) == "the text has no more sentences than were asked for"
    )
    #expect(
      reason(try Self.choice(SummarizationRequest(text: "", query: "x"), Self.writer()))
        == "a query chooses among the text's own sentences")
  }

  @Test func `a method that was asked for is used, but nothing is invented from a short text`() throws {
    let write = SummarizationRequest(text: "", method: .abstractive)
    #expect(try Self.choice(write, Self.writer(tokens: 9_999, suits: false)) == .write(reason: "asked for"))
    #expect(throws: InferenceError.noSummarizer(language: "en")) { try Self.choice(write, nil) }
    #expect(try Self.choice(write, sentences: 1, Self.writer()) == .choose(reason: "the text is a single sentence"))
    let choose = SummarizationRequest(text: "", method: .extractive)
    #expect(try Self.choice(choose, Self.writer()) == .choose(reason: "asked for"))
  }
}
