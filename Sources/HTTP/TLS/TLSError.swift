import COpenSSL

/// Why TLS cannot be spoken with the files that were named.
public enum TLSError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file is missing, or must not be read; the system's reason.
  case unreadable(file: String, reason: String)
  /// More bytes than any certificate or key has.
  case tooLarge(file: String, limit: Int)
  /// No PEM block that begins with `-----BEGIN CERTIFICATE-----`.
  case noCertificate(file: String)
  /// A block of a certificate that is damaged; OpenSSL's reason.
  case malformedCertificate(file: String, reason: String)
  /// OpenSSL does not take the certificate, such as one with a short key.
  case refusedCertificate(file: String, reason: String)
  /// No PEM block of a private key.
  case noKey(file: String)
  /// The private key needs a password.
  case encryptedKey(file: String)
  /// A block of a private key that is damaged; OpenSSL's reason.
  case malformedKey(file: String, reason: String)
  /// The key is another certificate's.
  case keyMismatch(certificateFile: String, keyFile: String)
  /// Another call of OpenSSL failed.
  case library(call: String, reason: String)

  /// What is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .unreadable(let file, let reason):
      "\(file): cannot be read (\(reason)); name a PEM file that this user may read"
    case .tooLarge(let file, let limit): "\(file): more than \(limit) bytes; name a PEM file of certificates or a key"
    case .noCertificate(let file):
      "\(file): no certificate in it; a PEM file with \"-----BEGIN CERTIFICATE-----\" is needed, the server's own first"
    case .malformedCertificate(let file, let reason):
      "\(file): a damaged certificate (\(reason)); copy the PEM file again"
    case .refusedCertificate(let file, let reason):
      "\(file): the certificate cannot be used (\(reason)); RSA keys need 2048 bits and signatures SHA-256"
    case .noKey(let file): "\(file): no private key in it; a PEM file with \"-----BEGIN PRIVATE KEY-----\" is needed"
    case .encryptedKey(let file):
      "\(file): the private key has a password; write it without one: openssl pkey -in \(file) -out key.pem"
    case .malformedKey(let file, let reason): "\(file): a damaged private key (\(reason)); copy the PEM file again"
    case .keyMismatch(let certificateFile, let keyFile):
      "\(keyFile): the key does not belong to the certificate in \(certificateFile); name the two that were made together"
    case .library(let call, let reason): "TLS cannot be set up: \(call) failed (\(reason))"
    }
  }
}

/// OpenSSL's queue of errors, one for each thread. It is emptied before and after each call that may fail: what one
/// connection leaves there would be another's reason.
enum OpenSSLErrors {
  static func clear() { ERR_clear_error() }

  /// The reason of the first error in the queue, which is then empty.
  static func take() -> String {
    let code = ERR_get_error()
    defer { ERR_clear_error() }
    guard code != 0 else { return "no reason given" }
    if let reason = ERR_reason_error_string(code) { return String(cString: reason) }
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
      guard let base = buffer.baseAddress else { return "error \(code)" }
      ERR_error_string_n(code, base, buffer.count)
      return String(cString: base)
    }
  }

  static func failure(_ call: String) -> TLSError { .library(call: call, reason: take()) }
}
