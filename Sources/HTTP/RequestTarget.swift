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
  /// The scheme of the absolute form.
  let scheme: Scheme?

  /// The schemes that are served (RFC 9110 §4.2); they compare without case (RFC 3986 §3.1).
  enum Scheme: Sendable { case http, https }

  init(parsing bytes: [UInt8], method: HTTPMethod) throws(HTTPRefusal) {
    try self.init(parsing: bytes.span, method: method)
  }

  init(parsing bytes: Span<UInt8>, method: HTTPMethod) throws(HTTPRefusal) {
    // RFC 9110 §9.3.6: CONNECT asks for a tunnel; this is an origin server.
    guard method != .connect else { throw .unsupportedMethod }
    guard bytes.count > 0 else { throw .malformedRequestLine }
    text = bytes.text(0..<bytes.count)
    if bytes[0] == UInt8(ascii: "/") {
      (authority, scheme) = (nil, nil)
      (path, rawPath, query) = try Self.pathAndQuery(bytes, from: 0)
    } else if bytes.count == 1, bytes[0] == UInt8(ascii: "*") {
      // RFC 9112 §3.2.4: the asterisk form is for a server-wide OPTIONS only.
      guard method == .options else { throw .malformedTarget }
      (path, rawPath, query, authority, scheme) = ("*", "*", nil, nil, nil)
    } else {
      let (scheme, start) = try Self.scheme(bytes)
      let end = Self.authorityEnd(bytes, from: start)
      // RFC 9110 §4.2.1 and §4.2.4: an empty host or a user name makes the URI invalid.
      try Authority.check(bytes.extracting(start..<end))
      authority = bytes.text(start..<end)
      self.scheme = scheme
      // RFC 9110 §4.2.3: no path means "/", but not to OPTIONS. RFC 9112 §3.2.4: there it is what "*" asks about.
      let isServerWide = method == .options && end == bytes.count
      (path, rawPath, query) = isServerWide ? ("*", "*", nil) : try Self.pathAndQuery(bytes, from: end)
    }
  }

  /// The scheme of an absolute target, and where its authority begins.
  private static func scheme(_ bytes: Span<UInt8>) throws(HTTPRefusal) -> (Scheme, authorityStart: Int) {
    if bytes.count >= 7, bytes.extracting(0..<7).equalsIgnoringCase("http://") { return (.http, 7) }
    if bytes.count >= 8, bytes.extracting(0..<8).equalsIgnoringCase("https://") { return (.https, 8) }
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
}
