import Testing
import Text

@Suite struct SummaryChecksTests {
  @Test func `three words three times, more in a long text, or a sentence twice, are a repetition`() {
    #expect(SummaryChecks.isRepetitive("The red house is big, the red house is old, the RED house is mine."))
    #expect(!SummaryChecks.isRepetitive("The red house is big, the red house is old."))
    #expect(SummaryChecks.isRepetitive("It rained all day. Nobody came. It rained, all day!"))
    #expect(!SummaryChecks.isRepetitive("Yes. It rained all day. Yes. Nobody came."))
    #expect(SummaryChecks.isRepetitive("no no no no no"))
    #expect(!SummaryChecks.isRepetitive("no no no no"))
    #expect(!SummaryChecks.isRepetitive(""))
    #expect(!SummaryChecks.isRepetitive("..."))
    // "one of the" in 320 words: 7 times are too often.
    for times in [6, 7] {
      let words = (0..<(320 - 3 * times)).map { "w\($0)" }
      var mixed: [String] = []
      for (index, word) in words.enumerated() {
        if index % 40 == 0, index / 40 < times { mixed += ["one", "of", "the"] }
        mixed.append(word)
      }
      #expect(SummaryChecks.isRepetitive(mixed.joined(separator: " ")) == (times == 7))
    }
    #expect(SummaryChecks.isRepetitive("雨が降る。雨が降る。", language: "ja"))
  }

  @Test func `words in runs of six source words are copied`() {
    let facts = SourceFacts("The quick brown fox jumps over the lazy dog and runs away.")
    #expect(SummaryChecks.copiedShare(of: "the quick brown fox jumps over", from: facts) == 1)
    #expect(SummaryChecks.copiedShare(of: "the quick brown fox jumps", from: facts) == 0)
    #expect(SummaryChecks.copiedShare(of: "So: the quick, brown fox jumps over the cat", from: facts) == 7.0 / 9)
    #expect(SummaryChecks.copiedShare(of: "", from: facts) == 0)
    #expect(SummaryChecks.copiedShare(of: "?!", from: facts) == 0)
    #expect(SummaryChecks.copiedShare(of: "a b c d e f", from: SourceFacts("")) == 0)
  }

  @Test func `coverage and density are those of greedy fragments`() {
    let facts = SourceFacts("a b c d e f g")
    // Fragments: a b c · x · f g · b.
    let extraction = SummaryChecks.extraction(of: "a b c x f g b", from: facts)
    #expect(extraction.coverage == 6.0 / 7)
    #expect(extraction.density == 14.0 / 7)
    #expect(SummaryChecks.extraction(of: "", from: facts) == SummaryChecks.extraction(of: " ", from: facts))
    #expect(SummaryChecks.extraction(of: "", from: facts).density == 0)
    #expect(SummaryChecks.extraction(of: "x y", from: facts).coverage == 0)
  }

  @Test func `fragments are those of a plain search`() {
    var generator = RandomText(seed: 21)
    for _ in 0..<300 {
      let source = (0..<generator.number(below: 60)).map { _ in generator.number(below: 4) }
      let summary = (0..<generator.number(below: 40)).map { _ in generator.number(below: 5) }
      let extraction = SummaryChecks.extraction(of: text(summary), from: SourceFacts(text(source)))
      let lengths = fragments(of: summary, in: source)
      let count = Double(max(1, summary.count))
      #expect(extraction.coverage == Double(lengths.reduce(0, +)) / count)
      #expect(extraction.density == Double(lengths.map { $0 * $0 }.reduce(0, +)) / count)
    }
  }

  @Test func `a fragment has 256 words at most`() {
    let words = (0..<1_000).map { "w\($0)" }.joined(separator: " ")
    let extraction = SummaryChecks.extraction(of: words, from: SourceFacts(words))
    #expect(extraction.coverage == 1)
    #expect(extraction.density == Double(3 * 256 * 256 + 232 * 232) / 1_000)
    #expect(SourceFacts(words).unsupported(in: "“\(words)”") == [])
    let spliced = words.replacing("w700 ", with: "")
    #expect(SourceFacts(words).unsupported(in: "“\(spliced)”").map(\.text) == [spliced])
  }

  private func text(_ words: [Int]) -> String { words.map { "w\($0)" }.joined(separator: " ") }

  private func fragments(of summary: [Int], in source: [Int]) -> [Int] {
    var lengths: [Int] = []
    var start = 0
    while start < summary.count {
      var best = 0
      for place in source.indices {
        var length = 0
        while start + length < summary.count, place + length < source.count,
          summary[start + length] == source[place + length]
        { length += 1 }
        best = max(best, length)
      }
      lengths.append(best)
      start += max(1, best)
    }
    return lengths
  }
}
