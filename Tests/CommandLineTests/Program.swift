import Foundation
import TestSupport

/// What a finished command left behind.
struct Outcome {
  let status: Int32
  let output: String
  let errors: String
}

/// The built program, run as a user would.
enum Program {
  /// Beside the tests' own executable.
  static let url = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    .deletingLastPathComponent().appendingPathComponent("dragoman")

  /// A process that is not started yet, in the checkout's root and with nothing of this process's environment.
  static func process(_ arguments: [String], environment: [String: String] = [:]) -> Process {
    let process = Process()
    process.executableURL = url
    process.arguments = arguments
    process.currentDirectoryURL = Fixtures.root
    process.environment = ["PATH": "/usr/bin:/bin"].merging(environment) { $1 }
    return process
  }

  /// Runs a command to its end. Files stand for its input and output, so that neither can block it.
  static func run(
    _ arguments: [String], input: [UInt8] = [], environment: [String: String] = [:]
  ) async throws -> Outcome {
    let process = process(arguments, environment: environment)
    let folder = try TemporaryFolder()
    let files = try ["in", "out", "err"].map { name in
      let url = URL(fileURLWithPath: try folder.write(name, name == "in" ? input : []))
      return name == "in" ? try FileHandle(forReadingFrom: url) : try FileHandle(forWritingTo: url)
    }
    (process.standardInput, process.standardOutput, process.standardError) = (files[0], files[1], files[2])
    try await process.runToEnd()
    func text(_ name: String) throws -> String {
      String(decoding: try Data(contentsOf: folder.url.appendingPathComponent(name)), as: UTF8.self)
    }
    return Outcome(status: process.terminationStatus, output: try text("out"), errors: try text("err"))
  }
}

extension Process {
  /// Starts the process and waits for its end without holding one of the few threads that run the tests:
  /// `waitUntilExit` would, and with two of them the other suites' tasks stand still meanwhile.
  func runToEnd() async throws {
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
      terminationHandler = { _ in continuation.resume() }
      do {
        try run()
      } catch {
        continuation.resume(throwing: error)
      }
    }
  }
}
