import Foundation
import HTTP
import HTTPTypes
import Service
import TestSupport
import Testing

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
