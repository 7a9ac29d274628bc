import Glibc
import HTTP
import TestSupport
import Testing

private let host = "Host: a\r\n"

/// Answers with the body as the handler got it; the fields say what else the handler saw.
private func echoRouter() -> Router {
  var router = Router()
  router.on(.post, "/echo") { request, _ in
    var response = HTTPResponse(status: .ok, contentType: "application/octet-stream", body: request.body)
    response.headers[HTTPHeaderName(literal: "X-Coding")] = request.headers[.contentEncoding] ?? "none"
    response.headers[HTTPHeaderName(literal: "X-Length")] = request.headers[.contentLength] ?? "none"
    return response
  }
  router.immediately(.get, "/now") { _, _ in
    HTTPResponse(status: .ok, contentType: "text/plain", body: Array("now".utf8))
  }
  return router
}

private func post(_ body: [UInt8], _ fields: String) -> [UInt8] {
  Array("POST /echo HTTP/1.1\r\n\(host)\(fields)Content-Length: \(body.count)\r\n\r\n".utf8) + body
}

private func coding(_ name: String) -> String { "Content-Encoding: \(name)\r\n" }

extension TestClient {
  fileprivate func ask(_ bytes: [UInt8]) throws -> TestResponse {
    try send(bytes)
    return try response()
  }
}

extension SocketTests {
  @Suite struct RequestCodingTests {
    private let text = Array(String(repeating: "The river rose by two metres. ", count: 40).utf8)

    @Test func `coded bodies reach the handler decoded, and read as if they had been sent so`() async throws {
      let text = text
      let gzip = TestCompression.compress(text, .gzip)
      let zlib = TestCompression.compress(text, .zlib)
      let cases: [(fields: String, body: [UInt8])] = [
        (coding("gzip"), gzip), (coding("x-gzip"), gzip), (coding("GZip"), gzip), (coding("identity"), text),
        (coding("deflate"), zlib), (coding("Deflate"), TestCompression.compress(text, .raw)),
        (coding(""), text), (coding("identity, gzip ,"), gzip),
        (coding("gzip, deflate"), TestCompression.compress(gzip, .zlib)),
        (coding("deflate , gzip"), TestCompression.compress(zlib, .gzip)),
        (coding("deflate") + coding("gzip"), TestCompression.compress(zlib, .gzip)),
        (coding("gzip, gzip"), TestCompression.compress(gzip, .gzip)),
      ]
      try await TestServer.run(echoRouter()) { running in
        let client = try running.client()
        for (fields, body) in cases {
          let response = try client.ask(post(body, fields))
          #expect(response.status == 200 && response.body == text, "\(fields)")
          #expect(response.has("X-Coding: none") && response.has("X-Length: \(text.count)"), "\(fields)")
        }
        #expect(running.server.statistics.acceptedConnections == 1)
        #expect(eventually { running.server.heldBodyBytes == 0 })
      }
    }

    @Test func `random bodies in random codings and random pieces arrive as they were`() async throws {
      try await TestServer.run(echoRouter()) { running in
        let client = try running.client()
        var random = SeededGenerator(seed: 7)
        for _ in 0..<80 {
          let bytes = random.bytes(upTo: 200_000)
          let wrapping = TestCompression.Wrapping.allCases.randomElement(using: &random) ?? .gzip
          let level = Int32.random(in: 0...9, using: &random)
          let body = TestCompression.compress(bytes, wrapping, level: level)
          let fields = coding(wrapping == .gzip ? "gzip" : "deflate")
          var rest = post(body, fields)[...]
          if Bool.random(using: &random) {
            rest = []
            rest += Array("POST /echo HTTP/1.1\r\n\(host)\(fields)Transfer-Encoding: chunked\r\n\r\n".utf8)
            var left = body[...]
            while !left.isEmpty {
              let piece = left.prefix(Int.random(in: 1...70_000, using: &random))
              left = left.dropFirst(piece.count)
              rest += Array("\(String(piece.count, radix: 16))\r\n".utf8) + piece + [13, 10]
            }
            rest += Array("0\r\n\r\n".utf8)
          }
          while !rest.isEmpty {
            let piece = rest.prefix(Int.random(in: 1...100_000, using: &random))
            try client.send(Array(piece))
            rest = rest.dropFirst(piece.count)
          }
          let response = try client.response()
          // Runs of one byte may be more than a hundred times as large as they are sent, but they are small.
          #expect(response.status == 200 && response.body == bytes)
        }
      }
    }

