import COpenSSL
import Foundation
import HTTP
import TestSupport
import Testing

/// How a test's clients and its server talk.
enum Transport {
  case plain, tls

  @TaskLocal static var current = Transport.plain
}

/// Runs each test of a suite over plain HTTP and over TLS, or one test over one of them.
struct TransportTrait: SuiteTrait, TestTrait, TestScoping {
  let transports: [Transport]

  var isRecursive: Bool { true }

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    // The suite's trait and a test's own both come by here; the narrower counts.
    let narrowest = test.traits.compactMap { ($0 as? TransportTrait)?.transports }.min { $0.count < $1.count }
    guard narrowest == transports else { return try await function() }
    // The suite that hands its trait down is asked too.
    if test.isSuite { return try await function() }
    for transport in transports {
      try await Transport.$current.withValue(transport) { try await function() }
    }
  }
}

extension Trait where Self == TransportTrait {
  static var overBothTransports: Self { Self(transports: [.plain, .tls]) }
  static var overPlain: Self { Self(transports: [.plain]) }
  static var overTLS: Self { Self(transports: [.tls]) }
}

/// The certificates of Tests/Fixtures/tls, and clients.
enum TLSFixture {
  static func path(_ name: String) -> String { Fixtures.url("tls/\(name)").path }

  static let configuration = configuration("server")

  static func configuration(_ name: String, clients: String? = nil) -> TLSConfiguration {
    TLSConfiguration(
      certificateFile: path("\(name).pem"), keyFile: path("\(name)-key.pem"),
      clientAuthorityFile: clients.map { path("\($0).pem") })
  }

  /// A client that takes any certificate.
  static func clientContext(identity: String? = nil) throws -> TLSContext {
    try TLSContext.client(.none, identity: identity.map { (path("\($0).pem"), path("\($0)-key.pem")) })
  }

  static func clientSession(_ context: TLSContext? = nil) throws -> TLSSession {
    try #require(TLSSession(context ?? clientContext(), .client(host: "localhost")))
  }
}

/// What OpenSSL knows of a session.
extension TLSSession {
  var version: String { String(cString: SSL_get_version(pointer)) }

  var cipher: String { String(cString: SSL_CIPHER_get_name(SSL_get_current_cipher(pointer))) }

  /// The protocol chosen by ALPN; empty where none was.
  var alpn: String {
    var name: UnsafePointer<UInt8>?
    var length: UInt32 = 0
    SSL_get0_alpn_selected(pointer, &name, &length)
    return String(decoding: UnsafeBufferPointer(start: name, count: Int(length)), as: UTF8.self)
  }

  /// The common name of the peer's certificate.
  var peerName: String {
    guard let certificate = SSL_get1_peer_certificate(pointer) else { return "" }
    defer { X509_free(certificate) }
    var name = [CChar](repeating: 0, count: 256)
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, &name, Int32(name.count))
    return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}

/// Two sessions whose bytes go to one another without a socket.
struct TLSPair {
  let client: TLSSession
  let server: TLSSession
  /// What the server has read.
  private(set) var received: [UInt8] = []
  /// What the client has read.
  private(set) var answered: [UInt8] = []

  init(client: TLSContext, server: TLSContext) throws {
    self.client = try #require(TLSSession(client, .client(host: "localhost")))
    self.server = try #require(TLSSession(server, .server))
  }

  /// Carries bytes both ways, in pieces, until there are none.
  mutating func carry(pieces: Int = 1 << 14) {
    answered += Self.open([], client).opened
    while !client.sealed.isEmpty || !server.sealed.isEmpty {
      received += Self.carry(from: client, to: server, pieces)
      answered += Self.carry(from: server, to: client, pieces)
    }
  }

  private static func carry(from sender: TLSSession, to receiver: TLSSession, _ pieces: Int) -> [UInt8] {
    let bytes = sender.sealed
    sender.sealed = []
    var opened: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: pieces) {
      opened += open(Array(bytes[start..<min(bytes.count, start + pieces)]), receiver).opened
    }
    return opened
  }

  static func open(_ bytes: [UInt8], _ session: TLSSession) -> (opened: [UInt8], phase: TLSSession.Phase) {
    var opened = [UInt8](repeating: 0, count: bytes.count + 2 * TLSSession.recordBytes)
    let count = bytes.withUnsafeBytes { sealed in opened.withUnsafeMutableBytes { session.open(sealed, into: $0) } }
    return (Array(opened[..<count]), session.phase)
  }
}
