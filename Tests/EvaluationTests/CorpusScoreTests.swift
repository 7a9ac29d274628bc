import Evaluation
import TestSupport
import Testing

private struct Input: Decodable {
  struct Corpus: Decodable {
    let name: String?
    let hypotheses: [String]
    let references: [String]
  }
  let sets: [Corpus]
  let unequal: Corpus
}

private struct Expected: Decodable {
  struct Scores: Decodable {
    struct Bleu: Decodable {
      let score: Double
      let precisions: [Double]
      let counts: [Int]
      let totals: [Int]
      let brevity_penalty: Double
      let hypothesis_length: Int
      let reference_length: Int
    }
    struct Chrf: Decodable { let score: Double }
    let name: String
    let bleu: Bleu
    let chrf: Chrf
  }
  let sets: [Scores]
}

@Suite struct CorpusScoreTests {
  private let input: Input
  private let expected: Expected

  init() throws {
    input = try Fixtures.json("bleu/input.json")
    expected = try Fixtures.json("bleu/expected.json")
    try #require(input.sets.count == expected.sets.count && input.sets.count >= 6)
  }

  @Test func `BLEU and all its parts equal those of sacrebleu`() throws {
    for (corpus, wanted) in zip(input.sets, expected.sets) {
      let score = try BLEU.score(hypotheses: corpus.hypotheses, references: corpus.references)
      let name = Comment(rawValue: wanted.name)
      #expect(score.counts == wanted.bleu.counts, name)
      #expect(score.totals == wanted.bleu.totals, name)
      #expect(score.hypothesisLength == wanted.bleu.hypothesis_length, name)
      #expect(score.referenceLength == wanted.bleu.reference_length, name)
      #expect(isClose(score.score, wanted.bleu.score), name)
      #expect(isClose(score.brevityPenalty, wanted.bleu.brevity_penalty), name)
      for (ours, theirs) in zip(score.precisions, wanted.bleu.precisions) {
        #expect(isClose(ours, theirs), name)
      }
    }
  }

  @Test func `chrF equals that of sacrebleu`() throws {
    for (corpus, wanted) in zip(input.sets, expected.sets) {
      let score = try ChrF.score(hypotheses: corpus.hypotheses, references: corpus.references)
      #expect(isClose(score, wanted.chrf.score), Comment(rawValue: wanted.name))
    }
  }

  @Test func `unequal numbers of lines are refused`() {
    let corpus = input.unequal
    let error = EvaluationError.unequalCounts(hypotheses: 2, references: 1)
    #expect(throws: error) { try BLEU.score(hypotheses: corpus.hypotheses, references: corpus.references) }
    #expect(throws: error) { try ChrF.score(hypotheses: corpus.hypotheses, references: corpus.references) }
    #expect(error.description.contains("2 hypotheses but 1 references"))
  }

  @Test func `an empty corpus is refused`() {
    #expect(throws: EvaluationError.noSegments) { try BLEU.score(hypotheses: [], references: []) }
    #expect(throws: EvaluationError.noSegments) { try ChrF.score(hypotheses: [], references: []) }
  }

  @Test func `a segment of a million characters is scored`() throws {
    let long = String(repeating: "<skipped &amp; .,-", count: 60_000)
    #expect(try BLEU.score(hypotheses: [long], references: [long]).score > 99.99)
  }
}
