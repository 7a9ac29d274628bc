import COpenSSL
import Foundation
import Glibc
import HTTP
import TestSupport
import Testing

private let host = "Host: a\r\n"

private func get(_ target: String, version: String = "1.1", _ fields: String = "") -> String {
  "GET \(target) HTTP/\(version)\r\n\(host)\(fields)\r\n"
}

private func router(entered: Counter = Counter(), cancelled: Counter = Counter()) -> Router {
  var router = Router()
  router.immediately(.get, "/now") { _, _ in
    HTTPResponse(status: .ok, contentType: "text/plain", body: Array("now".utf8))
  }
  router.on(.post, "/echo") { request, _ in
    HTTPResponse(status: .ok, contentType: "text/plain", body: request.body)
  }
  router.on(.get, "/wait") { _, _ in
    entered.add()
    do { try await Task.sleep(for: .seconds(3_600)) } catch { cancelled.add() }
    return HTTPResponse(status: .ok)
  }
  router.on(.get, "/endless") { _, _ in
    HTTPResponse(
      status: .ok,
      body: .stream(
        ResponseStream {
          try? await Task.sleep(for: .milliseconds(5))
          return Array("more\n".utf8)
        }))
  }
  return router
}

extension SocketTests {
  @Suite(.overTLS) struct TLSServerTests {
    @Test(arguments: ["GET /now HTTP/1.1\r\n\r\n", "P", "\r\nPOST /", "delete", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"])
    func `plain HTTP is told to use https`(_ text: String) async throws {
      try await TestServer.run(router()) { running in
        let client = try TestClient(port: running.port)
        let response = try client.ask(text)
        #expect(response.status == 400 && response.has("Connection: close"))
        #expect(response.has("Content-Type: application/json"))
        #expect(response.text.hasPrefix(#"{"error": "#) && response.text.contains("this port speaks TLS; use https://"))
        #expect(try client.isAtEnd())
        #expect(running.server.statistics.failedHandshakes == 1 && running.server.statistics.refusedCount == 1)
        #expect(try running.client().ask(get("/now")).text == "now")
      }
    }

    @Test func `a client that says goodbye within the handshake has not come in`() async throws {
      try await TestServer.run(router()) { running in
        let client = try running.client()
        let session = try #require(client.tls)
        _ = TLSPair.open([], session)
        try client.sendRaw(session.sealed + [21, 3, 3, 0, 2, 1, 0])
        let statistics = running.server.statistics
        #expect(eventually { statistics.failedHandshakes == 1 && statistics.handshakesInProgress == 0 })
        #expect(statistics.completedHandshakes == 0)
      }
    }

    @Test(arguments: ["https", "HTTPS", "http"])
    func `a target of either scheme may come over TLS`(_ scheme: String) async throws {
      try await TestServer.run(router()) { running in
        let answer = try running.client().ask(get("\(scheme)://a/now"))
        #expect(answer.text == "now")
      }
    }

    @Test(arguments: [
      [0], [0x80, 0x2E, 1, 0, 2], [22, 3, 1, 0, 5, 1, 2, 3, 4, 5], [22, 3, 1, 255, 255], [23, 3, 3, 0, 1, 0],
      [21, 3, 3, 0, 2, 2, 0], [22, 2, 0, 0, 1, 1],
    ])
    func `what is neither TLS nor HTTP ends the connection`(_ bytes: [UInt8]) async throws {
      let short: (inout ServerConfiguration) -> Void = { $0.deadlines.handshake = .milliseconds(250) }
      try await TestServer.run(router(), configure: short) { running in
        let client = try TestClient(port: running.port)
        try client.sendRaw(bytes + [UInt8](repeating: 0, count: 40))
        _ = try? client.rest()
        #expect(eventually { running.server.statistics.failedHandshakes == 1 })
        #expect(running.server.statistics.handshakesInProgress == 0)
        #expect(running.server.statistics.requestCount == 0)
      }
    }

    @Test func `records may come byte by byte`() async throws {
      try await TestServer.run(router()) { running in
        let session = try TLSFixture.clientSession()
        let client = try TestClient(port: running.port, tls: session)
        _ = TLSPair.open([], session)
        for byte in session.sealed { try client.sendRaw([byte]) }
        session.sealed = []
        try client.shakeHands()
        #expect(Array(get("/now").utf8).withUnsafeBytes(session.seal))
        for byte in session.sealed { try client.sendRaw([byte]) }
        session.sealed = []
        #expect(try client.response().text == "now")
      }
    }

    @Test func `a handshake has its time, and bytes do not put its end off`() async throws {
      try await TestServer.run(router(), configure: { $0.deadlines.handshake = .milliseconds(250) }) { running in
        let silent = try TestClient(port: running.port)
        let trickling = try TestClient(port: running.port)
        let hello = try TLSFixture.clientSession()
        _ = TLSPair.open([], hello)
        var rest = hello.sealed[...]
        #expect(
          eventually {
            if let byte = rest.popFirst(), rest.count > 20 { try? trickling.sendRaw([byte]) }
            return running.server.statistics.acceptedConnections == 2
              && running.server.statistics.openConnections == 0
          })
        #expect(try silent.isAtEnd())
        // Who said nothing has not failed.
        #expect(running.server.statistics.failedHandshakes == 1)
      }
    }

    @Test func `a client that leaves in its handshake leaves nothing behind`() async throws {
      try await TestServer.run(router()) { running in
        let hello = try TLSFixture.clientSession()
        _ = TLSPair.open([], hello)
        for (index, length) in [1, 5, 50, hello.sealed.count].enumerated() {
          for reset in [true, false] {
            let client = try TestClient(port: running.port)
            try client.sendRaw(Array(hello.sealed[..<length]))
            if reset { client.resetOnClose() }
          }
          #expect(eventually { running.server.statistics.failedHandshakes > index })
        }
        #expect(eventually { running.server.statistics.openConnections == 0 })
        #expect(running.server.statistics.handshakesInProgress == 0)
        #expect(try running.client().ask(get("/now")).text == "now")
      }
    }

    @Test func `beyond the limit of handshakes a connection waits until one ends`() async throws {
      let limit: (inout ServerConfiguration) -> Void = {
        $0.handshakeLimit = 3
        $0.deadlines.handshake = .milliseconds(500)
      }
      try await TestServer.run(router(), configure: limit) { running in
        // Established connections do not count.
        let kept = try (0..<5).map { _ in try running.client() }
        for client in kept { #expect(try client.ask(get("/now")).text == "now") }
        let silent = try (0..<8).map { _ in try TestClient(port: running.port) }
        #expect(eventually { running.server.statistics.handshakesInProgress == 3 })
        #expect(running.server.statistics.openConnections <= 8)
        #expect(try running.client().ask(get("/now")).text == "now")
        for client in kept { #expect(try client.ask(get("/now")).text == "now") }
        for client in silent { #expect(try client.isAtEnd()) }
      }
    }

    @Test func `hundreds of handshakes at once all end, and a connection is served between them`() async throws {
      try await TestServer.run(router()) { running in
        let kept = try running.client()
        #expect(try kept.ask(get("/now")).text == "now")
        let sessions = try (0..<300).map { _ in try TLSFixture.clientSession() }
        let clients = try sessions.map { try TestClient(port: running.port, tls: $0) }
        for (session, client) in zip(sessions, clients) {
          _ = TLSPair.open([], session)
          try client.sendSealed()
        }
        #expect(try kept.ask(get("/now")).text == "now")
        for client in clients { #expect(try client.ask(get("/now")).text == "now") }
        #expect(running.server.statistics.completedHandshakes == 301)
        #expect(running.server.statistics.failedHandshakes == 0)
      }
    }

    @Test func `a reload gives new connections the new certificate and leaves the old ones`() async throws {
      let folder = try TemporaryFolder()
      @Sendable func install(_ name: String) throws {
        for suffix in [".pem", "-key.pem"] {
          try folder.write("server" + suffix, [UInt8](Data(contentsOf: URL(filePath: TLSFixture.path(name + suffix)))))
        }
      }
      try install("server")
      let files = TLSConfiguration(
        certificateFile: folder.path + "/server.pem", keyFile: folder.path + "/server-key.pem")
      try await TestServer.run(router(), configure: { $0.tls = files }) { running in
        let old = try running.client()
        #expect(try old.ask(get("/now")).text == "now")
        #expect(old.tls?.peerName == "server one")
        try install("second")
        try running.server.reloadCertificate()
        let new = try running.client()
        #expect(try new.ask(get("/now")).text == "now")
        #expect(new.tls?.peerName == "server two")
        #expect(try old.ask(get("/now")).text == "now")
        // Broken: the one in use stays.
        try folder.write("server-key.pem", "none")
        #expect(throws: TLSError.noKey(file: folder.path + "/server-key.pem")) {
          try running.server.reloadCertificate()
        }
        let third = try running.client()
        #expect(try third.ask(get("/now")).text == "now")
        #expect(third.tls?.peerName == "server two")
        // A session from before the reload is taken up.
        let session = try #require(SSL_get1_session(old.tls?.pointer))
        defer { SSL_SESSION_free(session) }
        let resuming = try running.client()
        SSL_set_session(resuming.tls?.pointer, session)
        #expect(try resuming.ask(get("/now")).text == "now")
        #expect(running.server.statistics.resumedHandshakes == 1)
        #expect(running.server.statistics.completedHandshakes == 4)
      }
    }

    private func client(_ running: TestServer, _ identity: String?) throws -> TestClient {
      try TestClient(
        port: running.port, tls: TLSFixture.clientSession(TLSFixture.clientContext(identity: identity)))
    }

    @Test func `a client without the right certificate does not come in`() async throws {
      let files = TLSFixture.configuration("server", clients: "ca")
      try await TestServer.run(router(), configure: { $0.tls = files }) { running in
        #expect(try client(running, "client").ask(get("/now")).text == "now")
        // In TLS 1.3 the client hears of it after its own handshake.
        let without = try client(running, nil)
        let stranger = try client(running, "stranger")
        #expect(throws: ClientError.self) { try without.ask(get("/now")) }
        #expect(throws: ClientError.self) { try stranger.ask(get("/now")) }
        #expect(eventually { running.server.statistics.failedHandshakes == 2 })
        #expect(running.server.statistics.requestCount == 1)
      }
    }

    @Test func `an end said by TLS alone cancels what is owed`() async throws {
      let (entered, cancelled) = (Counter(), Counter())
      try await TestServer.run(router(entered: entered, cancelled: cancelled)) { running in
        let client = try running.client()
        try client.send(get("/wait"))
        #expect(eventually { entered.count == 1 })
        #expect(client.tls?.end() == true)
        try client.sendSealed()
        #expect(eventually { cancelled.count == 1 })
        #expect(eventually { running.server.statistics.openConnections == 0 })
      }
    }

    @Test func `the end of the last answer is said by TLS, and a cut is not`() async throws {
      let running = try TestServer(router())
      let cut = try await offPool {
        let whole = try running.client()
        #expect(try whole.ask(get("/now", "Connection: close\r\n")).text == "now")
        #expect(try whole.isAtEnd() && whole.tls?.phase == .ended)
        let cut = try running.client()
        // Without chunks only TLS can say that this was not all (RFC 9112 §9.8).
        try cut.send(get("/endless", version: "1.0"))
        #expect(eventually { running.server.statistics.requestCount == 2 })
        usleep(50_000)
        return cut
      }
      await running.server.shutdown(deadline: .zero)
      try await offPool {
        let rest = try cut.rest()
        #expect(String(decoding: rest, as: UTF8.self).contains("more\n"))
        #expect(cut.tls?.phase == .established)
      }
    }

    @Test func `idle connections are told of their end`() async throws {
      try await TestServer.run(router(), configure: { $0.deadlines.keepAlive = .milliseconds(250) }) { running in
        let client = try running.client()
        #expect(try client.ask(get("/now")).text == "now")
        #expect(try client.isAtEnd() && client.tls?.phase == .ended)
      }
    }

    @Test func `a client that has keys changed thousands of times and reads nothing is served when it reads`()
      async throws
    {
      try await TestServer.run(router()) { running in
        let client = try running.client(receiveBuffer: 65_536)
        try client.shakeHands()
        let session = try #require(client.tls)
        // More answers than the server keeps: it must stop to read, and go on.
        for _ in 0..<10_000 {
          SSL_key_update(session.pointer, SSL_KEY_UPDATE_REQUESTED)
          #expect(SSL_do_handshake(session.pointer) == 1)
        }
        try client.sendSealed()
        usleep(100_000)
        #expect(try client.ask(get("/now")).text == "now")
      }
    }

    @Test func `the files of TLS are read at the start, and named where they cannot be`() {
      var configuration = ServerConfiguration(host: "127.0.0.1", port: 0)
      configuration.tls = TLSConfiguration(certificateFile: "/gone.pem", keyFile: "/gone-key.pem")
      let server = HTTPServer(configuration: configuration, router: Router())
      #expect(throws: ServerError.tls(.unreadable(file: "/gone.pem", reason: "No such file or directory"))) {
        try server.start()
      }
    }
  }
}
