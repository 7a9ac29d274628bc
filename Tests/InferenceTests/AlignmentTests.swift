import Foundation
import Generation
import Inference
import Kernels
import TestSupport
import Testing

/// Words of tokens, links of words, and what the model in models/ aligns.
@Suite struct AlignmentTests {
  // MARK: - Words

  @Test func `words stand between white space, and tokens belong to what they have a part in`() {
    //               0123456789
    let words = TokenWords("Hé  du da!", offsets: [nil, 0..<1, 1..<2, 2..<4, 3..<6, 6..<10, 9..<10, nil])
    #expect(words.ranges == [0..<2, 4..<6, 7..<10])
    #expect(words.words == [0..<0, 0..<1, 0..<1, 0..<0, 1..<2, 2..<3, 2..<3, 0..<0])
    #expect(words.tokens == [1..<3, 4..<5, 5..<7])
  }

  @Test func `a token across words belongs to each`() {
    let words = TokenWords("in the sea", offsets: [0..<6, 6..<10])
    #expect(words.ranges == [0..<2, 3..<6, 7..<10])
    #expect(words.words == [0..<2, 2..<3])
    #expect(words.tokens == [0..<1, 0..<1, 1..<2])
  }

  @Test func `scripts without spaces have a word for each token, with the marks behind it`() {
    // Two pieces of one character's bytes are one word; a mark stays with the word before it, and what follows the mark.
    let words = TokenWords("河流向海API。用", offsets: [0..<2, 2..<3, 2..<3, 3..<4, 4..<5, 5..<7, 7..<8, 8..<9])
    #expect(words.ranges == [0..<2, 2..<3, 3..<4, 4..<8, 8..<9])
    #expect(words.words == [0..<1, 1..<2, 1..<2, 2..<3, 3..<4, 3..<4, 3..<4, 4..<5])
    #expect(TokenWords("แม่น้ำ", offsets: [0..<3, 3..<6]).ranges == [0..<3, 3..<6])
    #expect(TokenWords("강은 도시", offsets: [0..<1, 1..<2, 2..<4, 4..<5]).ranges == [0..<2, 3..<5])
  }

  @Test(arguments: ["", " ", "\u{3000}\n"]) func `blank texts have no words`(text: String) {
    let words = TokenWords(text, offsets: [nil, 0..<text.unicodeScalars.count])
    #expect(words.ranges.isEmpty && words.words == [0..<0, 0..<0])
  }

  // MARK: - Links

  @Test func `a word is linked to the one that its tokens gave most, the earlier of two equal ones`() {
    let source = TokenWords("ab cd", offsets: [nil, 0..<1, 1..<2, 2..<5, nil])
    let target = TokenWords("x yz w", offsets: [0..<1, 1..<3, 3..<4, 4..<6, nil])
    let map = AttentionMap(
      tokenCount: 5, sourceCount: 5,
      weights: [
        0.5, 0.125, 0.125, 0.25, 0,  // x: 0.25 for each word
        0, 0, 0, 0.75, 0.25,  // y
        0, 0.5, 0, 0.25, 0.25,  // z; with y 0.5 and 1
        1, 0, 0, 0, 0,  // w: nothing for any word
        0, 1, 0, 0, 0,  // the end
      ])
    #expect(
      WordAlignment.links(map, source: source, target: target) == [
        AlignmentLink(source: 0..<2, target: 0..<1, weight: 0.5),
        AlignmentLink(source: 3..<5, target: 2..<4, weight: 1 / 1.5),
      ])
    let nothing = TokenWords("", offsets: Array(repeating: nil, count: 5))
    #expect(WordAlignment.links(map, source: nothing, target: target).isEmpty)
    #expect(WordAlignment.links(map, source: source, target: nothing).isEmpty)
  }

  // MARK: - models/en-x

  static func engine(threads: Int = 2, kernels: KernelSet? = nil) throws -> InferenceEngine {
    try InferenceEngine(
      configuration: EngineConfiguration(
        modelsFolder: Fixtures.root.appendingPathComponent("models").path, threads: threads, quantization: .int8,
        kernels: try kernels ?? KernelSet.selected()))
  }

  /// Words of a segment by the links between them, without the marks at their ends.
  static func pairs(_ segment: SegmentResult) -> [String: String] {
    func word(_ range: Range<Int>, _ text: String) -> String {
      String(String.UnicodeScalarView(Array(text.unicodeScalars)[range])).trimmingCharacters(in: .punctuationCharacters)
    }
    return Dictionary(
      (segment.alignment ?? []).map { (word($0.target, segment.target), word($0.source, segment.source)) },
      uniquingKeysWith: { first, _ in first })
  }

  @Test(arguments: [
    ("I want to learn French.", "fr", ["français": "French"]),
    ("The house is old.", "de", ["Das": "The", "Haus": "house", "alt": "old"]),
    (
      "My brother has two red cars.", "es",
      ["Mi": "My", "hermano": "brother", "tiene": "has", "dos": "two", "autos": "cars"]
    ),
    ("The white cat sleeps on the table.", "fr", ["chat": "cat", "dort": "sleeps", "sur": "on", "table": "table"]),
    (
      "She bought a new book for her mother.", "es",
      ["Ella": "She", "compró": "bought", "libro": "book", "nuevo": "new"]
    ),
    ("Tom and Mary live in Boston.", "de", ["Tom": "Tom", "und": "and", "Maria": "Mary", "Boston": "Boston"]),
  ])
  func `simple sentences align as a reader would align them`(
    source: String, target: String, expected: [String: String]
  ) async throws {
    let engine = try Self.engine()
    defer { engine.shutdown() }
    _ = try await engine.loaded()
    let translation = try await engine.translate(
      TranslationRequest(texts: [source], source: "en", target: target, beamSize: 1, detail: .aligned))
    let segment = try #require(translation.segments.first)
    let pairs = Self.pairs(segment)
    for (word, other) in expected { #expect(pairs[word] == other, "\(segment.target): \(pairs)") }
  }

  @Test func `every word of real translations has one link into the segment's own texts, asked for or none`()
    async throws
  {
    let engine = try Self.engine()
    defer { engine.shutdown() }
    _ = try await engine.loaded()
    let texts = Array(try RealText.sentences().prefix(60)) + ["", "… 🙂 ﬁne Ａ\u{300}b", "a. b! c? d."]
    var request = TranslationRequest(texts: texts, source: "en", target: "de", maxNewTokens: 40, detail: .aligned)
    let aligned = try await engine.translate(request)
    for segment in aligned.segments {
      let links = try #require(segment.alignment)
      #expect(links.count == segment.target.split(whereSeparator: \.isWhitespace).count, "\(segment.target)")
      for (link, next) in zip(links, links.dropFirst()) { #expect(link.target.upperBound < next.target.lowerBound) }
      for link in links {
        #expect(link.weight > 0 && link.weight <= 1 && !link.source.isEmpty && !link.target.isEmpty)
        #expect(link.source.upperBound <= segment.source.unicodeScalars.count)
        #expect(link.target.upperBound <= segment.target.unicodeScalars.count)
      }
    }
    request.detail = .scored
    let scored = try await engine.translate(request)
    #expect(scored.segments.allSatisfy { $0.alignment == nil })
    #expect(scored.texts == aligned.texts && scored.segments.map(\.score) == aligned.segments.map(\.score))
  }
}
