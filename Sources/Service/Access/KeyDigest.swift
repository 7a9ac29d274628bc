import COpenSSL

/// The SHA-256 of a key. Files and memory hold digests only. They need neither salt nor many rounds: a key has 192 random
/// bits, which nobody tries out.
package struct KeyDigest: Sendable, Hashable {
  private let words: SIMD4<UInt64>

  private init(words: SIMD4<UInt64>) {
    self.words = words
  }

  /// The digest of a key as a client sends it; nil where OpenSSL could not compute it.
  package init?(of key: String) {
    guard let digest = SHA256.digest(of: Array(key.utf8)) else { return nil }
    self.init(bytes: digest)
  }

  /// Reads 64 hexadecimal digits.
  package init?(hexadecimal text: String) {
    let digits = text.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
    guard text.utf8.count == 64, digits.count == 64 else { return nil }
    self.init(bytes: (0..<32).map { UInt8(digits[2 * $0] << 4 | digits[2 * $0 + 1]) })
  }

  private init(bytes: [UInt8]) {
    var words = SIMD4<UInt64>()
    for (index, byte) in bytes.enumerated() { words[index / 8] |= UInt64(byte) << UInt64(8 * (index % 8)) }
    self.init(words: words)
  }

  /// 64 hexadecimal digits in lower case.
  package var hexadecimal: String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for index in 0..<32 {
      let byte = Int(words[index / 8] >> UInt64(8 * (index % 8)) & 0xFF)
      text += [digits[byte >> 4], digits[byte & 15]]
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Whether both are the same, in a time that does not depend on how much of them is.
  func matches(_ other: KeyDigest) -> Bool {
    withUnsafeBytes(of: words) { own in
      withUnsafeBytes(of: other.words) { CRYPTO_memcmp(own.baseAddress, $0.baseAddress, own.count) == 0 }
    }
  }
}

/// SHA-256 by OpenSSL.
enum SHA256 {
  /// The 32 bytes of a digest; nil where OpenSSL could not compute it.
  static func digest(of bytes: [UInt8]) -> [UInt8]? {
    var digest = [UInt8](repeating: 0, count: 32)
    var length: UInt32 = 0
    let isDone = bytes.withUnsafeBytes {
      EVP_Digest($0.baseAddress, $0.count, &digest, &length, EVP_sha256(), nil) == 1
    }
    return isDone && length == 32 ? digest : nil
  }
}
