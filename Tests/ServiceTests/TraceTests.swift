import Foundation
import HTTP
import HTTPTypes
import Service
import Testing

/// Ids that clients and proxies send.
struct TraceTests {
  private static let trace = "0af7651916cd43dd8448eb211c80319c"
  private static let span = "b7ad6b7169203331"

  /// Headers with whether they are taken (W3C Trace Context, level 1, §3.2).
  static let traceparents: [(String, Bool)] = [
    ("00-\(trace)-\(span)-00", true), ("00-\(trace)-\(span)-01", true), ("00-\(trace)-\(span)-02", true),
    ("00-\(trace)-\(span)-ff", true), ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", true),
    ("00-00000000000000000000000000000001-0000000000000001-00", true),
    // Versions: ff is invalid, higher ones may have more behind a hyphen.
    ("01-\(trace)-\(span)-01", true), ("cc-\(trace)-\(span)-01", true), ("fe-\(trace)-\(span)-01", true),
    ("cc-\(trace)-\(span)-01-what-the-future-will-be-like", true), ("01-\(trace)-\(span)-01-", true),
    ("cc-\(trace)-\(span)-01.what-the-future-will-not-be-like", false), ("01-\(trace)-\(span)-011", false),
    ("ff-\(trace)-\(span)-01", false), ("ff-\(trace)-\(span)-01-x", false), ("0-\(trace)-\(span)-01", false),
    ("000-\(trace)-\(span)-01", false), (".0-\(trace)-\(span)-01", false), ("0.-\(trace)-\(span)-01", false),
    ("0A-\(trace)-\(span)-01", false), ("FF-\(trace)-\(span)-01", false),
    // Version 00 has four parts and no more.
    ("00-\(trace)-\(span)-01-", false), ("00-\(trace)-\(span)-01-extra", false), ("00-\(trace)-\(span)-01.", false),
    ("00-\(trace)-\(span)", false), ("00-\(trace)-\(span)-", false), ("00-\(trace)-01", false), ("00", false),
    ("", false), ("-", false), ("\(trace)-\(span)-01", false),
    // The trace: 32 lowercase digits, not all 0.
    ("00-00000000000000000000000000000000-\(span)-01", false),
    ("cc-00000000000000000000000000000000-\(span)-01", false),
    ("00-\(trace.uppercased())-\(span)-01", false), ("00-\(trace.dropLast())-\(span)-01", false),
    ("00-\(trace)0-\(span)-01", false), ("00-.\(trace.dropFirst())-\(span)-01", false),
    ("00-\(trace.dropLast())g-\(span)-01", false), ("00-\(trace.dropLast(2))é-\(span)-01", false),
    // The span: 16 of them, not all 0.
    ("00-\(trace)-0000000000000000-01", false), ("cc-\(trace)-0000000000000000-01", false),
    ("00-\(trace)-\(span.uppercased())-01", false), ("00-\(trace)-\(span.dropLast())-01", false),
    ("00-\(trace)-\(span)3-01", false), ("00-\(trace)-\(span.dropLast()).-01", false),
    // The flags: two.
    ("00-\(trace)-\(span)-0", false), ("00-\(trace)-\(span)-001", false), ("00-\(trace)-\(span)-.0", false),
    ("00-\(trace)-\(span)-0.", false), ("00-\(trace)-\(span)-0G", false), ("00-\(trace)-\(span)-0F", false),
    // Hyphens, and nothing around.
    ("00_\(trace)-\(span)-01", false), ("00-\(trace)_\(span)-01", false), ("00-\(trace)-\(span)_01", false),
    (" 00-\(trace)-\(span)-01", false), ("00-\(trace)-\(span)-01 ", false), ("00-\(trace)-\(span)-01,", false),
    ("00-\(trace)-\(span)-01, 00-\(trace)-\(span)-01", false),
  ]

  @Test func `a traceparent is taken or ignored as the recommendation says`() {
    for (text, isTaken) in Self.traceparents {
      #expect((TraceContext(traceparent: text) != nil) == isTaken, "\(text)")
    }
  }

  @Test func `a child has the trace, the sampled flag alone and a span of its own, in version 00`() throws {
    for (text, flags) in [("00-\(Self.trace)-\(Self.span)-ff", "01"), ("cc-\(Self.trace)-\(Self.span)-fe-x", "00")] {
      let parent = try #require(TraceContext(traceparent: text))
      let child = parent.child()
      #expect(parent.traceID == Self.trace && parent.spanID == Self.span)
      #expect(child.traceID == Self.trace && child.spanID != Self.span)
      #expect(child.traceparent == "00-\(Self.trace)-\(child.spanID)-\(flags)")
      #expect(TraceContext(traceparent: child.traceparent) == child)
    }
  }

