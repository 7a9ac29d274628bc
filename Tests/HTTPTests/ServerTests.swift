import Glibc
import HTTP
import Testing

private let host = "Host: a\r\n"

private func post(_ body: String, _ fields: String = "") -> String {
  "POST /echo HTTP/1.1\r\n\(host)\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
}

private func get(_ target: String, _ fields: String = "") -> String {
  "GET \(target) HTTP/1.1\r\n\(host)\(fields)\r\n"
}

private func textResponse(_ text: String) -> HTTPResponse {
  HTTPResponse(status: .ok, contentType: "text/plain", body: Array(text.utf8))
}

private func echoRouter() -> Router {
  var router = Router()
  router.on(.post, "/echo") { request, _ in
    HTTPResponse(status: .ok, contentType: "application/json", body: request.body)
  }
  router.on(.get, "/wait/{n}") { _, parameters in
    // Later requests would overtake earlier ones if they were answered side by side.
    try? await Task.sleep(for: .milliseconds(parameters["n"] == "0" ? 30 : 1))
    return textResponse(parameters["n"] ?? "")
  }
  router.on(.get, "/address") { request, _ in textResponse(request.remoteAddress) }
  router.on(.get, "/stream/{n}") { _, parameters in
    let left = Counter()
    let count = Int(parameters["n"] ?? "") ?? 0
    return HTTPResponse(
      status: .ok, headers: [.contentType: "text/plain"],
      body: .stream(
        ResponseStream {
          guard left.count < count else { return nil }
          left.add()
          return Array("chunk \(left.count)\n".utf8)
        }))
  }
  router.immediately(.get, "/now") { _, _ in textResponse("now") }
  router.on(.get, "/big") { _, _ in
    HTTPResponse(status: .ok, contentType: "text/plain", body: [UInt8](repeating: 65, count: 3_000_000))
  }
  return router
}

extension SocketTests {
  @Suite struct ServerTests {
    @Test func `a connection stays open for many requests`() async throws {
      try await TestServer.run(echoRouter()) { running in
        let client = try running.client()
        for index in 0..<20 {
          let response = try client.ask(post("body \(index)"))
          #expect(response.status == 200 && response.text == "body \(index)")
          #expect(!response.head.contains("Connection:"))
        }
        #expect(running.server.statistics.acceptedConnections == 1)
        #expect(running.server.statistics.requestCount == 20)
      }
    }

