import Foundation
import HTTP
import Service
import TestSupport
import Testing

/// Keys and limits of a whole server, on sockets.
@Suite struct AccessServerTests {
  private static func head(_ path: String = "/translate", _ fields: String) -> String {
    "POST \(path) HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n\(fields)"
  }

  private static func post(_ body: String, _ fields: String = "", to path: String = "/translate") -> String {
    head(path, fields) + "Content-Length: \(body.utf8.count)\r\n\r\n" + body
  }

  @Test func `a client over its limit is told so before it sends its body`() async throws {
    try await ServerTests().serving(Fake.service(), { $0.access.limits.requests = 1 }) { address, _ in
      let connection = try Connection(address)
      connection.send(Self.post(Gate.body()))
      #expect(try await connection.response().status == 200)
      // The body is read and dropped; the connection goes on.
      for _ in 0..<2 {
        connection.send(Self.post(String(repeating: "x", count: 300_000)))
        let answer = try await connection.response()
        #expect(answer.status == 429 && answer.body == #"{"error":"Slowdown: 1 per 1 minute"}"#)
        let head = answer.head.lowercased()
        #expect(head.contains("retry-after: ") && head.contains("x-request-id: ") && head.contains("nosniff"))
        #expect(head.contains("access-control-allow-origin: *") && !head.contains("connection: close"))
      }
      connection.send(Self.head("/summarize", "Expect: 100-continue\r\nContent-Length: 9\r\n\r\n"))
      let answer = try await connection.response()
      #expect(answer.status == 429 && answer.head.lowercased().contains("connection: close"))
      #expect(try await connection.isAtEnd())
    }
  }

  @Test func `a wrong key is told so before it sends its body`() async throws {
    let folder = try TemporaryFolder()
    let file = try Gate.ring(folder).file
    try await ServerTests().serving(Fake.service(), { $0.access.keyFile = file }) { address, _ in
      let connection = try Connection(address)
      connection.send(
        Self.head("/translate", "Authorization: Bearer no\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n"))
      #expect(try await connection.response().status == 403)
      let right = try Connection(address)
      right.send(Self.post(Gate.body(), "Authorization: Bearer one\r\n"))
      #expect(try await right.response().status == 200)
      right.send(Self.post(Gate.body("one")))
      #expect(try await right.response().status == 200)
      right.send(Self.post(Gate.body()))
      #expect(try await right.response().body.contains("to get an API key"))
    }
  }

  @Test func `a changed key file is in force without a new start, and a broken one is not`() async throws {
    let folder = try TemporaryFolder()
    let file = folder.path + "/keys.json"
    try KeyFile.update(file) { _ in }
    let log = try await ServerTests().serving(Fake.service(), { $0.access.keyFile = file }) { address, _ in
      let connection = try Connection(address)
      func status() async throws -> Int {
        connection.send(Self.post(Gate.body("new")))
        return try await connection.response().status
      }
      func becomes(_ wanted: Int) async throws -> Bool {
        for _ in 0..<600 {
          if try await status() == wanted { return true }
          try await Task.sleep(for: .milliseconds(100))
        }
        return false
      }
      #expect(try await status() == 403)
      let digest = try #require(KeyDigest(of: "new"))
      try KeyFile.update(file) { $0.keys.append(APIKey(name: "n", digest: digest)) }
      #expect(try await becomes(200))
      try folder.write("keys.json", "{")
      try await Task.sleep(for: .seconds(5))
      #expect(try await status() == 200)
      try folder.write("keys.json", KeyFile().bytes)
      #expect(try await becomes(403))
    }
    #expect(log.contains { $0.contains("API keys reloaded") })
    #expect(log.contains { $0.contains("API keys not reloaded") && $0.contains("no key file") })
  }

