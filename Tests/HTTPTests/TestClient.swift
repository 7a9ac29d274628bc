import Dispatch
import Glibc
import HTTP
import Synchronization
import TestSupport
import Testing

/// The tests that open sockets, one after the other: they count descriptors and load the machine. Each runs over plain
/// HTTP and over TLS.
@Suite(.serialized, .overBothTransports) struct SocketTests {}

/// A server on a port of its own, for one test.
struct TestServer: Sendable {
  let server: HTTPServer
  let port: Int
  let transport = Transport.current

  init(_ router: Router, configure: (inout ServerConfiguration) -> Void = { _ in }) throws {
    var configuration = ServerConfiguration(host: "127.0.0.1", port: 0)
    if case .tls = transport { configuration.tls = TLSFixture.configuration }
    configure(&configuration)
    server = HTTPServer(configuration: configuration, router: router)
    try server.start()
    port = server.boundAddress?.port ?? 0
  }

  /// Starts a server, runs a blocking client off Swift's pool, and shuts the server down.
  static func run<Result: Sendable>(
    _ router: Router, configure: (inout ServerConfiguration) -> Void = { _ in },
    _ body: @escaping @Sendable (TestServer) throws -> Result
  ) async throws -> Result {
    let running = try TestServer(router, configure: configure)
    do {
      let result = try await offPool { try body(running) }
      await running.server.shutdown(deadline: .milliseconds(200))
      return result
    } catch {
      await running.server.shutdown(deadline: .milliseconds(200))
      throw error
    }
  }

  func client(receiveBuffer: Int32? = nil) throws -> TestClient {
    var tls: TLSSession?
    if case .tls = transport { tls = try TLSFixture.clientSession() }
    return try TestClient(port: port, receiveBuffer: receiveBuffer, tls: tls)
  }
}

/// Runs blocking work on a thread of Dispatch.
func offPool<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
  try await withCheckedThrowingContinuation { continuation in
    DispatchQueue.global().async { continuation.resume(with: Swift.Result { try body() }) }
  }
}

/// Waits, blocking, until something is true; false after a minute.
func eventually(_ condition: () -> Bool) -> Bool {
  for _ in 0..<12_000 {
    if condition() { return true }
    usleep(5_000)
  }
  return condition()
}

/// A flag that any thread may set and read.
final class Flag: Sendable {
  private let value = Atomic<Bool>(false)
  var isSet: Bool { value.load(ordering: .sequentiallyConsistent) }
  func set() { value.store(true, ordering: .sequentiallyConsistent) }
}

/// A number that any thread may change and read.
final class Counter: Sendable {
  private let value = Atomic<Int>(0)
  var count: Int { value.load(ordering: .sequentiallyConsistent) }
  func add(_ number: Int = 1) { value.wrappingAdd(number, ordering: .sequentiallyConsistent) }
}

struct ClientError: Error {
  var call: String
  var code = errno
}

/// One response, read from a socket.
struct TestResponse: Sendable {
  var status: Int
  var head: String
  var body: [UInt8]

  var text: String { String(decoding: body, as: UTF8.self) }

  func has(_ line: String) -> Bool { head.contains("\r\n\(line)\r\n") }
}

/// A blocking client that sends bytes as they are, or sealed by TLS; its handshake comes with the first byte that is sent or
/// waited for. It gives up after a minute.
///
/// Unchecked: a test uses it on one thread at a time.
final class TestClient: @unchecked Sendable {
  let descriptor: Int32
  let tls: TLSSession?
  private var buffer: [UInt8] = []

  init(port: Int, receiveBuffer: Int32? = nil, tls: TLSSession? = nil) throws {
    self.tls = tls
    do throws(LoopbackSocket.Failure) {
      descriptor = try LoopbackSocket.connected(port: port, receiveBuffer: receiveBuffer)
    } catch {
      throw ClientError(call: error.call, code: error.code)
    }
  }

  deinit { close(descriptor) }

  func send(_ text: String) throws { try send(Array(text.utf8)) }

  func send(_ bytes: [UInt8]) throws {
    guard let tls else { return try sendRaw(bytes) }
    guard !bytes.isEmpty else { return }
    try shakeHands()
    guard bytes.withUnsafeBytes(tls.seal) else { throw ClientError(call: "seal: \(tls.phase)") }
    try sendSealed()
  }

  /// Completes the handshake; the server's certificate is looked at by nobody.
  func shakeHands() throws {
    guard let tls, tls.phase == .handshaking else { return }
    try open([])
    while tls.phase == .handshaking {
      guard try fillSealed() else { throw ClientError(call: "end within the handshake") }
    }
    guard tls.phase == .established else { throw ClientError(call: "handshake: \(tls.phase)") }
  }

