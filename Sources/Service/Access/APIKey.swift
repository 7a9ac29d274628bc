import Glibc

/// A key that was given out: what is known of it, but for the key itself.
package struct APIKey: Sendable, Equatable {
  /// What the operator calls it.
  package var name: String
  /// The digest of the key.
  package var digest: KeyDigest
  /// Its limits; what it leaves out is the server's.
  package var limits: RateLimits
  /// From when on it is no longer valid; nil: it always is.
  package var expiry: KeyExpiry?

  package init(name: String, digest: KeyDigest, limits: RateLimits = RateLimits(), expiry: KeyExpiry? = nil) {
    self.name = name
    self.digest = digest
    self.limits = limits
    self.expiry = expiry
  }

  /// A new key: `drg_` and 32 characters of base64url's alphabet, 192 bits from the system's generator.
  package static func random() -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    var generator = SystemRandomNumberGenerator()
    let characters = (0..<32).map { _ in alphabet[Int(generator.next(upperBound: UInt32(64)))] }
    return "drg_" + String(decoding: characters, as: UTF8.self)
  }

  /// Whether text can be a key's name: 1 to 64 characters without control characters, and no space at either end.
  package static func isName(_ text: String) -> Bool {
    guard (1...64).contains(text.unicodeScalars.count), text.first != " ", text.last != " " else { return false }
    return text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }
  }
}

/// A moment in UTC, to the second, as the key file writes it: `2027-01-31T00:00:00Z` (RFC 3339 §5.6).
package struct KeyExpiry: Sendable, Equatable, CustomStringConvertible {
  /// Seconds since 1970.
  package let seconds: Int64

  package init(seconds: Int64) {
    self.seconds = seconds
  }

  /// Reads exactly that form; nil for everything else, days that do not exist included.
  package init?(_ text: String) {
    let shape = "0000-00-00T00:00:00Z"
    let isShaped =
      text.utf8.count == shape.utf8.count
      && zip(text.utf8, shape.utf8).allSatisfy { given, wanted in
        wanted == UInt8(ascii: "0") ? (0x30...0x39).contains(given) : given == wanted
      }
    guard isShaped else { return nil }
    let numbers = text.split { !$0.isNumber }.compactMap { Int32($0) }
    guard numbers.count == 6 else { return nil }
    var parts = tm()
    (parts.tm_year, parts.tm_mon, parts.tm_mday) = (numbers[0] - 1_900, numbers[1] - 1, numbers[2])
    (parts.tm_hour, parts.tm_min, parts.tm_sec) = (numbers[3], numbers[4], numbers[5])
    seconds = Int64(timegm(&parts))
    // The 31st of April would be the 1st of May.
    guard description == text else { return nil }
  }

  package var description: String {
    String(Timestamp(unixMilliseconds: seconds * 1_000).description.dropLast(5)) + "Z"
  }

  /// Whether it has passed.
  var hasPassed: Bool { Int64(time(nil)) >= seconds }
}
