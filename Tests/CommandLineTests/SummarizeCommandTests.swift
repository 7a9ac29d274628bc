import Foundation
import Glibc
import TestSupport
import Testing

/// `dragoman summarize`. Chosen sentences are the text's own, so that what comes out is known without a model's words.
@Suite struct SummarizeCommandTests {
  static let chosen = ["summarize", "--method", "extractive"]
  static let byLine = chosen + ["--lines", "--max-sentences", "1"]

  struct Line: Decodable {
    struct Sentence: Decodable {
      struct Source: Decodable {
        let source_offsets: [Int]
        let weight: Double
      }

      let text: String
      let source_offsets: [[Int]]
      let score: Double?
      let attention: [Source]?
      let argmax: [Int]?
    }

    struct Coverage: Decodable {
      let chunks: Int
      let source_sentences: Int
      let covered_sentences: Int
    }

    let file: String
    let line: Int?
    let summary: String
    let sentences: [Sentence]
    let coverage: Coverage
    let method_used: String
    let reason: String
    let flags: [String]
    let model: String?
  }

  static func decode(_ output: String) throws -> [Line] {
    try output.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map {
      try JSONDecoder().decode(Line.self, from: Data($0.utf8))
    }
  }

  @Test func `a file becomes a paragraph, and a blank line stands between two`() async throws {
    let folder = try TemporaryFolder()
    let first = try folder.write("a.txt", "We are very tired. The old house stands on a hill.\n")
    let second = try folder.write("b.txt", "\n\n  The river rose by two metres.\r\n\r\n")
    let outcome = try await Program.run(Self.chosen + ["--max-sentences", "2", first, second])
    #expect(outcome.status == 0, "\(outcome)")
    #expect(
      outcome.output == "We are very tired. The old house stands on a hill.\n\nThe river rose by two metres.\n",
      "\(outcome)")
  }

  @Test func `the standard input is one document`() async throws {
    let text = (1...12).map { "House number \($0) stands on hill number \($0 * 7).\n" }.joined()
    let outcome = try await Program.run(Self.chosen + ["--max-sentences", "3"], input: Array(text.utf8))
    #expect(outcome.status == 0 && outcome.output.last == "\n", "\(outcome)")
    #expect(outcome.output.count { $0 == "\n" } == 1)
    #expect(outcome.output.count { $0 == "." } == 3)
  }

  @Test func `a line becomes a line, in order, empty ones and carriage returns too`() async throws {
    let outcome = try await Program.run(
      Self.byLine, input: Array("We are very tired.\r\n\n \t\nThe house is old.".utf8))
    #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome)")
    #expect(Array(outcome.output.utf8) == Array("We are very tired.\r\n\n\nThe house is old.".utf8))
    let lines = (0..<200).map { "House number \($0) stands on a hill.\n" }
    let folder = try TemporaryFolder()
    let files = try [lines[..<90], lines[90...]].enumerated().map { try folder.write("\($0)", $1.joined()) }
    let many = try await Program.run(Self.byLine + files)
    #expect(many.status == 0 && many.output == lines.joined(), "\(many.errors)")
  }

  @Test func `a line of JSON has the members of the API's answer`() async throws {
    let folder = try TemporaryFolder()
    let text = "Å is a letter. We are very tired. The old house stands on a hill.\n"
    let file = try folder.write("a.txt", text)
    let outcome = try await Program.run(Self.chosen + ["--json", "--details", "--max-sentences", "2", file])
    let lines = try Self.decode(outcome.output)
    let line = try #require(lines.first, "\(outcome)")
    #expect(outcome.status == 0 && lines.count == 1 && line.file == file && line.line == nil)
    #expect(line.method_used == "extractive" && !line.reason.isEmpty && line.sentences.count == 2)
    #expect(line.coverage.source_sentences == 3 && line.coverage.covered_sentences == 3 && line.coverage.chunks >= 1)
    #expect(line.sentences.map(\.text).joined(separator: " ") == line.summary)
    let scalars = Array(text.unicodeScalars)
    for sentence in line.sentences {
      let place = try #require(sentence.source_offsets.first)
      #expect(place.count == 2 && sentence.source_offsets.count == 1)
      let own = String(String.UnicodeScalarView(scalars[place[0]..<place[1]]))
      #expect(own == sentence.text && sentence.argmax == place && sentence.attention != nil)
    }
    let plain = try await Program.run(Self.byLine + ["--json"], input: Array("We are tired.\n\n".utf8))
    let two = try Self.decode(plain.output)
    #expect(two.map(\.line) == [1, 2] && two.map(\.file) == ["-", "-"], "\(plain)")
    #expect(two.map(\.summary) == ["We are tired.", ""] && two.allSatisfy { $0.sentences.first?.attention == nil })
    #expect(two.last?.flags == ["short_text"] && two.last?.coverage.chunks == 0)
  }

  @Test func `another target is a translation of the summary`() async throws {
    let outcome = try await Program.run(
      Self.byLine + ["--language", "EN", "--to", "de"], input: Array("We are very tired.\n".utf8))
    #expect(outcome.status == 0 && outcome.output == "Wir sind sehr müde.\n", "\(outcome)")
  }

  static let mistakes: [([String], Int32, String)] = [
    (["--length", "short", "--max-tokens", "5"], 64, "--length and --max-tokens exclude each other."),
    (["--length", "tiny"], 64, "--length"), (["--method", "magic"], 64, "--method"),
    (["--max-sentences", "0"], 64, "--max-sentences is 0; 1 to 10000 is possible."),
    (["--max-tokens", "100001"], 64, "--max-tokens is 100001; 1 to 100000 is possible."),
    (["--query", String(repeating: "q", count: 2_001)], 64, "--query is longer than 2000 characters."),
    (["--details"], 64, "--details needs --json."),
    (["--language", "e n"], 64, "--language e n is not a language code."),
    (["--language", "auto"], 64, "--language auto is not supported yet."), (["--to", "xx"], 1, "--to xx"),
    (["--language", "sv", "--to", "de"], 1, "no model translates from sv to de"),
    (["/no/such/file"], 1, "/no/such/file: No such file or directory"),
    (["--models", "/no/such/folder"], 1, "/no/such/folder"),
  ]

  @Test(arguments: mistakes.indices) func `a mistake is named, and the status tells`(index: Int) async throws {
    let (arguments, status, text) = Self.mistakes[index]
    let outcome = try await Program.run(["summarize"] + arguments, input: Array("We are tired.\n".utf8))
    #expect(outcome.status == status && outcome.output.isEmpty && outcome.errors.contains(text), "\(outcome)")
  }

  @Test func `a written summary needs a model for the language, and the text is named`() async throws {
    let outcome = try await Program.run(
      ["summarize", "--method", "abstractive", "--language", "sv"], input: Array("Vi är mycket trötta.\n".utf8))
    #expect(outcome.status == 1 && outcome.output.isEmpty, "\(outcome)")
    #expect(outcome.errors.contains("standard input: no model writes summaries of texts in sv"), "\(outcome)")
  }

  @Test func `a limit that leaves no whole sentence is said on the standard error, or among the flags`() async throws {
    let input = Array("The old house stands on a hill above the river.\n".utf8)
    let plain = try await Program.run(Self.chosen + ["--max-tokens", "3"], input: input)
    #expect(plain.status == 0 && plain.output.count > 1 && plain.output.utf8.count < input.count, "\(plain)")
    #expect(plain.errors == "standard input: the summary has an end that a limit made (truncated)\n", "\(plain)")
    let json = try await Program.run(Self.chosen + ["--json", "--max-tokens", "3"], input: input)
    #expect(try Self.decode(json.output).first?.flags.contains("truncated") == true && json.errors.isEmpty, "\(json)")
  }

  @Test func `bytes that are no UTF-8 stop with file and line, behind the lines before them`() async throws {
    let input = Array("We are very tired.\nbad ".utf8) + [0xFF] + Array("\nnever read\n".utf8)
    let outcome = try await Program.run(Self.byLine, input: input)
    #expect(outcome.status == 1 && outcome.output == "We are very tired.\n", "\(outcome)")
    #expect(outcome.errors.contains("standard input:2: not UTF-8"), "\(outcome)")
    let replaced = try await Program.run(Self.byLine + ["--replace-invalid"], input: input)
    #expect(replaced.status == 0 && replaced.output == "We are very tired.\nbad \u{FFFD}\nnever read\n", "\(replaced)")
  }

  @Test func `a signal ends it behind whole lines, and a closed pipe without a word`() async throws {
    let folder = try TemporaryFolder()
    let file = try InterruptionTests.manyLines(folder)
    let program = try RunningProgram(Self.byLine + [file])
    var output = await program.read()
    program.send(SIGINT)
    output += await program.readToEnd()
    let (status, errors) = try await program.end()
    let count = output.count { $0 == 0x0A }
    #expect(status == 130 && count > 0 && count < 100_000 && output.last == 0x0A, "\(errors)")
    #expect(output == Array((0..<count).map { "House number \($0)\n" }.joined().utf8))
    #expect(errors.hasPrefix("Interrupted: \(count) line"), "\(errors)")
    let closed = try RunningProgram(Self.byLine + [file])
    #expect(await !closed.read().isEmpty)
    closed.closeOutput()
    let end = try await closed.end()
    #expect(end.status == 141 && end.errors.isEmpty)
  }

  @Test func `an output file appears when it is complete`() async throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("text.txt", "We are very tired.\n")
    let outcome = try await Program.run(Self.chosen + ["--output", file, file])
    #expect(outcome.status == 0 && outcome.output.isEmpty && outcome.errors.isEmpty, "\(outcome)")
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "We are very tired.\n")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["text.txt"])
  }

  @Test func `a terminal shows how far the document is, and a count in the end`() async throws {
    let folder = try TemporaryFolder()
    let text = (0..<2_000).map { "House number \($0) stands on hill number \($0 % 97).\n" }.joined()
    let shown = try await ProgressTests.shown([folder.write("long.txt", text)], of: Self.chosen)
    let states = shown.split(separator: "\r").map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
    #expect(states.contains { $0.wholeMatch(of: /(reading|writing).* \(.*/) != nil }, "\(states)")
    #expect(
      states.last { !$0.isEmpty }?.wholeMatch(of: /1 documents, [\d.]+ documents\/s, [\d a-z]+/) != nil, "\(states)")
  }
}
