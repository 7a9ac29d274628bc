import Foundation
import HTTP
import Testing

@Suite struct FormFieldsTests {
  @Test func `pairs are decoded in order`() throws {
    let form = try FormFields(query: "q=a+b%21&target=de&q=%C3%A9&empty=&flag&&=x")
    #expect(form.names == ["q", "target", "empty", "flag", ""])
    #expect(form.values("q") == ["a b!", "é"])
    #expect(form["target"] == "de")
    #expect(form["empty"]?.isEmpty == true)
    #expect(form["flag"]?.isEmpty == true)
    #expect(form["absent"] == nil)
  }

  @Test func `an equals sign in a value stays`() throws { #expect(try FormFields(query: "a=b=c")["a"] == "b=c") }

  @Test func `nothing has no pairs`() throws { #expect(try FormFields(decoding: []).isEmpty) }

  @Test(arguments: ["a=%", "a=%4", "a=%zz", "%zz=a", "a=%ff", "a=%C3", "a=%00"])
  func `a malformed pair is named by its index`(_ pair: String) {
    #expect(throws: FormError.malformedPair(index: 1)) { try FormFields(query: "x=y&" + pair) }
  }

  @Test func `bytes that are not UTF-8 are refused`() {
    #expect(throws: FormError.malformedPair(index: 0)) { try FormFields(decoding: [0x61, 0x3D, 0xFF]) }
  }

  @Test func `pairs are counted`() {
    #expect(throws: FormError.tooManyPairs(limit: 2)) { try FormFields(query: "a=1&b=2&c=3", limit: 2) }
  }
}

@Suite struct RequestTargetTests {
  @Test func `path and query are split and the path is decoded`() throws {
    let request = try HTTPRequest(method: .get, target: "/a%20b/%C3%A9?x=%20")
    #expect(request.path == "/a b/é")
    #expect(request.query == "x=%20")
  }

  @Test func `the absolute form means its path`() throws {
    #expect(try HTTPRequest(method: .get, target: "http://a.example/x?y").path == "/x")
    #expect(try HTTPRequest(method: .get, target: "http://a.example").path == "/")
  }

  @Test func `a target that cannot be sent is refused`() {
    #expect(throws: HTTPRefusal.malformedTarget) { try HTTPRequest(method: .get, target: "x") }
    #expect(throws: HTTPRefusal.malformedPath) { try HTTPRequest(method: .get, target: "/%") }
  }
}

@Suite struct EncoderTests {
  private func encode(
    _ response: HTTPResponse, isHead: Bool = false, minor: Int = 1, persistence: ConnectionPersistence = .keepAlive,
    at time: Int64 = 784_111_777
  ) -> (text: String, format: HTTPResponseEncoder.BodyFormat, persistence: ConnectionPersistence) {
    var encoder = HTTPResponseEncoder()
    var exchange = HTTPResponseEncoder.Exchange(isHead: isHead, minorVersion: minor, persistence: persistence)
    var output: [UInt8] = []
    let format = encoder.appendHead(of: response, answering: &exchange, at: time, to: &output)
    return (String(decoding: output, as: UTF8.self), format, exchange.persistence)
  }

  private let stream = HTTPResponse.Body.stream(ResponseStream { nil })

  @Test func `a response has a status line, a date and a length`() {
    let encoded = encode(HTTPResponse(status: .ok, contentType: "text/plain", body: Array("hello".utf8)))
    #expect(
      encoded.text
        == "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\n"
    )
    #expect(encoded.format == .plain)
  }

  @Test func `an answer to HEAD has the length but no body`() {
    let encoded = encode(HTTPResponse(status: .ok, body: .bytes([1, 2, 3])), isHead: true)
    #expect(encoded.text.contains("Content-Length: 3\r\n"))
    #expect(encoded.format == .none)
  }

  @Test func `204 and 304 have neither length nor body`() {
    for status in [HTTPStatus.noContent, .notModified] {
      let encoded = encode(HTTPResponse(status: status, body: .bytes([1])))
      #expect(!encoded.text.contains("Content-Length"))
      #expect(encoded.format == .none)
    }
  }

  @Test func `a stream is chunked, and for HTTP 1.0 lasts until the close`() {
    let chunked = encode(HTTPResponse(status: .ok, body: stream))
    #expect(chunked.text.contains("Transfer-Encoding: chunked\r\n"))
    #expect(chunked.format == .chunked && chunked.persistence == .keepAlive)
    let plain = encode(HTTPResponse(status: .ok, body: stream), minor: 0)
    #expect(!plain.text.contains("Transfer-Encoding") && plain.text.contains("Connection: close\r\n"))
    #expect(plain.format == .untilClose && plain.persistence == .close)
  }

  @Test func `persistence is said where it is not the default`() {
    let response = HTTPResponse(status: .ok)
    #expect(!encode(response).text.contains("Connection"))
    #expect(encode(response, persistence: .close).text.contains("Connection: close\r\n"))
    #expect(encode(response, minor: 0).text.contains("Connection: keep-alive\r\n"))
    let asked = encode(HTTPResponse(status: .ok, headers: [.connection: "close"]))
    #expect(asked.persistence == .close && asked.text.contains("Connection: close\r\n"))
  }

  @Test func `a handler cannot frame the message nor split it`() {
    var headers: HTTPHeaders = [.contentLength: "4711", .transferEncoding: "chunked", .date: "never"]
    headers[HTTPHeaderName(literal: "X-Bad")] = "a\r\nSet-Cookie: b\0"
    let encoded = encode(HTTPResponse(status: HTTPStatus(code: 200, reasonPhrase: "O\r\nK"), headers: headers))
    #expect(!encoded.text.contains("4711") && !encoded.text.contains("chunked") && !encoded.text.contains("never"))
    #expect(encoded.text.components(separatedBy: "\r\n").allSatisfy { !$0.hasPrefix("Set-Cookie") })
    #expect(encoded.text.hasPrefix("HTTP/1.1 200 O"))
    #expect(!encoded.text.contains("\0"))
  }

  @Test func `a status that is not final becomes 500`() {
    #expect(encode(HTTPResponse(status: HTTPStatus(code: 100))).text.hasPrefix("HTTP/1.1 500 "))
    #expect(encode(HTTPResponse(status: HTTPStatus(code: 999))).text.hasPrefix("HTTP/1.1 500 "))
  }

  @Test func `chunk sizes are written in hexadecimal`() {
    for (count, text) in [(1, "1\r\n"), (15, "f\r\n"), (16, "10\r\n"), (0xABCDE, "abcde\r\n")] {
      var output: [UInt8] = []
      HTTPResponseEncoder.appendChunkHead(count, to: &output)
      #expect(String(decoding: output, as: UTF8.self) == text)
    }
  }

  @Test(arguments: [
    (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
    (1_709_251_199, "Thu, 29 Feb 2024 23:59:59 GMT"), (4_102_444_800, "Fri, 01 Jan 2100 00:00:00 GMT"),
    (-1, "Wed, 31 Dec 1969 23:59:59 GMT"), (Int64.max, "Fri, 31 Dec 9999 23:59:59 GMT"),
  ])
  func `dates are right`(_ time: Int64, _ text: String) {
    #expect(encode(HTTPResponse(status: .ok), at: time).text.contains("Date: \(text)\r\n"))
  }
}

@Suite struct ServerErrorTests {
  @Test func `an error names host and port`() {
    let errors: [ServerError] = [
      .addressInUse(host: "h.example", port: 81), .permissionDenied(host: "h.example", port: 81),
      .addressNotAvailable(host: "h.example", port: 81), .invalidPort(host: "h.example", port: 81),
      .alreadyStarted(host: "h.example", port: 81), .system(call: "bind", code: 5, host: "h.example", port: 81),
    ]
    for error in errors { #expect(error.description.contains("h.example port 81")) }
    #expect(ServerError.unknownHost(host: "h.example", reason: "why").description.contains("h.example: why"))
  }
}
