import Evaluation
import TestSupport
import Testing

private struct Expected: Decodable {
  struct Case: Decodable {
    let name: String
    let hypothesis: String
    let references: [String]
    let plain: [String: [Double]]
    let stemmed: [String: [Double]]
  }
  struct Interval: Decodable {
    let type: String
    let low: [Double]
    let mid: [Double]
    let high: [Double]
  }
  let cases: [Case]
  let bootstrap: [Interval]
}

extension ROUGE.Score {
  /// Precision, recall and F.
  fileprivate var figures: [Double] { [precision, recall, fmeasure] }
}

private func isClose(_ ours: ROUGE.Score, _ theirs: [Double]?) -> Bool {
  guard let theirs, theirs.count == 3 else { return false }
  return zip(ours.figures, theirs).allSatisfy { isClose($0, $1) }
}

@Suite struct RougeTests {
  private let expected: Expected

  init() throws {
    expected = try Fixtures.json("rouge/expected.json")
    try #require(expected.cases.count > 100 && expected.bootstrap.count == 4)
  }

  @Test func `every figure equals that of rouge-score, with and without stemming`() {
    for row in expected.cases {
      let plain = ROUGE.scores(of: row.hypothesis, references: row.references, stemming: .none)
      let stemmed = ROUGE.scores(of: row.hypothesis, references: row.references, stemming: .porter)
      for variant in ROUGE.Variant.allCases {
        let name = Comment(rawValue: "\(row.name), \(variant)")
        #expect(isClose(plain[variant], row.plain[variant.rawValue]), name)
        #expect(isClose(stemmed[variant], row.stemmed[variant.rawValue]), name)
      }
    }
  }

  @Test func `low, mid and high equal those of rouge-score for the same draws`() throws {
    for wanted in expected.bootstrap {
      let variant = try #require(ROUGE.Variant(rawValue: wanted.type))
      let scores = expected.cases.map {
        ROUGE.scores(of: $0.hypothesis, references: $0.references, stemming: .none)[variant]
      }
      let interval = Bootstrap(seed: 12_345).interval(of: scores)
      #expect(isClose(interval.low, wanted.low), "\(variant)")
      #expect(isClose(interval.mid, wanted.mid), "\(variant)")
      #expect(isClose(interval.high, wanted.high), "\(variant)")
      let mean = ROUGE.mean(of: scores).fmeasure
      #expect(interval.low.fmeasure < mean && mean < interval.high.fmeasure)
    }
  }

  @Test func `nothing to score is 0, not an accident`() {
    let zero = ROUGE.Score(precision: 0, recall: 0)
    #expect(ROUGE.scores(of: "words", references: [], stemming: .none)[.rougeL] == zero)
    #expect(ROUGE.mean(of: []) == zero)
    #expect(Bootstrap(seed: 1).interval(of: []).high == zero)
  }

  @Test func `ten thousand words on either side are scored, to the word`() {
    var generator = SeededGenerator(seed: 3)
    let (ours, theirs) = (words(10_000, &generator), words(10_000, &generator))
    let scores = ROUGE.scores(
      of: ours.joined(separator: " "), references: [theirs.joined(separator: " ")], stemming: .porter)
    let length = plainLength(ours, theirs)
    #expect(isClose(scores[.rougeL].precision, Double(length) / 10_000))
    // One line each: the union of one subsequence with itself.
    #expect(scores[.rougeLsum] == scores[.rougeL])
    #expect(scores[.rouge1].fmeasure > 0.9 && scores[.rouge2].fmeasure < scores[.rouge1].fmeasure)
  }

  private func words(_ count: Int, _ generator: inout SeededGenerator) -> [String] {
    (0..<count).map { _ in "w\(Int.random(in: 0..<50, using: &generator))" }
  }

  /// The longest common subsequence's length by the textbook's table, two rows of it.
  private func plainLength(_ ours: [String], _ theirs: [String]) -> Int {
    let numbers = Dictionary(uniqueKeysWithValues: Set(ours + theirs).enumerated().map { ($1, $0) })
    let (ours, theirs) = (ours.compactMap { numbers[$0] }, theirs.compactMap { numbers[$0] })
    var above = [Int](repeating: 0, count: theirs.count + 1)
    for word in ours {
      var row = above
      for column in theirs.indices {
        row[column + 1] = word == theirs[column] ? above[column] + 1 : max(above[column + 1], row[column])
      }
      above = row
    }
    return above[theirs.count]
  }
}

@Suite struct PorterStemmerTests {
  @Test func `the stems of twelve thousand words equal nltk's`() throws {
    let text = String(decoding: try Fixtures.bytes("rouge/stems.txt"), as: UTF8.self)
    let rows = text.split(separator: "\n").map { $0.split(separator: " ", omittingEmptySubsequences: false) }
    #expect(rows.count > 12_000)
    for row in rows {
      #expect(PorterStemmer.stem(String(row[0])) == String(row[1]), "\(row[0])")
    }
  }

  @Test func `a word of ten million letters has a stem too`() {
    let word = String(repeating: "y", count: 10_000_000)
    #expect(PorterStemmer.stem(word + "ing").utf8.count > 9_999_999)
  }
}
