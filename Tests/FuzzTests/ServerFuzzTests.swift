import Dispatch
import Glibc
import HTTP
import Synchronization
import Testing

extension FuzzTests {
  /// Mutated streams of requests go to a real server over a socket; clients cut them at random, read slowly, leave in the
  /// middle or reset. Whatever comes back are whole answers in the order of the requests, and nothing stays open.
  @Test func `connections survive any client`() async throws {
    let site = try FuzzServer()
    let mutator = Mutator(seeds: FuzzServer.seeds.map { Array($0.utf8) }, dictionary: FuzzServer.words)
    try await FuzzRun.run("http-connection", mutator) { input, random in
      let talk = FuzzTalk(input, &random)
      return try await site.play(talk)
    }
    try await site.stop()
  }
}

/// How a client behaves that sends one input.
private struct FuzzTalk: Sendable {
  enum Leaving: Int, Sendable {
    /// It reads until the server closes or is silent.
    case none
    case halfClose, close, reset
  }

  /// The input in pieces.
  let pieces: [[UInt8]]
  let leaving: Leaving
  /// Bytes of a read; small ones, with a small buffer, hold streams up.
  let readSize: Int

  init(_ input: [UInt8], _ random: inout FuzzGenerator) {
    let cuts = (0..<random.below(5)).map { _ in random.below(input.count + 1) }.sorted()
    var pieces: [[UInt8]] = []
    var start = 0
    for end in cuts + [input.count] {
      pieces.append(Array(input[start..<end]))
      start = end
    }
    self.pieces = pieces
    leaving = [.none, .none, .halfClose, .close, .reset][random.below(5)]
    readSize = random.once(in: 4) ? 1_024 : 65_536
  }
}

/// A server whose answers are plain, made by tasks, streamed and endless.
private struct FuzzServer {
  static let seeds = [
    "GET /now HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /stream HTTP/1.1\r\nHost: a\r\n\r\nGET /now HTTP/1.1\r\nHost: a\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\nGET /slow HTTP/1.1\r\nHost: a\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcHEAD /stream HTTP/1.1\r\nHost: a\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc",
    "GET /big HTTP/1.1\r\nHost: a\r\n\r\nGET /stream HTTP/1.1\r\nHost: a\r\n\r\nGET /big HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /endless HTTP/1.1\r\nHost: a\r\n\r\n", "GET /stream HTTP/1.0\r\n\r\n",
    "GET /slow HTTP/1.0\r\nConnection: keep-alive\r\n\r\nOPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
  ]

  static let words = [
    "\r\n", "\r\n\r\n", "GET /now HTTP/1.1\r\nHost: a\r\n\r\n", "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n", "GET /big HTTP/1.1\r\nHost: a\r\n\r\n", "HEAD", " HTTP/1.0\r\n",
    "/endless",
    "/stream", "/slow", "/none", "Connection: close\r\n", "Connection: keep-alive\r\n", "Expect: 100-continue\r\n",
    "Transfer-Encoding: chunked\r\n", "Content-Length: 3\r\n", "0\r\n\r\n", "\n", "\0",
  ]

  private let server: HTTPServer
  private let port: UInt16
  private let running = FuzzCounter()

  init() throws {
    var configuration = ServerConfiguration()
    configuration.port = 0
    configuration.limits.headBytes = 2_048
    configuration.limits.bodyBytes = 4_096
    server = HTTPServer(configuration: configuration, router: Self.router(running))
    try server.start()
    port = UInt16(server.boundAddress?.port ?? 0)
  }

  func stop() async throws {
    await server.shutdown(deadline: .seconds(1))
    try Finding.unless(server.statistics.openConnections == 0, "connections are left")
  }

  private static func router(_ running: FuzzCounter) -> Router {
    var router = Router()
    @Sendable func text(_ text: String) -> HTTPResponse {
      HTTPResponse(status: .ok, contentType: "text/plain", body: Array(text.utf8))
    }
    router.immediately(.get, "/now") { _, _ in text("now") }
    router.on(.post, "/echo") { request, _ in HTTPResponse(status: .ok, body: .bytes(request.body)) }
    router.on(.get, "/slow") { _, _ in
      running.add(1)
      try? await Task.sleep(for: .milliseconds(2))
      running.add(-1)
      return text("slow")
    }
    let big = [UInt8](repeating: 66, count: 200_000)
    router.on(.get, "/big") { _, _ in HTTPResponse(status: .ok, body: .bytes(big)) }
    router.on(.get, "/stream") { _, _ in HTTPResponse(status: .ok, body: .stream(stream(running, chunks: 20))) }
    router.on(.get, "/endless") { _, _ in HTTPResponse(status: .ok, body: .stream(stream(running, chunks: .max))) }
    return router
  }

  /// Chunks of 5,000 bytes; counted as running until it is let go.
  private static func stream(_ running: FuzzCounter, chunks: Int) -> ResponseStream {
    final class Producer: Sendable {
      let running: FuzzCounter
      let sent = FuzzCounter()
      init(_ running: FuzzCounter) {
        self.running = running
        running.add(1)
      }
      deinit { running.add(-1) }
    }
    let producer = Producer(running)
    let chunk = [UInt8](repeating: 67, count: 5_000)
    return ResponseStream {
      guard producer.sent.add(1) <= chunks else { return nil }
      await Task.yield()
      return chunk
    }
  }

