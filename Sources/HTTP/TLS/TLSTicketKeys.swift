import COpenSSL
import Glibc
import Synchronization

/// The keys that session tickets (RFC 5077) are sealed with: one for new tickets, and the last one for those that clients
/// still hold. A value; the clock and the randomness are the caller's.
package struct TicketKeyRing: Sendable {
  /// One key with the name that its tickets carry.
  package struct Key: Sendable, Equatable {
    /// Bytes: 16 of the name, 32 for HMAC-SHA-256, 32 for AES-256-CBC.
    package static let byteCount = 80

    let name: [UInt8]
    let mac: [UInt8]
    let cipher: [UInt8]

    /// - Parameter random: `byteCount` random bytes.
    package init(random: [UInt8]) {
      name = Array(random[0..<16])
      mac = Array(random[16..<48])
      cipher = Array(random[48..<80])
    }
  }

  /// Seconds that new tickets are made with one key; a ticket can be used for at least as long as a session lasts.
  package static let rotation = 12 * 3_600

  package private(set) var current: Key
  private(set) var last: Key?
  private var since: Int

  package init(_ key: Key, at seconds: Int) {
    current = key
    since = seconds
  }

  /// Whether new tickets should have a new key.
  package func isDue(at seconds: Int) -> Bool { seconds - since >= Self.rotation }

  /// Makes new tickets with another key from now on.
  package mutating func rotate(to key: Key, at seconds: Int) {
    // One that was not used for a whole period is of no ticket that is still good.
    last = seconds - since < 2 * Self.rotation ? current : nil
    current = key
    since = seconds
  }

  /// The key of a ticket, or nil: then the client gets a full handshake.
  package func key(named name: UnsafeBufferPointer<UInt8>) -> Key? {
    if current.name.elementsEqual(name) { return current }
    if let last, last.name.elementsEqual(name) { return last }
    return nil
  }
}

/// The ticket keys of one server, which outlive its certificates: sessions are resumed across a reload.
package final class TLSTicketKeys: Sendable {
  private let ring: Mutex<TicketKeyRing>

  package init() throws(TLSError) {
    guard let key = Self.randomKey() else { throw OpenSSLErrors.failure("RAND_bytes") }
    ring = Mutex(TicketKeyRing(key, at: Self.seconds()))
  }

  /// Has a context seal its tickets with these keys. The context must hold this object.
  func install(in context: OpaquePointer) -> Bool {
    // Index 0 of the extra data is the application's.
    SSL_CTX_set_ex_data(context, 0, Unmanaged.passUnretained(self).toOpaque()) == 1
      && SSL_CTX_set_tlsext_ticket_key_evp_cb(context, Self.callback) == 1
  }

  private static func seconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_BOOTTIME, &time)
    return time.tv_sec
  }

  private static func randomKey() -> TicketKeyRing.Key? {
    var bytes = [UInt8](repeating: 0, count: TicketKeyRing.Key.byteCount)
    guard RAND_priv_bytes(&bytes, Int32(bytes.count)) == 1 else { return nil }
    return TicketKeyRing.Key(random: bytes)
  }

  private func currentKey() -> TicketKeyRing.Key {
    let now = Self.seconds()
    return ring.withLock { ring in
      if ring.isDue(at: now), let key = Self.randomKey() { ring.rotate(to: key, at: now) }
      return ring.current
    }
  }

  /// What OpenSSL asks for each ticket that it seals (`seals` is 1) or opens (0). Returns 1 for go on, 2 for go on and give
  /// the client a new ticket, 0 for no ticket, −1 for an error.
  private static let callback:
    @convention(c) (
      OpaquePointer?, UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<UInt8>?, OpaquePointer?, OpaquePointer?, Int32
    ) -> Int32 = { session, name, vector, cipher, mac, seals in
      guard let session, let name, let vector, let cipher, let mac, let context = SSL_get_SSL_CTX(session),
        let data = SSL_CTX_get_ex_data(context, 0)
      else { return -1 }
      let keys = Unmanaged<TLSTicketKeys>.fromOpaque(data).takeUnretainedValue()
      if seals == 1 { return keys.seal(name: name, vector: vector, cipher: cipher, mac: mac) }
      return keys.open(name: name, vector: vector, cipher: cipher, mac: mac)
    }

  private func seal(
    name: UnsafeMutablePointer<UInt8>, vector: UnsafeMutablePointer<UInt8>, cipher: OpaquePointer, mac: OpaquePointer
  ) -> Int32 {
    let key = currentKey()
    guard RAND_bytes(vector, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) == 1,
      EVP_EncryptInit_ex(cipher, EVP_aes_256_cbc(), nil, key.cipher, vector) == 1, Self.begin(mac, key)
    else { return -1 }
    for (index, byte) in key.name.enumerated() { name[index] = byte }
    return 1
  }

  private func open(
    name: UnsafeMutablePointer<UInt8>, vector: UnsafeMutablePointer<UInt8>, cipher: OpaquePointer, mac: OpaquePointer
  ) -> Int32 {
    let (key, isCurrent) = ring.withLock { ring in
      let key = ring.key(named: UnsafeBufferPointer(start: name, count: 16))
      return (key, key == ring.current)
    }
    guard let key else { return 0 }
    guard Self.begin(mac, key), EVP_DecryptInit_ex(cipher, EVP_aes_256_cbc(), nil, key.cipher, vector) == 1 else {
      return -1
    }
    return isCurrent ? 1 : 2
  }

  private static func begin(_ mac: OpaquePointer, _ key: TicketKeyRing.Key) -> Bool {
    var bytes = key.mac
    return shim_begin_hmac(mac, &bytes, bytes.count) == 1
  }
}
