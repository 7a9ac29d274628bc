import Foundation
import TestSupport
import Testing

/// What `dragoman translate` writes, and where.
@Suite struct TranslateOutputTests {
  struct Line: Decodable {
    struct Segment: Decodable {
      let source: String
      let target: String
      let source_offsets: [Int]
      let score: Double?
      let flags: [String]
    }

    let file: String
    let line: Int?
    let source: String
    let translatedText: String
    let truncated: Bool?
    let details: [Segment]
    let model: String
  }

  static func decode(_ output: String) throws -> [Line] {
    try output.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map {
      try JSONDecoder().decode(Line.self, from: Data($0.utf8))
    }
  }

  @Test func `a line of JSON for each line says the same and more`() async throws {
    let folder = try TemporaryFolder()
    let first = try folder.write("a.txt", "We are very tired. I want to learn French.\n\n\"Tab\"\there\r\n")
    let second = try folder.write("b.txt", "Good morning!")
    let arguments = CommandLineTests.toGerman + [first, second]
    let plain = try await Program.run(arguments)
    let json = try await Program.run(arguments + ["--json"])
    #expect(plain.status == 0 && json.status == 0 && json.errors.isEmpty, "\(json)")
    let lines = try Self.decode(json.output)
    #expect(lines.map(\.translatedText).joined(separator: "\n") == plain.output)
    #expect(lines.map(\.file) == [first, first, first, second])
    #expect(lines.map(\.line) == [1, 2, 3, 1])
    #expect(
      lines.map(\.source) == ["We are very tired. I want to learn French.", "", "\"Tab\"\there\r", "Good morning!"])
    #expect(lines.allSatisfy { $0.model == "en-x" && $0.truncated == nil })
    #expect(lines.map(\.details.count) == [2, 0, 1, 1])
    #expect(lines[0].details.map(\.source_offsets) == [[0, 18], [19, 42]])
    #expect(lines[0].details.map(\.target).joined(separator: " ") == lines[0].translatedText)
    #expect(lines[0].details.allSatisfy { ($0.score ?? 1) < 0 && $0.flags.isEmpty })
  }

  @Test func `a limit of tokens cuts, and says so`() async throws {
    let outcome = try await Program.run(
      CommandLineTests.toGerman + ["--json", "--max-new-tokens", "2"], input: Array("We are very tired.\n".utf8))
    let lines = try Self.decode(outcome.output)
    #expect(outcome.status == 0 && lines.count == 1)
    #expect(lines.first?.truncated == true && lines.first?.details.first?.flags == ["truncated"])
  }

  @Test func `a document is one line of JSON without a number`() async throws {
    let text = "We are very tired.\nI want to learn French.\n"
    let outcome = try await Program.run(CommandLineTests.toGerman + ["--json", "--document"], input: Array(text.utf8))
    let lines = try Self.decode(outcome.output)
    #expect(lines.count == 1 && lines.first?.source == text && lines.first?.line == nil && lines.first?.file == "-")
  }

  @Test func `an output file appears when it is complete, even over its own input`() async throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("text.txt", "We are very tired.\nWe are very tired.\n")
    #expect(chmod(file, 0o640) == 0)
    let outcome = try await Program.run(CommandLineTests.toGerman + ["--output", file, file])
    #expect(outcome.status == 0 && outcome.output.isEmpty && outcome.errors.isEmpty, "\(outcome)")
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "Wir sind sehr müde.\nWir sind sehr müde.\n")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["text.txt"])
    #expect(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o640)
  }

  @Test func `the last line of a file does not become part of the next file's first`() async throws {
    let folder = try TemporaryFolder()
    let files = try ["a", "b"].map { try folder.write($0, "We are very tired.") }
    let outcome = try await Program.run(CommandLineTests.toGerman + files)
    #expect(outcome.output == "Wir sind sehr müde.\nWir sind sehr müde.")
  }

  @Test func `every file that cannot be read is named before anything is translated`() async throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("a.txt", "We are very tired.\n")
    let outcome = try await Program.run(
      CommandLineTests.toGerman + [file, "\(folder.path)/none.txt", folder.path, "\(folder.path)/nor-this.txt"])
    #expect(outcome.status == 1 && outcome.output.isEmpty)
    #expect(outcome.errors.contains("\(folder.path)/none.txt: No such file or directory\n"), "\(outcome)")
    #expect(outcome.errors.contains("\(folder.path): Is a directory\n"))
    #expect(outcome.errors.contains("\(folder.path)/nor-this.txt: No such file"))
  }

  @Test func `a line without end is an error behind the lines before it`() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("long.txt", "We are very tired.\n")
    // A file with a hole: zeros as far as the limit and further, without the disk space.
    #expect(truncate(path, 65 << 20) == 0)
    let outcome = try await Program.run(CommandLineTests.toGerman + [path])
    #expect(outcome.status == 1 && outcome.output == "Wir sind sehr müde.\n")
    #expect(outcome.errors == "Error: \(path):2: a line of more than 64 MiB\n", "\(outcome)")
  }

  @Test func `no model for the direction is said before the input is read`() async throws {
    let input = Pipe()
    let program = try RunningProgram(
      ["translate", "--from", "de", "--to", "fr"], input: input.fileHandleForReading)
    let (status, errors) = try await program.end()
    #expect(status == 1 && errors.contains("no model translates from de to fr"), "\(errors)")
    try input.fileHandleForWriting.close()
  }
}
