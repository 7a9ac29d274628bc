import Dispatch
import Foundation
import Glibc
import HTTP
import Inference
import Kernels
import Service
import TestSupport

/// An event as a client gets it.
struct ReceivedEvent: Sendable, Equatable, CustomStringConvertible {
  let name: String
  let data: String

  var description: String { "\(name): \(data)" }
}

/// Reads a stream of events as WHATWG HTML §9.2.6 has browsers read it.
struct EventReader {
  private(set) var events: [ReceivedEvent] = []
  private(set) var comments = 0
  private var line: [UInt8] = []
  private var isBehindReturn = false
  private var name = ""
  private var data: [String] = []

  mutating func read(_ bytes: some Sequence<UInt8>) {
    for byte in bytes {
      defer { isBehindReturn = byte == 13 }
      switch byte {
      case 10 where isBehindReturn: break
      case 10, 13: endLine()
      default: line.append(byte)
      }
    }
  }

  private mutating func endLine() {
    let text = String(decoding: line, as: UTF8.self)
    line = []
    guard !text.isEmpty else { return dispatch() }
    guard let colon = text.firstIndex(of: ":") else { return set(text, "") }
    guard colon != text.startIndex else {
      comments += 1
      return
    }
    let value = text[text.index(after: colon)...]
    set(String(text[..<colon]), String(value.first == " " ? value.dropFirst() : value))
  }

  private mutating func set(_ field: String, _ value: String) {
    switch field {
    case "event": name = value
    case "data": data.append(value)
    default: break
    }
  }

  private mutating func dispatch() {
    // An event without data is none.
    if !data.isEmpty {
      events.append(ReceivedEvent(name: name.isEmpty ? "message" : name, data: data.joined(separator: "\n")))
    }
    name = ""
    data = []
  }
}

/// The whole of a stream that a router answered with.
struct ReceivedStream {
  let response: HTTP.HTTPResponse
  let events: [ReceivedEvent]
  let comments: Int

  /// Reads a response to its end; nil where it is no stream.
  init?(_ response: HTTP.HTTPResponse) async {
    guard case .stream(let stream) = response.body else { return nil }
    var reader = EventReader()
    while let chunk = await stream.next() { reader.read(chunk) }
    self.response = response
    events = reader.events
    comments = reader.comments
  }

  var names: [String] { events.map(\.name) }

  func data(_ name: String) -> [String] { events.filter { $0.name == name }.map(\.data) }
}

extension Site {
  static let eventsOnly: HTTPHeaders = [.accept: "text/event-stream", .contentType: "application/json"]

  /// Asks for a stream with a JSON body.
  func stream(_ body: String, to path: String = "/translate") async throws -> HTTP.HTTPResponse {
    await router.respond(
      to: try HTTP.HTTPRequest(method: .post, target: path, headers: Self.eventsOnly, body: Array(body.utf8)))
  }
}

/// Runs blocking work on a thread of Dispatch.
func offPool<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
  try await withCheckedThrowingContinuation { continuation in
    DispatchQueue.global().async { continuation.resume(with: Swift.Result { try body() }) }
  }
}

/// Waits, blocking, until something is true; false after two minutes.
func eventually(_ condition: () -> Bool) -> Bool {
  for _ in 0..<24_000 {
    if condition() { return true }
    usleep(5_000)
  }
  return condition()
}

/// The routes on a port of their own.
enum EventServer {
  static func run<Result: Sendable>(
    _ service: InferenceService, _ change: (inout ServiceContext) -> Void = { _ in },
    router: (Router) -> Router = { $0 },
    _ body: @escaping @Sendable (HTTPServer) throws -> Result
  ) async throws -> Result {
    var context = ServiceContext(service: service, logger: Fake.Lines().logger())
    change(&context)
    let server = HTTPServer(
      configuration: ServerConfiguration(host: "127.0.0.1", port: 0), router: router(Routes.router(context)))
    try server.start()
    do {
      let result = try await offPool { try body(server) }
      await server.shutdown(deadline: .milliseconds(200))
      return result
    } catch {
      await server.shutdown(deadline: .milliseconds(200))
      throw error
    }
  }
}

