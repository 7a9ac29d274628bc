import TestSupport
import Testing
import Text

@Suite struct SourceFactsTests {
  @Test(arguments: FaithfulnessCase.all)
  func `what the source does not say is found, and nothing else`(example: FaithfulnessCase) {
    let spans = SourceFacts(example.source).unsupported(in: example.summary, language: example.language)
    #expect(spans.map { "\($0.kind) \($0.text)" } == example.unsupported)
    expectOffsets(spans, in: example.summary)
  }

  @Test func `a source supports itself and every sentence of it`() throws {
    let sentences = try RealText.sentences()
    let facts = SourceFacts(sentences.joined(separator: " "))
    for language in ["en", "de", "fr"] {
      for sentence in sentences { #expect(facts.unsupported(in: sentence, language: language) == [], "\(sentence)") }
    }
    for example in FaithfulnessCase.all {
      #expect(SourceFacts(example.source).unsupported(in: example.source, language: example.language) == [])
    }
  }

  @Test func `any stretch between white spaces of any text is supported by it`() {
    var generator = RandomText(seed: 5)
    for _ in 0..<2_000 {
      let text = generator.text(maximum: 150)
      let facts = SourceFacts(text)
      let parts = text.unicodeScalars.split(omittingEmptySubsequences: false) { $0.properties.isWhitespace }
      let first = generator.number(below: parts.count)
      let last = first + generator.number(below: parts.count - first)
      let cut = String(text.unicodeScalars[parts[first].startIndex..<parts[last].endIndex])
      #expect(facts.unsupported(in: cut) == [], "\(cut.debugDescription) of \(text.debugDescription)")
    }
  }

  @Test func `spans lie in the summary, in order, whatever the texts are`() {
    var generator = RandomText(seed: 6)
    for _ in 0..<1_000 {
      let facts = SourceFacts(generator.text(maximum: 60))
      let summary = generator.text(maximum: 120)
      for language in ["en", "de", "ja"] {
        let spans = facts.unsupported(in: summary, language: language)
        expectOffsets(spans, in: summary)
        for (one, next) in zip(spans, spans.dropFirst()) { #expect(one.offsets.lowerBound <= next.offsets.lowerBound) }
        #expect(spans == facts.unsupported(in: summary, language: language))
      }
    }
  }

  @Test(arguments: [
    "\"", "“", "„a ", "« b", "7", "7 ", "\u{301}", "a\u{301}", "Ab ", "A", "\u{202E}א", "👩\u{200D}👩\u{200D}👧 ", "[",
    "…", "a ",
    "x.", "\"a b\" ", "漢", "A\u{300}\u{316}", "Q-",
  ])
  func `a megabyte of one thing is read as source and as summary`(unit: String) {
    let text = String(repeating: unit, count: 1_000_000 / unit.utf8.count)
    let facts = SourceFacts(text)
    #expect(facts.unsupported(in: text).isEmpty)
    #expect(SummaryChecks.copiedShare(of: text, from: facts) <= 1)
    _ = SummaryChecks.isRepetitive(text)
    let spans = SourceFacts("").unsupported(in: text)
    #expect(spans.allSatisfy { $0.offsets.upperBound <= 1_000_000 })
  }

  @Test func `a source of two million scalars is read once and answers many summaries`() {
    let source = (0..<200_000).map { "Word\($0 % 7_919) \($0 % 97) " }.joined()
    let facts = SourceFacts(source.prefix(2_000_000))
    for number in 0..<2_000 {
      let summary = "It says \"word\(number) \(number % 97) word\(number + 1)\" of Word\(number) in \(number % 97)."
      #expect(facts.unsupported(in: summary) == [], "\(number)")
    }
    #expect(
      facts.unsupported(in: "It is 7920 of Worlds7918 and \"word1 1 word3\".").map(\.text) == [
        "7920", "Worlds7918", "word1 1 word3",
      ])
  }

  private func expectOffsets(
    _ spans: [UnsupportedSpan], in summary: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let scalars = Array(summary.unicodeScalars)
    for span in spans {
      guard span.offsets.upperBound <= scalars.count else {
        Issue.record("\(span) lies outside", sourceLocation: sourceLocation)
        continue
      }
      #expect(scalars[span.offsets] == Array(span.text.unicodeScalars)[...], sourceLocation: sourceLocation)
    }
  }
}
