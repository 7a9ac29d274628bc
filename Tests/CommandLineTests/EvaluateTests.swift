import Foundation
import Service
import TestSupport
import Testing

/// What sacrebleu says of small corpora; see the fixture's SOURCE.md.
private struct Scores: Decodable {
  struct Figure: Decodable {
    let score: Double
    let text: String
  }
  struct Figures: Decodable {
    let bleu: Figure
    let chrf: Figure
    let chrfpp: Figure

    /// sacrebleu's lines, computed by Dragoman.
    var texts: [String] {
      [bleu, chrf, chrfpp].map {
        $0.text.replacingOccurrences(of: "version:2.6.0", with: "version:dragoman-\(ProductVersion.version)")
      }
    }
  }
  struct Row: Decodable {
    let name: String
    let lowercase: Bool
    let hypotheses: [String]
    let references: [[String]]
    let corpus: Figures
    let sentences: [Figures]

    /// Whether a line can hold each of its texts.
    var isOfLines: Bool { !(hypotheses + references.joined()).contains { $0.utf8.contains(0x0A) } }
  }
  let rows: [Row]
}

/// What rouge-score says of small texts.
private struct Summaries: Decodable {
  struct Case: Decodable {
    let hypothesis: String
    let references: [String]
    let stemmed: [String: [Double]]
  }
  let cases: [Case]
}

/// The JSON of `dragoman evaluate`.
private struct Report: Decodable {
  struct Score: Decodable {
    let name: String
    let score: Double
    let signature: String
    let nrefs: String
    let sys_len: Int?
  }
  struct Share: Decodable {
    struct Figures: Decodable {
      let precision: Double
      let recall: Double
      let fmeasure: Double
    }
    let precision: Double
    let recall: Double
    let fmeasure: Double
    let low: Figures?
    let mid: Figures?
    let high: Figures?
  }
  struct Rouge: Decodable {
    let rouge1: Share
    let rouge2: Share
    let rougeL: Share
    let rougeLsum: Share
    let stem: String
  }
  let segment: Int?
  let segments: Int?
  let bleu: Score?
  let chrf: Score?
  let rouge: Rouge?

  static func decode(_ output: String) throws -> [Report] {
    try output.split(separator: "\n").map { try JSONDecoder().decode(Report.self, from: Data($0.utf8)) }
  }
}

/// `dragoman evaluate` beside the figures of sacrebleu and rouge-score.
@Suite struct EvaluateTests {
  private let rows: [Scores.Row]

  init() throws {
    rows = try Fixtures.json("bleu/options.json", as: Scores.self).rows.filter(\.isOfLines)
    try #require(rows.count > 20)
  }

  private func lines(_ texts: [String]) -> String { texts.map { $0 + "\n" }.joined() }

  /// The arguments for a row, its references in files.
  private func arguments(_ row: Scores.Row, _ folder: TemporaryFolder) throws -> [String] {
    let files = try row.references.enumerated().map { try folder.write("\($0)", lines($1)) }
    return ["evaluate", "--references"] + files + (row.lowercase ? ["--lowercase"] : [])
  }

  @Test func `the lines are those of sacrebleu, equals signs below each other`() async throws {
    for row in rows {
      let folder = try TemporaryFolder()
      let outcome = try await Program.run(
        arguments(row, folder) + ["--metric", "bleu", "chrf", "chrf++"], input: Array(lines(row.hypotheses).utf8))
      #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome)")
      let found = outcome.output.split(separator: "\n")
      #expect(found.map { $0.drop { $0 == " " } } == row.corpus.texts.map { $0[...] }, "\(row.name)")
      #expect(Set(found.map { $0.prefix { $0 != "=" }.count }).count == 1)
    }
  }

  @Test func `sentences have a line each, with the figures of sacrebleu's sentence mode`() async throws {
    for row in rows where row.references.count > 1 {
      let folder = try TemporaryFolder()
      let hypotheses = try folder.write("hypotheses", lines(row.hypotheses))
      let outcome = try await Program.run(
        arguments(row, folder) + ["--hypotheses", hypotheses, "--sentence"]
          + ["bleu", "chrf", "chrf++", "bleu"].flatMap { ["--metric", $0] })
      #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome)")
      #expect(outcome.output == lines(row.sentences.map { $0.texts.joined(separator: "\t") }), "\(row.name)")
    }
  }

  @Test func `JSON has the same figures to the last digit`() async throws {
    let row = try #require(rows.first { $0.references.count == 3 })
    let folder = try TemporaryFolder()
    let arguments = try arguments(row, folder) + ["--json"]
    let input = Array(lines(row.hypotheses).utf8)
    let corpus = try Report.decode(try await Program.run(arguments, input: input).output)
    #expect(corpus.count == 1 && corpus.first?.segments == row.hypotheses.count)
    let bleu = try #require(corpus.first?.bleu)
    #expect(abs(bleu.score - row.corpus.bleu.score) < 1e-10 && bleu.name == "BLEU" && bleu.nrefs == "3")
    #expect(row.corpus.bleu.text.contains("hyp_len = \(bleu.sys_len ?? -1) "))
    #expect(abs((corpus.first?.chrf?.score ?? -1) - row.corpus.chrf.score) < 1e-10)
    let sentences = try Report.decode(try await Program.run(arguments + ["--sentence"], input: input).output)
    #expect(sentences.map(\.segment) == Array(1...row.hypotheses.count))
    for (sentence, wanted) in zip(sentences, row.sentences) {
      #expect(abs((sentence.bleu?.score ?? -1) - wanted.bleu.score) < 1e-10)
    }
  }