    @Test func `members of gzip may follow one another`() async throws {
      let text = text
      let (first, second) = (TestCompression.gzip("one "), TestCompression.gzip("two"))
      let empty = TestCompression.compress([], .gzip)
      try await TestServer.run(echoRouter()) { running in
        let client = try running.client()
        #expect(try client.ask(post(first + second, coding("gzip"))).text == "one two")
        #expect(try client.ask(post(empty + first + empty + second, coding("gzip"))).text == "one two")
        #expect(try client.ask(post(empty, coding("gzip"))).body.isEmpty)
        let many = Array(repeating: TestCompression.compress(text, .gzip), count: 500).flatMap { $0 }
        #expect(try client.ask(post(many, coding("gzip"))).body.count == 500 * text.count)
        // The second is cut off, or none.
        #expect(try client.ask(post(first + second.dropLast(), coding("gzip"))).status == 400)
        #expect(try client.ask(post(first + [0x1F], coding("gzip"))).status == 400)
        #expect(try client.ask(post(first + [0x1F, 0x8B, 8, 0, 0, 0], coding("gzip"))).status == 400)
      }
    }

    @Test func `codings that are not known get 415, which says what is`() async throws {
      let cases = [
        ("br", "br"), ("zstd", "zstd"), ("compress", "compress"), ("gzip, br", "br"), ("aws-chunked", "aws-chunked"),
        ("gzip;q=1", "gzip;q=1"), ("\"gzip\"", #"\"gzip\""#), ("gzip, gzip, gzip", "too many codings"),
        (String(repeating: "x", count: 3_000), String(repeating: "x", count: 40) + "…"),
      ]
      try await TestServer.run(echoRouter()) { running in
        let client = try running.client()
        for (name, said) in cases {
          let response = try client.ask(post([1, 2, 3], coding(name)))
          #expect(response.status == 415 && response.has("Accept-Encoding: gzip, deflate"), "\(name)")
          #expect(response.text.contains(said), "\(response.text)")
        }
        // Before the body, where the client asks.
        try client.send(
          "POST /echo HTTP/1.1\r\n\(host)\(coding("br"))Expect: 100-continue\r\nContent-Length: 3\r\n\r\n")
        #expect(try client.response().status == 415)
        #expect(try client.isAtEnd())
      }
    }

    @Test func `bodies that are cut off, damaged or followed by something get 400, and the connection goes on`()
      async throws
    {
      let text = Array("The river rose by two metres.".utf8)
      try await TestServer.run(echoRouter()) { running in
        let client = try running.client()
        for wrapping in TestCompression.Wrapping.allCases {
          let whole = TestCompression.compress(text, wrapping)
          let fields = coding(wrapping == .gzip ? "gzip" : "deflate")
          for count in 1..<whole.count {
            #expect(try client.ask(post(Array(whole[..<count]), fields)).status == 400, "\(wrapping) \(count)")
          }
          for tail in [[0], [0, 0, 0, 0], Array("garbage".utf8), [0x1F, 0x8B]] as [[UInt8]] {
            #expect(try client.ask(post(whole + tail, fields)).status == 400, "\(wrapping) \(tail)")
          }
          guard wrapping != .raw else { continue }
          for index in whole.indices {
            for bit in 0..<8 {
              var damaged = whole
              damaged[index] ^= 1 << UInt8(bit)
              let response = try client.ask(post(damaged, fields))
              // Time and system in the header, and the bits that fill the last byte, say nothing about the text.
              #expect(response.status == 400 || response.body == text, "\(wrapping) \(index) \(bit)")
            }
          }
        }
        #expect(try client.ask(post(text, coding("gzip"))).status == 400)
        #expect(try client.ask(post(Array("{}".utf8), coding("deflate"))).status == 400)
        // A preset dictionary (RFC 1950 §2.2): nobody has said which.
        #expect(try client.ask(post([0x78, 0xBB, 0, 0, 0, 1, 3, 0], coding("deflate"))).status == 400)
        #expect(try client.ask(post(TestCompression.gzip("fine"), coding("gzip"))).text == "fine")
        #expect(running.server.statistics.acceptedConnections == 1)
        #expect(eventually { running.server.heldBodyBytes == 0 })
      }
    }

    @Test func `what inflates beyond the limits is stopped there`() async throws {
      let zeros = [UInt8](repeating: 0, count: 32 << 20)
      let bomb = TestCompression.compress(zeros, .gzip, level: 9)
      let nested = TestCompression.compress(bomb, .gzip, level: 9)
      let stored = TestCompression.compress([UInt8](repeating: 7, count: 400_000), .zlib, level: 0)
      try await TestServer.run(
        echoRouter(),
        configure: {
          $0.limits.bodyBytes = 3 << 20
          // Less than what any of them would need: what is held together never goes above this.
          $0.bodyMemoryBytes = 8 << 20
        }
      ) { running in
        let client = try running.client()
        #expect(bomb.count < 100_000 && nested.count < 5_000)
        for (body, fields) in [
          (bomb, coding("gzip")), (nested, coding("gzip, gzip")), (Array((bomb + bomb)[...]), coding("gzip")),
          (TestCompression.compress(bomb, .zlib), coding("gzip, deflate")),
        ] {
          let response = try client.ask(post(body, fields))
          #expect(response.status == 413, "\(fields)")
          #expect(response.text.contains("100 times") || response.text.contains("at most 3145728 bytes"))
        }
        // Below 2 MiB no ratio counts, above it one of 100.
        let repeated = TestCompression.compress(Array(zeros[..<(2 << 20)]), .gzip)
        #expect(try client.ask(post(repeated, coding("gzip"))).body.count == 2 << 20)
        let denser = TestCompression.compress(Array(zeros[...(2 << 20)]), .gzip)
        #expect(try client.ask(post(denser, coding("gzip"))).text.contains("send it without Content-Encoding"))
        var random = SeededGenerator(seed: 3)
        let words = (0..<500_000).map { _ in UInt8.random(in: 97...104, using: &random) }
        let large = Array([words, words, words, words, words, words].joined())
        #expect(try client.ask(post(TestCompression.compress(large, .gzip), coding("gzip"))).body == large)
        let limit = TestCompression.compress(words + large + words, .gzip)
        #expect(try client.ask(post(limit, coding("gzip"))).text.contains("at most 3145728 bytes"))
        #expect(try client.ask(post(stored, coding("deflate"))).body.count == 400_000)
        #expect(eventually { running.server.heldBodyBytes == 0 })
      }
    }

    @Test func `probes and requests without a body have nothing to decode`() async throws {
      try await TestServer.run(echoRouter()) { running in
        let client = try running.client()
        #expect(
          try client.ask("GET /now HTTP/1.1\r\n\(host)\(coding("gzip"))Content-Length: 3\r\n\r\nabc").text == "now")
        #expect(try client.ask("GET /now HTTP/1.1\r\n\(host)\(coding("br"))\r\n").text == "now")
        let none = try client.ask("POST /echo HTTP/1.1\r\n\(host)\(coding("gzip"))\r\n")
        #expect(none.status == 200 && none.body.isEmpty && none.has("X-Coding: none"))
      }
    }
  }
}
