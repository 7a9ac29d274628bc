import HTTP
import HTTPTypes
import Service
import Synchronization
import TestSupport
import Testing

@Suite struct RateLimitTests {
  private let folder: TemporaryFolder
  private let clock = Clock()

  /// A clock that a test sets.
  private final class Clock: Sendable {
    private let nanoseconds = Mutex(Int64(1_000_000_000_000))
    func pass(seconds: Int64) { nanoseconds.withLock { $0 += seconds * 1_000_000_000 } }
    var now: @Sendable () -> Int64 { { self.nanoseconds.withLock { $0 } } }
  }

  init() throws {
    folder = try TemporaryFolder()
  }

  private func site(
    _ limits: RateLimits, keys: Bool = false, anonymous: AnonymousAccess = .allowed, proxies: String? = nil
  ) throws -> Site {
    Site(
      access: AccessControl(
        keys: keys ? try Gate.ring(folder) : nil, anonymous: anonymous, limits: limits,
        trustedProxies: try proxies.map(AddressRange.list) ?? [], clock: clock.now))
  }

  private func post(
    _ site: Site, _ body: String = Gate.body(), _ fields: [(String, String)] = [], from peer: String = "192.0.2.1"
  ) async throws -> Site.Answer {
    Site.Answer(try await site.send(.post, "/translate", type: "application/json", body, fields: fields, from: peer))
  }

  @Test func `an address has so many requests a minute, and each its own`() async throws {
    let site = try site(RateLimits(requests: 2))
    for peer in ["192.0.2.1", "192.0.2.2"] {
      for _ in 0..<2 { #expect(try await post(site, from: peer) == Gate.ok) }
      #expect(try await post(site, from: peer) == Gate.slow("2"))
    }
    let refused = try await site.send(.post, "/summarize", type: "application/json", "{}", from: "192.0.2.1")
    #expect(refused.status.code == 429 && refused.headers[.retryAfter] == "30")
    #expect(refused.headers[HTTPHeaderName(literal: "RateLimit-Limit")] == "2")
    #expect(refused.headers[HTTPHeaderName(literal: "RateLimit-Remaining")] == "0")
    #expect(refused.headers[HTTPHeaderName(literal: "RateLimit-Reset")] == "30")
    // What needs no model is not counted.
    #expect(try await site.send(.get, "/languages", from: "192.0.2.1").status == 200)
    clock.pass(seconds: 30)
    #expect(try await post(site) == Gate.ok)
    #expect(try await post(site) == Gate.slow("2"))
  }

  @Test func `an IPv6 client is its first 64 bits, and a mapped address is IPv4`() async throws {
    let site = try site(RateLimits(requests: 1))
    #expect(try await post(site, from: "2001:db8::1") == Gate.ok)
    #expect(try await post(site, from: "2001:db8::2") == Gate.slow("1"))
    #expect(try await post(site, from: "2001:db8:0:1::1") == Gate.ok)
    #expect(try await post(site, from: "192.0.2.7") == Gate.ok)
    #expect(try await post(site, from: "::ffff:192.0.2.7") == Gate.slow("1"))
  }

  @Test func `behind a trusted proxy the client is counted, elsewhere its word is nothing`() async throws {
    let site = try site(RateLimits(requests: 1), proxies: "10.0.0.0/8")
    func forwarded(_ value: String) -> [(String, String)] { [("X-Forwarded-For", value)] }
    #expect(try await post(site, Gate.body(), forwarded("203.0.113.1"), from: "10.0.0.1") == Gate.ok)
    #expect(try await post(site, Gate.body(), forwarded("203.0.113.2"), from: "10.0.0.1") == Gate.ok)
    #expect(try await post(site, Gate.body(), forwarded("6.6.6.6, 203.0.113.2"), from: "10.0.0.2") == Gate.slow("1"))
    #expect(try await post(site, Gate.body(), forwarded("203.0.113.3"), from: "192.0.2.1") == Gate.ok)
    #expect(try await post(site, Gate.body(), forwarded("203.0.113.4"), from: "192.0.2.1") == Gate.slow("1"))
  }

  @Test func `a key has limits of its own, wherever it comes from`() async throws {
    let site = try site(RateLimits(requests: 1), keys: true)
    #expect(try await post(site, Gate.body("two"), from: "192.0.2.1") == Gate.ok)
    #expect(try await post(site, Gate.body(), Gate.bearer("two"), from: "192.0.2.2") == Gate.ok)
    #expect(try await post(site, Gate.body("two"), from: "192.0.2.3") == Gate.slow("2"))
    // The address of a key is not charged, and a key without limits has the server's.
    #expect(try await post(site, Gate.body("one")) == Gate.ok)
    #expect(try await post(site, Gate.body("one")) == Gate.slow("1"))
    #expect(try await post(site) == Gate.ok)
    #expect(try await post(site) == Gate.slow("1"))
    for _ in 0..<9 { #expect(try await post(site, Gate.body("free")) == Gate.ok) }
  }

  @Test func `characters are counted when their text is right`() async throws {
    let site = try site(RateLimits(characters: 10))
    #expect(try await post(site, Gate.body(q: "äöü😀")).status == 200)
    #expect(try await post(site, #"{"q":["abc","def"],"source":"en","target":"de"}"#).status == 200)
    #expect(try await post(site, Gate.body(q: "a")) == Gate.slow("10 characters"))
    clock.pass(seconds: 6)
    // Nothing is charged for what is refused otherwise, or needs no model.
    #expect(try await post(site, #"{"q":"a","source":"en","target":"xx"}"#).status == 400)
    #expect(try await post(site, #"{"q":"a","source":"en","target":"en"}"#).status == 200)
    #expect(try await post(site, Gate.body(q: "a")) == Gate.ok)
    // No wait would help this one.
    #expect(
      try await post(site, Gate.body(q: "12345678901"))
        == .error("Invalid request: request (11) exceeds text limit (10)"))
    clock.pass(seconds: 60)
    let summary = #"{"q":"1234567","length":"short"}"#
    #expect(try await site.json(summary, to: "/summarize").status == 200)
    #expect(try await site.json(summary, to: "/summarize") == Gate.slow("10 characters"))
  }

  @Test func `whoever tries out keys is slowed down, and hinders no holder of one`() async throws {
    let site = try site(RateLimits(requests: 3), keys: true, anonymous: .refused)
    #expect(try await post(site, Gate.body("no")) == Gate.invalid)
    #expect(try await post(site, Gate.body(), Gate.bearer("no")) == Gate.invalid)
    #expect(try await post(site, "no JSON").body.contains("Invalid JSON"))
    for body in [Gate.body("no"), Gate.body(), "no JSON"] { #expect(try await post(site, body) == Gate.slow("3")) }
    #expect(try await post(site, Gate.body(), Gate.bearer("no")) == Gate.slow("3"))
    #expect(try await post(site, Gate.body("one")) == Gate.ok)
  }
}
