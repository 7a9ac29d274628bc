import COpenSSL
import HTTP
import TestSupport
import Testing

/// SSL_CTX_set_max_proto_version, a macro.
private func setMaximum(_ version: Int32, _ context: TLSContext) {
  #expect(SSL_CTX_ctrl(context.pointer, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(version), nil) == 1)
}

private func serverContext(
  _ name: String = "server", clients: String? = nil, tickets: TLSTicketKeys? = nil
) throws -> TLSContext {
  try TLSContext.server(TLSFixture.configuration(name, clients: clients), tickets: tickets ?? TLSTicketKeys())
}

@Suite struct TLSSessionTests {
  @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION], [1, 7, 1 << 14])
  func `bytes pass both ways however they are cut`(_ version: Int32, pieces: Int) throws {
    let context = try TLSFixture.clientContext()
    setMaximum(version, context)
    var pair = try TLSPair(client: context, server: serverContext())
    pair.carry(pieces: pieces)
    #expect(pair.client.phase == .established && pair.server.phase == .established)
    #expect(pair.client.version == (version == TLS1_2_VERSION ? "TLSv1.2" : "TLSv1.3"))
    #expect(pair.client.alpn == "http/1.1" && pair.client.peerName == "server one")
    let question = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
    let answer = Array("short".utf8)
    #expect(question.withUnsafeBytes(pair.client.seal) && answer.withUnsafeBytes(pair.server.seal))
    pair.carry(pieces: pieces)
    #expect(pair.received == question && pair.answered == answer)
    #expect(pair.client.end() && !pair.client.end())
    pair.carry(pieces: pieces)
    // The other half goes on.
    #expect(pair.server.phase == .ended && answer.withUnsafeBytes(pair.server.seal) && pair.server.end())
    pair.carry(pieces: pieces)
    #expect(pair.answered == answer + answer && pair.client.phase == .ended)
  }

  @Test(arguments: [
    ("server", "ECDHE-ECDSA-AES128-GCM-SHA256"), ("rsa", "ECDHE-RSA-AES128-GCM-SHA256"),
    ("chained", "ECDHE-ECDSA-AES128-GCM-SHA256"),
  ])
  func `a client that offers everything gets forward secrecy in TLS 1_2`(_ name: String, cipher: String) throws {
    let context = try TLSFixture.clientContext()
    setMaximum(TLS1_2_VERSION, context)
    SSL_CTX_set_cipher_list(context.pointer, "ALL:@SECLEVEL=0")
    var pair = try TLSPair(client: context, server: serverContext(name))
    pair.carry()
    #expect(pair.client.phase == .established && pair.client.cipher == cipher)
  }

  @Test(arguments: [
    "AES128-SHA", "AES256-GCM-SHA384", "ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA384", "ECDHE-RSA-AES128-SHA256",
    "DHE-RSA-AES128-GCM-SHA256", "aNULL",
  ])
  func `a client without a modern cipher is refused`(_ ciphers: String) throws {
    for name in ["server", "rsa"] {
      let context = try TLSFixture.clientContext()
      setMaximum(TLS1_2_VERSION, context)
      #expect(SSL_CTX_set_cipher_list(context.pointer, ciphers + ":@SECLEVEL=0") == 1)
      var pair = try TLSPair(client: context, server: serverContext(name))
      pair.carry()
      #expect(pair.server.phase == .failed("no shared cipher"))
      #expect(pair.client.phase != .established && pair.client.phase != .handshaking)
    }
  }

  @Test(arguments: [TLS1_VERSION, TLS1_1_VERSION])
  func `versions before 1_2 are refused with an alert`(_ version: Int32) throws {
    let context = try TLSFixture.clientContext()
    #expect(SSL_CTX_ctrl(context.pointer, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(TLS1_VERSION), nil) == 1)
    setMaximum(version, context)
    SSL_CTX_set_cipher_list(context.pointer, "ALL:@SECLEVEL=0")
    var pair = try TLSPair(client: context, server: serverContext())
    pair.carry()
    #expect(pair.server.phase == .failed("unsupported protocol"))
    #expect(pair.client.phase == .failed("tlsv1 alert protocol version"))
  }

  @Test(arguments: [
    ("\u{2}h2", "failed"), ("\u{2}h2\u{8}http/1.1", "http/1.1"), ("\u{8}http/1.1\u{2}h2", "http/1.1"),
    ("\u{8}http/1.0", "failed"), ("", ""),
  ])
  func `ALPN is http 1_1, nothing else, or not asked for`(_ offer: String, _ chosen: String) throws {
    let context = try TLSFixture.clientContext()
    let bytes = Array(offer.utf8)
    #expect(SSL_CTX_set_alpn_protos(context.pointer, bytes, UInt32(bytes.count)) == 0)
    var pair = try TLSPair(client: context, server: serverContext())
    pair.carry()
    if chosen == "failed" {
      #expect(pair.server.phase == .failed("no application protocol"))
      #expect(pair.client.phase == .failed("tlsv1 alert no application protocol"))
    } else {
      #expect(pair.server.phase == .established && pair.client.alpn == chosen)
    }
  }

  @Test func `what is no TLS fails and does not trap`() throws {
    var generator = SeededGenerator(seed: 7)
    let context = try serverContext()
    for _ in 0..<2_000 {
      let session = try #require(TLSSession(context, .server))
      var bytes = (0..<Int.random(in: 1...200, using: &generator)).map { _ in
        UInt8.random(in: 0...255, using: &generator)
      }
      // Often what a record could begin with.
      if Bool.random(using: &generator) { bytes = [22, 3, UInt8.random(in: 0...4, using: &generator), 0] + bytes }
      let (opened, _) = TLSPair.open(bytes, session)
      #expect(opened.isEmpty && session.phase != .established)
    }
  }

  @Test func `a handshake with a damaged byte fails, or waits, and nothing else`() throws {
    var generator = SeededGenerator(seed: 11)
    let (client, server) = (try TLSFixture.clientContext(), try serverContext())
    for _ in 0..<300 {
      let pair = try TLSPair(client: client, server: server)
      _ = TLSPair.open([], pair.client)
      var bytes = pair.client.sealed
      bytes[Int.random(in: 0..<bytes.count, using: &generator)] ^= UInt8.random(in: 1...255, using: &generator)
      #expect(TLSPair.open(bytes, pair.server).phase != .established)
    }
  }

  @Test func `a record that was changed on the way is not read`() throws {
    var pair = try TLSPair(client: TLSFixture.clientContext(), server: serverContext())
    pair.carry()
    #expect(Array("secret".utf8).withUnsafeBytes(pair.client.seal))
    var bytes = pair.client.sealed
    bytes[bytes.count - 1] ^= 1
    let (opened, phase) = TLSPair.open(bytes, pair.server)
    #expect(opened.isEmpty && phase == .failed("decryption failed or bad record mac"))
    #expect(!Array("x".utf8).withUnsafeBytes(pair.server.seal) && !pair.server.end())
    #expect(pair.server.phase == phase)
  }

  @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
  func `a goodbye within the handshake is its failure`(_ version: Int32) throws {
    let context = try TLSFixture.clientContext()
    setMaximum(version, context)
    let pair = try TLSPair(client: context, server: serverContext())
    _ = TLSPair.open([], pair.client)
    // Behind the client's first flight a warning, close_notify (RFC 8446 §6.1).
    let (opened, phase) = TLSPair.open(pair.client.sealed + [21, 3, 3, 0, 2, 1, 0], pair.server)
    #expect(opened.isEmpty && phase == .failed("ended within the handshake"))
    #expect(!pair.server.end() && !Array("x".utf8).withUnsafeBytes(pair.server.seal))
  }

  @Test func `renegotiation is refused`() throws {
    let context = try TLSFixture.clientContext()
    setMaximum(TLS1_2_VERSION, context)
    var pair = try TLSPair(client: context, server: serverContext())
    pair.carry()
    SSL_renegotiate(pair.client.pointer)
    SSL_do_handshake(pair.client.pointer)
    pair.carry()
    #expect(pair.client.phase == .failed("no renegotiation"))
    #expect(pair.server.phase != .handshaking)
  }
}

