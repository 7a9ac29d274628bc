import Glibc
import HTTP
import TestSupport
import Testing

private let host = "Host: a\r\n"

private func get(_ target: String) -> String { "GET \(target) HTTP/1.1\r\n\(host)\r\n" }

private func head(_ count: Int, _ fields: String = "") -> String {
  "POST /count HTTP/1.1\r\n\(host)\(fields)Content-Length: \(count)\r\n\r\n"
}

/// Answers with the number of bytes of the body.
private func router() -> Router {
  var router = Router()
  router.on(.post, "/count") { request, _ in
    HTTPResponse(status: .ok, contentType: "text/plain", body: Array("\(request.body.count)".utf8))
  }
  router.on(.get, "/large") { _, _ in
    HTTPResponse(status: .ok, contentType: "text/plain", body: [UInt8](repeating: 65, count: 30_000_000))
  }
  router.immediately(.get, "/now") { _, _ in
    HTTPResponse(status: .ok, contentType: "text/plain", body: Array("now".utf8))
  }
  return router
}

private func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }

extension TestClient {
  /// Takes at most `count` bytes from the socket and throws them away, sealed ones unopened; how many there were.
  fileprivate func sip(_ count: Int) -> Int {
    var piece = [UInt8](repeating: 0, count: count)
    return max(0, recv(descriptor, &piece, count, 0))
  }

  /// Throws away all that still comes; how many bytes there were.
  fileprivate func gulp() -> Int {
    var count = 0
    while true {
      let more = sip(1 << 20)
      if more == 0 { return count }
      count += more
    }
  }
}

