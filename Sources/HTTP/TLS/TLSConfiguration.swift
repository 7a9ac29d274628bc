/// What a server needs to speak TLS: PEM files. They are read at the start and at each reload.
public struct TLSConfiguration: Sendable, Equatable {
  /// The server's certificate and behind it those of the authorities in between.
  public var certificateFile: String
  /// The certificate's private key, not encrypted.
  public var keyFile: String
  /// Certificates of the authorities that clients must have theirs from; nil asks no client for one.
  public var clientAuthorityFile: String?

  /// Names the files.
  public init(certificateFile: String, keyFile: String, clientAuthorityFile: String? = nil) {
    self.certificateFile = certificateFile
    self.keyFile = keyFile
    self.clientAuthorityFile = clientAuthorityFile
  }

  /// The files, to be watched for changes.
  public var files: [String] { [certificateFile, keyFile] + (clientAuthorityFile.map { [$0] } ?? []) }
}

/// What is offered and taken: Mozilla's “intermediate” (guidelines 5.7) without finite-field Diffie-Hellman.
enum TLSPolicy {
  /// TLS 1.2: a fresh key for each session, authenticated encryption.
  static let ciphers = [
    "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305",
  ].joined(separator: ":")
  /// TLS 1.3.
  static let suites = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
  /// For key exchange.
  static let groups = "X25519:P-256:P-384"
  /// OpenSSL's level 2: 112 bits. No RSA key below 2048 bits, no SHA-1.
  static let securityLevel: Int32 = 2
  /// Seconds that a session can be resumed.
  static let sessionLifetime = 7_200
}