@Suite struct TLSResumptionTests {
  /// Shakes hands, with a session that an earlier pair had.
  private func pair(
    _ client: TLSContext, _ server: TLSContext, resuming session: OpaquePointer? = nil
  ) throws -> TLSPair {
    var pair = try TLSPair(client: client, server: server)
    if let session { SSL_set_session(pair.client.pointer, session) }
    pair.carry()
    return pair
  }

  @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION], ["server", "second"])
  func `a session is resumed, across a reload too`(_ version: Int32, second: String) throws {
    let client = try TLSFixture.clientContext()
    setMaximum(version, client)
    let tickets = try TLSTicketKeys()
    let first = try pair(client, serverContext(tickets: tickets))
    #expect(first.server.phase == .established && !first.server.isResumed)
    let session = try #require(SSL_get1_session(first.client.pointer))
    defer { SSL_SESSION_free(session) }
    let again = try pair(client, serverContext(second, tickets: tickets), resuming: session)
    #expect(again.server.phase == .established && again.server.isResumed && again.client.isResumed)
    // Keys of another process open nothing: the client gets a full handshake.
    let other = try pair(client, serverContext(), resuming: session)
    #expect(other.server.phase == .established && !other.server.isResumed)
  }

  @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
  func `a session is not resumed past the authorities of clients`(_ version: Int32) throws {
    let tickets = try TLSTicketKeys()
    let client = try TLSFixture.clientContext(identity: "client")
    setMaximum(version, client)
    let first = try pair(client, serverContext(clients: "ca", tickets: tickets))
    #expect(first.server.phase == .established)
    let session = try #require(SSL_get1_session(first.client.pointer))
    defer { SSL_SESSION_free(session) }
    let same = try pair(client, serverContext("second", clients: "ca", tickets: tickets), resuming: session)
    #expect(same.server.phase == .established && same.server.isResumed)
    // Nobody of this authority comes in any more.
    let other = try pair(client, serverContext(clients: "other-ca", tickets: tickets), resuming: session)
    #expect(other.server.phase != .established && !other.server.isResumed)
    // One that began where no certificate was asked for does not open a server that asks.
    let stranger = try TLSFixture.clientContext()
    setMaximum(version, stranger)
    let open = try pair(stranger, serverContext(tickets: tickets))
    let openSession = try #require(SSL_get1_session(open.client.pointer))
    defer { SSL_SESSION_free(openSession) }
    let closed = try pair(stranger, serverContext(clients: "ca", tickets: tickets), resuming: openSession)
    #expect(closed.server.phase != .established && !closed.server.isResumed)
  }

  @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION], ["client", "stranger", "server", "none"])
  func `only clients with a certificate of the authority come in`(_ version: Int32, name: String) throws {
    let client = try TLSFixture.clientContext(identity: name == "none" ? nil : name)
    setMaximum(version, client)
    let pair = try pair(client, serverContext(clients: "ca"))
    #expect((pair.server.phase == .established) == (name == "client"))
    if name == "none" { #expect(pair.server.phase == .failed("peer did not return a certificate")) }
    // The client is told.
    if name != "client", case .failed = pair.client.phase {} else { #expect(name == "client") }
  }

  @Test func `ticket keys change and the last one still opens`() {
    func key(_ byte: UInt8) -> TicketKeyRing.Key {
      TicketKeyRing.Key(random: [UInt8](repeating: byte, count: TicketKeyRing.Key.byteCount))
    }
    func opens(_ ring: TicketKeyRing, _ byte: UInt8) -> Bool {
      let name = [UInt8](repeating: byte, count: 16)
      return name.withUnsafeBufferPointer { ring.key(named: $0) } == key(byte)
    }
    let period = TicketKeyRing.rotation
    var ring = TicketKeyRing(key(1), at: 100)
    #expect(!ring.isDue(at: 99 + period) && ring.isDue(at: 100 + period))
    ring.rotate(to: key(2), at: 100 + period)
    #expect(ring.current == key(2) && opens(ring, 1) && opens(ring, 2) && !opens(ring, 3))
    ring.rotate(to: key(3), at: 100 + 2 * period)
    #expect(!opens(ring, 1) && opens(ring, 2) && opens(ring, 3))
    // Idle for days: nobody holds a good ticket of the last key.
    ring.rotate(to: key(4), at: 100 + 10 * period)
    #expect(!opens(ring, 3) && opens(ring, 4))
  }
}
