import Glibc
import TestSupport
import Testing
import Text

@Suite struct SentenceSimilarityTests {
  private let folding = WordFolding(language: "en")

  @Test func `words are folded, function words left out`() {
    #expect(
      folding.words(of: "The Quick-brown foxes don't jump, 12 TIMES!") == [
        "quick", "brown", "fox", "jump", "12", "time",
      ])
    #expect(folding.words(of: "It is what it is.") == ["it", "is", "what", "it", "is"])
    #expect(folding.words(of: "?!") == [])
    #expect(WordFolding(language: "de-AT").words(of: "Die Straße ist GROẞ") == ["strasse", "gross"])
    #expect(WordFolding(language: "fr").words(of: "L’eau de l'hiver") == ["eau", "hiver"])
    #expect(WordFolding(language: "ja").words(of: "東京都へ。犬 GO") == ["東京", "京都", "都へ", "犬", "go"])
    #expect(WordFolding(language: "hi").words(of: "किताब") == ["किताब"])
    #expect(WordFolding(language: "xx").words(of: "the the") == ["the", "the"])
    // Plurals in -s, where the language has them.
    #expect(
      WordFolding(language: "en").words(of: "Cities, schools and a bus: glass houses' gas")
        == ["city", "school", "bus", "glass", "house", "gas"])
    #expect(WordFolding(language: "de").words(of: "Autos") == ["autos"])
  }

  @Test func `stop words are words of their own language`() {
    for language in ["en", "de", "es", "fr", "it", "pt", "nl"] {
      let words = StopWords.words(language: language)
      #expect(words.count > 100, "\(language)")
      #expect(words.allSatisfy { $0 == $0.lowercased() && !$0.contains("'") })
    }
    #expect(StopWords.words(language: "DE_ch").contains("nicht"))
    #expect(StopWords.words(language: "zh").isEmpty)
  }

  @Test func `likeness is the cosine of weighted counts`() {
    let sentences = ["red apple red", "green apple", "blue sky", ""]
    let similarity = SentenceSimilarity(sentences, folding: folding)
    // n: red 1, apple 2, green 1, of N = 4: idf = ln(5 / (1 + n)) + 1.
    let one = log(5.0 / 2) + 1
    let two = log(5.0 / 3) + 1
    let first = (4 * one * one + two * two).squareRoot()
    let second = (one * one + two * two).squareRoot()
    #expect(abs(similarity.similarity(0, 1) - two * two / (first * second)) < 1e-14)
    #expect(similarity.similarity(0, 1) == similarity.similarity(1, 0))
    #expect(abs(similarity.similarity(0, 0) - 1) < 1e-14)
    #expect(similarity.similarity(0, 2) == 0)
    #expect(similarity.similarity(3, 3) == 0)
    #expect(similarity.count == 4)
    // A query of apple and a word that no sentence has: n = 0.
    let query = similarity.similarities(to: "Apple pie")
    let zero = log(5.0) + 1
    #expect(abs(query[1] - two * two / (second * (two * two + zero * zero).squareRoot())) < 1e-14)
    #expect(query[2] == 0 && query[3] == 0)
    #expect(similarity.similarities(to: "") == [0, 0, 0, 0])
    #expect(SentenceSimilarity([String](), folding: folding).similarities(to: "a") == [])
  }

  @Test func `a sentence as a query is as like as the sentence`() throws {
    let sentences = try RealText.sentences()
    let similarity = SentenceSimilarity(sentences, folding: folding)
    for (number, sentence) in sentences.enumerated() {
      #expect(similarity.similarities(to: sentence) == sentences.indices.map { similarity.similarity(number, $0) })
    }
  }

  @Test func `the logarithm is libm's to 1e-15`() {
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<200_000 {
      let bits = generator.next() & 0x7FFF_FFFF_FFFF_FFFF
      let value = Double(bitPattern: bits)
      guard value > 0, value.isFinite else { continue }
      #expect(abs(naturalLogarithm(value) - log(value)) <= 1e-15 * max(1, abs(log(value))))
    }
    for step in 1...200_000 {
      let value = Double(step) / 65_536
      #expect(abs(naturalLogarithm(value) - log(value)) <= 1e-15 * max(1, abs(log(value))))
    }
    #expect(naturalLogarithm(1) == 0)
    #expect(naturalLogarithm(.leastNonzeroMagnitude) == log(Double.leastNonzeroMagnitude))
  }
}