  @Test func `summaries with sentences on lines of their own score as with rouge-score`() async throws {
    let cases = try Fixtures.json("rouge/expected.json", as: Summaries.self).cases.filter { $0.references.count == 1 }
    let folder = try TemporaryFolder()
    let hypotheses = try folder.write("hypotheses", cases.map { $0.hypothesis + "%%\n" }.joined())
    let references = try folder.write("references", cases.flatMap(\.references).map { $0 + "%%\n" }.joined())
    let outcome = try await Program.run([
      "evaluate", "--metric", "rouge", "--use-stemmer", "--confidence", "--json", "--delimiter", "%%\n",
      "--references", references, "--hypotheses", hypotheses,
    ])
    let report = try #require(try Report.decode(outcome.output).first, "\(outcome)")
    let rouge = try #require(report.rouge)
    #expect(report.segments == cases.count && rouge.stem == "porter")
    let shares = ["rouge1": rouge.rouge1, "rouge2": rouge.rouge2, "rougeL": rouge.rougeL, "rougeLsum": rouge.rougeLsum]
    for (name, share) in shares {
      let means = (0..<3).map { index in
        cases.reduce(0) { $0 + ($1.stemmed[name]?[index] ?? .nan) } / Double(cases.count)
      }
      for (ours, theirs) in zip([share.precision, share.recall, share.fmeasure], means) {
        #expect(abs(ours - theirs) < 1e-12, "\(name)")
      }
      let (low, mid, high) = (share.low?.fmeasure ?? 1, share.mid?.fmeasure ?? 0, share.high?.fmeasure ?? 0)
      #expect(low < share.fmeasure && share.fmeasure < high && abs(mid - share.fmeasure) < 0.01, "\(name)")
    }
  }

  @Test func `a separator makes lines of the sentences of a line`() async throws {
    let folder = try TemporaryFolder()
    let references = try folder.write("references", "D e f.<n>A b c.\n")
    let arguments = ["evaluate", "--metric", "rouge", "--references", references, "--width", "0"]
    let input = Array("A b c.<n>D e f.".utf8)
    let plain = try await Program.run(arguments, input: input)
    #expect(plain.output.split(separator: "\n").last?.hasSuffix(" = 0.43 (P = 0.43 R = 0.43)") == true, "\(plain)")
    let separated = try await Program.run(arguments + ["--sentence-separator", "<n>"], input: input)
    let figures = separated.output.split(separator: "\n").map { $0.split(separator: "=")[1].dropFirst().prefix(4) }
    #expect(figures == ["1.00", "0.80", "0.50", "1.00"], "\(separated)")
  }

  @Test func `files that do not belong together, and bytes that are no UTF-8, are named`() async throws {
    let folder = try TemporaryFolder()
    let three = try folder.write("three", "a\nb\nc")
    let invalid = try folder.write("invalid", Array("a\n".utf8) + [0xFF] + Array("\nc\n".utf8))
    let unequal = try await Program.run(["evaluate", "--references", three], input: Array("a\nb\n".utf8))
    #expect(unequal.status == 1 && unequal.output.isEmpty)
    #expect(
      unequal.errors == "Error: standard input has 2 lines, \(three) has 3 lines: all files need the same number\n")
    let bytes = try await Program.run(["evaluate", "--references", invalid, "--hypotheses", three])
    #expect(bytes.status == 1 && bytes.output.isEmpty && bytes.errors == "Error: \(invalid):2: not UTF-8\n", "\(bytes)")
    let long = try folder.write("long", String(repeating: "a", count: 1 << 20) + "b\n")
    let limit = try await Program.run(["evaluate", "--references", long], input: Array("a\n".utf8))
    #expect(limit.status == 1 && limit.errors == "Error: \(long):1: a line of more than 1 MiB\n", "\(limit.errors)")
  }

  @Test func `a reader that goes away ends it quietly`() async throws {
    let folder = try TemporaryFolder()
    let references = try folder.write("references", "a\nb\n")
    let input = Pipe()
    let program = try RunningProgram(
      ["evaluate", "--sentence", "--references", references], input: input.fileHandleForReading)
    program.closeOutput()
    try input.fileHandleForWriting.write(contentsOf: Data("a\nb\n".utf8))
    try input.fileHandleForWriting.close()
    let (status, errors) = try await program.end()
    #expect(status == 141 && errors.isEmpty, "\(errors)")
  }
}
