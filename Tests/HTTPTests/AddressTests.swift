import HTTP
import TestSupport
import Testing

@Suite struct AddressRangeTests {
  static let inside: [(String, String)] = [
    ("10.0.0.0/8", "10.255.0.1"), ("10.0.0.0/8", "::ffff:10.1.2.3"), ("192.0.2.1", "192.0.2.1"),
    ("0.0.0.0/0", "203.0.113.9"), ("::ffff:10.0.0.0/104", "10.9.9.9"), ("::ffff:0:0/96", "1.2.3.4"),
    ("2001:db8::/32", "2001:db8:ffff::1"), ("::/0", "2001:db8::1"), ("::1", "::1"), ("2001:db8::/64", "2001:db8::ff"),
    ("2001:db8::8000:0:0:0/65", "2001:db8::8000:0:0:1"), ("192.0.2.128/25", "192.0.2.200"),
  ]

  static let outside: [(String, String)] = [
    ("10.0.0.0/8", "11.0.0.0"), ("192.0.2.1", "192.0.2.2"), ("::/0", "192.0.2.1"), ("0.0.0.0/0", "2001:db8::1"),
    ("0.0.0.0/0", "::1"), ("2001:db8::/32", "2001:db9::"), ("2001:db8::8000:0:0:0/65", "2001:db8::1"),
    ("192.0.2.128/25", "192.0.2.127"), ("::/96", "1.2.3.4"),
  ]

  @Test(arguments: inside) func `an address lies in the range`(range: String, address: String) throws {
    let address = try #require(IPAddress(address))
    #expect(try AddressRange(range).contains(address))
  }

  @Test(arguments: outside) func `an address lies outside the range`(range: String, address: String) throws {
    let address = try #require(IPAddress(address))
    #expect(try !AddressRange(range).contains(address))
  }

  static let malformed: [(String, AddressRangeError)] = [
    ("", .notAnAddress(entry: "")), ("localhost", .notAnAddress(entry: "localhost")),
    ("10.0.0/8", .notAnAddress(entry: "10.0.0/8")), ("010.0.0.0/8", .notAnAddress(entry: "010.0.0.0/8")),
    ("10.0.0.0/33", .malformedPrefix(entry: "10.0.0.0/33", limit: 32)),
    ("10.0.0.0/", .malformedPrefix(entry: "10.0.0.0/", limit: 32)),
    ("10.0.0.0/+8", .malformedPrefix(entry: "10.0.0.0/+8", limit: 32)),
    ("10.0.0.0/8/8", .malformedPrefix(entry: "10.0.0.0/8/8", limit: 32)),
    ("::/129", .malformedPrefix(entry: "::/129", limit: 128)), ("[::1]", .notAnAddress(entry: "[::1]")),
    ("fe80::1%eth0", .notAnAddress(entry: "fe80::1%eth0")), ("10.0.0.1/8", .bitsBehindPrefix(entry: "10.0.0.1/8")),
    ("::ffff:0:0/80", .bitsBehindPrefix(entry: "::ffff:0:0/80")),
    ("2001:db8::1/64", .bitsBehindPrefix(entry: "2001:db8::1/64")),
  ]

  @Test(arguments: malformed) func `what is no range is named`(text: String, error: AddressRangeError) {
    #expect(throws: error) { try AddressRange(text) }
    #expect(error.description.contains("\"\(text)\""))
  }

  @Test func `a list has commas and no empty entry`() throws {
    #expect(try AddressRange.list("10.0.0.0/8, ::1").count == 2)
    #expect(throws: AddressRangeError.notAnAddress(entry: "")) { try AddressRange.list("10.0.0.0/8,") }
    #expect(throws: AddressRangeError.notAnAddress(entry: "")) { try AddressRange.list("") }
  }

  @Test func `clients are told apart by IPv4 address and by the first 64 bits of IPv6`() throws {
    func client(_ text: String) throws -> IPAddress { try #require(IPAddress(text)).client }
    #expect(try client("192.0.2.1") == client("::ffff:192.0.2.1"))
    #expect(try client("192.0.2.1") != client("192.0.2.2"))
    #expect(try client("2001:db8::1") == client("2001:db8::ffff:0:0:1"))
    #expect(try client("2001:db8::1") != client("2001:db8:0:1::1"))
  }
}

@Suite struct ClientAddressTests {
  private static let proxies = ["10.0.0.0/8", "2001:db8:aaaa::/48"]

