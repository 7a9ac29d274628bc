import Dispatch
import HTTP
import Synchronization
import Testing

extension FuzzTests {
  /// Mutated streams of requests go to a real server over a socket; clients cut them at random, read slowly, leave in the
  /// middle or reset. Whatever comes back are whole answers in the order of the requests, and nothing stays open.
  @Test func `connections survive any client`() async throws {
    let site = try FuzzServer(tls: nil)
    try await FuzzRun.run("http-connection", FuzzServer.mutator, repair: FuzzServer.begin) { input, random in
      try await site.play(FuzzTalk(input, &random))
    }
    try await site.stop()
  }

  /// The same over TLS; now and then what a client sends is damaged or stops at any byte, of the handshake too.
  @Test func `connections over TLS survive any client`() async throws {
    let site = try FuzzServer(tls: FuzzTLS.configuration("server"))
    let contexts = [try FuzzTLS.client(), try FuzzTLS.client(.old)]
    try await FuzzRun.run("tls-connection", FuzzServer.mutator, repair: FuzzServer.begin) { input, random in
      var talk = FuzzTalk(input, &random)
      talk.tls = contexts[random.below(2)]
      if random.once(in: 3) { talk.damage = FuzzTalk.Damage(&random) }
      return try await site.play(talk)
    }
    try await site.stop()
  }
}

/// How a client behaves that sends one input.
struct FuzzTalk: Sendable {
  enum Leaving: Int, Sendable {
    /// It reads until the server closes or is silent.
    case none
    case halfClose, close, reset
  }

  /// What happens to the bytes under TLS.
  struct Damage: Sendable {
    enum Kind: Sendable { case bit, stop, garbage }

    let kind: Kind
    /// Bytes that are as they should be.
    let offset: Int

    init(_ random: inout FuzzGenerator) {
      kind = [.bit, .stop, .garbage][random.below(3)]
      offset = random.below(random.once(in: 2) ? 400 : 2_000)
    }
  }

  /// The input in pieces.
  let pieces: [[UInt8]]
  let leaving: Leaving
  /// Bytes of a read; small ones, with a small buffer, hold streams up.
  let readSize: Int
  /// Nil: plain HTTP.
  var tls: TLSContext?
  var damage: Damage?

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

/// A server whose answers are plain, made by tasks, compressed, streamed and endless.
private struct FuzzServer {
  static var mutator: Mutator { Mutator(seeds: seeds.map { Array($0.utf8) } + codedSeeds, dictionary: words) }

  private static let seeds = [
    "GET /now HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /stream HTTP/1.1\r\nHost: a\r\n\r\nGET /now HTTP/1.1\r\nHost: a\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\nGET /slow HTTP/1.1\r\nHost: a\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcHEAD /stream HTTP/1.1\r\nHost: a\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc",
    "GET /big HTTP/1.1\r\nHost: a\r\n\r\nGET /stream HTTP/1.1\r\nHost: a\r\n\r\nGET /big HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /endless HTTP/1.1\r\nHost: a\r\n\r\n", "GET /stream HTTP/1.0\r\n\r\n",
    "GET /slow HTTP/1.0\r\nConnection: keep-alive\r\n\r\nOPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    "GET /text HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\nHEAD /text HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /now HTTP/1.1\r\nHost: a\r\nAccept-Encoding: *;q=0\r\n\r\nGET /text HTTP/1.1\r\nHost: a\r\nAccept-Encoding: br\r\n\r\n",
  ]

  /// Half of the time, requests that are right go before what is changed.
  static func begin(_ bytes: inout [UInt8], _ random: inout FuzzGenerator) {
    guard random.once(in: 2) else { return }
    for _ in 0..<(1 + random.below(3)) { bytes.insert(contentsOf: seeds[random.below(6)].utf8, at: 0) }
  }

  /// Bodies with codings, one in the other and one behind the other.
  private static var codedSeeds: [[UInt8]] {
    func gzip(_ bytes: [UInt8]) -> [UInt8] { FixedBody(bytes).gzip ?? [] }
    func post(_ codings: String, _ body: [UInt8]) -> [UInt8] {
      let head =
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Encoding: \(codings)\r\nContent-Length: \(body.count)\r\n\r\n"
      return Array(head.utf8) + body
    }
    let text = gzip(Array("Good morning.".utf8))
    let zeros = gzip([UInt8](repeating: 0, count: 60_000))
    return [
      post("gzip", text), post("gzip, gzip", gzip(text)), post("gzip,gzip,gzip", gzip(gzip(text))),
      post("gzip", text + text),
      post("gzip", zeros), post("gzip, gzip", gzip(zeros)), post("deflate", Array(text[10..<(text.count - 8)])),
      post("br", [1, 2, 3]), post("gzip", text) + post("identity", [65]) + post("gzip", zeros),
    ]
  }

  private static let words = [
    "\r\n", "\r\n\r\n", "GET /now HTTP/1.1\r\nHost: a\r\n\r\n", "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n", "GET /big HTTP/1.1\r\nHost: a\r\n\r\n", "HEAD", " HTTP/1.0\r\n",
    "/endless", "/stream", "/slow", "/none", "/text", "Connection: close\r\n", "Connection: keep-alive\r\n",
    "Expect: 100-continue\r\n", "Transfer-Encoding: chunked\r\n", "Content-Length: 3\r\n", "0\r\n\r\n", "\n", "\0",
    "Content-Encoding: gzip\r\n", "Content-Encoding: deflate\r\n", "Accept-Encoding: gzip\r\n", ", gzip",
    "identity;q=0",
    "https://a",
  ]

  private let server: HTTPServer
  private let port: UInt16
  private let running = FuzzCounter()

  init(tls: TLSConfiguration?) throws {
    var configuration = ServerConfiguration()
    configuration.port = 0
    configuration.tls = tls
    configuration.limits.headBytes = 2_048
    configuration.limits.bodyBytes = 32_768
    configuration.limits.inflationFreeBytes = 8_192
    configuration.bodyMemoryBytes = 65_536
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
    router.on(.get, "/text") { _, _ in text(String(repeating: "Good morning. ", count: 1_000)) }
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
        continuation.resume(with: Swift.Result { try FuzzClient(port: port, talk).play() })
      }
    }
    var left = 4_000
    while let rest {
      left -= 1
      try Finding.unless(left > 0, "\(rest) are left")
      try await Task.sleep(for: .milliseconds(1))
    }
    if let problem = answers.problem { throw Finding(problem) }
    return answers.statuses.contains { $0 == 200 } ? .accepted : .refused
  }

  /// What the server still has of clients; nil where that is nothing.
  private var rest: String? {
    let statistics = server.statistics
    let counts = [
      statistics.openConnections, statistics.handshakesInProgress, statistics.requestsInFlight, running.value,
      server.heldBodyBytes,
    ]
    if counts.allSatisfy({ $0 == 0 }) { return nil }
    let names = ["connections", "handshakes", "requests", "producers", "bytes of bodies"]
    return zip(counts, names).map { "\($0) \($1)" }.joined(separator: ", ")
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
