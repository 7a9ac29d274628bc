import COpenSSL
import HTTP
import TestSupport
import Testing

extension FuzzTests {
  @Test func `what a client begins with is answered or refused, however it is cut`() async throws {
    let mutator = Mutator(
      seeds: try Corpus.files("fuzz/tls"),
      dictionary: [
        "\u{16}\u{3}\u{1}", "\u{16}\u{3}\u{3}\u{0}\u{4}\u{e}\u{0}\u{0}\u{0}", "\u{14}\u{3}\u{3}\u{0}\u{1}\u{1}",
        "\u{15}\u{3}\u{3}\u{0}\u{2}\u{1}\u{0}", "\u{15}\u{3}\u{3}\u{0}\u{2}\u{2}\u{28}", "\u{17}\u{3}\u{3}\u{0}\u{1}a",
        "\u{0}\u{2b}\u{0}\u{3}\u{2}\u{3}\u{4}", "\u{0}\u{33}", "\u{0}\u{29}", "\u{0}\u{d}", "\u{0}\u{10}", "\u{0}\u{5}",
        "\u{8}http/1.1", "\u{2}h2", "\u{0}\u{1d}", "\u{0}\u{17}", "\u{13}\u{1}", "\u{0}\u{0}",
      ])
    let servers = try FuzzTLS.servers()
    try await FuzzRun.run("tls-hello", mutator, repair: Self.repairHello) { input, random in
      let server = servers[random.below(servers.count)]
      let whole = try TLSFirstFlight(input, cuts: [], server)
      let cuts = (0..<(1 + random.below(6))).map { _ in random.below(input.count + 1) }.sorted()
      let pieces = try TLSFirstFlight(input, cuts: cuts, server)
      try Finding.unless(pieces == whole, "cut at \(cuts): \(pieces) instead of \(whole)")
      return whole.records.first == 22 ? .accepted : .refused
    }
  }

  /// Half of the time, makes the lengths of the first record and of the message in it fit what is there.
  private static func repairHello(_ bytes: inout [UInt8], _ random: inout FuzzGenerator) {
    guard random.once(in: 2), bytes.count > 9, bytes[0] == 22 else { return }
    let record = min(bytes.count - 5, 1 << 14)
    bytes.removeLast(bytes.count - 5 - record)
    let lengths = [record >> 8, record, 1, 0, (record - 4) >> 8, record - 4]
    bytes.replaceSubrange(3..<9, with: lengths.map { UInt8(truncatingIfNeeded: $0) })
  }

  @Test func `a session hands over what its peer sealed, and nothing else`() async throws {
    let talks = try FuzzTLS()
    // Two deliveries each way shake hands; what follows is told in TLSFuzzTalk.
    let hands: [UInt8] = [8, 255, 10, 0, 8, 255, 10, 0]
    let ends: [[UInt8]] = [
      [0, 10, 8, 255, 11, 4, 10, 0], [0, 255, 0, 255, 0, 255, 8, 16, 11, 200, 10, 0, 11, 1, 8, 0],
      [0, 3, 2, 1, 0, 3, 8, 255, 10, 0, 2, 0, 0, 1, 8, 255], [0, 9, 5, 100, 8, 255], [0, 9, 8, 9, 7, 38, 8, 255],
      [0, 9, 6, 3, 8, 255], [3, 0, 8, 255], [4, 22, 5, 1, 0, 0, 1, 0, 8, 255], [2, 1, 2, 1, 2, 1, 2, 1, 8, 7, 10, 0],
      [11, 1, 0, 9, 8, 255], [12, 0, 0, 9, 8, 255, 10, 0],
    ]
    let seeds = ends.flatMap { end in (UInt8(0)..<16).map { [$0] + hands + end } }
    let mutator = Mutator(
      seeds: seeds + [[0, 5, 40, 8, 255], [1, 6, 9, 8, 255, 0, 9], [2, 8, 0, 10, 0, 4, 20, 1, 1, 8, 255, 10, 0]],
      dictionary: [
        "\u{0}\u{40}", "\u{8}\u{7f}", "\u{a}\u{0}", "\u{2}\u{1}", "\u{5}\u{20}", "\u{b}\u{1}", "\u{7}\u{26}",
      ])
    try await FuzzRun.run("tls-session", mutator) { input, _ in
      var talk = try talks.talk(input.first ?? 0)
      try talk.run(input.dropFirst().prefix(200))
      return talk.server.phase == .established ? .accepted : .refused
    }
  }
}

