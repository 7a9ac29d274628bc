import Evaluation
import TestSupport
import Testing

private struct Expected: Decodable {
  struct Figure: Decodable { let score: Double }
  struct Figures: Decodable {
    let bleu: Figure
    let chrf: Figure
    let chrfpp: Figure
  }
  struct Row: Decodable {
    let name: String
    let lowercase: Bool
    let hypotheses: [String]
    let references: [[String]]
    let corpus: Figures
    let sentences: [Figures]
  }
  let rows: [Row]
}

/// sacrebleu's options: several references, case, chrF2++, sentences.
@Suite struct ScoreOptionTests {
  private let rows: [Expected.Row]

  init() throws {
    rows = try Fixtures.json("bleu/options.json", as: Expected.self).rows
    try #require(rows.contains { $0.references.count == 3 } && rows.contains(where: \.lowercase))
  }

  @Test func `scores of sentences and of whole corpora equal sacrebleu's for any number of references`() {
    for row in rows {
      let casing: Casing = row.lowercase ? .lowered : .kept
      let name = Comment(rawValue: "\(row.name), \(casing)")
      var bleu = BLEU.Statistics()
      var chrF = (ChrF.Statistics(), ChrF.Statistics())
      for (index, hypothesis) in row.hypotheses.enumerated() {
        let references = row.references.map { $0[index] }
        let sentence = (
          BLEU.Statistics(of: hypothesis, references: references, casing: casing),
          ChrF.Statistics(of: hypothesis, references: references, casing: casing),
          ChrF.Statistics(of: hypothesis, references: references, casing: casing, words: .pairs)
        )
        #expect(isClose(sentence.0.score(.present).score, row.sentences[index].bleu.score), name)
        #expect(isClose(sentence.1.score, row.sentences[index].chrf.score), name)
        #expect(isClose(sentence.2.score, row.sentences[index].chrfpp.score), name)
        bleu.add(sentence.0)
        chrF.0.add(sentence.1)
        chrF.1.add(sentence.2)
      }
      #expect(isClose(bleu.score().score, row.corpus.bleu.score), name)
      #expect(isClose(chrF.0.score, row.corpus.chrf.score), name)
      #expect(isClose(chrF.1.score, row.corpus.chrfpp.score), name)
    }
  }

  @Test func `no reference scores 0`() {
    #expect(BLEU.Statistics(of: "a b c d", references: []).score(.present).score == 0)
    #expect(ChrF.Statistics(of: "a b c d", references: []).score == 0)
  }
}