  /// Plays one client; what came back must be answers, and the server must be empty afterwards.
  func play(_ talk: FuzzTalk) async throws -> Reading {
    // On a thread of Dispatch: it blocks, and Swift's pool is the server's.
    let answers = try await withCheckedThrowingContinuation { continuation in
      DispatchQueue.global().async {
        continuation.resume(with: Swift.Result { try FuzzClient(port: port).play(talk) })
      }
    }
    var left = 4_000
    while server.statistics.openConnections > 0 || server.statistics.requestsInFlight > 0 || running.value > 0 {
      left -= 1
      try Finding.unless(
        left > 0,
        "\(server.statistics.openConnections) connections, \(server.statistics.requestsInFlight) requests, \(running.value) producers are left"
      )
      try await Task.sleep(for: .milliseconds(1))
    }
    if let problem = answers.problem { throw Finding(problem) }
    return answers.statuses.contains { $0 == 200 } ? .accepted : .refused
  }
}

/// A number that any thread may change.
private final class FuzzCounter: Sendable {
  private let number = Atomic<Int>(0)
  var value: Int { number.load(ordering: .sequentiallyConsistent) }
  @discardableResult func add(_ change: Int) -> Int {
    number.wrappingAdd(change, ordering: .sequentiallyConsistent).newValue
  }
}

/// A blocking client.
private final class FuzzClient {
  private let descriptor: Int32
  /// Where a client that does not leave stops reading: an endless stream would be read for ever.
  private static let readLimit = 1 << 20

  init(port: UInt16) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var size = Int32(16_384)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let connected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard connected == 0 else { throw Finding("connect: \(errno)") }
  }

  deinit { close(descriptor) }

  /// Sends, reads what comes, and leaves as it should.
  func play(_ talk: FuzzTalk) -> FuzzAnswers {
    var received: [UInt8] = []
    for piece in talk.pieces {
      // Without blocking: a server that waits for its answers to be read takes no more, and the rest is let go.
      let count = piece.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
      }
      if count < piece.count { break }
      _ = read(into: &received, talk.readSize, wait: 0)
    }
    switch talk.leaving {
    case .close: return FuzzAnswers(received)
    case .reset:
      var linger = Glibc.linger(l_onoff: 1, l_linger: 0)
      setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
      return FuzzAnswers(received)
    case .halfClose: shutdown(descriptor, Int32(SHUT_WR))
    case .none: break
    }
    var isOpen = true
    while isOpen, received.count < Self.readLimit { isOpen = read(into: &received, talk.readSize, wait: 5) }
    return FuzzAnswers(received)
  }

  /// Reads once, if anything comes within `wait` milliseconds; false at the end or where nothing comes.
  private func read(into received: inout [UInt8], _ size: Int, wait: Int32) -> Bool {
    var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard Glibc.poll(&poll, 1, wait) > 0 else { return false }
    var piece = [UInt8](repeating: 0, count: size)
    let count = recv(descriptor, &piece, size, 0)
    guard count > 0 else { return false }
    received += piece[..<count]
    return true
  }
}

/// What a client was sent, read as answers; the last may be cut off.
private struct FuzzAnswers: Sendable {
  private(set) var statuses: [Int] = []
  private(set) var problem: String?
  private static let known: Set<Int> = [100, 200, 204, 400, 404, 405, 408, 413, 414, 417, 421, 431, 501, 505]

  init(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while problem == nil, !rest.isEmpty, let head = Self.takeHead(&rest) {
      let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n", omittingEmptySubsequences: false)
      let status = Int(lines[0].split(separator: " ").dropFirst().first ?? "") ?? 0
      guard lines[0].hasPrefix("HTTP/1.1 "), Self.known.contains(status) else {
        problem = "no status line: \(lines[0])"
        return
      }
      statuses.append(status)
      if status == 100 || status == 204 { continue }
      if !takeBody(&rest, lines) { return }
    }
  }

  private static func takeHead(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    let end: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A]
    guard let range = rest.firstRange(of: end) else { return nil }
    defer { rest = rest[range.upperBound...] }
    return rest[..<range.lowerBound]
  }

  /// Takes a body; false where it is cut off or lasts until the end. After HEAD another head, or nothing, follows at once.
  private mutating func takeBody(_ rest: inout ArraySlice<UInt8>, _ lines: [Substring]) -> Bool {
    if rest.isEmpty || rest.starts(with: "HTTP/1.1 ".utf8) { return true }
    if let line = lines.first(where: { $0.hasPrefix("Content-Length: ") }), let count = Int(line.dropFirst(16)) {
      guard rest.count >= count else { return false }
      rest = rest.dropFirst(count)
      return true
    }
    guard lines.contains("Transfer-Encoding: chunked") else { return false }
    while let lineEnd = rest.firstIndex(of: 0x0D) {
      guard let size = Int(String(decoding: rest[..<lineEnd], as: UTF8.self), radix: 16) else {
        problem = "no chunk: \(String(decoding: rest.prefix(40), as: UTF8.self))"
        return false
      }
      rest = rest[lineEnd...].dropFirst(2)
      guard rest.count >= size + 2 else { return false }
      rest = rest.dropFirst(size + 2)
      if size == 0 { return true }
    }
    return false
  }
}
