import COpenSSL
import Glibc

/// A certificate (X509), freed with this object.
final class Certificate {
  let pointer: OpaquePointer

  init(owning pointer: OpaquePointer) { self.pointer = pointer }

  deinit { X509_free(pointer) }

  /// Whether clients will take it today, as far as time goes; nil where all is well.
  ///
  /// - Parameter soon: seconds before the end from which on it is worth a word.
  func complaint(soon: Int = 14 * 86_400) -> String? {
    if X509_cmp_current_time(X509_get0_notBefore(pointer)) > 0 {
      return "is not valid before \(Self.date(X509_get0_notBefore(pointer)))"
    }
    guard let end = X509_get0_notAfter(pointer) else { return nil }
    if X509_cmp_current_time(end) < 0 { return "expired on \(Self.date(end)); clients will refuse it" }
    var then = time(nil) + soon
    return X509_cmp_time(end, &then) < 0 ? "expires on \(Self.date(end))" : nil
  }

  /// `2001-01-31`.
  private static func date(_ time: UnsafePointer<ASN1_TIME>?) -> String {
    var parts = tm()
    guard ASN1_TIME_to_tm(time, &parts) == 1 else { return "an unknown date" }
    func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(parts.tm_year + 1_900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
  }
}

/// A private key (EVP_PKEY), freed with this object.
final class PrivateKey {
  let pointer: OpaquePointer

  init(owning pointer: OpaquePointer) { self.pointer = pointer }

  deinit { EVP_PKEY_free(pointer) }
}

/// A file of PEM blocks (RFC 7468), read once.
struct PEMFile {
  /// No file of certificates is larger; a list of every public authority has 220 KB.
  static let limit = 4 << 20  // bytes

  let path: String
  let bytes: [UInt8]

  init(_ path: String) throws(TLSError) {
    self.path = path
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unreadable(file: path, reason: String(cString: strerror(errno))) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = read(descriptor, &piece, piece.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .unreadable(file: path, reason: String(cString: strerror(errno))) }
      if count == 0 { break }
      bytes.append(contentsOf: piece[..<count])
      guard bytes.count <= Self.limit else { throw .tooLarge(file: path, limit: Self.limit) }
    }
    self.bytes = bytes
  }

  /// All certificates, at least one; other blocks are passed over.
  func certificates() throws(TLSError) -> [Certificate] {
    OpenSSLErrors.clear()
    var found: [Certificate] = []
    let failure = try withBIO { (bio) throws(TLSError) -> TLSError? in
      while let pointer = PEM_read_bio_X509(bio, nil, Self.noPassword, nil) {
        found.append(Certificate(owning: pointer))
      }
      // The end of the file is an error of its own.
      let isEnd = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE
      return isEnd ? nil : .malformedCertificate(file: path, reason: OpenSSLErrors.take())
    }
    OpenSSLErrors.clear()
    if let failure { throw failure }
    guard !found.isEmpty else { throw .noCertificate(file: path) }
    return found
  }

  /// The first private key.
  func privateKey() throws(TLSError) -> PrivateKey {
    guard !contains("-----BEGIN ENCRYPTED PRIVATE KEY-----"), !contains("Proc-Type: 4,ENCRYPTED") else {
      throw .encryptedKey(file: path)
    }
    guard contains("PRIVATE KEY-----") else { throw .noKey(file: path) }
    OpenSSLErrors.clear()
    let pointer = try withBIO { bio in PEM_read_bio_PrivateKey(bio, nil, Self.noPassword, nil) }
    guard let pointer else { throw .malformedKey(file: path, reason: OpenSSLErrors.take()) }
    OpenSSLErrors.clear()
    return PrivateKey(owning: pointer)
  }

  /// Without it OpenSSL would ask on the terminal.
  private static let noPassword:
    @convention(c) (UnsafeMutablePointer<CChar>?, Int32, Int32, UnsafeMutableRawPointer?)
      -> Int32 = { _, _, _, _ in -1 }

  private func contains(_ text: StaticString) -> Bool {
    text.withUTF8Buffer { bytes.firstRange(of: $0) != nil }
  }

  private func withBIO<Result>(
    _ body: (OpaquePointer) throws(TLSError) -> Result
  ) throws(TLSError) -> Result {
    guard let bio = BIO_new(BIO_s_mem()) else { throw OpenSSLErrors.failure("BIO_new") }
    defer { BIO_free(bio) }
    let written = bytes.withUnsafeBytes { BIO_write(bio, $0.baseAddress, Int32($0.count)) }
    guard bytes.isEmpty || written == bytes.count else { throw OpenSSLErrors.failure("BIO_write") }
    return try body(bio)
  }
}
