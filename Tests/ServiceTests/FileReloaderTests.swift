import Foundation
import Glibc
import Logging
import Service
import Synchronization
import TestSupport
import Testing

/// A log that is kept.
private struct KeptLog: LogHandler {
  final class Lines: Sendable {
    let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }
  }

  let kept: Lines
  var metadata: Logger.Metadata = [:]
  var logLevel = Logger.Level.info

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let reason = event.metadata?["reason"].map { ": \($0)" } ?? ""
    kept.lines.withLock { $0.append("\(event.level) \(event.message)\(reason)") }
  }

  static func make() -> (Logger, Lines) {
    let kept = Lines()
    return (Logger(label: "test") { _ in KeptLog(kept: kept) }, kept)
  }
}

private struct Unreadable: Error, CustomStringConvertible {
  let description = "no good"
}

/// What a file held each time it was read.
private final class Reader: Sendable {
  private let path: String
  private let texts = Mutex<[String]>([])
  var read: [String] { texts.withLock { $0 } }

  init(_ path: String) { self.path = path }

  @Sendable func reload() throws {
    guard let bytes = FileManager.default.contents(atPath: path), !bytes.isEmpty else { throw Unreadable() }
    texts.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) }
  }
}

/// Waits until something is true; false after a minute.
private func eventually(_ condition: () -> Bool) async -> Bool {
  for _ in 0..<12_000 {
    if condition() { return true }
    try? await Task.sleep(for: .milliseconds(5))
  }
  return condition()
}

/// One after the other: SIGHUP reaches every reloader of the process.
@Suite(.serialized) struct FileReloaderTests {
  private let folder: TemporaryFolder
  private let file: String
  private let reader: Reader

  init() throws {
    folder = try TemporaryFolder()
    file = try folder.write("a", "one")
    reader = Reader(file)
  }

  /// Changes the file where it stands. In one call: a reader that is not given a processor for a while must not find it
  /// empty.
  private func overwrite(_ text: String) throws {
    let descriptor = open(file, O_WRONLY)
    defer { close(descriptor) }
    #expect(Array(text.utf8).withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) } == text.utf8.count)
  }

  @Test func `a file is read again when it changes, and not before`() async throws {
    let (logger, log) = KeptLog.make()
    let reloader = FileReloader(logger: logger, interval: .milliseconds(20))
    reloader.watch([file, folder.path + "/other"], "numbers", reload: reader.reload)
    reloader.start()
    defer { reloader.stop() }
    try await Task.sleep(for: .milliseconds(200))
    #expect(reader.read.isEmpty)
    try overwrite("two!")
    #expect(await eventually { reader.read == ["two!"] })
    // One of several files is enough.
    try folder.write("other", "x")
    #expect(await eventually { reader.read == ["two!", "two!"] })
    try await Task.sleep(for: .milliseconds(200))
    #expect(reader.read.count == 2)
    #expect(log.all == ["info numbers reloaded", "info numbers reloaded"])
  }

  @Test func `a swapped symbolic link and a renamed file are changes`() async throws {
    let (logger, _) = KeptLog.make()
    let link = folder.path + "/link"
    let other = try folder.write("b", "six")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: file)
    let reader = Reader(link)
    let reloader = FileReloader(logger: logger, interval: .milliseconds(20))
    reloader.watch([link], "numbers", reload: reader.reload)
    reloader.start()
    defer { reloader.stop() }
    try FileManager.default.createSymbolicLink(atPath: link + "-new", withDestinationPath: other)
    #expect(rename(link + "-new", link) == 0)
    #expect(await eventually { reader.read == ["six"] })
    let third = try folder.write("c", "ten")
    #expect(rename(third, other) == 0)
    #expect(await eventually { reader.read == ["six", "ten"] })
  }

  @Test func `what cannot be read is logged once, and read when it is whole again`() async throws {
    let (logger, log) = KeptLog.make()
    let reloader = FileReloader(logger: logger, interval: .milliseconds(20))
    reloader.watch([file], "numbers", reload: reader.reload)
    reloader.start()
    defer { reloader.stop() }
    try FileManager.default.removeItem(atPath: file)
    let failure = "error numbers not reloaded; what was in use stays: no good"
    #expect(await eventually { log.all == [failure] })
    try await Task.sleep(for: .milliseconds(200))
    #expect(log.all == [failure] && reader.read.isEmpty)
    let whole = try folder.write("b", "back")
    #expect(rename(whole, file) == 0)
    #expect(await eventually { reader.read == ["back"] })
    #expect(await eventually { log.all == [failure, "info numbers reloaded"] })
  }

  @Test func `SIGHUP has everything read at once and does not end the process`() async throws {
    let (logger, log) = KeptLog.make()
    let reloader = FileReloader(logger: logger, interval: .seconds(3_600))
    let second = Reader(file)
    reloader.watch([file], "first", reload: reader.reload)
    reloader.watch([file], "second", reload: second.reload)
    reloader.start()
    reloader.start()
    // Again and again: the first may come before Dispatch listens.
    let isRead = await eventually {
      #expect(kill(getpid(), SIGHUP) == 0)
      return !reader.read.isEmpty && !second.read.isEmpty
    }
    #expect(isRead && Set(reader.read) == ["one"] && Set(second.read) == ["one"])
    #expect(log.all.contains("info first reloaded") && log.all.contains("info second reloaded"))
    reloader.stop()
    #expect(kill(getpid(), SIGHUP) == 0)
    try await Task.sleep(for: .milliseconds(50))
  }

  @Test func `where nothing is watched SIGHUP ends the process as before`() async {
    await #expect(processExitsWith: .signal(SIGHUP)) {
      let reloader = FileReloader(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
      // The other tests' way with the signal is inherited.
      signal(SIGHUP, SIG_DFL)
      reloader.start()
      try await Task.sleep(for: .milliseconds(50))
      var signals = sigset_t()
      sigemptyset(&signals)
      sigaddset(&signals, SIGHUP)
      pthread_sigmask(SIG_UNBLOCK, &signals, nil)
      raise(SIGHUP)
    }
  }
}
