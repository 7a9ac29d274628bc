import Foundation
import HTTP
import HTTPTypes
import Service
import Synchronization
import TestSupport
import Testing

/// Keys and what a site that knows them answers.
enum Gate {
  static let needed = Site.Answer.error("Please contact the server operator to get an API key")
  static let invalid = Site.Answer.error("Invalid API key", 403)
  static let ok = Site.Answer.ok(#"{"translatedText":"[de] a"}"#)

  static func slow(_ limit: String) -> Site.Answer { .error("Slowdown: \(limit) per 1 minute", 429) }

  /// A ring of the keys `one` (no limits of its own), `two` (2 requests, 10 characters), `free` (no limits), `old` (expired).
  static func ring(_ folder: TemporaryFolder) throws -> KeyRing {
    func key(_ name: String, _ limits: RateLimits = RateLimits(), _ expiry: KeyExpiry? = nil) throws -> APIKey {
      APIKey(name: name, digest: try #require(KeyDigest(of: name)), limits: limits, expiry: expiry)
    }
    let file = KeyFile(keys: [
      try key("one", RateLimits(), KeyExpiry("9999-12-31T23:59:59Z")),
      try key("two", RateLimits(requests: 2, characters: 10)), try key("free", RateLimits(requests: 0, characters: 0)),
      try key("old", RateLimits(), KeyExpiry("2020-01-01T00:00:00Z")),
    ])
    let ring = KeyRing(file: try folder.write("keys.json", file.bytes))
    try ring.load()
    return ring
  }

  static func body(_ key: String? = nil, q: String = "a") -> String {
    #"{"q":"\#(q)","source":"en","target":"de""# + (key.map { #","api_key":"\#($0)""# } ?? "") + "}"
  }

  static func bearer(_ key: String) -> [(String, String)] { [("Authorization", "Bearer \(key)")] }
}

@Suite struct KeyTests {
  private let folder: TemporaryFolder
  private let site: Site

  init() throws {
    folder = try TemporaryFolder()
    site = Site(access: AccessControl(keys: try Gate.ring(folder)))
  }

  private func post(
    _ body: String, _ fields: [(String, String)] = [], query: String = "", to path: String = "/translate"
  ) async throws -> Site.Answer {
    Site.Answer(try await site.send(.post, path + query, type: "application/json", body, fields: fields))
  }

  @Test(arguments: ["/translate", "/summarize"]) func `work needs a key, and a wrong one is no key`(path: String)
    async throws
  {
    let text = #"{"q":"a""#
    #expect(try await post(text + "}", to: path) == Gate.needed)
    // What is asked for is looked at only then.
    #expect(try await post("{}", to: path) == Gate.needed)
    for key in [#""""#, "null"] { #expect(try await post(text + ",\"api_key\":\(key)}", to: path) == Gate.needed) }
    for key in [#""ONE""#, #""one ""#, #""old""#, "1", "true", #"["one"]"#, "{}"] {
      #expect(try await post(text + ",\"api_key\":\(key)}", to: path) == Gate.invalid, "\(key)")
    }
    #expect(try await site.form("q=a&api_key=", to: path) == Gate.needed)
    #expect(try await site.form("q=a&api_key=no", to: path) == Gate.invalid)
  }

  @Test func `a key is taken from every place that clients put it in`() async throws {
    #expect(try await post(Gate.body("one")) == Gate.ok)
    #expect(try await post(Gate.body(), query: "?api_key=one") == Gate.ok)
    #expect(try await post(Gate.body(), query: "?x=%20&api_key=o%6Ee") == Gate.ok)
    for value in ["Bearer one", "bearer one", "BEARER  one", "DeepL-Auth-Key one", "deepl-auth-key one"] {
      #expect(try await post(Gate.body(), [("Authorization", value)]) == Gate.ok, "\(value)")
    }
    #expect(try await site.form("q=a&source=en&target=de&api_key=one") == Gate.ok)
    #expect(try await site.form("q=a&source=en&target=de", query: "?api_key=one") == Gate.ok)
    #expect(try await post(#"{"q":"a","length":"short","api_key":"one"}"#, to: "/summarize").status == 200)
  }

  @Test func `the header comes before the query, and that before the body`() async throws {
    #expect(try await post(Gate.body("one"), Gate.bearer("no")) == Gate.invalid)
    #expect(try await post(Gate.body("no"), Gate.bearer("one")) == Gate.ok)
    #expect(try await post(Gate.body("no"), query: "?api_key=one") == Gate.ok)
    #expect(try await post(Gate.body("no"), Gate.bearer("one"), query: "?api_key=no") == Gate.ok)
    // Another scheme is somebody else's.
    #expect(try await post(Gate.body("one"), [("Authorization", "Basic b25lOg==")]) == Gate.ok)
    #expect(try await post(Gate.body("one"), [("Authorization", "Bearer ")]) == Gate.ok)
    #expect(try await post(Gate.body(), [("Authorization", "one")]) == Gate.needed)
    #expect(try await post(Gate.body(), Gate.bearer("one") + Gate.bearer("one")) == Gate.invalid)
  }

  @Test func `a key that cannot be one is refused before the body is read`() async throws {
    #expect(try await post("no JSON", Gate.bearer("no")) == Gate.invalid)
    #expect(try await post("no JSON").body.contains("Invalid JSON format"))
  }

  @Test func `what needs no model needs no key`() async throws {
    for path in ["/languages", "/health", "/ready", "/version", "/openapi.yaml", "/"] {
      #expect(try await site.send(.get, path).status == 200, "\(path)")
    }
  }

  @Test func `without a key file keys are ignored`() async throws {
    let open = Site()
    for key in [#""no""#, "1", "[]"] {
      let answer = try await open.json(#"{"q":"a","source":"en","target":"de","api_key":\#(key)}"#)
      #expect(answer == Gate.ok)
    }
    let answer = try await open.send(
      .post, "/translate?api_key=no", type: "application/json", Gate.body(), fields: Gate.bearer("no"))
    #expect(answer.status == 200)
  }

  @Test func `a ring whose file was never read lets nobody in`() async throws {
    let closed = Site(access: AccessControl(keys: KeyRing(file: folder.path + "/none")))
    #expect(try await closed.json(Gate.body("one")) == Gate.invalid)
    #expect(try await closed.json(Gate.body()) == Gate.needed)
  }

  @Test func `where strangers are allowed a wrong key is still refused`() async throws {
    let site = Site(access: AccessControl(keys: try Gate.ring(folder), anonymous: .allowed))
    #expect(try await site.json(Gate.body()) == Gate.ok)
    #expect(try await site.json(Gate.body("one")) == Gate.ok)
    #expect(try await site.json(Gate.body("no")) == Gate.invalid)
  }

  @Test func `the page asks for a key where one is needed`() async throws {
    let hidden = "<label id=\"key-field\" hidden>"
    #expect(Site.Answer(try await Site().send(.get, "/")).body.contains(hidden))
    #expect(!Site.Answer(try await site.send(.get, "/")).body.contains(hidden))
  }
}

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

@Suite struct CrossOriginTests {
  private let page = ("Origin", "https://a.example")
  private let asks = ("Access-Control-Request-Method", "POST")

  private func cors(_ response: HTTP.HTTPResponse) -> [String: String] {
    var found: [String: String] = [:]
    for field in response.headers
    where field.name.rawName.lowercased().hasPrefix("access-control-") || field.name == .vary {
      #expect(found[field.name.rawName] == nil, "\(field.name) stands twice")
      found[field.name.rawName] = field.value
    }
    return found
  }

  static let targets: [(HTTPMethod, String)] = [
    (.get, "/health"), (.get, "/languages"), (.post, "/translate"), (.get, "/nowhere"), (.get, "/translate"),
    (.options, "/nowhere"), (.trace, "/"),
  ]

  @Test(arguments: targets.indices) func `only pages of listed origins may read answers`(index: Int) async throws {
    let (method, path) = Self.targets[index]
    let site = Site(crossOrigin: .origins(["https://a.example", "http://localhost:3000"]))
    for origin in ["https://a.example", "http://localhost:3000"] {
      let fields = cors(try await site.send(method, path, fields: [("Origin", origin)]))
      #expect(fields["Access-Control-Allow-Origin"] == origin && fields["Vary"] == "Origin")
      #expect(fields["Access-Control-Allow-Credentials"] == nil)
      #expect(fields["Access-Control-Expose-Headers"]?.contains("Retry-After") == true)
    }
    for origin in ["https://b.example", "https://a.example:444", "http://a.example", "null", "https://a.example.evil"] {
      #expect(cors(try await site.send(method, path, fields: [("Origin", origin)])) == ["Vary": "Origin"])
    }
    #expect(cors(try await site.send(method, path)) == ["Vary": "Origin"])
    #expect(cors(try await Site(crossOrigin: .none).send(method, path, fields: [page])).isEmpty)
  }

  @Test func `a preflight is told what a page may send`() async throws {
    for origin in [CrossOrigin.any, .origins(["https://a.example"])] {
      let response = try await Site(crossOrigin: origin).send(.options, "/translate", fields: [page, asks])
      #expect(response.status == .noContent)
      let fields = cors(response)
      #expect(fields["Access-Control-Allow-Origin"] == (origin == .any ? "*" : "https://a.example"))
      #expect(fields["Access-Control-Allow-Methods"] == "GET, POST")
      for name in ["Authorization", "Content-Type", "X-Request-ID", "traceparent"] {
        #expect(fields["Access-Control-Allow-Headers"]?.contains(name) == true, "\(name)")
      }
      #expect(fields["Access-Control-Max-Age"] == "1728000")
    }
    let other = Site(crossOrigin: .origins(["https://b.example"]))
    #expect(cors(try await other.send(.options, "/translate", fields: [page, asks])) == ["Vary": "Origin"])
    #expect(cors(try await Site(crossOrigin: .none).send(.options, "/translate", fields: [page, asks])).isEmpty)
  }

  @Test func `security fields stand where they belong`() async throws {
    let security = HTTPHeaderName(literal: "Strict-Transport-Security")
    let plain = try await Site().send(.get, "/health")
    #expect(plain.headers[security] == nil)
    let secure = Site(transportSecurity: 300)
    for path in ["/health", "/nowhere", "/"] {
      let response = try await secure.send(.get, path)
      #expect(response.headers[security] == "max-age=300")
      #expect(response.headers[HTTPHeaderName(literal: "X-Content-Type-Options")] == "nosniff")
    }
  }

  @Test func `the page runs its own script and style and no other`() async throws {
    let page = try await Site().send(.get, "/")
    let policy = try #require(page.headers[HTTPHeaderName(literal: "Content-Security-Policy")])
    #expect(
      !policy.contains("unsafe") && policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"))
    let html = Site.Answer(page).body
    for (tag, directive) in [("style", "style-src"), ("script", "script-src")] {
      let parts = html.components(separatedBy: "<\(tag)>")
      #expect(parts.count == 2)
      let text = try #require(parts.last?.components(separatedBy: "</\(tag)>").first)
      let hexadecimal = try #require(KeyDigest(of: text)).hexadecimal
      let bytes = stride(from: 0, to: 64, by: 2).compactMap { UInt8(hexadecimal.dropFirst($0).prefix(2), radix: 16) }
      #expect(policy.contains("\(directive) 'sha256-\(Data(bytes).base64EncodedString())';"), "\(tag)")
    }
    // Nothing that a policy with digests would stop.
    #expect(html.firstMatch(of: /<[^>]*\s(on[a-z]+|style)=/) == nil)
    #expect(page.headers[HTTPHeaderName(literal: "X-Frame-Options")] == "DENY")
    #expect(page.headers[HTTPHeaderName(literal: "Referrer-Policy")] == "no-referrer")
  }
}
