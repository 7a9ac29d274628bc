import COpenSSL
import HTTP

/// A client, a server and what is on the way from the one to the other. A script tells what happens: pairs of a code and an
/// argument.
struct TLSFuzzTalk {
  let client: TLSSession
  let server: TLSSession
  /// Sealed bytes on the way to the server.
  private var way: [UInt8] = []
  /// Sealed bytes that the server was given.
  private var delivered: [UInt8] = []
  /// Plaintext that the client sealed, and how much of it the server handed over.
  private var sent: [UInt8] = []
  private var receivedCount = 0
  /// Whether the server gets something else than the client sealed.
  private var isTampered = false
  /// Whether the client wants another handshake, and ends the session when it is refused.
  private var wantsHandshake = false
  private var serverHasEnded = false

  init(client: TLSSession, server: TLSSession) {
    self.client = client
    self.server = server
    _ = FuzzTLS.open([], client)
    takeSealed()
  }

  /// Does what the script says, then delivers what is left.
  mutating func run(_ script: ArraySlice<UInt8>) throws {
    var rest = script
    while let code = rest.popFirst() {
      let argument = Int(rest.popFirst() ?? 0)
      switch code % 13 {
      case 0, 1: sealText(argument * 37 + 1)
      case 2: changeKeys(argument)
      case 3: insert([21, 3, 3, 0, 2, UInt8(1 + argument & 1), UInt8(argument)])
      case 4:
        let body = rest.prefix(argument % 16)
        rest = rest.dropFirst(body.count)
        insert([UInt8(argument), 3, 3, 0, UInt8(body.count)] + body)
      case 5 where !way.isEmpty:
        way[argument * way.count / 256] ^= 1 << UInt8(argument & 7)
        isTampered = true
      case 6 where !way.isEmpty:
        way.removeLast(min(way.count, argument + 1))
        isTampered = true
      case 7: insert(Array(delivered.suffix(argument + 1)))
      case 8, 9: try deliver(pieces: argument + 1)
      case 10: bringBack()
      case 11 where argument & 1 == 1: if client.end() { takeSealed() }
      case 11: try answer(argument * 100)
      case 12:
        if server.end() { serverHasEnded = true }
        bringBack()
      default: break
      }
    }
    try deliver(pieces: 1 << 14)
    try checkEnd()
  }

  // MARK: The client

  private mutating func takeSealed() {
    way += client.sealed
    client.sealed = []
  }

  private mutating func sealText(_ count: Int) {
    guard client.phase == .established || client.phase == .ended else { return }
    let text = (0..<count).map { UInt8(truncatingIfNeeded: sent.count &+ $0) }
    if text.withUnsafeBytes(client.seal) { sent += text }
    takeSealed()
  }

  /// A new key in TLS 1.3 (RFC 8446 §4.6.3), another handshake in 1.2, which the server must refuse.
  private mutating func changeKeys(_ argument: Int) {
    guard client.phase == .established else { return }
    if SSL_version(client.pointer) == TLS1_3_VERSION {
      SSL_key_update(client.pointer, argument & 1 == 1 ? SSL_KEY_UPDATE_REQUESTED : SSL_KEY_UPDATE_NOT_REQUESTED)
    } else {
      SSL_renegotiate(client.pointer)
      wantsHandshake = true
    }
    SSL_do_handshake(client.pointer)
    ERR_clear_error()
    takeSealed()
  }

  private mutating func insert(_ bytes: [UInt8]) {
    way += bytes
    if !bytes.isEmpty { isTampered = true }
  }

  // MARK: The server

  private mutating func deliver(pieces: Int) throws {
    while !way.isEmpty {
      let piece = way.prefix(max(pieces, way.count / 64))
      way.removeFirst(piece.count)
      delivered = delivered.suffix(1 << 12) + piece
      let before = (phase: server.phase, sealed: server.sealed.count)
      let opened = FuzzTLS.open(piece, server)
      try Finding.unless(
        sent.dropFirst(receivedCount).starts(with: opened),
        "\(opened.count) bytes handed over behind \(receivedCount), which are not those of \(sent.count) sealed")
      receivedCount += opened.count
      if case .failed(let reason) = server.phase {
        try Finding.unless(
          before.phase == .handshaking || before.phase == .established || before.phase == server.phase,
          "failed after \(before.phase)")
        if before.phase == server.phase {
          try Finding.unless(opened.isEmpty && before.sealed == server.sealed.count, "a failed session goes on")
        }
        try Finding.unless(reason != "no reason given", "failed without a reason")
        try Finding.unless(
          isTampered || wantsHandshake && client.phase == .failed("no renegotiation"), "failed untouched: \(reason)")
        try Finding.unless(!server.end() && ![1].withUnsafeBytes(server.seal), "a failed session seals")
      }
      // A flight of the handshake, or a key update for each that was asked for.
      try Finding.unless(
        server.sealed.count - before.sealed <= 8_192 + 4 * piece.count, "\(server.sealed.count) bytes in answer")
    }
  }

  /// The server's answers reach the client.
  private mutating func bringBack() {
    let sealed = server.sealed
    server.sealed = []
    _ = FuzzTLS.open(sealed[...], client)
    takeSealed()
  }

  private mutating func answer(_ count: Int) throws {
    guard !serverHasEnded, server.phase == .established || server.phase == .ended else { return }
    let text = [UInt8](repeating: 65, count: count)
    try Finding.unless(text.withUnsafeBytes(server.seal) || count == 0, "not sealed: \(server.phase)")
    let sealed = server.sealed
    server.sealed = []
    let opened = FuzzTLS.open(sealed[...], client)
    if !isTampered, client.phase == .established {
      try Finding.unless(opened == text, "\(opened.count) of \(count) bytes of an answer")
    }
    takeSealed()
  }

  private func checkEnd() throws {
    guard !isTampered else { return }
    try Finding.unless(receivedCount == sent.count, "\(receivedCount) of \(sent.count) bytes came through")
  }
}
