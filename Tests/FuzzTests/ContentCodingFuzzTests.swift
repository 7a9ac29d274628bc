import HTTP
import TestSupport
import Testing

extension FuzzTests {
  @Test func `coded bodies are decoded within their limits or refused`() async throws {
    let texts = ["", "a", #"{"q":"Good morning.","source":"en","target":"de"}"#]
    let plain = texts.map { Array($0.utf8) } + [[UInt8](repeating: 0x20, count: 90_000)]
    let gzip = plain.compactMap { FixedBody($0).gzip }
    let nested = gzip.compactMap { FixedBody($0).gzip }
    let mutator = Mutator(
      seeds: gzip + nested + zip(gzip, plain).flatMap { [Self.bare($0), Self.zlib(Self.bare($0), $1)] }
        + [gzip.flatMap { $0 }],
      dictionary: ["\u{3}\u{0}", "\u{0}\u{0}", "\u{1}\u{0}\u{0}", "x\u{1}", "K\u{4}\u{0}"])
    var limits = HTTPLimits()
    limits.bodyBytes = 200_000
    limits.inflationFreeBytes = 20_000
    let names = ["gzip", "deflate", "x-gzip, identity", "gzip, gzip", "deflate, gzip", "br", "gzip, deflate, gzip"]
    try await FuzzRun.run("content-coding", mutator, repair: Self.compress) { [limits] input, random in
      let name = names[random.once(in: 2) ? 0 : random.below(names.count)]
      let request = try HTTPRequest(
        method: .post, target: "/", headers: [.contentEncoding: name, .contentLength: "1"], body: input)
      let decoded: HTTPRequest
      do throws(ContentCodingError) {
        decoded = try await request.decoded(limits)
      } catch {
        try Finding.unless([400, 413, 415].contains(error.status.code), "status \(error.status)")
        return .refused
      }
      let count = decoded.body.count
      try Finding.unless(count <= 200_000 && (count <= 20_000 || count <= 101 * input.count), "\(count) bytes")
      try Finding.unless(
        decoded.headers[.contentEncoding] == nil && decoded.headers[.contentLength] == String(count), "fields stayed")
      try await Self.expectSame(decoded.body)
      return .accepted
    }
  }

  /// Now and then what is read is the compressed form of what was changed, once or twice: checksums refuse nearly all else.
  private static func compress(_ bytes: inout [UInt8], _ random: inout FuzzGenerator) {
    while random.once(in: 3), let gzip = FixedBody(bytes).gzip { bytes = gzip }
  }

  /// Bytes that are compressed come back.
  private static func expectSame(_ body: [UInt8]) async throws {
    guard let gzip = FixedBody(body).gzip else { throw Finding("not compressed") }
    let again = try HTTPRequest(method: .post, target: "/", headers: [.contentEncoding: "gzip"], body: gzip)
    try Finding.unless(try await again.decoded().body == body, "other bytes when compressed and read again")
  }

  /// Without gzip's header and trailer (RFC 1952 §2.3).
  private static func bare(_ gzip: [UInt8]) -> [UInt8] { Array(gzip[10..<(gzip.count - 8)]) }

  /// With zlib's (RFC 1950 §2.2).
  private static func zlib(_ bare: [UInt8], _ plain: [UInt8]) -> [UInt8] {
    var (low, high) = (UInt32(1), UInt32(0))
    for byte in plain {
      low = (low + UInt32(byte)) % 65_521
      high = (high + low) % 65_521
    }
    return [0x78, 0x01] + bare + [high >> 8, high, low >> 8, low].map { UInt8(truncatingIfNeeded: $0) }
  }
}