/// The engine with the models in models/.
func realEngine(_ change: (inout EngineConfiguration) -> Void = { _ in }) async throws -> InferenceEngine {
  var configuration = EngineConfiguration(
    modelsFolder: Fixtures.root.appendingPathComponent("models").path, threads: 2, quantization: .int8,
    kernels: try KernelSet.selected())
  change(&configuration)
  let engine = try InferenceEngine(configuration: configuration)
  _ = try await engine.loaded()
  return engine
}

/// A blocking client that reads an answer as slowly as it is told to. It gives up after two minutes without a byte.
///
/// Unchecked: a test uses it on one thread at a time.
final class EventClient: @unchecked Sendable {
  struct Failure: Error {
    var call: String
    var code = errno
  }

  let descriptor: Int32
  private var buffer: [UInt8] = []

  init(_ server: HTTPServer, receiveBuffer: Int32? = nil) throws {
    descriptor = try LoopbackSocket.connected(
      port: server.boundAddress?.port ?? 0, receiveBuffer: receiveBuffer, patience: 120)
  }

  deinit { close(descriptor) }

  static func post(
    _ path: String, _ body: String, accept: String = "text/event-stream", version: String = "1.1"
  ) -> String {
    "POST \(path) HTTP/\(version)\r\nHost: a\r\nAccept: \(accept)\r\nContent-Type: application/json\r\n"
      + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
  }

  func send(_ text: String) throws {
    let bytes = Array(text.utf8)
    var offset = 0
    while offset < bytes.count {
      let sent = bytes.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress.map { $0 + offset }, bytes.count - offset, Int32(MSG_NOSIGNAL))
      }
      guard sent > 0 else { throw Failure(call: "send") }
      offset += sent
    }
  }

  func endOutput() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// Makes the close send a reset.
  func resetOnClose() {
    var linger = Glibc.linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
  }

  /// The next byte; nil at the end of the connection. Asks the system for `ahead` bytes at a time.
  func byte(ahead: Int = 65_536) throws -> UInt8? {
    if buffer.isEmpty {
      var piece = [UInt8](repeating: 0, count: ahead)
      let count = recv(descriptor, &piece, ahead, 0)
      guard count >= 0 else { throw Failure(call: "recv") }
      // Taken from the end.
      buffer = piece[..<count].reversed()
    }
    return buffer.popLast()
  }

  private func line(ahead: Int) throws -> String {
    var bytes: [UInt8] = []
    while let byte = try byte(ahead: ahead) {
      if byte == 10 { return String(decoding: bytes.last == 13 ? bytes.dropLast() : bytes[...], as: UTF8.self) }
      bytes.append(byte)
    }
    throw Failure(call: "end within a line")
  }

  /// The lines of the head.
  func head(ahead: Int = 65_536) throws -> [String] {
    var lines: [String] = []
    while true {
      let line = try line(ahead: ahead)
      if line.isEmpty { return lines }
      lines.append(line)
    }
  }

  /// The next chunk of a chunked body; nil behind the last (RFC 9112 §7.1).
  func chunk(ahead: Int = 65_536) throws -> [UInt8]? {
    guard let size = Int(try line(ahead: ahead), radix: 16) else { throw Failure(call: "no size of a chunk") }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(size)
    for _ in 0..<size {
      guard let byte = try byte(ahead: ahead) else { throw Failure(call: "end within a chunk") }
      bytes.append(byte)
    }
    guard try line(ahead: ahead).isEmpty else { throw Failure(call: "no end of a chunk") }
    return size == 0 ? nil : bytes
  }

  /// Reads chunks until `count` events are there, or the end.
  func read(_ reader: inout EventReader, until count: Int = .max) throws {
    while reader.events.count < count, let chunk = try chunk() { reader.read(chunk) }
  }

  /// The events of an answer to its end.
  func events() throws -> [ReceivedEvent] {
    var reader = EventReader()
    try read(&reader)
    return reader.events
  }
}
