import TestSupport
import Testing
import Text

@Suite struct SentenceCentralityTests {
  @Test func `a middle sentence is the most central one`() {
    // A path a – b – c with equal weights: b = 1 − d + d (a + c), a = c = 1 − d + d b / 2.
    let scores = SentenceCentrality.scores(count: 4) { first, second in
      Set([first, second]) == [0, 1] || Set([first, second]) == [1, 2] ? 0.5 : 0
    }
    let d = 0.85
    let middle = (1 - d) * (1 + 2 * d) / (1 - d * d)
    #expect(abs(scores[1] - middle) < 1e-5)
    #expect(abs(scores[0] - (1 - d + d * middle / 2)) < 1e-5)
    #expect(scores[0] == scores[2])
    #expect(scores[3] == 1 - 0.85)
  }

  @Test(arguments: [nil, 0.1, 0.3]) func `scores are those of a plain power iteration`(threshold: Double?) throws {
    let sentences = try RealText.sentences()
    let similarity = SentenceSimilarity(sentences, folding: WordFolding(language: "en"))
    var options = SentenceCentrality.Options()
    options.threshold = threshold
    let scores = SentenceCentrality.scores(count: sentences.count, options: options) { similarity.similarity($0, $1) }
    let expected = powerIteration(sentences.count, threshold) { similarity.similarity($0, $1) }
    for (score, plain) in zip(scores, expected) { #expect(abs(score - plain) < 1e-4) }
    #expect(scores.max() ?? 0 > 1.2)
  }

  @Test func `likeness is asked within windows of equal length`() {
    var asked = 0
    let scores = SentenceCentrality.scores(count: 20_000) { first, second in
      asked += 1
      return (first + second) % 7 == 0 ? 0.5 : 0
    }
    #expect(scores.count == 20_000)
    // 79 windows of 253 or 254 sentences.
    #expect(asked <= 79 * 254 * 253 / 2)
    #expect(SentenceCentrality.scores(count: 0) { _, _ in 1 } == [])
    #expect(SentenceCentrality.scores(count: 1) { _, _ in 1 } == [1 - 0.85])
    #expect(SentenceCentrality.scores(count: 300) { _, _ in 1 }.allSatisfy { abs($0 - 1) < 1e-9 })
  }

  /// N · p of p = (1 − d)/N + d Bᵀ p, B with rows that sum to 1 or 0.
  private func powerIteration(_ count: Int, _ threshold: Double?, _ similarity: (Int, Int) -> Double) -> [Double] {
    var matrix = (0..<count).map { row in
      (0..<count).map { column -> Double in
        guard row != column else { return 0 }
        let weight = similarity(row, column)
        return threshold.map { weight > $0 ? 1 : 0 } ?? weight
      }
    }
    for row in 0..<count {
      let sum = matrix[row].reduce(0, +)
      if sum > 0 { matrix[row] = matrix[row].map { $0 / sum } }
    }
    var scores = [Double](repeating: 1 / Double(count), count: count)
    for _ in 0..<200 {
      let old = scores
      for column in 0..<count {
        scores[column] = 0.15 / Double(count) + 0.85 * (0..<count).reduce(0) { $0 + old[$1] * matrix[$1][column] }
      }
    }
    return scores.map { $0 * Double(count) }
  }
}

@Suite struct MaximalMarginalRelevanceTests {
  @Test func `what says the same is passed over`() {
    // 1 is as good as 0 but says the same; 2 is new.
    let selected = MaximalMarginalRelevance.select(count: 2, relevance: [1, 1, 0.8, 0]) { first, second in
      min(first, second) == 0 && max(first, second) == 1 ? 0.9 : 0
    }
    #expect(selected == [0, 2])
    // However relevant it is, it comes behind everything that is new.
    let last = MaximalMarginalRelevance.select(count: 3, relevance: [1, 1, 0.01]) { first, second in
      min(first, second) == 0 && max(first, second) == 1 ? 0.9 : 0
    }
    #expect(last == [0, 2, 1])
    #expect(MaximalMarginalRelevance.select(count: 2, relevance: [1, 1, 0.8], lambda: 1) { _, _ in 1 } == [0, 1])
    #expect(MaximalMarginalRelevance.select(count: 9, relevance: [0, .nan, -1]) { _, _ in 0 } == [0, 1, 2])
    #expect(MaximalMarginalRelevance.select(count: -1, relevance: [1]) { _, _ in 0 } == [])
    #expect(MaximalMarginalRelevance.select(count: 3, relevance: []) { _, _ in 0 } == [])
  }

