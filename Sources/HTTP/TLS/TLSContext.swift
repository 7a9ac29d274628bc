import COpenSSL

/// What the connections of one certificate have in common (SSL_CTX): versions, ciphers, certificate, authorities.
///
/// Unchecked: nothing is set after `server` or `client` has returned it, and OpenSSL counts and locks what it shares.
package final class TLSContext: @unchecked Sendable {
  package let pointer: OpaquePointer
  private let tickets: TLSTicketKeys?
  /// What a server should say of its certificate when it starts: a sentence each.
  package private(set) var warnings: [String] = []

  private init(_ method: OpaquePointer?, tickets: TLSTicketKeys?) throws(TLSError) {
    OpenSSLErrors.clear()
    guard let pointer = SSL_CTX_new(method) else { throw OpenSSLErrors.failure("SSL_CTX_new") }
    self.pointer = pointer
    self.tickets = tickets
    shim_tls_set_modes(pointer)
    try Self.check(shim_tls_set_minimum_version(pointer), "SSL_CTX_set_min_proto_version")
  }

  deinit { SSL_CTX_free(pointer) }

  // MARK: Server

  /// Reads the files of a server.
  package static func server(_ configuration: TLSConfiguration, tickets: TLSTicketKeys) throws(TLSError) -> TLSContext {
    let context = try TLSContext(TLS_server_method(), tickets: tickets)
    let pointer = context.pointer
    shim_tls_set_server_options(pointer)
    SSL_CTX_set_security_level(pointer, max(TLSPolicy.securityLevel, SSL_CTX_get_security_level(pointer)))
    try check(SSL_CTX_set_cipher_list(pointer, TLSPolicy.ciphers), "SSL_CTX_set_cipher_list")
    try check(SSL_CTX_set_ciphersuites(pointer, TLSPolicy.suites), "SSL_CTX_set_ciphersuites")
    try check(shim_tls_set_groups(pointer, TLSPolicy.groups), "SSL_CTX_set1_groups_list")
    shim_tls_serve_http11(pointer)
    try context.resumeSessions(tickets)
    try context.identify(certificateFile: configuration.certificateFile, keyFile: configuration.keyFile)
    try context.askClients(configuration.clientAuthorityFile)
    return context
  }

  private func resumeSessions(_ tickets: TLSTicketKeys) throws(TLSError) {
    shim_tls_keep_no_sessions(pointer)
    SSL_CTX_set_timeout(pointer, TLSPolicy.sessionLifetime)
    guard tickets.install(in: pointer) else { throw OpenSSLErrors.failure("SSL_CTX_set_tlsext_ticket_key_evp_cb") }
  }

  /// The certificate with its chain, and its key.
  private func identify(certificateFile: String, keyFile: String) throws(TLSError) {
    let certificates = try PEMFile(certificateFile).certificates()
    let key = try PEMFile(keyFile).privateKey()
    OpenSSLErrors.clear()
    guard let own = certificates.first, X509_check_private_key(own.pointer, key.pointer) == 1 else {
      OpenSSLErrors.clear()
      throw .keyMismatch(certificateFile: certificateFile, keyFile: keyFile)
    }
    guard SSL_CTX_use_certificate(pointer, own.pointer) == 1 else {
      throw .refusedCertificate(file: certificateFile, reason: OpenSSLErrors.take())
    }
    try Self.check(SSL_CTX_use_PrivateKey(pointer, key.pointer), "SSL_CTX_use_PrivateKey")
    for certificate in certificates.dropFirst() {
      guard shim_tls_add_chain_certificate(pointer, certificate.pointer) == 1 else {
        throw .refusedCertificate(file: certificateFile, reason: OpenSSLErrors.take())
      }
    }
    for (index, certificate) in certificates.enumerated() {
      guard let complaint = certificate.complaint() else { continue }
      warnings.append("\(certificateFile): certificate \(index + 1) \(complaint)")
    }
  }

  /// Has clients show a certificate of one of the authorities in a file, and names their sessions so that none that was
  /// begun under other authorities is resumed: that would let its client in unchecked.
  private func askClients(_ file: String?) throws(TLSError) {
    var named = Array("dragoman".utf8)
    if let file {
      let authorities = try PEMFile(file)
      named += authorities.bytes
      for certificate in try authorities.certificates() {
        guard X509_STORE_add_cert(SSL_CTX_get_cert_store(pointer), certificate.pointer) == 1,
          SSL_CTX_add_client_CA(pointer, certificate.pointer) == 1
        else { throw .refusedCertificate(file: file, reason: OpenSSLErrors.take()) }
      }
      SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nil)
    }
    var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var length: UInt32 = 0
    try Self.check(EVP_Digest(named, named.count, &digest, &length, EVP_sha256(), nil), "EVP_Digest")
    try Self.check(SSL_CTX_set_session_id_context(pointer, digest, length), "SSL_CTX_set_session_id_context")
  }

  // MARK: Client

  /// What a client asks of a server's certificate.
  package enum ServerVerification: Sendable {
    /// Nothing: for the machine's own server.
    case none
    /// That one of the system's authorities signed it for the host that is called.
    case system
  }

  /// A client's context.
  ///
  /// - Parameter identity: the client's own certificate and key.
  package static func client(
    _ verification: ServerVerification, identity: (certificateFile: String, keyFile: String)? = nil
  ) throws(TLSError) -> TLSContext {
    let context = try TLSContext(TLS_client_method(), tickets: nil)
    guard shim_tls_ask_http11(context.pointer) == 0 else { throw OpenSSLErrors.failure("SSL_CTX_set_alpn_protos") }
    if case .system = verification {
      try check(SSL_CTX_set_default_verify_paths(context.pointer), "SSL_CTX_set_default_verify_paths")
      SSL_CTX_set_verify(context.pointer, SSL_VERIFY_PEER, nil)
    }
    if let identity { try context.identify(certificateFile: identity.certificateFile, keyFile: identity.keyFile) }
    return context
  }

  private static func check(_ result: Int32, _ call: String) throws(TLSError) {
    guard result == 1 else { throw OpenSSLErrors.failure(call) }
  }
}
