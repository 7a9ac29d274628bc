import HTTP
import TestSupport
import Testing

@Suite struct ParserTests {
  /// What the cases of the conformance suite send; there each has its answers.
  private static let inputs = ConformanceChapter.all.flatMap(\.cases).map { (name: $0.name, bytes: $0.input) }

  private func run(_ bytes: [UInt8], cuts: [Int] = []) -> ParserRun {
    ParserRun(bytes, cuts: cuts, limits: ConformanceSite.limits)
  }

  @Test func `bytes are read the same one by one and in random pieces`() {
    var generator = SeededGenerator(seed: 7)
    for (name, bytes) in Self.inputs {
      let whole = run(bytes)
      #expect(run(bytes, cuts: Array(bytes.indices)) == whole, "\(name)")
      for _ in 0..<4 {
        let count = Int.random(in: 1...6, using: &generator)
        let cuts = (0..<count).map { _ in Int.random(in: 0...bytes.count, using: &generator) }.sorted()
        #expect(run(bytes, cuts: cuts) == whole, "\(name) cut at \(cuts)")
      }
    }
  }

  @Test func `bytes changed at random never stop the parser and never change with the cuts`() {
    var generator = SeededGenerator(seed: 11)
    for (_, bytes) in Self.inputs where !bytes.isEmpty {
      for _ in 0..<8 {
        var raw = bytes
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
          raw[Int.random(in: 0..<raw.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
        }
        #expect(run(raw, cuts: Array(raw.indices)) == run(raw))
      }
    }
  }

  @Test func `the limits have sane defaults`() {
    func outcome(_ target: Int = 1, _ value: Int = 1, fields: Int = 0, length: Int = 0) -> ParserRun.Outcome {
      let head = "GET /\(String(repeating: "a", count: target - 1)) HTTP/1.1\r\nHost: a\r\n"
      let lines = "X: \(String(repeating: "y", count: value))\r\n" + String(repeating: "X: y\r\n", count: fields)
      return ParserRun(Array("\(head)\(lines)Content-Length: \(length)\r\n\r\n".utf8)).outcome
    }
    #expect(outcome(8_192) == .accept)
    #expect(outcome(8_193) == .refuse(414))
    #expect(outcome(1, 16_333) == .accept)
    #expect(outcome(1, 16_334) == .refuse(431))
    #expect(outcome(fields: 97) == .accept)
    #expect(outcome(fields: 98) == .refuse(431))
    #expect(outcome(length: 16_777_216) == .incomplete)
    #expect(outcome(length: 16_777_217) == .refuse(413))
  }

  @Test func `an https target is read on a connection with TLS`() {
    let bytes = Array("GET https://a/x HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
    var parser = HTTPRequestParser(security: .tls)
    guard case .head(let head) = parser.consume(bytes.span).event else {
      Issue.record("no head")
      return
    }
    #expect(head.target.path == "/x" && head.target.authority == "a")
  }

  @Test func `a head that comes too slowly to end is never kept beyond its limit`() {
    var parser = HTTPRequestParser()
    let piece = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000)
    var refusal: HTTPRefusal?
    for _ in 0..<20 {
      if case .refused(let found) = parser.consume(piece.span).event { refusal = found }
    }
    #expect(refusal == .unsupportedMethod)
    #expect(parser.position == .refused)
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

  @Test func `every refusal has a client or server error status and says what to do`() {
    let refusals: [HTTPRefusal] = [
      .malformedRequestLine, .unsupportedVersion, .unsupportedMethod, .malformedTarget, .malformedPath,
      .targetTooLong(limit: 1), .malformedField, .foldedField, .fieldsTooLarge(limit: 1), .tooManyFields(limit: 1),
      .hostCount(0), .malformedHost, .misdirected, .malformedContentLength, .twoFramings, .malformedTransferEncoding,
      .unsupportedTransferCoding, .unknownExpectation, .bodyTooLarge(limit: 1), .malformedChunk, .headTimedOut,
      .bodyTimedOut,
    ]
    for refusal in refusals {
      #expect((400...599).contains(refusal.status.code))
      #expect(!refusal.message.isEmpty)
    }
  }
}
