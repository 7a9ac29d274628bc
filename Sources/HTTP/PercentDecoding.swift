/// Percent-decoding (RFC 3986 §2.1).
enum PercentDecoding {
  /// What `+` stands for: itself in a path, a space in form data.
  enum Plus { case plus, space }

  /// The decoded text; nil when an escape lacks its two digits, when the result is not UTF-8, or when it holds NUL.
  static func decode(_ bytes: Span<UInt8>, plus: Plus) -> String? {
    var decoded: [UInt8] = []
    decoded.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      if byte == UInt8(ascii: "%") {
        guard index + 1 < bytes.count, let high = bytes[index].hexadecimalValue,
          let low = bytes[index + 1].hexadecimalValue
        else { return nil }
        decoded.append(high << 4 | low)
        index += 2
      } else if byte == UInt8(ascii: "+"), plus == .space {
        decoded.append(.space)
      } else {
        decoded.append(byte)
      }
    }
    guard !decoded.contains(0) else { return nil }
    return String(validating: decoded, as: UTF8.self)
  }
}
