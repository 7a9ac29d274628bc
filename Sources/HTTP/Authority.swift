import Glibc

/// What a `Host` field holds, and an absolute target between its scheme and its path.
enum Authority {
  /// RFC 9110 §7.2: `Host = uri-host [":" port]`; RFC 3986 §3.2.2 and §3.2.3 say what a host and a port are.
  static func check(_ bytes: Span<UInt8>) throws(HTTPRefusal) {
    var index = 0
    if bytes.count > 0, bytes[0] == UInt8(ascii: "[") {
      guard let close = bytes.firstIndex(of: UInt8(ascii: "]")), isLiteral(bytes.extracting(1..<close)) else {
        throw .malformedHost
      }
      index = close + 1
    } else {
      while index < bytes.count, ByteClass.host.contains(bytes[index]) {
        if bytes[index] == UInt8(ascii: "%") {
          guard index + 2 < bytes.count, bytes[index + 1].hexadecimalValue != nil,
            bytes[index + 2].hexadecimalValue != nil
          else { throw .malformedHost }
        }
        index += 1
      }
      // RFC 9110 §4.2.1: an http URI with an empty host must be rejected. RFC 9112 §3.3 lets a server refuse an empty
      // Host or put a default in its place; there is none here.
      guard index > 0 else { throw .malformedHost }
    }
    try checkPort(bytes, from: index)
  }

  /// RFC 3986 §3.2.3: `":" *DIGIT` or nothing; beyond 65535 there is no port.
  private static func checkPort(_ bytes: Span<UInt8>, from start: Int) throws(HTTPRefusal) {
    guard start < bytes.count else { return }
    guard bytes[start] == UInt8(ascii: ":") else { throw .malformedHost }
    var port = 0
    for position in (start + 1)..<bytes.count {
      guard let digit = bytes[position].decimalValue else { throw .malformedHost }
      port = port * 10 + digit
      guard port <= 65_535 else { throw .malformedHost }
    }
  }

  /// RFC 3986 §3.2.2: `IPv6address` or `IPvFuture`, without a zone (RFC 9110 §4.2 knows none).
  private static func isLiteral(_ text: Span<UInt8>) -> Bool {
    guard text.count > 0 else { return false }
    return text[0].lowercased == UInt8(ascii: "v") ? isFutureAddress(text) : isIPv6Address(text)
  }

  private static func isIPv6Address(_ text: Span<UInt8>) -> Bool {
    // The longest has 45 characters; one more ends it.
    guard text.count <= 45 else { return false }
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 46) { buffer in
      for index in 0..<text.count {
        // inet_pton would stop at a NUL.
        guard text[index].isVisible else { return false }
        buffer[index] = CChar(bitPattern: text[index])
      }
      buffer[text.count] = 0
      var address = in6_addr()
      guard let base = buffer.baseAddress else { return false }
      return inet_pton(AF_INET6, base, &address) == 1
    }
  }

  /// `"v" 1*HEXDIG "." 1*( unreserved / sub-delims / ":" )`
  private static func isFutureAddress(_ text: Span<UInt8>) -> Bool {
    guard let dot = text.firstIndex(of: UInt8(ascii: ".")), dot > 1, dot + 1 < text.count else { return false }
    for index in 1..<dot where text[index].hexadecimalValue == nil { return false }
    for index in (dot + 1)..<text.count where !ByteClass.literal.contains(text[index]) { return false }
    return true
  }
}
