import Dispatch
import HTTP
import Testing

extension SocketTests {
  @Suite struct LongWorkTests {
    /// A handler that keeps its thread until it is let go when the body is long, as reading one does.
    @Test func `requests with long bodies that keep their threads hold up no short request`() async throws {
      let began = Counter()
      let gate = DispatchSemaphore(value: 0)
      var router = Router()
      router.on(.post, "/work") { request, _ in
        if request.body.count > 1_000 {
          began.add()
          Self.wait(gate)
        }
        return HTTPResponse(status: .ok, contentType: "text/plain", body: Array("\(request.body.count)".utf8))
      }
      let count = 40
      try await TestServer.run(router, configure: { $0.cores = 4 }) { running in
        let long = try (0..<count).map { _ in try running.client() }
        let body = String(repeating: "x", count: 100_000)
        for client in long {
          try client.send("POST /work HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n" + body)
        }
        #expect(eventually { began.count >= 2 })
        let short = try running.client()
        for _ in 0..<20 {
          #expect(try short.ask("POST /work HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab").text == "2")
        }
        // Half of four processors.
        #expect(began.count == 2)
        for _ in 0..<count { gate.signal() }
        for client in long { #expect(try client.response().text == "100000") }
        #expect(began.count == count)
      }
    }

    /// Blocks, which a task must not do; here it stands for computation.
    private static func wait(_ gate: DispatchSemaphore) { gate.wait() }
  }
}