  private func client(_ peer: String, _ lines: [String], trusting: [String] = proxies) throws -> IPAddress? {
    var headers = HTTPHeaders()
    for line in lines { headers.append(.init(name: HTTPHeaderName(literal: "X-Forwarded-For"), value: line)) }
    let request = try HTTPRequest(method: .get, target: "/", headers: headers, remoteAddress: peer)
    return request.clientAddress(trusting: try trusting.map { try AddressRange($0) })
  }

  static let cases: [(String, [String], String)] = [
    // Whoever is no proxy may write what it likes.
    ("203.0.113.9", ["1.2.3.4"], "203.0.113.9"),
    ("10.0.0.1", ["1.2.3.4"], "1.2.3.4"), ("10.0.0.1", [], "10.0.0.1"), ("10.0.0.1", [""], "10.0.0.1"),
    ("::ffff:10.0.0.1", ["1.2.3.4"], "1.2.3.4"),
    // The left part is the client's own word.
    ("10.0.0.1", ["6.6.6.6, 1.2.3.4"], "1.2.3.4"), ("10.0.0.1", ["6.6.6.6,1.2.3.4 , 10.0.0.7"], "1.2.3.4"),
    ("10.0.0.1", ["6.6.6.6", "1.2.3.4", "10.0.0.7"], "1.2.3.4"), ("10.0.0.1", ["1.2.3.4", ""], "1.2.3.4"),
    // All are proxies: the farthest.
    ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
    // Ports and brackets.
    ("10.0.0.1", ["1.2.3.4:4711"], "1.2.3.4"), ("10.0.0.1", ["[2001:db8::5]:80"], "2001:db8::5"),
    ("10.0.0.1", ["[2001:db8::5]"], "2001:db8::5"), ("10.0.0.1", ["2001:db8::5"], "2001:db8::5"),
    ("2001:db8:aaaa::1", ["2001:db8::5, 2001:db8:aaaa:1::2"], "2001:db8::5"),
    // What is no address ends the reading at the proxy that passed it on.
    ("10.0.0.1", ["1.2.3.4, unknown"], "10.0.0.1"), ("10.0.0.1", ["1.2.3.4, garbage, 10.0.0.2"], "10.0.0.2"),
    ("10.0.0.1", ["1.2.3.4:x"], "10.0.0.1"), ("10.0.0.1", ["[1.2.3.4]"], "10.0.0.1"),
    ("10.0.0.1", ["1.2.3.4:"], "10.0.0.1"), ("10.0.0.1", ["[2001:db8::5"], "10.0.0.1"),
    ("10.0.0.1", ["1.2.3.4;q=1"], "10.0.0.1"), ("10.0.0.1", ["fe80::1%eth0"], "10.0.0.1"),
  ]

  @Test(arguments: cases.indices) func `the client is the rightmost address that is no proxy's`(index: Int) throws {
    let (peer, lines, expected) = Self.cases[index]
    #expect(try client(peer, lines) == IPAddress(expected), "\(peer) \(lines)")
  }

  @Test func `whatever a client writes left of what a proxy appended changes nothing`() throws {
    var random = SeededGenerator(seed: 8)
    let pieces = [
      "10.0.0.9", "1.2.3.4", "[::1]:", "]", "[", ":", ",", " ", "\t", "%", "::", "255", "é", "\"", ";", "x",
    ]
    for _ in 0..<5_000 {
      let written = (0..<Int.random(in: 0..<9, using: &random)).compactMap { _ in pieces.randomElement(using: &random) }
      let value = written.joined()
      #expect(try client("10.0.0.1", [value + ",203.0.113.5"]) == IPAddress("203.0.113.5"), "\(value)")
      #expect(try client("10.0.0.1", [value, "203.0.113.5, 10.0.0.2"]) == IPAddress("203.0.113.5"), "\(value)")
      _ = try client("10.0.0.1", [value])
    }
  }

  @Test func `without trusted proxies the field means nothing`() throws {
    #expect(try client("10.0.0.1", ["1.2.3.4"], trusting: []) == IPAddress("10.0.0.1"))
    #expect(try client("unknown", ["1.2.3.4"]) == nil)
  }
}
