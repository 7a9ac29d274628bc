import TestSupport
import Testing

/// The built program, run as a user would.
@Suite struct CommandLineTests {
  static let toGerman = ["translate", "--from", "en", "--to", "de"]

  @Test func `a line comes out for each line in, carriage returns and a last line without newline kept`() async throws {
    let outcome = try await Program.run(Self.toGerman, input: Array("We are very tired.\r\n\nWe are very tired.".utf8))
    #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome)")
    #expect(Array(outcome.output.utf8) == Array("Wir sind sehr müde.\r\n\nWir sind sehr müde.".utf8))
  }

  @Test func `the order of many lines is kept over files`() async throws {
    let folder = try TemporaryFolder()
    let lines = (0..<700).map { "House number \($0)" }
    let whole = try await Program.run(Self.toGerman, input: Array((lines.joined(separator: "\n") + "\n").utf8))
    let files = try [lines[..<300], lines[300...]].enumerated().map { index, part in
      try folder.write("\(index)", part.joined(separator: "\n") + "\n")
    }
    let parts = try await Program.run(Self.toGerman + files)
    #expect(whole.status == 0 && parts.status == 0)
    #expect(whole.output == parts.output)
    let numbers = whole.output.split(separator: "\n").map { $0.filter(\.isNumber) }
    #expect(numbers.count == 700)
    // Not every number survives the little model, but those that do stand where they stood.
    #expect(numbers.enumerated().filter { $1 == "\($0)" }.count > 300)
  }

  @Test func `bytes that are no UTF-8 stop with file and line, behind the lines before them`() async throws {
    let input = Array("We are very tired.\nbad ".utf8) + [0xFF] + Array("\nnever read\n".utf8)
    let outcome = try await Program.run(Self.toGerman, input: input)
    #expect(outcome.status != 0)
    #expect(outcome.output == "Wir sind sehr müde.\n")
    #expect(outcome.errors.contains("standard input:2: not UTF-8") && outcome.errors.contains("--replace-invalid"))
    let replaced = try await Program.run(Self.toGerman + ["--replace-invalid"], input: input)
    #expect(replaced.status == 0)
    #expect(replaced.output.split(separator: "\n").count == 3)
  }

  @Test func `a document is one text`() async throws {
    let text = "We are very tired.\n\n  I want to learn French. \n"
    let outcome = try await Program.run(
      ["translate", "--from", "en", "--to", "fr", "--document"], input: Array(text.utf8))
    #expect(outcome.status == 0)
    #expect(outcome.output.hasSuffix("\n\n  Je veux apprendre le français. \n"), "\(outcome)")
  }

  static let mistakes: [([String], [String: String], String)] = [
    (["translate", "--from", "en", "--to", "xx"], [:], "--to xx"),
    (["translate", "--from", "en", "--to", "de", "--beam-size", "33"], [:], "--beam-size is 33; 1 to 32 is possible."),
    (["translate", "--from", "en", "--to", "de", "/no/such/file"], [:], "/no/such/file"),
    (["translate", "--from", "en", "--to", "de", "--models", "/no/such/folder"], [:], "/no/such/folder"),
    (["translate", "--from", "en", "--to", "de", "--threads", "0"], [:], "--threads"),
    (["doctor"], ["DRAGOMAN_KERNELS": "mmx"], "DRAGOMAN_KERNELS=mmx"),
    (["doctor"], ["DRAGOMAN_THREADS": "many"], "DRAGOMAN_THREADS"),
    (["serve", "--port", "70000"], [:], "--port"),
    (["health", "--port", "1"], [:], "127.0.0.1:1"),
    (["models", "inspect", "/no/such/folder"], [:], "/no/such/folder"),
    (
      ["evaluate", "--references", "/no/such/a", "/no/such/b"], [:], "/no/such/a: No such file or directory\n/no/such/b"
    ),
    (["evaluate", "--references", "README.md"], [:], "standard input has 0 lines, README.md has "),
    (["evaluate", "--references", "/dev/null"], [:], "standard input, /dev/null: nothing to score"),
    (["evaluate", "--references", "-"], [:], "Only one of the files can be the standard input"),
    (["evaluate", "--references", "README.md", "--confidence"], [:], "--confidence is for --metric rouge"),
    (
      ["evaluate", "--references", "README.md", "--metric", "rouge", "--lowercase"], [:],
      "--lowercase is for --metric bleu"
    ),
    (["evaluate", "--references", "README.md", "--metric", "ter"], [:], "'bleu', 'chrf', 'chrf++' or 'rouge'"),
    (["evaluate", "--references", "README.md", "--width", "16"], [:], "--width is 16; 0 to 15 is possible."),
    (["evaluate", "--references", "README.md", "--delimiter", ""], [:], "--delimiter is empty"),
    (["bench", "model", "--model", "models/en-x", "--pieces", "x", "--in-flight", "0"], [:], "--in-flight"),
  ]

  @Test(arguments: mistakes.indices) func `a mistake is named, and the status tells`(index: Int) async throws {
    let (arguments, environment, name) = Self.mistakes[index]
    let outcome = try await Program.run(arguments, environment: environment)
    #expect(outcome.status != 0)
    #expect(outcome.errors.contains(name), "\(outcome)")
  }

  @Test func `models are listed, inspected and verified`() async throws {
    let list = try await Program.run(["models", "list"])
    #expect(list.status == 0 && list.output.contains("en-x\ttranslation\tmarian\ten→de en→es en→fr"))
    let inspected = try await Program.run(["models", "inspect", "models/en-x"])
    #expect(inspected.output.contains("BF16\t[10001,256]\tmodel.shared.weight"))
    let verified = try await Program.run(["models", "verify"])
    #expect(verified.status == 0 && verified.output.contains("ok      en-x: 7 files"))
    #expect(try await Program.run(["doctor"]).status == 0)
  }
}