    @Test func `pipelined requests are answered in order`() async throws {
      try await TestServer.run(echoRouter()) { running in
        let client = try running.client()
        try client.send((0..<30).map { get($0 % 3 == 2 ? "/now" : "/wait/\($0)") }.joined())
        for index in 0..<30 { #expect(try client.response().text == (index % 3 == 2 ? "now" : "\(index)")) }
      }
    }

    @Test func `thousands of pipelined requests are answered while the client only sends`() async throws {
      try await TestServer.run(echoRouter()) { running in
        let client = try running.client()
        let count = 5_000
        let requests = String(repeating: get("/now"), count: count)
        try client.send(requests)
        for _ in 0..<count { #expect(try client.response().text == "now") }
      }
    }

    @Test func `a request may come byte by byte`() async throws {
      try await TestServer.run(echoRouter()) { running in
        let client = try running.client()
        for byte in post("drip").utf8 { try client.send([byte]) }
        #expect(try client.response().text == "drip")
      }
    }

    @Test func `chunked requests and large bodies arrive whole`() async throws {
      try await TestServer.run(echoRouter()) { running in
        let client = try running.client()
        let head = "POST /echo HTTP/1.1\r\n\(host)Transfer-Encoding: chunked\r\n\r\n"
        #expect(try client.ask(head + "3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\nT: u\r\n\r\n").text == "abcdefg")
        let large = String(repeating: "0123456789", count: 300_000)
        #expect(try client.ask(post(large)).text == large)
        #expect(try client.ask(get("/big")).body.count == 3_000_000)
      }
    }

    @Test func `streams are chunked, and end with the connection for HTTP 1.0`() async throws {
      try await TestServer.run(echoRouter()) { running in
        let expected = (1...50).map { "chunk \($0)\n" }.joined()
        let client = try running.client()
        let response = try client.ask(get("/stream/50"))
        #expect(response.has("Transfer-Encoding: chunked") && response.text == expected)
        #expect(try client.ask(get("/stream/0")).text.isEmpty)
        let old = try running.client().ask("GET /stream/50 HTTP/1.0\r\n\r\n")
        #expect(!old.head.contains("Transfer-Encoding") && old.text == expected)
      }
    }

    @Test func `HEAD has the head of GET and no body`() async throws {
      try await TestServer.run(echoRouter()) { running in
        let client = try running.client()
        try client.send("HEAD /big HTTP/1.1\r\n\(host)\r\nHEAD /stream/3 HTTP/1.1\r\n\(host)\r\n" + get("/now"))
        #expect(try client.response(toHead: true).has("Content-Length: 3000000"))
        #expect(try client.response(toHead: true).has("Transfer-Encoding: chunked"))
        #expect(try client.response().text == "now")
      }
    }

    @Test func `100-continue is sent when the body is wanted`() async throws {
      try await TestServer.run(echoRouter()) { running in
        let client = try running.client()
        let expect = "Expect: 100-continue\r\n"
        #expect(try client.ask("POST /echo HTTP/1.1\r\n\(host)\(expect)Content-Length: 4\r\n\r\n").status == 100)
        #expect(try client.ask("body").text == "body")
        // The body came along: no need to ask for it.
        #expect(try client.ask(post("here", expect)).status == 200)
        // Nobody wants this body.
        let refused = try client.ask("POST /none HTTP/1.1\r\n\(host)\(expect)Content-Length: 4\r\n\r\n")
        #expect(refused.status == 404 && refused.has("Connection: close"))
        #expect(try client.isAtEnd())
        let large = try running.client().ask("POST /echo HTTP/1.1\r\n\(host)\(expect)Content-Length: 99999999\r\n\r\n")
        #expect(large.status == 413)
      }
    }

    @Test func `HTTP 1.0 closes unless it asks for more`() async throws {
      try await TestServer.run(echoRouter()) { running in
        let client = try running.client()
        let kept = try client.ask("GET /now HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        #expect(kept.has("Connection: keep-alive"))
        #expect(try client.ask("GET /now HTTP/1.0\r\n\r\n").has("Connection: close"))
        #expect(try client.isAtEnd())
      }
    }

    @Test func `the peer's address is known`() async throws {
      try await TestServer.run(echoRouter()) { running in
        let client = try running.client()
        #expect(try client.ask(get("/address")).text == "127.0.0.1")
      }
      try await TestServer.run(echoRouter(), configure: { $0.host = "::" }) { running in
        let client = try running.client()
        #expect(try client.ask(get("/address")).text == "127.0.0.1")
        #expect(running.server.boundAddress?.description == "[::]:\(running.port)")
      }
    }

    @Test func `refused requests get JSON and the connection ends`() async throws {
      let cases: [(String, Int)] = [
        ("GET /\r\n\r\n", 400), ("GET / HTTP/1.1\r\n\r\n", 400), ("GET / HTTP/3.0\r\n\r\n", 505),
        ("GET /" + String(repeating: "a", count: 9_000) + " HTTP/1.1\r\n\r\n", 414),
        (get("/", "X: " + String(repeating: "a", count: 17_000) + "\r\n"), 431),
        ("POST / HTTP/1.1\r\n\(host)Transfer-Encoding: gzip\r\n\r\n", 501),
        ("POST / HTTP/1.1\r\n\(host)Expect: x\r\n\r\n", 417),
        ("POST / HTTP/1.1\r\n\(host)Content-Length: 99999999\r\n\r\n", 413),
        ("\u{16}\u{3}\u{1}", 400),
      ]
      try await TestServer.run(echoRouter()) { running in
        for (text, status) in cases {
          let client = try running.client()
          try client.send(get("/now") + text)
          #expect(try client.response().text == "now")
          let response = try client.response()
          #expect(response.status == status)
          #expect(response.has("Connection: close") && response.has("Content-Type: application/json"))
          #expect(response.text.hasPrefix(#"{"error": ""#))
          #expect(try client.isAtEnd())
        }
        #expect(running.server.statistics.refusedCount == cases.count)
      }
    }

    @Test func `a refusal can be read by a client that is still sending`() async throws {
      try await TestServer.run(echoRouter()) { running in
        for _ in 0..<10 {
          let client = try running.client()
          // Much more than socket buffers hold: a close without lingering would reset the connection.
          try client.send("POST /echo HTTP/1.1\r\n\(host)Content-Length: 20000000\r\n\r\n")
          try client.send([UInt8](repeating: 0, count: 20_000_000))
          #expect(try client.response().status == 413)
        }
      }
    }

    @Test func `errors of start name what is wrong`() async throws {
      let running = try TestServer(echoRouter())
      func failure(_ host: String, _ port: Int) -> ServerError? {
        let server = HTTPServer(configuration: ServerConfiguration(host: host, port: port), router: Router())
        do throws(ServerError) {
          try server.start()
          return nil
        } catch {
          return error
        }
      }
      #expect(failure("127.0.0.1", running.port) == .addressInUse(host: "127.0.0.1", port: running.port))
      #expect(failure("192.0.2.1", 0) == .addressNotAvailable(host: "192.0.2.1", port: 0))
      #expect(failure("::1", 70_000) == .invalidPort(host: "::1", port: 70_000))
      for name in ["no such host.invalid", ""] {
        guard case .unknownHost = failure(name, 0) else {
          Issue.record("\(name) was listened on")
          continue
        }
      }
      #expect(throws: ServerError.alreadyStarted(host: "127.0.0.1", port: 0)) { try running.server.start() }
      await running.server.shutdown(deadline: .seconds(1))
    }
  }
}