/// What a server makes of the first bytes of a client.
private struct TLSFirstFlight: Equatable {
  private(set) var phase = TLSSession.Phase.handshaking
  /// The types of the records that it sends.
  private(set) var records: [UInt8] = []

  /// Feeds `bytes` cut at `cuts` (ascending).
  init(_ bytes: [UInt8], cuts: [Int], _ context: TLSContext) throws {
    guard let session = TLSSession(context, .server) else { throw Finding("no session") }
    var start = 0
    for end in cuts + [bytes.count] {
      let opened = FuzzTLS.open(bytes[start..<end], session)
      start = end
      try Finding.unless(opened.isEmpty, "\(opened.count) bytes of plaintext without a handshake")
    }
    phase = session.phase
    switch phase {
    case .handshaking: break
    case .failed(let reason): try Finding.unless(reason != "no reason given", "failed without a reason")
    case .established, .ended: throw Finding("\(phase) after the first flight")
    }
    try Finding.unless(session.sealed.count <= 1 << 14, "\(session.sealed.count) bytes in answer")
    try Finding.unless(phase == .handshaking || !session.end(), "a goodbye before there was a session")
    var rest = session.sealed[...]
    while rest.count >= 5 {
      records.append(rest[rest.startIndex])
      let length = Int(rest[rest.startIndex + 3]) << 8 | Int(rest[rest.startIndex + 4])
      try Finding.unless(rest.count >= 5 + length, "a record that is cut off")
      rest = rest.dropFirst(5 + length)
    }
    try Finding.unless(rest.isEmpty, "\(rest.count) bytes behind the records")
  }
}

/// Sessions for TLSFuzzTalk.
struct FuzzTLS {
  private let clients: [TLSContext]
  private let servers: [TLSContext]
  /// An established session of each client with each server, to be resumed.
  private var sessions: [OpaquePointer] = []

  static func configuration(_ name: String, clients: String? = nil) -> TLSConfiguration {
    func path(_ name: String) -> String { Fixtures.url("tls/\(name).pem").path }
    return TLSConfiguration(
      certificateFile: path(name), keyFile: path(name + "-key"), clientAuthorityFile: clients.map(path))
  }

  /// Servers with an elliptic key, with one of RSA, with a chain, and one that asks for a certificate.
  static func servers() throws -> [TLSContext] {
    let tickets = try TLSTicketKeys()
    let configurations = [
      configuration("server"), configuration("rsa"), configuration("chained"), configuration("server", clients: "ca"),
    ]
    return try configurations.map { try TLSContext.server($0, tickets: tickets) }
  }

  /// The newest version that a client speaks.
  enum Version: Int {
    /// TLS 1.2.
    case old = 0x0303
    /// TLS 1.3.
    case new = 0x0304
  }

  static func client(_ maximum: Version = .new) throws -> TLSContext {
    let identity = configuration("client")
    let context = try TLSContext.client(
      .none, identity: (certificateFile: identity.certificateFile, keyFile: identity.keyFile))
    // SSL_CTX_set_max_proto_version, a macro.
    guard SSL_CTX_ctrl(context.pointer, SSL_CTRL_SET_MAX_PROTO_VERSION, maximum.rawValue, nil) == 1 else {
      throw Finding("version \(maximum)")
    }
    return context
  }

  init() throws {
    servers = try Self.servers()
    clients = [try Self.client(), try Self.client(.old)]
    for code in UInt8(0)..<8 {
      var talk = try talk(code << 1)
      try talk.run([8, 255, 10, 0, 8, 255, 10, 0])
      guard let session = SSL_get1_session(talk.client.pointer) else { throw Finding("no session of \(code)") }
      sessions.append(session)
    }
  }

  /// - Parameter code: bit 0: an earlier session is resumed; bit 1: TLS 1.2; bits 2 and 3: which server.
  func talk(_ code: UInt8) throws -> TLSFuzzTalk {
    let place = Int(code >> 1 & 7)
    guard let client = TLSSession(clients[place & 1], .client(host: "localhost")),
      let server = TLSSession(servers[place >> 1], .server)
    else { throw Finding("no session") }
    if code & 1 == 1 { SSL_set_session(client.pointer, sessions[place]) }
    return TLSFuzzTalk(client: client, server: server)
  }

  static func open(_ bytes: ArraySlice<UInt8>, _ session: TLSSession) -> [UInt8] {
    var opened = [UInt8](repeating: 0, count: bytes.count + 2 * TLSSession.recordBytes)
    let count = bytes.withUnsafeBytes { sealed in opened.withUnsafeMutableBytes { session.open(sealed, into: $0) } }
    return Array(opened[..<count])
  }
}
