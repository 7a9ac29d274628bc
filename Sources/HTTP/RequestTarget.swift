/// A request target in its parts (RFC 9112 §3.2): origin form, absolute form, or `*` for OPTIONS.
public struct RequestTarget: Sendable, Equatable {
  /// The target as it was sent.
  public let text: String
  /// The path, percent-decoded; `*` for the asterisk form.
  public let path: String
  /// The path as it was sent.
  public let rawPath: String
  /// What follows the first `?`, not decoded.
  public let query: String?
  /// The authority of the absolute form; it stands above `Host` (RFC 9112 §3.2.2).
  public let authority: String?

  init(parsing bytes: [UInt8], method: HTTPMethod) throws(HTTPRefusal) {
    try self.init(parsing: bytes.span, method: method)
  }

  init(parsing bytes: Span<UInt8>, method: HTTPMethod) throws(HTTPRefusal) {
    // RFC 9110 §9.3.6: CONNECT asks for a tunnel; this is an origin server.
    guard method != .connect else { throw .unsupportedMethod }
    guard bytes.count > 0 else { throw .malformedRequestLine }
    text = bytes.text(0..<bytes.count)
    if bytes[0] == UInt8(ascii: "/") {
      authority = nil
      (path, rawPath, query) = try Self.pathAndQuery(bytes, from: 0)
    } else if bytes.count == 1, bytes[0] == UInt8(ascii: "*") {
      // RFC 9112 §3.2.4: the asterisk form is for a server-wide OPTIONS only.
      guard method == .options else { throw .malformedTarget }
      (path, rawPath, query, authority) = ("*", "*", nil, nil)
    } else {
      let start = try Self.authorityStart(bytes)
      let end = Self.authorityEnd(bytes, from: start)
      // RFC 9110 §4.2.1 and §4.2.4: an empty host or a user name makes the URI invalid.
      try Self.checkAuthority(bytes.extracting(start..<end))
      authority = bytes.text(start..<end)
      (path, rawPath, query) = try Self.pathAndQuery(bytes, from: end)
    }
  }

  /// RFC 9110 §4.2: only http and https are served; schemes compare without case (RFC 3986 §3.1).
  private static func authorityStart(_ bytes: Span<UInt8>) throws(HTTPRefusal) -> Int {
    if bytes.count >= 7, bytes.extracting(0..<7).equalsIgnoringCase("http://") { return 7 }
    if bytes.count >= 8, bytes.extracting(0..<8).equalsIgnoringCase("https://") { return 8 }
    throw .malformedTarget
  }

  private static func authorityEnd(_ bytes: Span<UInt8>, from start: Int) -> Int {
    var end = start
    while end < bytes.count, bytes[end] != UInt8(ascii: "/"), bytes[end] != UInt8(ascii: "?") { end += 1 }
    return end
  }

  private static func pathAndQuery(
    _ bytes: Span<UInt8>, from start: Int
  ) throws(HTTPRefusal) -> (path: String, rawPath: String, query: String?) {
    let mark = bytes.firstIndex(of: UInt8(ascii: "?"), from: start) ?? bytes.count
    var escaped = false
    for index in start..<mark {
      guard ByteClass.path.contains(bytes[index]) else { throw .malformedTarget }
      if bytes[index] == UInt8(ascii: "%") { escaped = true }
    }
    // RFC 9112 §3.2: a fragment is never sent. Browsers leave other characters of a query unescaped (WHATWG URL §1.3),
    // and none of them can be taken for something else, so all that are visible pass.
    for index in mark..<bytes.count where !bytes[index].isVisible || bytes[index] == UInt8(ascii: "#") {
      throw .malformedTarget
    }
    // RFC 9112 §3.2.1: an absolute URI without a path means "/".
    let raw = mark > start ? bytes.text(start..<mark) : "/"
    let query = mark < bytes.count ? bytes.text((mark + 1)..<bytes.count) : nil
    guard escaped else { return (raw, raw, query) }
    guard let path = PercentDecoding.decode(bytes.extracting(start..<mark), plus: .plus) else { throw .malformedPath }
    return (path, raw, query)
  }

  /// RFC 9110 §7.2: `Host = uri-host [":" port]`; RFC 3986 §3.2.2 and §3.2.3 say what a host and a port are.
  /// Brackets are checked for their characters only: the host is not used to route.
  static func checkAuthority(_ bytes: Span<UInt8>) throws(HTTPRefusal) {
    var index = 0
    if bytes.count > 0, bytes[0] == UInt8(ascii: "[") {
      guard let close = bytes.firstIndex(of: UInt8(ascii: "]")), close > 1 else { throw .malformedHost }
      for position in 1..<close where !ByteClass.literal.contains(bytes[position]) { throw .malformedHost }
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
      // RFC 9110 §4.2.1: an http URI with an empty host must be rejected.
      guard index > 0 else { throw .malformedHost }
    }
    guard index < bytes.count else { return }
    guard bytes[index] == UInt8(ascii: ":") else { throw .malformedHost }
    var port = 0
    for position in (index + 1)..<bytes.count {
      guard let digit = bytes[position].decimalValue else { throw .malformedHost }
      port = port * 10 + digit
      guard port <= 65_535 else { throw .malformedHost }
    }
  }
}
