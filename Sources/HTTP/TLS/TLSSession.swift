import COpenSSL

/// One connection's TLS: sealed bytes in, plaintext out, and the other way round. It has no socket, clock or queue.
///
/// OpenSSL reads from the input of the call and writes to `sealed` (a BIO of our own), so that a session keeps nothing but
/// an unfinished record between two calls.
///
/// Unchecked: used on one queue or thread at a time.
package final class TLSSession: @unchecked Sendable {
  /// How far the session is.
  package enum Phase: Sendable, Equatable {
    case handshaking
    case established
    /// The peer has said that it sends no more (close_notify).
    case ended
    /// Of no use any more; OpenSSL's reason.
    case failed(String)
  }

  /// Which side this is.
  package enum Role: Sendable {
    case server
    /// The server's name or address, which it is told and, where the context verifies, must prove.
    case client(host: String)
  }

  /// Plaintext of one record at most.
  package static let recordBytes = 16_384

  package private(set) var phase = Phase.handshaking
  /// What must be sent to the peer; whoever sends it takes it away.
  package var sealed: [UInt8] = []
  /// For tests and measurements that ask OpenSSL itself.
  package let pointer: OpaquePointer
  /// Holds the keys that OpenSSL finds through its own pointers.
  private let context: TLSContext
  private var input = UnsafeRawBufferPointer(start: nil, count: 0)
  private var hasSaidEnd = false

  /// Nil where there is no memory for one.
  package init?(_ context: TLSContext, _ role: Role) {
    OpenSSLErrors.clear()
    guard let method = Self.method, let pointer = SSL_new(context.pointer) else { return nil }
    guard let bio = BIO_new(method) else {
      SSL_free(pointer)
      return nil
    }
    self.context = context
    self.pointer = pointer
    BIO_set_data(bio, Unmanaged.passUnretained(self).toOpaque())
    BIO_set_init(bio, 1)
    SSL_set_bio(pointer, bio, bio)
    switch role {
    case .server: SSL_set_accept_state(pointer)
    case .client(let host):
      SSL_set_connect_state(pointer)
      // RFC 6066 §3: an address is no server name.
      if X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(pointer), host) != 1 {
        _ = shim_tls_set_server_name(pointer, host)
        SSL_set1_host(pointer, host)
      }
      OpenSSLErrors.clear()
    }
  }

  deinit { SSL_free(pointer) }

  /// Whether a handshake took up an earlier session.
  package var isResumed: Bool { SSL_session_reused(pointer) == 1 }

  /// Reads what came from the peer, all of it; a client begins with nothing.
  ///
  /// - Parameter buffer: where the plaintext goes; `recordBytes` larger than the input.
  /// - Returns: bytes of plaintext.
  package func open(_ input: UnsafeRawBufferPointer, into buffer: UnsafeMutableRawBufferPointer) -> Int {
    precondition(buffer.count > input.count + Self.recordBytes, "\(buffer.count) bytes for \(input.count) sealed ones")
    self.input = input
    defer { self.input = UnsafeRawBufferPointer(start: nil, count: 0) }
    if phase == .handshaking {
      OpenSSLErrors.clear()
      let result = SSL_do_handshake(pointer)
      if result == 1 { phase = .established } else { fail(result) }
    }
    var count = 0
    while phase == .established, count < buffer.count {
      OpenSSLErrors.clear()
      let read = SSL_read(pointer, buffer.baseAddress.map { $0 + count }, Int32(clamping: buffer.count - count))
      if read > 0 {
        count += Int(read)
      } else if !fail(read) {
        break
      }
    }
    return count
  }

  /// Seals bytes into `sealed`; false when the session has failed.
  package func seal(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var offset = 0
    while offset < bytes.count {
      OpenSSLErrors.clear()
      let rest = Int32(clamping: bytes.count - offset)
      let written = SSL_write(pointer, bytes.baseAddress.map { $0 + offset }, rest)
      guard written > 0 else {
        fail(written)
        return false
      }
      offset += Int(written)
    }
    return true
  }

  /// Says that nothing more will be sent (close_notify, RFC 8446 §6.1). True when that is to be sent now, false when it was
  /// said before or cannot be said.
  package func end() -> Bool {
    guard !hasSaidEnd, phase == .established || phase == .ended else { return false }
    hasSaidEnd = true
    OpenSSLErrors.clear()
    SSL_shutdown(pointer)
    OpenSSLErrors.clear()
    return !sealed.isEmpty
  }

  /// Acts on a call that did not succeed; whether the phase has changed. What waits for more input has not failed. What fails
  /// after that fails because of the first reason, and OpenSSL gives none.
  @discardableResult
  private func fail(_ result: Int32) -> Bool {
    if case .failed = phase { return false }
    switch SSL_get_error(pointer, result) {
    case SSL_ERROR_WANT_READ: return false
    // Nothing protects a goodbye within the handshake: anybody on the way may have said it.
    case SSL_ERROR_ZERO_RETURN: phase = phase == .handshaking ? .failed("ended within the handshake") : .ended
    default: phase = .failed(OpenSSLErrors.take())
    }
    return true
  }

  // MARK: The BIO

  /// Unsafe: made once, never changed.
  private nonisolated(unsafe) static let method: OpaquePointer? = {
    guard let method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "dragoman") else { return nil }
    BIO_meth_set_read(method) { bio, buffer, count in
      guard let bio, let buffer, let session = TLSSession.of(bio) else { return -1 }
      return session.read(bio, into: buffer, Int(count))
    }
    BIO_meth_set_write(method) { bio, bytes, count in
      guard let bio, let bytes, let session = TLSSession.of(bio) else { return -1 }
      shim_bio_no_retry(bio)
      session.sealed.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: Int(count)))
      return count
    }
    // A flush is asked for behind each flight; nothing else is.
    BIO_meth_set_ctrl(method) { _, command, _, _ in command == BIO_CTRL_FLUSH ? 1 : 0 }
    return method
  }()

  private static func of(_ bio: OpaquePointer) -> TLSSession? {
    BIO_get_data(bio).map { Unmanaged<TLSSession>.fromOpaque($0).takeUnretainedValue() }
  }

  private func read(_ bio: OpaquePointer, into buffer: UnsafeMutablePointer<CChar>, _ wanted: Int) -> Int32 {
    shim_bio_no_retry(bio)
    let count = min(wanted, input.count)
    guard count > 0 else {
      shim_bio_read_again(bio)
      return -1
    }
    UnsafeMutableRawPointer(buffer).copyMemory(from: input.baseAddress ?? UnsafeRawPointer(buffer), byteCount: count)
    input = UnsafeRawBufferPointer(rebasing: input[count...])
    return Int32(count)
  }
}
