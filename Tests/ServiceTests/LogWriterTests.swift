import Dispatch
import Foundation
import Logging
import Service
import Synchronization
import Testing

/// The log goes on whatever its reader does.
struct LogWriterTests {
  /// A pipe of one page; what is read of it comes in whole.
  private final class Pipe: Sendable {
    let reading: Int32
    let writing: Int32

    init() throws {
      var ends: [Int32] = [-1, -1]
      try #require(pipe(&ends) == 0)
      (reading, writing) = (ends[0], ends[1])
      // F_SETPIPE_SZ, which Swift's Glibc lacks.
      _ = fcntl(writing, 1_031, 4_096)
    }

    /// Waits until the pipe holds a page, so that whoever writes on stands still.
    func waitUntilFull() {
      var count: Int32 = 0
      // FIONREAD, which Swift's Glibc lacks as a number of the right type.
      for _ in 0..<60_000 {
        if ioctl(reading, 0x541B, &count) != 0 || count >= 4_096 { return }
        usleep(1_000)
      }
    }

    /// All that comes until `isLast` holds for it; what has come when nothing more does for a minute.
    func read(until isLast: (String) -> Bool) -> String {
      var bytes: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 65_536)
      var readable = pollfd(fd: reading, events: Int16(POLLIN), revents: 0)
      while !isLast(String(decoding: bytes, as: UTF8.self)), poll(&readable, 1, 60_000) > 0 {
        let count = Glibc.read(reading, &buffer, buffer.count)
        guard count > 0 else { break }
        bytes += buffer[..<count]
      }
      return String(decoding: bytes, as: UTF8.self)
    }
  }

  private static func line(_ text: String) -> [UInt8] { Array((text + "\n").utf8) }

  @Test(.timeLimit(.minutes(5)))
  func `whoever logs never waits for a pipe that is full; what is lost is counted and the rest is whole`() throws {
    let pipe = try Pipe()
    let writer = LogWriter(descriptor: pipe.writing, limit: 16_384)
    let filler = String(repeating: "x", count: 200)
    // Nobody reads: this would never end if writing waited.
    DispatchQueue.concurrentPerform(iterations: 8) { thread in
      for number in 0..<500 { writer.write(Self.line("\(thread) \(number) \(filler) end")) }
    }
    let dropped = writer.droppedLines
    #expect(dropped > 0)
    let kept = 4_000 - dropped
    let lines = pipe.read { $0.count { $0 == "\n" } == kept }.split(separator: "\n")
    #expect(lines.count == kept)
    var last = [Int](repeating: -1, count: 8)
    for line in lines {
      let parts = line.split(separator: " ")
      try #require(parts.count == 4 && parts[2] == filler && parts[3] == "end", "\(line)")
      let thread = try #require(Int(parts[0]))
      let number = try #require(Int(parts[1]))
      #expect(number > last[thread], "the lines of a thread keep their order")
      last[thread] = number
    }
    writer.flush(within: .seconds(60))
    #expect(writer.droppedLines == dropped)
  }

  @Test(.timeLimit(.minutes(5)))
  func `the log itself tells how many of its lines were dropped, in its own format`() throws {
    let pipe = try Pipe()
    let writer = LogWriter(descriptor: pipe.writing, limit: 8_192)
    let logger = Logger(label: "test") { _ in LineLogHandler(format: .json, writer: writer) }
    // With its thread held up the log makes no room between two lines, in which it would tell of those lost so far.
    writer.write(Self.line(String(repeating: "x", count: 5_000)))
    pipe.waitUntilFull()
    for number in 0..<1_000 { logger.info("filling \(number)") }
    let dropped = writer.droppedLines
    #expect(dropped > 0)
    _ = pipe.read { $0.count { $0 == "\n" } == 1_001 - dropped }
    logger.info("goes on")
    let told = pipe.read { $0.contains("goes on") }.split(separator: "\n")
    try #require(told.count == 2)
    let warning = try JSONDecoder().decode([String: String].self, from: Data(told[0].utf8))
    #expect(warning["level"] == "warning" && warning["lines"] == String(dropped))
  }

  @Test(.timeLimit(.minutes(5)))
  func `flush returns when all is written, and gives up on a reader that reads nothing`() throws {
    let pipe = try Pipe()
    let writer = LogWriter(descriptor: pipe.writing)
    writer.flush(within: .seconds(3_600))
    writer.write(Self.line("one"))
    writer.flush(within: .seconds(3_600))
    #expect(pipe.read { $0 == "one\n" } == "one\n")
    writer.write([UInt8](repeating: UInt8(ascii: "x"), count: 20_000) + [0x0A])
    writer.flush(within: .milliseconds(20))
    #expect(pipe.read { $0.hasSuffix("\n") }.utf8.count == 20_001)
  }

  @Test(.timeLimit(.minutes(5)))
  func `a reader that has gone costs lines, not the process`() throws {
    let pipe = try Pipe()
    close(pipe.reading)
    let writer = LogWriter(descriptor: pipe.writing)
    for _ in 0..<3 {
      writer.write(Self.line("nobody reads this"))
      writer.flush(within: .seconds(3_600))
    }
    #expect(writer.droppedLines == 3)
  }
}
