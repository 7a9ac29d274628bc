import Foundation
import Glibc
import HTTP
import Synchronization
import Testing

private let host = "Host: a\r\n"

private func get(_ target: String) -> String { "GET \(target) HTTP/1.1\r\n\(host)\r\n" }

/// Routes whose handlers wait until a gate opens or they are cancelled.
private struct Gate: Sendable {
  let isOpen = Flag()
  let entered = Counter()
  let cancelled = Counter()

  var router: Router {
    var router = Router()
    for method in [HTTPMethod.get, .post] {
      router.on(method, "/gate") { _, _ in
        entered.add()
        while !isOpen.isSet {
          do {
            try await Task.sleep(for: .milliseconds(5))
          } catch {
            cancelled.add()
            break
          }
        }
        return HTTPResponse(status: .ok, contentType: "text/plain", body: Array("done".utf8))
      }
    }
    router.immediately(.get, "/now") { _, _ in HTTPResponse(status: .ok) }
    router.on(.post, "/echo") { request, _ in
      HTTPResponse(status: .ok, contentType: "text/plain", body: request.body)
    }
    return router
  }
}

private func descriptorCount() -> Int {
  (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0
}

extension SocketTests {
  @Suite struct ServerEndingsTests {
    /// Shortens the deadlines that are to pass; the others must not pass on a busy machine.
    private func short(_ deadlines: [WritableKeyPath<ServerDeadlines, Duration>]) -> (inout ServerConfiguration) -> Void
    {
      { configuration in
        for deadline in deadlines { configuration.deadlines[keyPath: deadline] = .milliseconds(250) }
      }
    }

    @Test func `a header or a body that does not come gets 408`() async throws {
      try await TestServer.run(Gate().router, configure: short([\.head, \.body])) { running in
        let header = try running.client()
        let body = try running.client()
        try header.send("GET / HTT")
        try body.send("POST /echo HTTP/1.1\r\n\(host)Content-Length: 9\r\n\r\nabc")
        for client in [header, body] {
          let response = try client.response()
          #expect(response.status == 408 && response.has("Connection: close"))
          #expect(try client.isAtEnd())
        }
      }
    }

    @Test func `a trickle of bytes does not put the header's deadline off`() async throws {
      try await TestServer.run(Gate().router, configure: short([\.head])) { running in
        let client = try running.client()
        try client.send("GET / HTTP/1.1\r\n")
        #expect(
          eventually {
            try? client.send("X: y\r\n")
            return running.server.statistics.refusedCount == 1
          })
        #expect(try client.response().status == 408)
      }
    }

    @Test func `idle connections are closed without a word`() async throws {
      try await TestServer.run(Gate().router, configure: short([\.firstByte])) { running in
        let silent = try running.client()
        #expect(try silent.isAtEnd())
      }
      try await TestServer.run(Gate().router, configure: short([\.keepAlive])) { running in
        let kept = try running.client()
        #expect(try kept.ask(get("/now")).status == 200)
        #expect(try kept.isAtEnd())
      }
    }

    @Test func `a handler may take longer than the deadlines of the request`() async throws {
      let gate = Gate()
      try await TestServer.run(gate.router, configure: short([\.body, \.keepAlive])) { running in
        let client = try running.client()
        // Whole in one piece: the body's deadline begins and must end with it.
        try client.send("POST /gate HTTP/1.1\r\n\(host)Content-Length: 3\r\n\r\nabc")
        #expect(eventually { gate.entered.count == 1 })
        let later = try running.client()
        try later.send("POST /echo HTTP/1.1\r\n\(host)Content-Length: 9\r\n\r\nabc")
        #expect(try later.response().status == 408)
        gate.isOpen.set()
        #expect(try client.response().text == "done")
      }
    }

    @Test func `a client that reads nothing is cut off`() async throws {
      var router = Router()
      router.on(.get, "/big") { _, _ in
        HTTPResponse(status: .ok, contentType: "text/plain", body: [UInt8](repeating: 65, count: 30_000_000))
      }
      try await TestServer.run(router, configure: { $0.deadlines.stalledWrite = .milliseconds(250) }) { running in
        let client = try running.client()
        try client.send(get("/big"))
        #expect(eventually { running.server.statistics.requestCount == 1 })
        #expect(eventually { running.server.statistics.openConnections == 0 })
      }
    }

    @Test(arguments: ["half close", "close", "reset", "half close behind a pipelined request"])
    func `a client that leaves cancels its request`(_ way: String) async throws {
      let gate = Gate()
      try await TestServer.run(gate.router) { running in
        var client: TestClient? = try running.client()
        try client?.send(get("/gate"))
        #expect(eventually { gate.entered.count == 1 })
        switch way {
        case "half close": client?.endOutput()
        case "close": client = nil
        case "reset":
          client?.resetOnClose()
          client = nil
        default:
          // Reading is paused by what follows; the end must be heard all the same.
          try client?.send(get("/now"))
          usleep(50_000)
          client?.endOutput()
        }
        #expect(eventually { gate.cancelled.count == 1 })
        #expect(eventually { running.server.statistics.openConnections == 0 })
        #expect(running.server.statistics.requestsInFlight == 0)
      }
    }

    @Test func `a slow reader is given a stream no faster than it reads`() async throws {
      let produced = Counter()
      let released = Flag()
      /// Says when the producer has been let go.
      final class Producer: Sendable {
        let onEnd: @Sendable () -> Void
        init(onEnd: @escaping @Sendable () -> Void) { self.onEnd = onEnd }
        deinit { onEnd() }
        func chunk() -> [UInt8] { [UInt8](repeating: 66, count: 100_000) }
      }
      var router = Router()
      router.on(.get, "/endless") { _, _ in
        let producer = Producer { released.set() }
        return HTTPResponse(
          status: .ok,
          body: .stream(
            ResponseStream {
              produced.add(100_000)
              return producer.chunk()
            }))
      }
      try await TestServer.run(router) { running in
        var client: TestClient? = try running.client(receiveBuffer: 16_384)
        try client?.send(get("/endless"))
        var last = -1
        // Wait until it stands still: the socket buffers are full.
        #expect(
          eventually {
            usleep(100_000)
            defer { last = produced.count }
            return produced.count > 0 && produced.count == last
          })
        // Loopback sockets hold a few megabytes at most.
        #expect(produced.count < 20_000_000)
        client = nil
        #expect(eventually { released.isSet })
        #expect(eventually { running.server.statistics.openConnections == 0 })
      }
    }

    @Test func `shutdown finishes what was accepted and closes what is idle`() async throws {
      let gate = Gate()
      let running = try TestServer(gate.router)
      let (idle, busy) = try await offPool {
        let idle = try running.client()
        let busy = try running.client()
        #expect(try idle.ask(get("/now")).status == 200)
        try busy.send(get("/gate"))
        #expect(eventually { gate.entered.count == 1 })
        return (idle, busy)
      }
      async let stopped: Void = running.server.shutdown(deadline: .seconds(60))
      try await offPool {
        #expect(try idle.isAtEnd())
        #expect(throws: ClientError.self) { try running.client() }
        gate.isOpen.set()
        let response = try busy.response()
        #expect(response.text == "done" && response.has("Connection: close"))
        #expect(try busy.isAtEnd())
        busy.endOutput()
      }
      await stopped
      #expect(running.server.statistics.openConnections == 0)
      #expect(gate.cancelled.count == 0)
    }

    @Test func `shutdown cancels what is left after its deadline`() async throws {
      let gate = Gate()
      let running = try TestServer(gate.router)
      let client = try await offPool {
        let client = try running.client()
        try client.send(get("/gate"))
        #expect(eventually { gate.entered.count == 1 })
        return client
      }
      await running.server.shutdown(deadline: .milliseconds(100))
      try await offPool {
        #expect(eventually { gate.cancelled.count == 1 })
        let isAtEnd = try client.isAtEnd()
        #expect(isAtEnd)
      }
      await running.server.shutdown(deadline: .seconds(1))
    }

    // Plain: the clients' handshakes would wait for one another.
    @Test(.overPlain) func `beyond the limit a connection waits until another closes`() async throws {
      try await TestServer.run(Gate().router, configure: { $0.maxConnections = 4 }) { running in
        var clients = try (0..<8).map { _ in try running.client() }
        for client in clients { try client.send(get("/now")) }
        for client in clients[..<4] { #expect(try client.response().status == 200) }
        usleep(100_000)
        #expect(running.server.statistics.openConnections == 4)
        clients.removeFirst(4)
        for client in clients { #expect(try client.response().status == 200) }
        #expect(running.server.statistics.acceptedConnections == 8)
      }
    }

    @Test func `thousands of clients that send and reset leave nothing behind`() async throws {
      try await TestServer.run(Gate().router) { running in
        #expect(try running.client().ask(get("/now")).status == 200)
        #expect(eventually { running.server.statistics.openConnections == 0 })
        let before = descriptorCount()
        let pieces = [
          get("/now"), get("/gate"), "GET / HT", "", "POST /echo HTTP/1.1\r\n\(host)Content-Length: 5\r\n\r\nab", "\0",
        ]
        for index in 0..<3_000 {
          let client = try running.client()
          try client.send(pieces[index % pieces.count])
          if index % 2 == 0 { client.resetOnClose() }
          if index % 7 == 0 { client.endOutput() }
        }
        #expect(eventually { running.server.statistics.openConnections == 0 })
        // Other suites open files too; a leak would be in the thousands.
        #expect(eventually { descriptorCount() <= before + 50 })
        #expect(running.server.statistics.requestsInFlight == 0)
        // A connection that is reset before it is accepted may never be seen.
        #expect((1_500...3_001).contains(running.server.statistics.acceptedConnections))
        #expect(try running.client().ask(get("/now")).status == 200)
      }
    }

    @Test func `running out of descriptors does not end the listener`() async {
      // In a process of its own: the limit is the whole process's.
      await #expect(processExitsWith: .success) {
        try await TestServer.run(Gate().router) { running in
          let client = try running.client()
          try #require(try client.ask(get("/now")).status == 200)
          var old = rlimit()
          getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &old)
          var low = old
          // Room for the client's own end of a connection, and none for the server's.
          let probe = dup(0)
          low.rlim_cur = rlim_t(probe + 1)
          close(probe)
          for _ in 0..<2 {
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &low)
            let waiting = try running.client()
            usleep(150_000)
            // Who is connected is served all the while.
            try #require(try client.ask(get("/now")).status == 200)
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &old)
            try #require(try waiting.ask(get("/now")).status == 200)
            try #require(try client.ask(get("/now")).status == 200)
            low.rlim_cur += 2
          }
        }
      }
    }
  }
}
