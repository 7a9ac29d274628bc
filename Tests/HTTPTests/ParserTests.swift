import HTTP
import TestSupport
import Testing

@Suite struct ParserTests {
  @Test func `there are cases`() { #expect(ParserCase.all.count >= 120) }

  @Test(arguments: ParserCase.all) func `each case has its outcome when it comes whole`(_ parserCase: ParserCase) {
    let run = ParserRun(parserCase.raw)
    #expect(run.outcome == parserCase.expect)
    #expect(run.requests == parserCase.requests)
  }

  @Test func `each case has the same outcome byte by byte`() {
    for parserCase in ParserCase.all {
      let whole = ParserRun(parserCase.raw)
      let run = ParserRun(parserCase.raw, cuts: Array(parserCase.raw.indices))
      #expect(run == whole, "\(parserCase)")
    }
  }

  @Test func `each case has the same outcome in random pieces`() {
    var generator = SeededGenerator(seed: 7)
    for parserCase in ParserCase.all {
      let whole = ParserRun(parserCase.raw)
      for _ in 0..<8 where !parserCase.raw.isEmpty {
        let count = Int.random(in: 1...6, using: &generator)
        let cuts = (0..<count).map { _ in Int.random(in: 0...parserCase.raw.count, using: &generator) }.sorted()
        #expect(ParserRun(parserCase.raw, cuts: cuts) == whole, "\(parserCase) cut at \(cuts)")
      }
    }
  }

  @Test func `bytes changed at random never stop the parser and never change with the cuts`() {
    var generator = SeededGenerator(seed: 11)
    for parserCase in ParserCase.all where !parserCase.raw.isEmpty && parserCase.raw.count < 1_000 {
      for _ in 0..<20 {
        var raw = parserCase.raw
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
          raw[Int.random(in: 0..<raw.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
        }
        #expect(ParserRun(raw, cuts: Array(raw.indices)) == ParserRun(raw))
      }
    }
  }

  @Test func `a head that comes too slowly to end is never kept beyond its limit`() {
    var parser = HTTPRequestParser()
    let piece = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000)
    var refusal: HTTPRefusal?
    for _ in 0..<20 {
      if case .refused(let found) = parser.consume(piece.span).event { refusal = found }
    }
    #expect(refusal == .targetTooLong(limit: 8_192))
    #expect(parser.position == .refused)
  }

  @Test func `a head says what the connection and the body need`() throws {
    let cases: [(String, Int, ConnectionPersistence, BodyFraming, Bool)] = [
      ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", 1, .keepAlive, .none, false),
      ("GET / HTTP/1.1\r\nHost: a\r\nConnection: x, CLOSE\r\n\r\n", 1, .close, .none, false),
      ("GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n", 1, .close, .none, false),
      ("GET / HTTP/1.0\r\n\r\n", 0, .close, .none, false),
      ("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", 0, .keepAlive, .none, false),
      ("GET / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n", 0, .close, .length(4), false),
      (
        "GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n", 1, .keepAlive, .length(4),
        true
      ),
      ("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", 1, .keepAlive, .chunked, false),
    ]
    for (text, minor, persistence, framing, expects) in cases {
      var parser = HTTPRequestParser()
      guard case .head(let head) = parser.consume(Array(text.utf8).span).event else {
        Issue.record("no head: \(text)")
        continue
      }
      #expect(head.minorVersion == minor)
      #expect(head.persistence == persistence)
      #expect(head.framing == framing)
      #expect(head.expectsContinue == expects)
    }
  }

  @Test func `fields keep their order, their bytes and their repetitions`() throws {
    var parser = HTTPRequestParser()
    let text = "GET / HTTP/1.1\r\nHost: a\r\nX-One: 1\r\naccept: */*\r\nX-One:  2 \r\n\r\n"
    guard case .head(let head) = parser.consume(Array(text.utf8).span).event else {
      Issue.record("no head")
      return
    }
    #expect(head.headers.map(\.value) == ["a", "1", "*/*", "2"])
    #expect(head.headers[values: HTTPHeaderName(literal: "x-one")] == ["1", "2"])
    #expect(head.headers[.accept] == "*/*")
    #expect(head.headers[.hostField] == "a")
  }

  @Test func `limits can be set`() {
    var limits = HTTPLimits()
    limits.bodyBytes = 4
    limits.fieldCount = 2
    limits.targetBytes = 10
    let head = "POST / HTTP/1.1\r\nHost: a\r\n"
    #expect(ParserRun(Array((head + "Content-Length: 5\r\n\r\n").utf8), limits: limits).outcome == .refuse(413))
    #expect(ParserRun(Array((head + "Content-Length: 4\r\n\r\nabcd").utf8), limits: limits).outcome == .accept)
    #expect(ParserRun(Array((head + "X: y\r\nZ: y\r\n\r\n").utf8), limits: limits).outcome == .refuse(431))
    #expect(ParserRun(Array("GET /234567890 HTTP/1.1\r\nHost: a\r\n\r\n".utf8), limits: limits).outcome == .accept)
    #expect(
      ParserRun(Array("GET /2345678901 HTTP/1.1\r\nHost: a\r\n\r\n".utf8), limits: limits).outcome == .refuse(414))
  }

  @Test func `every refusal has a client or server error status and says what to do`() {
    let refusals: [HTTPRefusal] = [
      .malformedRequestLine, .unsupportedVersion, .unsupportedMethod, .malformedTarget, .malformedPath,
      .targetTooLong(limit: 1), .malformedField, .foldedField, .fieldsTooLarge(limit: 1), .tooManyFields(limit: 1),
      .hostCount(0), .malformedHost, .malformedContentLength, .twoFramings, .malformedTransferEncoding,
      .unsupportedTransferCoding, .unknownExpectation, .bodyTooLarge(limit: 1), .malformedChunk, .headTimedOut,
      .bodyTimedOut,
    ]
    for refusal in refusals {
      #expect((400...599).contains(refusal.status.code))
      #expect(!refusal.message.isEmpty)
    }
  }
}
