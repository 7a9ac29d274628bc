import Foundation
import Glibc
import TestSupport
import Testing

/// The line that counts on a terminal.
@Suite struct ProgressTests {
  /// What appears on a terminal of so many columns that is the command's standard error.
  static func shown(
    _ arguments: [String], of command: [String] = CommandLineTests.toGerman, columns: UInt16 = 80,
    input: FileHandle = .nullDevice
  ) async throws -> String {
    var (terminal, end): (Int32, Int32) = (-1, -1)
    var window = winsize(ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    guard openpty(&terminal, &end, nil, nil, &window) == 0 else { throw POSIXError(.EMFILE) }
    let reading = terminal
    defer { close(reading) }
    let program = try RunningProgram(
      command + arguments, input: input,
      errors: FileHandle(fileDescriptor: end, closeOnDealloc: false))
    // With the program's end closed the terminal has no other: what comes from it ends with the program.
    close(end)
    async let text = RunningProgram.readToEnd(reading)
    _ = await program.readToEnd()
    #expect(try await program.end().status == 0)
    return String(decoding: await text, as: UTF8.self)
  }

  private func lines(_ folder: TemporaryFolder, _ count: Int) throws -> String {
    try folder.write("\(count).txt", (0..<count).map { "House number \($0)\n" }.joined())
  }

  @Test func `files show share, rate and time left, and leave a count`() async throws {
    let folder = try TemporaryFolder()
    let text = try await Self.shown([lines(folder, 400), lines(folder, 200)])
    let states = text.split(separator: "\r", omittingEmptySubsequences: true).map {
      String($0).trimmingCharacters(in: .whitespacesAndNewlines)
    }.filter { !$0.isEmpty }
    let first = try #require(states.first)
    #expect(
      first.wholeMatch(of: /\d{1,2} %, \d+ lines, [\d.]+ lines\/s, (\d+ h )?(\d+ min )?(\d+ s)? left/) != nil,
      "\(first)")
    #expect(states.last?.wholeMatch(of: /600 lines, [\d.]+ lines\/s, [\d a-z]+/) != nil, "\(states)")
    #expect(text.hasSuffix("\r\n"))
  }

  @Test func `a pipe shows lines and rate only`() async throws {
    let input = Pipe()
    try input.fileHandleForWriting.write(contentsOf: Data("We are very tired.\n".utf8))
    try input.fileHandleForWriting.close()
    let text = try await Self.shown([], input: input.fileHandleForReading)
    #expect(text.hasPrefix("\r1 lines, ") && !text.contains("%") && !text.contains("left"), "\(text)")
  }

  @Test func `no line is wider than the terminal`() async throws {
    let folder = try TemporaryFolder()
    let text = try await Self.shown([lines(folder, 100)], columns: 20)
    let widths = text.split { $0 == "\r" || $0 == "\n" || $0 == "\r\n" }.map(\.count)
    #expect(!widths.isEmpty && widths.allSatisfy { $0 < 20 }, "\(text)")
  }

  @Test func `nothing is shown where nothing is wanted`() async throws {
    let folder = try TemporaryFolder()
    #expect(try await Self.shown(["--no-progress", lines(folder, 40)]).isEmpty)
  }

  @Test func `translations on the same terminal are not mixed with it`() async throws {
    var (terminal, end): (Int32, Int32) = (-1, -1)
    try #require(openpty(&terminal, &end, nil, nil, nil) == 0)
    defer {
      close(end)
      close(terminal)
    }
    let process = Program.process(CommandLineTests.toGerman)
    let input = Pipe()
    try input.fileHandleForWriting.write(contentsOf: Data("We are very tired.\n".utf8))
    try input.fileHandleForWriting.close()
    let handle = FileHandle(fileDescriptor: end, closeOnDealloc: false)
    (process.standardInput, process.standardOutput, process.standardError) = (input, handle, handle)
    try await process.runToEnd()
    var chunk = [UInt8](repeating: 0, count: 4_096)
    let bytes = chunk[..<max(0, read(terminal, &chunk, chunk.count))]
    #expect(String(decoding: bytes, as: UTF8.self) == "Wir sind sehr müde.\r\n")
  }
}