  /// Sends what the session has sealed.
  func sendSealed() throws {
    guard let tls else { return }
    let sealed = tls.sealed
    tls.sealed = []
    try sendRaw(sealed)
  }

  private func open(_ bytes: [UInt8]) throws {
    guard let tls else { return }
    var opened = [UInt8](repeating: 0, count: bytes.count + 2 * TLSSession.recordBytes)
    let count = bytes.withUnsafeBytes { sealed in opened.withUnsafeMutableBytes { tls.open(sealed, into: $0) } }
    buffer += opened[..<count]
    try sendSealed()
  }

  /// Sends bytes past TLS.
  func sendRaw(_ bytes: [UInt8]) throws {
    var offset = 0
    while offset < bytes.count {
      let sent = bytes.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress.map { $0 + offset }, bytes.count - offset, Int32(MSG_NOSIGNAL))
      }
      guard sent > 0 else { throw ClientError(call: "send") }
      offset += sent
    }
  }

  /// Each send leaves as a segment of its own.
  func sendAtOnce() {
    var on: Int32 = 1
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
  }

  func endOutput() {
    if let tls, tls.end() { try? sendSealed() }
    shutdown(descriptor, Int32(SHUT_WR))
  }

  /// Makes the close send a reset.
  func resetOnClose() {
    var linger = Glibc.linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
  }

  /// Reads once; false at the end of the connection.
  private func fill() throws -> Bool {
    guard let tls else { return try fillRaw() }
    try shakeHands()
    let before = buffer.count
    while buffer.count == before, tls.phase == .established { guard try fillSealed() else { return false } }
    if case .failed(let reason) = tls.phase { throw ClientError(call: "open: \(reason)") }
    return buffer.count > before
  }

  private func fillSealed() throws -> Bool {
    var piece = [UInt8](repeating: 0, count: 65_536)
    let count = recv(descriptor, &piece, piece.count, 0)
    guard count >= 0 else { throw ClientError(call: "recv") }
    if count > 0 { try open(Array(piece[..<count])) }
    return count > 0
  }

  private func fillRaw() throws -> Bool {
    var piece = [UInt8](repeating: 0, count: 65_536)
    let count = recv(descriptor, &piece, piece.count, 0)
    guard count >= 0 else { throw ClientError(call: "recv") }
    buffer += piece[..<count]
    return count > 0
  }

  private func take(_ count: Int) throws -> [UInt8] {
    while buffer.count < count { guard try fill() else { throw ClientError(call: "end within a response") } }
    defer { buffer.removeFirst(count) }
    return Array(buffer[..<count])
  }

  private func takeLine() throws -> String {
    while true {
      if let end = buffer.firstIndex(of: 10) {
        let line = String(decoding: buffer[..<end], as: UTF8.self)
        buffer.removeFirst(end + 1)
        return line.hasSuffix("\r") ? String(line.dropLast()) : line
      }
      guard try fill() else { throw ClientError(call: "end within a line") }
    }
  }

  /// Everything up to the end of the connection.
  func rest() throws -> [UInt8] {
    while try fill() {}
    defer { buffer = [] }
    return buffer
  }

  /// Everything up to the end of the connection; a reset is an end to a client that has left already.
  func restOrReset() throws -> [UInt8] {
    do {
      return try rest()
    } catch let error as ClientError where error.code == ECONNRESET {
      return buffer
    }
  }

  /// Whether the server has closed, with nothing more to read.
  func isAtEnd() throws -> Bool { try buffer.isEmpty && !fill() }

  func response(toHead: Bool = false) throws -> TestResponse {
    var head = ""
    while true {
      let line = try takeLine()
      head += line + "\r\n"
      if line.isEmpty { break }
    }
    let status = Int(head.split(separator: " ").dropFirst().first ?? "") ?? 0
    var response = TestResponse(status: status, head: head, body: [])
    if toHead || status == 100 || status == 204 || status == 304 { return response }
    let lower = head.lowercased()
    if lower.contains("transfer-encoding: chunked") {
      while true {
        let size = Int(try takeLine(), radix: 16) ?? 0
        response.body += try take(size)
        _ = try takeLine()
        if size == 0 { return response }
      }
    }
    if let range = lower.firstRange(of: "content-length: ") {
      response.body = try take(Int(lower[range.upperBound...].prefix { $0.isNumber }) ?? 0)
    } else {
      response.body = try rest()
    }
    return response
  }

  /// Sends and reads one response.
  func ask(_ text: String) throws -> TestResponse {
    try send(text)
    return try response()
  }
}
