import Testing
import Text

@Suite struct ClauseSplitterTests {
  /// Words and marks, as a tokenizer might count: one for every four bytes of a word, begun.
  private func size(_ text: Substring) -> Int {
    text.unicodeScalars.split { $0.properties.isWhitespace }.reduce(0) {
      $0 + ($1.reduce(0) { $0 + ($1.isASCII ? 1 : 4) } + 3) / 4
    }
  }

  private func pieces(_ text: String, limit: Int, language: String = "en") -> [String] {
    ClauseSplitter(limit: limit, language: language).split(text[...], measure: size).segments.map { String($0.text) }
  }

  @Test func `a sentence that fits stays whole`() {
    #expect(pieces("one, two, three", limit: 100) == ["one, two, three"])
    #expect(pieces("", limit: 1) == [])
    #expect(pieces(" \n", limit: 1) == [])
  }

  @Test func `clauses are preferred to spaces`() {
    #expect(
      pieces("When it rains in the hills, the river comes down to us.", limit: 11) == [
        "When it rains in the hills,", "the river comes down to us.",
      ])
    #expect(
      pieces("the rain falls on the hills and the river comes down here", limit: 10) == [
        "the rain falls on the hills", "and the river comes down here",
      ])
    #expect(pieces("It rained. The river, of course, rose fast", limit: 9).first == "It rained.")
  }

  @Test func `East Asian commas are clause borders without a space`() {
    #expect(pieces("河流发源于山丘，缓缓流向大海、再见", limit: 9, language: "zh") == ["河流发源于山丘，", "缓缓流向大海、再见"])
  }

  @Test func `commas in numbers and combined marks are no borders`() {
    #expect(pieces("1,000,000.50", limit: 2) != ["1,", "000,", "000.50"])
    #expect(pieces("aaaa,\u{301} bbbb", limit: 3) == ["aaaa,\u{301}", "bbbb"])
  }

  @Test func `a word that is too long is cut between characters`() {
    let family = "👩\u{200D}👩\u{200D}👧"
    let text = String(repeating: family, count: 9)
    let pieces = ClauseSplitter(limit: 10, language: "en").split(text[...]) { $0.unicodeScalars.count }
    #expect(pieces.segments.allSatisfy { $0.text.unicodeScalars.count <= 10 && $0.text.unicodeScalars.count % 5 == 0 })
    expectExact(pieces, of: text)
  }

  @Test func `a character that is too long is cut between scalars`() {
    let text = "a" + String(repeating: "\u{301}", count: 30)
    let pieces = ClauseSplitter(limit: 4, language: "en").split(text[...]) { $0.unicodeScalars.count }
    #expect(pieces.segments.allSatisfy { $0.text.unicodeScalars.count <= 4 })
    expectExact(pieces, of: text)
  }

  @Test func `a scalar that does not fit is a piece all the same`() {
    let pieces = ClauseSplitter(limit: 0, language: "en").split("ab c") { 5 * $0.unicodeScalars.count }
    #expect(pieces.segments.map(\.text) == ["a", "b", "c"])
    #expect(pieces.joined() == "ab c")
  }

  @Test func `offsets start where the sentence stands`() {
    let pieces = ClauseSplitter(limit: 1, language: "en").split(" ab  cd", startOffset: 100) { $0.utf8.count / 2 }
    #expect(pieces.leading == " ")
    #expect(pieces.segments.map(\.offsets) == [101..<103, 105..<107])
    #expect(pieces.segments.map(\.trailing) == ["  ", ""])
  }

  @Test(arguments: [1, 2, 3, 7, 20], ["en", "zh", "de"])
  func `any text comes back byte for byte in pieces that fit`(limit: Int, language: String) {
    var generator = RandomText(seed: 11)
    let splitter = ClauseSplitter(limit: limit, language: language)
    for _ in 0..<500 {
      let text = generator.text(maximum: 120)
      let split = splitter.split(text[...]) { $0.unicodeScalars.count / 2 + ($0.isEmpty ? 0 : 1) }
      expectExact(split, of: text)
      for segment in split.segments { #expect(segment.text.unicodeScalars.count / 2 + 1 <= limit || limit == 1) }
    }
  }

  @Test func `a measure that does not add up is obeyed`() {
    // The whole measures more than its parts together.
    func steep(_ text: Substring) -> Int { text.utf8.count * text.utf8.count / 16 }
    let text = Array(repeating: "word", count: 200).joined(separator: " ")
    let split = ClauseSplitter(limit: 50, language: "en").split(text[...], measure: steep)
    #expect(split.segments.allSatisfy { steep($0.text) <= 50 })
    expectExact(split, of: text)
  }

  @Test(arguments: ["a", "word ", "word, ", "漢字、", "漢", "e\u{301}", "a\u{301}\u{302}"])
  func `the text measured is a small multiple of the text`(unit: String) {
    let text = String(repeating: unit, count: 2_000_000 / unit.utf8.count)
    var measured = 0
    let split = ClauseSplitter(limit: 60, language: "en").split(text[...]) { piece in
      measured += piece.utf8.count
      return (piece.utf8.count + 2) / 3
    }
    #expect(split.segments.allSatisfy { $0.text.utf8.count <= 180 })
    #expect(split.segments.count <= 3 * text.utf8.count / 180)
    #expect(measured <= 12 * text.utf8.count, "\(measured)")
  }

  @Test func `a line of ten megabytes without a space is cut`() {
    let text = String(repeating: "abcdefghij", count: 1_000_000)
    let sentences = SentenceSplitter(language: "en").split(text, mode: .sentence)
    #expect(sentences.segments.count == 1)
    let split = ClauseSplitter(limit: 60, language: "en").split(text[...]) { ($0.utf8.count + 3) / 4 }
    #expect(split.segments.count < 60_000)
    #expect(split.segments.last?.offsets.upperBound == 10_000_000)
  }
}