  @Test(arguments: [0.0, 0.3, 0.7, 1]) func `the choice is that of brute force`(lambda: Double) {
    var generator = SeededGenerator(seed: 8)
    for count in [1, 2, 5, 9, 30] {
      let relevance = (0..<30).map { _ in Double(Int.random(in: 0...6, using: &generator)) }
      let likeness = (0..<30).map { _ in (0..<30).map { _ in Double(Int.random(in: 0...4, using: &generator)) / 4 } }
      func similarity(_ first: Int, _ second: Int) -> Double { likeness[min(first, second)][max(first, second)] }
      let selected = MaximalMarginalRelevance.select(
        count: count, relevance: relevance, lambda: lambda, similarity: similarity)
      var chosen: [Int] = []
      let greatest = relevance.max() ?? 1
      while chosen.count < count {
        let scores = relevance.indices.filter { !chosen.contains($0) }.map { candidate in
          let likest = chosen.map { similarity(candidate, $0) }.max() ?? 0
          let novelty = lambda * (relevance[candidate] / greatest) - (1 - lambda) * likest
          return (candidate, likest < 0.7 ? novelty : novelty - 1)
        }
        let best = scores.map(\.1).max() ?? 0
        chosen += scores.filter { $0.1 == best }.prefix(1).map(\.0)
      }
      #expect(selected == chosen)
    }
  }

  @Test(arguments: [1, 64, 255, 256, 257, 1_000, 9_999, 19_999, 20_000])
  func `any number of twenty thousand sentences is chosen with bounded work`(count: Int) {
    var asked = 0
    let relevance = (0..<20_000).map { Double($0 * 7_919 % 10_007) }
    let selected = MaximalMarginalRelevance.select(count: count, relevance: relevance) { first, second in
      asked += 1
      return first % 50 == second % 50 ? 1 : 0
    }
    #expect(selected.count == count)
    #expect(Set(selected).count == count)
    #expect(asked <= 1_024 * count)
  }
}

@Suite struct SentenceQualityTests {
  @Test(
    arguments: [
      ("en", "The river rose by two metres in one night.", []),
      ("en", "— 12 % / 3.5 —", [SentenceQuality.Sign.noLetters]), ("en", "", [.noLetters]),
      ("en", "x = 12 + 3.5 / (7 * 8) - 9 = 100.", [.fewLetters]), ("en", "No one came.", [.short]),
      ("en", "He came home very late.", [.dangling]), ("en", "However, the river rose that night.", [.dangling]),
      ("en", "The river carries the following fish:", [.announces]),
      ("en", "## How the river rose in the night.", [.heading]),
      ("en", "How the river rose", [.title]), ("en", "How did the river rise that night?", [.question]),
      ("en", "- The river rose by two metres.", [.listItem]), ("en", "3. The river rose by two metres.", [.listItem]),
      ("en", "b) The river rose by two metres.", [.listItem]), ("en", "| river | metres | night rose by.", [.tableRow]),
      ("en", "The call let x = f(); y = g(); returns nothing.", [.code]),
      ("en", "if rises { flood } in the night.", [.code]),
      ("de", "Dieser Fluss stieg in der Nacht an.", [.dangling]),
      ("fr", "Cependant, la rivière a monté vite.", [.dangling]),
      ("es", "Pero el río subió mucho aquella noche.", [.dangling]), ("xx", "This river rose by two metres.", []),
      ("ja", "川は一晩で二メートル上がった。", []), ("ja", "川は", [.short]), ("en", "He said: “The river rose fast.”", [.dangling]),
    ] as [(String, String, [SentenceQuality.Sign])])
  func `the form of a sentence is told`(language: String, sentence: String, signs: [SentenceQuality.Sign]) {
    let quality = SentenceQuality(language: language)
    #expect(quality.signs(of: sentence) == signs)
    #expect(quality.factor(for: sentence) == signs.reduce(1) { $0 * SentenceQuality.factor(of: $1) })
  }

  @Test func `every sign lowers the factor, and any text has one`() {
    #expect(SentenceQuality.Sign.allCases.allSatisfy { (0..<1).contains(SentenceQuality.factor(of: $0)) })
    var generator = RandomText(seed: 31)
    for _ in 0..<1_000 {
      #expect((0...1).contains(SentenceQuality(language: "en").factor(for: generator.text(maximum: 60))))
    }
    let words = String(repeating: "word ", count: 200_000)
    #expect(SentenceQuality(language: "en").signs(of: words + ".") == [.long])
  }
}

@Suite struct ExtractionTests {
  @Test func `twenty thousand sentences are ranked and chosen, twice the same`() throws {
    let base = try RealText.sentences()
    let sentences = (0..<20_000).map { "\(base[$0 % base.count]) \(base[$0 * 7 % 199]) n\($0)" }
    func choose() -> ([Double], [Int]) {
      let similarity = SentenceSimilarity(sentences, folding: WordFolding(language: "en"))
      let scores = SentenceCentrality.scores(count: sentences.count) { similarity.similarity($0, $1) }
      let query = similarity.similarities(to: base[3])
      let relevance = zip(scores, query).map { $0 + $1 }
      return (
        relevance,
        MaximalMarginalRelevance.select(count: 300, relevance: relevance) { similarity.similarity($0, $1) }
      )
    }
    let first = choose()
    let second = choose()
    #expect(first.0 == second.0)
    #expect(first.1 == second.1)
    #expect(first.1.count == 300)
  }
}