extension SocketTests {
  @Suite struct LimitTests {
    @Test func `the answer to the last request of a connection closes it`() async throws {
      try await TestServer.run(router(), configure: { $0.maxConnectionRequests = 3 }) { running in
        let client = try running.client()
        try client.send((0..<5).map { _ in get("/now") }.joined())
        for index in 0..<3 {
          let response = try client.response()
          #expect(response.text == "now" && response.has("Connection: close") == (index == 2))
        }
        #expect(try client.isAtEnd())
        let second = try running.client()
        for _ in 0..<2 { #expect(try second.ask(head(1) + "a").text == "1") }
        let last = try second.ask(head(1) + "a")
        #expect(last.text == "1" && last.has("Connection: close"))
        #expect(running.server.statistics.requestCount == 6)
      }
    }

    @Test func `bodies that have begun may fill the memory, and those beyond it get 503`() async throws {
      try await TestServer.run(router(), configure: { $0.bodyMemoryBytes = 1 << 20 }) { running in
        let first = try running.client()
        try first.send(Array(head(1_000_000).utf8) + zeros(800_000))
        #expect(eventually { running.server.heldBodyBytes == 800_000 })
        // There is room for another to begin, but not for all of it.
        let second = try running.client()
        try second.send(Array(head(900_000).utf8) + zeros(900_000))
        let refused = try second.response()
        #expect(refused.status == 503 && refused.has("Retry-After: 1") && refused.has("Connection: close"))
        #expect(try second.isAtEnd())
        #expect(eventually { running.server.heldBodyBytes == 800_000 })
        try first.send(zeros(150_000))
        #expect(eventually { running.server.heldBodyBytes == 950_000 })
        // The rest is kept for what has begun: nothing is asked for and nothing read.
        let third = try running.client()
        let early = try third.ask(head(3, "Expect: 100-continue\r\n"))
        #expect(early.status == 503 && early.has("Retry-After: 1") && early.has("Connection: close"))
        // What has no body is answered all the same.
        #expect(try running.client().ask(get("/now")).text == "now")
        try first.send(zeros(50_000))
        #expect(try first.response().text == "1000000")
        #expect(eventually { running.server.heldBodyBytes == 0 })
        #expect(try first.ask(head(2) + "ab").text == "2")
      }
    }

    @Test func `announced bodies take no memory, and what leaves gives it back`() async throws {
      try await TestServer.run(router(), configure: { $0.bodyMemoryBytes = 1 << 20 }) { running in
        var clients = try (0..<100).map { _ in try running.client() }
        for client in clients { try client.send(head(16_000_000)) }
        #expect(try running.client().ask(head(2) + "ab").text == "2")
        for client in clients[..<8] { try client.send(zeros(100_000)) }
        #expect(eventually { running.server.heldBodyBytes == 800_000 })
        clients = []
        #expect(eventually { running.server.heldBodyBytes == 0 })
        #expect(eventually { running.server.statistics.openConnections == 0 })
      }
    }

    @Test func `chunked and decompressed bodies count too`() async throws {
      var random = SeededGenerator(seed: 5)
      let large = (0..<1_500_000).map { _ in UInt8.random(in: 97...100, using: &random) }
      let body = TestCompression.compress(large, .gzip)
      try await TestServer.run(router(), configure: { $0.bodyMemoryBytes = 1 << 20 }) { running in
        let client = try running.client()
        try client.send(Array(head(body.count, "Content-Encoding: gzip\r\n").utf8) + body)
        let refused = try client.response()
        #expect(refused.status == 503 && refused.has("Retry-After: 1"))
        #expect(eventually { running.server.heldBodyBytes == 0 })
        // The body was read, so that the connection goes on.
        let half = TestCompression.compress(Array(large[..<500_000]), .gzip)
        try client.send(Array(head(half.count, "Content-Encoding: gzip\r\n").utf8) + half)
        #expect(try client.response().text == "500000")
        #expect(eventually { running.server.heldBodyBytes == 0 })
        let chunked = try running.client()
        try chunked.send("POST /count HTTP/1.1\r\n\(host)Transfer-Encoding: chunked\r\n\r\n")
        for _ in 0..<12 { try chunked.send(Array("186a0\r\n".utf8) + zeros(100_000) + [13, 10]) }
        let late = try chunked.response()
        #expect(late.status == 503 && late.has("Connection: close"))
        #expect(eventually { running.server.heldBodyBytes == 0 })
      }
    }

    @Test func `a client that takes an answer too slowly is cut off`() async throws {
      try await TestServer.run(
        router(),
        configure: {
          $0.deadlines.stalledWrite = .milliseconds(250)
          // More than anybody reads in sips.
          $0.deadlines.leastOutputRate = 1 << 30
        }
      ) { running in
        let client = try running.client(receiveBuffer: 16_384)
        try client.send(get("/large"))
        var count = 0
        #expect(
          eventually {
            count += client.sip(1_024)
            return count > 0 && running.server.statistics.openConnections == 0
          })
        #expect(count + client.gulp() < 30_000_000)
      }
    }

    @Test func `a client that takes an answer slowly, but fast enough, gets all of it`() async throws {
      try await TestServer.run(router(), configure: { $0.deadlines.stalledWrite = .milliseconds(250) }) { running in
        let client = try running.client(receiveBuffer: 16_384)
        try client.send(get("/large"))
        // A few times as long as the deadline, some 200 KB a second. The socket's buffer reports no room for new output
        // in that time: that it gets emptier must be enough.
        var count = 0
        for _ in 0..<250 {
          count += client.sip(1_024)
          usleep(5_000)
        }
        while count < 30_000_000 {
          let more = client.sip(1 << 20)
          if more == 0 { break }
          count += more
        }
        #expect(count > 30_000_000)
      }
    }

    @Test func `a descriptor that cannot be watched is closed and the server goes on`() async throws {
      try await TestServer.run(router()) { running in
        for _ in 0..<20 {
          // epoll_ctl(2): EPERM for a regular file.
          let file = open(#filePath, O_RDONLY | O_CLOEXEC)
          #expect(file >= 0)
          running.server.adopt(file)
        }
        #expect(eventually { running.server.statistics.acceptedConnections == 20 })
        #expect(eventually { running.server.statistics.openConnections == 0 })
        let client = try running.client()
        #expect(try client.ask(get("/now")).text == "now")
      }
    }
  }
}
