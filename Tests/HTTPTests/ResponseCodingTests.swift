import Glibc
import HTTP
import TestSupport
import Testing

private let host = "Host: a\r\n"
private let long = String(repeating: #"{"translatedText": "Der Fluss stieg um zwei Meter."}"#, count: 60)
private let fixed = FixedBody(Array(String(repeating: "<p>A page that never changes.</p>", count: 900).utf8))
private let large: [UInt8] = {
  var random = SeededGenerator(seed: 1)
  return (0..<3_000_000).map { _ in UInt8.random(in: 97...110, using: &random) }
}()

private func get(_ target: String, _ accepted: String? = "gzip", method: String = "GET") -> String {
  "\(method) \(target) HTTP/1.1\r\n\(host)\(accepted.map { "Accept-Encoding: \($0)\r\n" } ?? "")\r\n"
}

/// Answers of every kind, from tasks below /task and at once below /now.
private func router() -> Router {
  func json(_ text: String, _ headers: HTTPHeaders = [:]) -> HTTPResponse {
    var response = HTTPResponse(status: .ok, contentType: "application/json; charset=utf-8", body: Array(text.utf8))
    for field in headers { response.headers[field.name] = field.value }
    return response
  }
  let answers: [(String, HTTPResponse)] = [
    ("json", json(long)), ("small", json(String(long.prefix(1_399)))), ("edge", json(String(long.prefix(1_400)))),
    ("empty", json("")), ("coded", json(long, [.contentEncoding: "br"])),
    ("untouched", json(long, [.cacheControl: "public, No-Transform"])), ("vary", json(long, [.vary: "Origin"])),
    ("varies", json(long, [.vary: "accept-encoding, Origin"])), ("strong", json(long, [.eTag: "\"a\""])),
    ("weak", json(long, [.eTag: "W/\"a\""])),
    ("events", HTTPResponse(status: .ok, contentType: "text/event-stream", body: Array(long.utf8))),
    ("image", HTTPResponse(status: .ok, contentType: "image/png", body: Array(long.utf8))),
    ("untyped", HTTPResponse(status: .ok, body: .bytes(Array(long.utf8)))),
    ("partial", HTTPResponse(status: .partialContent, contentType: "text/plain", body: Array(long.utf8))),
    ("error", HTTPResponse(status: .badRequest, contentType: "application/problem+json", body: Array(long.utf8))),
    ("fixed", HTTPResponse(status: .ok, contentType: "text/html", fixed: fixed)),
    ("large", HTTPResponse(status: .ok, contentType: "text/plain", body: large)),
  ]
  var router = Router()
  for (name, response) in answers {
    router.on(.get, "/task/\(name)") { _, _ in response }
    router.immediately(.get, "/now/\(name)") { _, _ in response }
  }
  router.on(.get, "/task/stream") { _, _ in
    let left = Counter()
    return HTTPResponse(
      status: .ok, headers: [.contentType: "text/plain"],
      body: .stream(
        ResponseStream {
          left.add()
          return left.count > 3 ? nil : Array(long.utf8)
        }))
  }
  return router
}

extension SocketTests {
  @Suite struct ResponseCodingTests {
    @Test(arguments: [
      (nil, false), ("", false), ("gzip", true), ("GZIP", true), ("x-gzip", true), ("br, gzip;q=0.1", true),
      ("*", true), ("*;q=0.5", true), ("identity", false), ("gzip;q=0", false), ("gzip;q=0.0, *", false),
      ("gzip; q=0.5 , identity;q=0.4", true), ("gzip;q=0.4, identity;q=0.5", false), ("gzip, identity", true),
      ("gzip;q=0.5, *;q=0.8", false), ("gzip;Q=1.000", true), ("br, deflate", false), ("identity;q=0, gzip", true),
      ("gzip, deflate, br, zstd", true),
      // Not a weight: the member says nothing.
      ("gzip;q=2", false), ("gzip;q=1.001", false), ("gzip;q=0.1234", false), ("gzip;q=-1", false),
      ("gzip;q=", false), ("gzip;level=9", false), ("gzip;q=0,5", false), (",,gzip,", true),
    ])
    func `the coding is what the client likes best`(_ accepted: String?, _ isGzip: Bool) async throws {
      try await TestServer.run(router()) { running in
        let client = try running.client()
        for path in ["/task/json", "/now/json", "/now/fixed"] {
          let plain = path == "/now/fixed" ? String(decoding: fixed.plain, as: UTF8.self) : long
          let response = try client.ask(get(path, accepted))
          #expect(response.status == 200 && response.has("Vary: Accept-Encoding"))
          #expect(response.has("Content-Encoding: gzip") == isGzip, "\(path)")
          let body = isGzip ? TestCompression.gunzip(response.body) : response.body
          #expect(body == Array(plain.utf8))
          if isGzip { #expect(response.body.count < plain.utf8.count / 4) }
        }
      }
    }

    @Test(arguments: ["identity;q=0", "*;q=0", "gzip;q=0, identity;q=0", "br, identity;q=0.0, *;q=0"])
    func `a client that takes nothing gets 406 before any work`(_ accepted: String) async throws {
      try await TestServer.run(router()) { running in
        let client = try running.client()
        for path in ["/task/json", "/now/small"] {
          let response = try client.ask(get(path, accepted))
          #expect(response.status == 406 && response.text.contains("Accept-Encoding"))
        }
        // Who refuses only what is not coded gets small answers coded too.
        for path in ["/task/small", "/now/small"] {
          let response = try client.ask(get(path, "gzip, identity;q=0"))
          #expect(TestCompression.gunzip(response.body) == Array(long.prefix(1_399).utf8))
        }
      }
    }

    @Test(arguments: ["/task", "/now"])
    func `only what gets smaller and may be changed is compressed`(_ prefix: String) async throws {
      let expected: [(path: String, coding: String?, vary: String?)] = [
        ("json", "gzip", "Accept-Encoding"), ("edge", "gzip", "Accept-Encoding"), ("small", nil, nil),
        ("empty", nil, nil), ("coded", "br", nil), ("untouched", nil, nil), ("vary", "gzip", "Origin, Accept-Encoding"),
        ("varies", "gzip", "accept-encoding, Origin"), ("events", nil, nil), ("image", nil, nil),
        ("untyped", nil, nil), ("partial", nil, nil), ("error", "gzip", "Accept-Encoding"),
        ("fixed", "gzip", "Accept-Encoding"), ("strong", "gzip", "Accept-Encoding"),
      ]
      try await TestServer.run(router()) { running in
        let client = try running.client()
        for (path, coding, vary) in expected {
          let response = try client.ask(get("\(prefix)/\(path)"))
          let lower = response.head.lowercased()
          #expect(lower.contains("\r\ncontent-encoding:") == (coding != nil), "\(path)")
          if let coding { #expect(response.has("Content-Encoding: \(coding)"), "\(path)") }
          #expect(lower.contains("\r\nvary:") == (vary != nil), "\(path)")
          if let vary { #expect(response.has("Vary: \(vary)"), "\(path)") }
          // RFC 9110 §9.3.2: HEAD has the fields of GET.
          try client.send(get("\(prefix)/\(path)", method: "HEAD"))
          let head = try client.response(toHead: true)
          #expect(Self.fields(head) == Self.fields(response), "\(path)")
        }
        #expect(try client.ask(get("\(prefix)/strong")).has("ETag: W/\"a\""))
        #expect(try client.ask(get("\(prefix)/strong", nil)).has("ETag: \"a\""))
        #expect(try client.ask(get("\(prefix)/weak")).has("ETag: W/\"a\""))
      }
    }

    private static func fields(_ response: TestResponse) -> [String] {
      response.head.split(separator: "\r\n").map(String.init).filter { !$0.hasPrefix("Date:") }
    }

    @Test func `streams go out as they are`() async throws {
      try await TestServer.run(router()) { running in
        let response = try running.client().ask(get("/task/stream"))
        #expect(response.text == long + long + long && !response.head.contains("Encoding: gzip"))
      }
    }

    @Test func `compressed answers keep their place among pipelined ones`() async throws {
      try await TestServer.run(router()) { running in
        let client = try running.client()
        let paths = ["/now/large", "/now/small", "/task/json", "/now/json", "/task/large", "/now/fixed", "/now/empty"]
        try client.send((0..<5).map { _ in paths.map { get($0) }.joined() }.joined())
        for _ in 0..<5 {
          for path in paths {
            let response = try client.response()
            let body = response.has("Content-Encoding: gzip") ? TestCompression.gunzip(response.body) : response.body
            switch path.split(separator: "/").last {
            case "large": #expect(body == large)
            case "small": #expect(body == Array(long.prefix(1_399).utf8))
            case "json": #expect(body == Array(long.utf8))
            case "fixed": #expect(body == fixed.plain)
            default: #expect(body?.isEmpty == true)
            }
          }
        }
      }
    }

    @Test func `random texts come back from gzip as they were`() async throws {
      var router = Router()
      router.on(.post, "/echo") { request, _ in
        HTTPResponse(status: .ok, contentType: "text/plain", body: request.body)
      }
      try await TestServer.run(router) { running in
        let client = try running.client()
        var random = SeededGenerator(seed: 11)
        for _ in 0..<100 {
          let bytes = random.bytes(upTo: 300_000)
          let fields = "\(host)Accept-Encoding: gzip\r\nContent-Length: \(bytes.count)\r\n\r\n"
          try client.send(Array("POST /echo HTTP/1.1\r\n\(fields)".utf8) + bytes)
          let response = try client.response()
          let isGzip = response.has("Content-Encoding: gzip")
          #expect((isGzip ? TestCompression.gunzip(response.body) : response.body) == bytes)
          // Noise does not get smaller and is left as it is.
          #expect(response.body.count <= bytes.count)
        }
      }
    }
  }
}
