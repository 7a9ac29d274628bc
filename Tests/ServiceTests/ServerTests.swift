import Foundation
import HTTP
import Inference
import Logging
import Service
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing

/// The whole service on a port of its own, with a translation that needs no model.
struct ServerTests {
  /// How a server is stopped.
  enum Ending { case gracefully, byCancelling }

  /// Runs a server while `body` runs, then stops it; returns the log.
  @discardableResult
  func serving(
    _ service: InferenceService = Fake.service(), _ change: (inout ServiceConfiguration) -> Void = { _ in },
    ending: Ending = .gracefully, _ body: (SocketAddress, ServiceGroup) async throws -> Void
  ) async throws -> [String] {
    var configuration = ServiceConfiguration()
    configuration.port = 0
    change(&configuration)
    let lines = Fake.Lines()
    let logger = lines.logger(level: configuration.logLevel)
    let isRunning = Flag()
    var service = service
    service.loaded = { isRunning.set() }
    let dragoman = DragomanService(
      configuration: configuration, service: service, logger: logger, secondSignal: .ignored)
    try dragoman.listen()
    let address = try #require(dragoman.boundAddress)
    let group = ServiceGroup(services: [dragoman], logger: logger)
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await group.run() }
      while !isRunning.isSet { try await Task.sleep(for: .milliseconds(5)) }
      try await body(address, group)
      switch ending {
      case .gracefully: await group.triggerGracefulShutdown()
      case .byCancelling: tasks.cancelAll()
      }
      try await tasks.waitForAll()
    }
    return lines.all
  }

  @Test func `requests at once and one after another on one connection get their own answers`() async throws {
    try await serving { address, _ in
      try await withThrowingTaskGroup(of: Void.self) { tasks in
        for client in 0..<16 {
          tasks.addTask {
            let connection = try Connection(address)
            for round in 0..<10 {
              let body = #"{"q":"\#(client)-\#(round)","source":"en","target":"de"}"#
              connection.send(Connection.post(body))
              let answer = try await connection.response()
              #expect(answer.status == 200)
              #expect(answer.body == #"{"translatedText":"[de] \#(client)-\#(round)"}"#)
              #expect(answer.head.lowercased().contains("content-type: application/json\r\n"))
            }
          }
        }
        try await tasks.waitForAll()
      }
    }
  }

  static let refused: [(String, Int)] = [
    ("GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n", 404), ("GET /translate HTTP/1.1\r\nHost: a\r\n\r\n", 405),
    ("POST /translate HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n", 413),
    ("GET / HTTP/1.1\r\n\r\n", 400), ("nonsense\r\n\r\n", 400), ("BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 501),
    ("GET / HTTP/3.0\r\nHost: a\r\n\r\n", 505),
    ("GET / HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "x", count: 20_000) + "\r\n\r\n", 431),
    ("GET /" + String(repeating: "x", count: 9_000) + " HTTP/1.1\r\nHost: a\r\n\r\n", 414),
  ]

  @Test(arguments: refused)
  func `what is refused below the routes is an error in JSON with the common fields`(text: String, status: Int)
    async throws
  {
    try await serving { address, _ in
      let connection = try Connection(address)
      connection.send(text)
      let answer = try await connection.response()
      #expect(answer.status == status)
      #expect(try JSONDecoder().decode([String: String].self, from: Data(answer.body.utf8))["error"] != nil)
      let head = answer.head.lowercased()
      #expect(
        head.contains("content-type: application/json\r\n") && head.contains("access-control-allow-origin: *\r\n"))
      #expect(head.contains("x-content-type-options: nosniff\r\n"))
    }
  }

  @Test func `a configured body limit holds`() async throws {
    try await serving(Fake.service(), { $0.bodyLimit = 10 }) { address, _ in
      let connection = try Connection(address)
      connection.send(Connection.post(#"{"q":"too long"}"#))
      #expect(try await connection.response().status == 413)
    }
  }

  @Test func `the server answers before the models are ready`() async throws {
    let isReady = Flag()
    let service = Fake.service(readiness: {
      isReady.isSet ? .ready : .loading(models: ["en-x"])
    })
    try await serving(service) { address, _ in
      let connection = try Connection(address)
      for (path, status) in [("/health", 200), ("/ready", 503), ("/languages", 503)] {
        connection.send("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
        let answer = try await connection.response()
        #expect(answer.status == status)
        #expect(answer.head.contains("Retry-After: 1\r\n") == (status == 503))
      }
      isReady.set()
      connection.send("GET /ready HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(try await connection.response().status == 200)
    }
  }

  @Test func `a graceful shutdown answers what was accepted and ends the engine last`() async throws {
    let ended = Flag()
    let begun = Flag()
    let isDraining = Flag()
    let service = Fake.service(
      translate: { request async throws(InferenceError) in
        begun.set()
        while !isDraining.isSet, !Task.isCancelled { try? await Task.sleep(for: .milliseconds(5)) }
        #expect(!ended.isSet)
        return Fake.translation(request)
      },
      shutdown: { ended.set() })
    let log = try await serving(service, { $0.drainTimeout = .seconds(3_600) }) { address, group in
      let idle = try Connection(address)
      idle.send("GET /health HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(try await idle.response().status == 200)
      let connection = try Connection(address)
      connection.send(Connection.post(#"{"q":"a","source":"en","target":"de"}"#))
      while !begun.isSet { try await Task.sleep(for: .milliseconds(5)) }
      await group.triggerGracefulShutdown()
      // What is idle is closed when the drain begins.
      #expect(try await idle.isAtEnd())
      isDraining.set()
      let answer = try await connection.response()
      #expect(answer.status == 200 && answer.body == #"{"translatedText":"[de] a"}"#)
      #expect(answer.head.lowercased().contains("connection: close"))
    }
    #expect(ended.isSet)
    #expect(log.last?.contains(#""message":"stopped""#) == true)
  }

  @Test(.timeLimit(.minutes(5)))
  func `during the shutdown delay the server serves on but is not ready, and a cancellation ends it`() async throws {
    let log = try await serving(
      Fake.service(), { $0.shutdownDelay = .seconds(3_600) }, ending: .byCancelling
    ) { address, group in
      await group.triggerGracefulShutdown()
      let connection = try Connection(address)
      var ready: Connection.Answer
      repeat {
        connection.send("GET /ready HTTP/1.1\r\nHost: a\r\n\r\n")
        ready = try await connection.response()
      } while ready.status == 200
      #expect(ready.status == 503 && ready.body == #"{"status":"stopping","models":{}}"#)
      connection.send(Connection.post(#"{"q":"a","source":"en","target":"de"}"#))
      #expect(try await connection.response().status == 200)
    }
    #expect(log.last?.contains(#""message":"stopped""#) == true)
  }

  @Test func `a request that outlives the drain is cut off`() async throws {
    let started = Flag()
    let cancelled = Flag()
    let service = Fake.service(translate: { request async throws(InferenceError) in
      started.set()
      do {
        try await Task.sleep(for: .seconds(3_600))
      } catch {
        cancelled.set()
        throw .cancelled
      }
      return Fake.translation(request)
    })
    try await serving(service, { $0.drainTimeout = .milliseconds(200) }) { address, _ in
      let connection = try Connection(address)
      connection.send(Connection.post(#"{"q":"a","source":"en","target":"de"}"#))
      while !started.isSet { try await Task.sleep(for: .milliseconds(10)) }
      withExtendedLifetime(connection) {}
    }
    #expect(cancelled.isSet)
  }

  @Test func `a port that is taken stops the start and the engine`() async throws {
    let ended = Flag()
    try await serving { address, _ in
      var configuration = ServiceConfiguration()
      configuration.port = address.port
      let second = DragomanService(
        configuration: configuration,
        service: Fake.service(shutdown: { ended.set() }),
        logger: Fake.Lines().logger(), secondSignal: .ignored)
      await #expect(throws: ServerError.self) { try await second.run() }
    }
    #expect(ended.isSet)
  }
}

/// A client that reads one answer after another. Reading blocks, so it runs on a queue of its own; a minute without a
/// byte is an error.
final class Connection: Sendable {
  struct Answer: Sendable {
    let status: Int
    let head: String
    let body: String
  }

  private enum Failure: Error { case system(String), ended }

  private let descriptor: Int32
  private let queue = DispatchQueue(label: "client")
  private let buffer: Mutex<[UInt8]> = Mutex([])

  init(_ address: SocketAddress) throws {
    descriptor = try LoopbackSocket.connected(port: address.port)
  }

  deinit { close(descriptor) }

  static func post(_ body: String) -> String {
    "POST /translate HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
      + body
  }

  func send(_ text: String) {
    let bytes = Array(text.utf8)
    _ = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
  }

  func response() async throws -> Answer { try await onQueue { try self.read() } }

  /// Whether the server has closed the connection, with nothing more to read.
  func isAtEnd() async throws -> Bool {
    try await onQueue { try self.buffer.withLock { $0.isEmpty } && !self.fill() }
  }

  private func onQueue<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      queue.async { continuation.resume(with: Result { try body() }) }
    }
  }

  /// Reads once; false at the end of the connection.
  private func fill() throws -> Bool {
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = recv(descriptor, &bytes, bytes.count, 0)
    guard count >= 0 else { throw Failure.system("recv") }
    buffer.withLock { $0.append(contentsOf: bytes[..<count]) }
    return count > 0
  }

  private func read() throws -> Answer {
    while true {
      let complete: Answer? = buffer.withLock { buffer in
        let text = String(decoding: buffer, as: UTF8.self)
        guard let end = text.range(of: "\r\n\r\n") else { return nil }
        let head = String(text[..<end.upperBound])
        let length =
          head.components(separatedBy: "\r\n")
          .first { $0.lowercased().hasPrefix("content-length:") }
          .flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) } ?? 0
        let start = head.utf8.count
        guard buffer.count >= start + length else { return nil }
        let body = String(decoding: buffer[start..<(start + length)], as: UTF8.self)
        buffer.removeFirst(start + length)
        return Answer(status: Int(head.dropFirst(9).prefix(3)) ?? 0, head: head, body: body)
      }
      if let complete { return complete }
      guard try fill() else { throw Failure.ended }
    }
  }
}
