import HTTPTypes

extension HTTPRequest {
  private static let forwardedFor = HTTPHeaderName(literal: "X-Forwarded-For")

  /// The address of the client: the peer's, or, where the peer is a trusted proxy, what `X-Forwarded-For` says.
  ///
  /// Each proxy appends the address that it was connected from, so the field is read from its right end: the first
  /// address that is no trusted proxy's is the client's. What stands left of it was written by the client. An entry that
  /// is no address ends the reading, and the proxy that passed it on counts as the client; so does the leftmost entry
  /// where all are trusted. Nil where the peer has no IP address.
  ///
  /// - Parameter proxies: the ranges of the trusted proxies. Without any the field means nothing.
  public func clientAddress(trusting proxies: [AddressRange]) -> IPAddress? {
    guard var client = IPAddress(remoteAddress) else { return nil }
    guard !proxies.isEmpty, proxies.contains(client) else { return client }
    // RFC 9110 §5.3: several lines are one list in the order in which they came.
    for line in headers[values: Self.forwardedFor].reversed() {
      for entry in line.split(separator: ",").reversed() {
        guard let address = Self.address(ofEntry: entry.trimmingSpaces) else { return client }
        client = address
        guard proxies.contains(client) else { return client }
      }
    }
    return client
  }

  /// `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:4711`.
  private static func address(ofEntry entry: Substring) -> IPAddress? {
    if let address = IPAddress(entry) { return address }
    guard let colon = entry.lastIndex(of: ":") else { return bracketed(entry) }
    let port = entry[entry.index(after: colon)...]
    guard !port.isEmpty, port.utf8.count <= 5, port.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      return bracketed(entry)
    }
    let host = entry[..<colon]
    // Without brackets a port can follow an IPv4 address only.
    return host.first == "[" ? bracketed(host) : host.contains(":") ? nil : IPAddress(host)
  }

  private static func bracketed(_ text: Substring) -> IPAddress? {
    guard text.first == "[", text.last == "]", text.contains(":") else { return nil }
    return IPAddress(text.dropFirst().dropLast())
  }
}
