import Dispatch
import Foundation
import Glibc
import TestSupport

/// A started command whose output is read while it runs.
final class RunningProgram: Sendable {
  private let process: Process
  private let folder: TemporaryFolder
  private let ends: AsyncStream<Int32>
  private let output: Int32

  /// - Parameters:
  ///   - input: its standard input; the caller's to close.
  ///   - errors: its standard error; a file that `end` returns by default.
  ///   - pipeBytes: how much fits into the pipe that is its standard output; nil leaves it to the system.
  init(
    _ arguments: [String], input: FileHandle = .nullDevice, errors: FileHandle? = nil, pipeBytes: Int32? = nil
  ) throws {
    process = Program.process(arguments)
    folder = try TemporaryFolder()
    var pipeEnds: [Int32] = [-1, -1]
    guard pipe(&pipeEnds) == 0 else { throw POSIXError(.EMFILE) }
    output = pipeEnds[0]
    if let pipeBytes { _ = fcntl(output, 1031, pipeBytes) }  // F_SETPIPE_SZ, which Glibc does not show
    let writing = FileHandle(fileDescriptor: pipeEnds[1], closeOnDealloc: true)
    process.standardInput = input
    process.standardOutput = writing
    let file = URL(fileURLWithPath: try folder.write("err", []))
    process.standardError = try errors ?? FileHandle(forWritingTo: file)
    let (ends, end) = AsyncStream.makeStream(of: Int32.self)
    self.ends = ends
    process.terminationHandler = { process in
      end.yield(process.terminationStatus)
      end.finish()
    }
    try process.run()
    try writing.close()
  }

  /// More of its output; nothing at the end.
  func read() async -> [UInt8] { await Self.read(output) }

  /// The rest of its output.
  func readToEnd() async -> [UInt8] { await Self.readToEnd(output) }

  /// What comes next from a descriptor; nothing at its end. Waits on a Dispatch queue, because the threads that run the
  /// tests are few.
  private static func read(_ descriptor: Int32) async -> [UInt8] {
    await withCheckedContinuation { continuation in
      DispatchQueue.global().async {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = Glibc.read(descriptor, &chunk, chunk.count)
        continuation.resume(returning: Array(chunk[..<max(0, count)]))
      }
    }
  }

  /// All that comes from a descriptor.
  static func readToEnd(_ descriptor: Int32) async -> [UInt8] {
    var bytes: [UInt8] = []
    while true {
      let more = await read(descriptor)
      if more.isEmpty { return bytes }
      bytes += more
    }
  }

  /// Bytes of its output that wait to be read.
  var waitingBytes: Int32 {
    var count: Int32 = 0
    return ioctl(output, UInt(FIONREAD), &count) == 0 ? count : -1
  }

  /// Reads no more: the next thing it writes finds the pipe closed.
  func closeOutput() { close(output) }

  var isRunning: Bool { process.isRunning }

  func send(_ signal: Int32) {
    if process.isRunning { kill(process.processIdentifier, signal) }
  }

  /// Waits for its end: the exit status, or the signal that ended it, and what it said on its standard error.
  func end() async throws -> (status: Int32, errors: String) {
    var status: Int32 = -1
    for await end in ends { status = end }
    let errors = try Data(contentsOf: folder.url.appendingPathComponent("err"))
    return (status, String(decoding: errors, as: UTF8.self))
  }
}
