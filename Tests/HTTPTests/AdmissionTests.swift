import HTTP
import Testing

private let fields = "Host: a\r\n"

/// A router whose admission refuses whoever says so; its handler answers with the body's length.
private func router(asked: Counter = Counter()) -> Router {
  var router = Router()
  router.on(
    .post, "/work",
    admission: { request in
      asked.add()
      #expect(request.body.isEmpty)
      guard request.headers[HTTPHeaderName(literal: "X-Refuse")] != nil else { return nil }
      return HTTPResponse(status: .tooManyRequests, contentType: "text/plain", body: Array("slow".utf8))
    }
  ) { request, _ in HTTPResponse(status: .ok, contentType: "text/plain", body: Array("\(request.body.count)".utf8)) }
  router.immediately(.get, "/now") { _, _ in
    HTTPResponse(status: .ok, contentType: "text/plain", body: Array("now".utf8))
  }
  router.completing = { response, fields in
    response.headers[HTTPHeaderName(literal: "X-Seen")] = fields[.hostField] ?? "none"
  }
  return router
}

extension SocketTests {
  @Suite struct AdmissionTests {
    @Test func `a refused body is read and thrown away, and the connection goes on`() async throws {
      try await TestServer.run(router()) { running in
        let client = try running.client()
        let body = String(repeating: "x", count: 1_000_000)
        let refused = "POST /work HTTP/1.1\r\n\(fields)X-Refuse: 1\r\nContent-Length: \(body.utf8.count)\r\n\r\n" + body
        let admitted = "POST /work HTTP/1.1\r\n\(fields)Content-Length: 5\r\n\r\nabcde"
        let chunked =
          "POST /work HTTP/1.1\r\n\(fields)X-Refuse: 1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
        for _ in 0..<2 {
          let answer = try client.ask(refused)
          #expect(answer.status == 429 && answer.text == "slow" && !answer.has("Connection: close"))
          #expect(try client.ask(admitted).text == "5")
          #expect(try client.ask(chunked).status == 429)
        }
        try client.send(refused + admitted + chunked + admitted)
        for status in [429, 200, 429, 200] { #expect(try client.response().status == status) }
        // The answer is sent before it is counted as given.
        #expect(eventually { running.server.statistics.requestsInFlight == 0 })
      }
    }

    @Test func `a refused body behind Expect is not asked for`() async throws {
      try await TestServer.run(router()) { running in
        let head = "POST /work HTTP/1.1\r\n\(fields)Expect: 100-continue\r\nContent-Length: 5\r\n"
        let client = try running.client()
        let answer = try client.ask(head + "X-Refuse: 1\r\n\r\n")
        #expect(answer.status == 429 && answer.has("Connection: close"))
        #expect(try client.isAtEnd())
        let admitted = try running.client()
        #expect(try admitted.ask(head + "\r\n").status == 100)
        #expect(try admitted.ask("abcde").text == "5")
      }
    }

    @Test func `a request without a body is left to its handler`() async throws {
      let asked = Counter()
      try await TestServer.run(router(asked: asked)) { running in
        let client = try running.client()
        #expect(try client.ask("POST /work HTTP/1.1\r\n\(fields)X-Refuse: 1\r\n\r\n").text == "0")
        #expect(try client.ask("GET /now HTTP/1.1\r\n\(fields)Content-Length: 2\r\n\r\nab").text == "now")
        #expect(asked.count == 0)
      }
    }

    @Test func `answers that no handler made are completed`() async throws {
      try await TestServer.run(router()) { running in
        let client = try running.client()
        for (text, status) in [("GET /none", 404), ("GET /work", 405), ("OPTIONS /work", 204), ("BREW /", 501)] {
          let answer = try client.ask("\(text) HTTP/1.1\r\n\(fields)\r\n")
          #expect(answer.status == status && answer.has("X-Seen: a"), "\(answer)")
        }
        #expect(
          try running.client().ask("POST /work HTTP/1.1\r\n\(fields)Content-Length: 99999999\r\n\r\n").head.contains(
            "X-Seen:"))
        #expect(try running.client().ask("nonsense\r\n\r\n").has("X-Seen: none"))
        #expect(try !client.ask("GET /now HTTP/1.1\r\n\(fields)\r\n").head.contains("X-Seen"))
      }
    }
  }

  @Suite struct AddressLimitTests {
    private static let ask = "GET /now HTTP/1.1\r\nHost: a\r\n\r\n"

    @Test func `an address beyond its connections gets 429, and room comes back`() async throws {
      try await TestServer.run(router(), configure: { $0.maxConnectionsPerAddress = 2 }) { running in
        var open = [try running.client(), try running.client()]
        for client in open { #expect(try client.ask(Self.ask).status == 200) }
        let refused = try running.client()
        let answer = try refused.response()
        #expect(answer.status == 429 && answer.has("Connection: close"))
        #expect(answer.text.contains("at most 2"))
        #expect(try refused.isAtEnd())
        #expect(running.server.statistics.connectionsRefusedByAddress == 1)
        open.removeLast()
        #expect(
          eventually {
            guard let next = try? running.client(), let answer = try? next.ask(Self.ask) else { return false }
            return answer.status == 200
          })
        #expect(try open[0].ask(Self.ask).status == 200)
      }
    }

    @Test func `an address that goes on gets its connections closed at once`() async throws {
      try await TestServer.run(router(), configure: { $0.maxConnectionsPerAddress = 1 }) { running in
        let served = try running.client()
        #expect(try served.ask(Self.ask).status == 200)
        var greedy: [TestClient] = []
        for _ in 0..<200 { greedy.append(try running.client()) }
        #expect(eventually { running.server.statistics.connectionsRefusedByAddress == 200 })
        // One that is served, and those that are being told why not.
        #expect(running.server.statistics.openConnections <= 5)
        #expect(try served.ask(Self.ask).status == 200)
        greedy = []
        #expect(eventually { running.server.statistics.openConnections == 1 })
      }
    }

    @Test func `a trusted proxy may have any number`() async throws {
      try await TestServer.run(
        router(),
        configure: {
          $0.maxConnectionsPerAddress = 1
          $0.trustedProxies = (try? AddressRange.list("127.0.0.0/8")) ?? []
        }
      ) { running in
        let clients = try (0..<20).map { _ in try running.client() }
        for client in clients { #expect(try client.ask(Self.ask).status == 200) }
        #expect(running.server.statistics.connectionsRefusedByAddress == 0)
      }
    }

    @Test func `without a limit an address may have any number`() async throws {
      try await TestServer.run(router()) { running in
        let clients = try (0..<50).map { _ in try running.client() }
        for client in clients { #expect(try client.ask(Self.ask).status == 200) }
      }
    }
  }
}