  /// Ids with whether they are taken over.
  static let ids: [(String, Bool)] = [
    ("a", true), ("7", true), ("b58f5c5e-2d6c-4a4c-9d5e-0b7d3c7a4f11", true), ("Az09._~+/=:-", true),
    ("Root=1-67891233-abcdef012345678912345678", true), (String(repeating: "x", count: 128), true),
    ("", false), (String(repeating: "x", count: 129), false), ("a b", false), ("a,b", false), ("a\"b", false),
    ("{a}", false), ("a\\b", false), ("ä", false), ("a;b", false), ("a<b", false), ("a%20", false), ("a\tb", false),
    ("a\u{7F}", false), ("a'b", false), ("a@b", false),
  ]

  @Test func `an id of 1 to 128 harmless characters is taken over, any other is replaced`() async throws {
    let header = HTTPHeaderName(literal: "X-Request-ID")
    for (text, isTaken) in Self.ids {
      #expect((RequestID(text) != nil) == isTaken, "\(text)")
      let site = Site()
      let response = try await site.send(fields: [header: text])
      let answered = try #require(response.headers[header])
      #expect((answered == text) == isTaken && RequestID(answered) != nil, "\(text)")
      let line = try #require(site.lines.all.last)
      #expect(try JSONDecoder().decode([String: String].self, from: Data(line.utf8))["id"] == answered)
    }
  }

  @Test func `what no route answers has the id and the trace too`() async throws {
    let site = Site()
    let header = HTTPHeaderName(literal: "X-Request-ID")
    let response = try await site.send(
      fields: [header: "mine", HTTPHeaderName(literal: "traceparent"): "00-\(Self.trace)-\(Self.span)-01"],
      to: "/nowhere")
    #expect(response.status == .notFound && response.headers[header] == "mine")
    let answered = response.headers[HTTPHeaderName(literal: "traceparent")].flatMap(TraceContext.init(traceparent:))
    #expect(answered?.traceID == Self.trace)
    #expect(site.lines.all.count == 1 && site.lines.all[0].contains(#""id":"mine""#))
  }

  @Test func `a field that stands there twice says nothing`() async throws {
    var fields = HTTPHeaders()
    for value in ["a", "b"] { fields.append(HTTPField(name: HTTPHeaderName(literal: "X-Request-ID"), value: value)) }
    for _ in 0..<2 {
      fields.append(HTTPField(name: HTTPHeaderName(literal: "traceparent"), value: "00-\(Self.trace)-\(Self.span)-01"))
    }
    let response = try await Site().send(fields: fields)
    #expect(!["a", "b", "a, b"].contains(response.headers[HTTPHeaderName(literal: "X-Request-ID")]))
    #expect(response.headers[HTTPHeaderName(literal: "traceparent")] == nil)
  }

  @Test func `a trace is answered and logged with a span of this server's`() async throws {
    let site = Site()
    let response = try await site.send(fields: [
      HTTPHeaderName(literal: "Traceparent"): "00-\(Self.trace)-\(Self.span)-01",
      HTTPHeaderName(literal: "Tracestate"): "vendor=SECRET",
    ])
    let answered = try #require(response.headers[HTTPHeaderName(literal: "traceparent")])
    let context = try #require(TraceContext(traceparent: answered))
    #expect(context.traceID == Self.trace && context.spanID != Self.span && context.isSampled)
    #expect(response.headers[HTTPHeaderName(literal: "tracestate")] == nil)
    let line = try #require(site.lines.all.last)
    let logged = try JSONDecoder().decode([String: String].self, from: Data(line.utf8))
    #expect(logged["trace"] == Self.trace && logged["span"] == context.spanID && !line.contains("SECRET"))
    let without = try await site.send(fields: [:])
    #expect(without.headers[HTTPHeaderName(literal: "traceparent")] == nil)
    let plain = try #require(site.lines.all.last)
    #expect(!plain.contains("\"trace\"") && !plain.contains("\"span\""))
  }
}

extension Site {
  /// A look-up with these fields.
  fileprivate func send(fields: HTTPHeaders, to path: String = "/version") async throws -> HTTP.HTTPResponse {
    await router.respond(to: try HTTP.HTTPRequest(method: .get, target: path, headers: fields))
  }
}
