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
  router.on(.get, "/address") { request, _ in textResponse(request.remoteAddress) }
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

    @Test func `thousands of pipelined requests are answered while the client only sends`() async throws {
      try await TestServer.run(echoRouter()) { running in
        let client = try running.client()
        let count = 5_000
        let requests = String(repeating: get("/now"), count: count)
        try client.send(requests)
        for _ in 0..<count { #expect(try client.response().text == "now") }
      }
    }

    @Test func `large bodies arrive whole`() async throws {
      try await TestServer.run(echoRouter()) { running in
        let client = try running.client()
        let large = String(repeating: "0123456789", count: 300_000)
        #expect(try client.ask(post(large)).text == large)
        #expect(try client.ask(get("/big")).body.count == 3_000_000)
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

    @Test func `what is refused is counted`() async throws {
      try await TestServer.run(echoRouter()) { running in
        for count in 1...3 {
          let client = try running.client()
          #expect(try client.ask("GET /\r\n\r\n").status == 400)
          #expect(running.server.statistics.refusedCount == count)
        }
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