  @Test func `a key file that cannot be read stops the start, and never opens the doors`() async throws {
    var configuration = ServiceConfiguration()
    configuration.access.keyFile = "/no/such/keys.json"
    let service = DragomanService(
      configuration: configuration, service: Fake.service(), logger: Fake.Lines().logger(), secondSignal: .ignored)
    let error = #expect(throws: KeyFileError.self) { try service.loadKeys() }
    #expect(error?.description == "/no/such/keys.json: No such file or directory")
    try await ServerTests().serving(Fake.service(), { $0.access.keyFile = "/no/such/keys.json" }) { address, _ in
      let connection = try Connection(address)
      connection.send(Self.post(Gate.body("one")))
      #expect(try await connection.response().status == 403)
    }
  }

  @Test func `an address has so many connections, and answers tell why there are no more`() async throws {
    try await ServerTests().serving(Fake.service(), { $0.access.connectionsPerAddress = 1 }) { address, _ in
      let first = try Connection(address)
      first.send(Self.post(Gate.body()))
      #expect(try await first.response().status == 200)
      let second = try Connection(address)
      let answer = try await second.response()
      #expect(answer.status == 429 && answer.body == #"{"error":"Too many connections of one address: at most 1"}"#)
    }
  }

  @Test func `no text, key or address is in the log, whatever goes wrong`() async throws {
    let folder = try TemporaryFolder()
    let ring = try Gate.ring(folder)
    let secret = "SeCrEt"
    let requests: [String] = [
      Self.post(Gate.body("two", q: secret)), Self.post(Gate.body("two\(secret)", q: secret)),
      Self.post(Gate.body(nil, q: secret), "Authorization: Bearer two\r\nX-Forwarded-For: 203.0.113.77\r\n"),
      Self.post(Gate.body(nil, q: secret), "Authorization: Bearer \(secret)\r\n"),
      Self.post(Gate.body(nil, q: secret), "Authorization: Bearer two\r\n"),
      Self.post(Gate.body(nil, q: secret), "Authorization: Basic \(secret)\r\nOrigin: https://\(secret)\r\n"),
      Self.post(Gate.body(nil, q: secret), to: "/translate?api_key=\(secret)"),
      Self.post("{\"q\":\"\(secret)\",\"api_key\":\"free\",", "Authorization: Bearer free\r\n"),
      Self.post(#"{"q":"a","source":"\#(secret)","target":"de","api_key":"free"}"#),
      Self.post(#"{"q":"a","source":"en","target":"de","format":"\#(secret)","api_key":"free"}"#),
      Self.post("{\"\(secret)", to: "/summarize?api_key=free"),
      Self.post("q=\(secret)%", "Authorization: Bearer free\r\n").replacing("application/json", with: "text/\(secret)"),
      Self.post(secret, to: "/\(secret)"), "GET /\(secret) HTTP/1.1\r\nHost: \(secret)\r\n\r\n",
      "POST /translate HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(secret)\r\nContent-Length: 99999999\r\n\r\n",
      "\(secret) /\(secret) HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\n\(secret) : x\r\n\r\n",
      "\(secret)\r\n\r\n",
    ]
    let lines = try await ServerTests().serving(
      Fake.service(),
      {
        $0.access.keyFile = ring.file
        $0.access.limits = RateLimits(requests: 6, characters: 1_000)
        $0.access.trustedProxies = (try? AddressRange.list("127.0.0.1")) ?? []
        $0.logLevel = .trace
      }
    ) { address, _ in
      var seen: Set<Int> = []
      for request in requests {
        let connection = try Connection(address)
        connection.send(request)
        seen.insert(try await connection.response().status)
      }
      #expect(
        seen.isSuperset(of: [200, 400, 403, 404, 413, 415, 429]) || seen.isSuperset(of: [200, 400, 403, 404, 413, 429]))
    }
    #expect(lines.count >= requests.count)
    let log = lines.joined().lowercased()
    for word in [secret, "bearer", "203.0.113.77", "\"two\"", "\"free\"", "api_key", "drg_"] {
      #expect(!log.contains(word.lowercased()), "\(word) is in the log")
    }
    for digest in ["two", "free"].compactMap({ KeyDigest(of: $0)?.hexadecimal }) { #expect(!log.contains(digest)) }
    // The server's own address stands in the line that says where it listens, and nowhere else.
    #expect(lines.filter { $0.contains("127.0.0.1") }.allSatisfy { $0.contains("\"message\":\"listening\"") })
  }
}
