import Foundation
import Glibc
import TestSupport
import Testing

/// What ends `dragoman translate` before its input does.
@Suite struct InterruptionTests {
  /// More lines than any of these tests lets it translate.
  static func manyLines(_ folder: TemporaryFolder) throws -> String {
    try folder.write("many.txt", (0..<100_000).map { "House number \($0)\n" }.joined())
  }

  @Test(arguments: [(SIGINT, "Interrupted"), (SIGTERM, "Terminated")])
  func `a signal ends it behind whole lines and with their number`(signal: Int32, word: String) async throws {
    let folder = try TemporaryFolder()
    let program = try RunningProgram(CommandLineTests.toGerman + [Self.manyLines(folder)])
    var output = await program.read()
    #expect(!output.isEmpty)
    program.send(signal)
    output += await program.readToEnd()
    let (status, errors) = try await program.end()
    #expect(status == 128 + signal)
    #expect(output.last == 0x0A)
    let lines = output.count { $0 == 0x0A }
    #expect(lines > 0 && lines < 100_000)
    #expect(errors == "\(word): \(lines) lines written, the last is \(folder.path)/many.txt:\(lines)\n")
    // What was written is what would have been written.
    let first = (0..<lines).map { "House number \($0)\n" }.joined()
    #expect(
      try await Program.run(CommandLineTests.toGerman, input: Array(first.utf8)).output.utf8.elementsEqual(output))
  }

  @Test func `a signal while it waits for input ends it too`() async throws {
    let input = Pipe()
    let program = try RunningProgram(CommandLineTests.toGerman, input: input.fileHandleForReading)
    try input.fileHandleForWriting.write(contentsOf: Data("We are very tired.\nunfinis".utf8))
    // The first line comes although the input has not ended; then it waits for the second.
    #expect(await program.read() == Array("Wir sind sehr müde.\n".utf8))
    program.send(SIGINT)
    #expect(await program.readToEnd().isEmpty)
    let (status, errors) = try await program.end()
    #expect(status == 130)
    #expect(errors == "Interrupted: 1 line written, the last is standard input:1\n")
    try input.fileHandleForWriting.close()
  }

  @Test func `a second signal ends it at once, even while nobody takes its output`() async throws {
    let folder = try TemporaryFolder()
    let program = try RunningProgram(CommandLineTests.toGerman + [Self.manyLines(folder)], pipeBytes: 4_096)
    // Once the pipe is almost full, the next lines but one wait in it for ever.
    while program.waitingBytes < 3_000, program.isRunning { try await Task.sleep(for: .milliseconds(5)) }
    while program.isRunning {
      program.send(SIGINT)
      try await Task.sleep(for: .milliseconds(5))
    }
    #expect(try await program.end().status == 130)
    program.closeOutput()
  }

  @Test func `a closed pipe ends it without a word`() async throws {
    let folder = try TemporaryFolder()
    let program = try RunningProgram(CommandLineTests.toGerman + [Self.manyLines(folder)])
    #expect(await !program.read().isEmpty)
    program.closeOutput()
    let (status, errors) = try await program.end()
    #expect(status == 141 && errors.isEmpty)
  }

  @Test func `a file that is not complete keeps its other name`() async throws {
    let folder = try TemporaryFolder()
    let file = folder.path + "/out.txt"
    let input = Pipe()
    let program = try RunningProgram(CommandLineTests.toGerman + ["-o", file], input: input.fileHandleForReading)
    try input.fileHandleForWriting.write(contentsOf: Data("We are very tired.\n".utf8))
    func size() -> UInt64 { (try? FileManager.default.attributesOfItem(atPath: file + ".part")[.size] as? UInt64) ?? 0 }
    while size() == 0, program.isRunning { try await Task.sleep(for: .milliseconds(5)) }
    program.send(SIGINT)
    let (status, errors) = try await program.end()
    #expect(status == 130 && errors.hasSuffix("; they are in \(file).part\n"), "\(errors)")
    #expect(try String(contentsOfFile: file + ".part", encoding: .utf8) == "Wir sind sehr müde.\n")
    #expect(!FileManager.default.fileExists(atPath: file))
    try input.fileHandleForWriting.close()
  }
}
