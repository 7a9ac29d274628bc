import HTTP
import TestSupport
import Testing

extension FuzzTests {
  @Test func `requests are read the same however they are cut`() async throws {
    /// One character is one byte.
    struct Case: Decodable { var input: String }
    let cases: [Case] = try Fixtures.json("http/cases.json")
    let seeds = cases.map { $0.input.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } }
    let mutator = Mutator(
      seeds: seeds + (try Corpus.files("fuzz/http")),
      dictionary: [
        "\r\n", "\r\n\r\n", "\n", "\r", ": ", " HTTP/1.1\r\n", " HTTP/1.0\r\n", "Host: a\r\n", "Content-Length: ",
        "Transfer-Encoding: chunked\r\n", "Expect: 100-continue\r\n", "Connection: close, keep-alive\r\n", "0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "%2e%2E/", "%00", "http://[::1]:80", "CONNECT", "OPTIONS *", "\t", ";a=\"",
        "ffffffffffffffff", "fffffffffffffff1", ",chunked", "\u{80}",
      ])
    try await FuzzRun.run("http-parser", mutator) { input, random in try Self.readRequests(input, &random) }
  }

  @Test func `chunked bodies are read as a plain reader reads them`() async throws {
    let mutator = Mutator(
      seeds: try Corpus.files("fuzz/chunked"),
      dictionary: [
        "\r\n", "0\r\n\r\n", "0\r\n", "1\r\n", ";", ";a=b", ";a=\"b\"", "\n", "\r", "ffffffffffffffff",
        "8000000000000000",
        "10000000000000001", "100000", "0x1", " ", "\t", "-1", "+1", "Trailer: x\r\n", "00000000000000000005",
      ])
    let head = Array("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
    try await FuzzRun.run("chunked", mutator) { input, random in
      let reading = try Self.readRequests(head + input, &random)
      if let body = ParserEvents(head + input, cuts: []).requests.first?.body {
        try Finding.unless(PlainChunks.body(of: input) == body, "another body than the plain reader's")
      }
      let written = head + PlainChunks.written(input, &random)
      try Finding.unless(
        ParserEvents(written, cuts: []).requests.first?.body == input, "the input cut into chunks comes out changed")
      return reading
    }
  }

  @Test func `forms that are read are read the same when written again`() async throws {
    let mutator = Mutator(
      seeds: try Corpus.lines("fuzz/form.txt"),
      dictionary: [
        "&", "=", "%", "+", "%00", "%C3%A9", "%c3", "%F4%8F%BF%BF", "%ED%A0%80", "&&", "==", "q=", "&q=", "%2", "%zz",
        "source=en&target=de", "%25", "e\u{301}=1&\u{e9}=2", ";",
      ])
    try await FuzzRun.run("form", mutator) { input, _ in
      guard let form = try? FormFields(decoding: input) else { return .refused }
      func escaped(_ text: String) -> String { text.utf8.map { "%" + Self.hexadecimal($0) }.joined() }
      let again = form.names.flatMap { name in form.values(name).map { escaped(name) + "=" + escaped($0) } }
      let read = try? FormFields(decoding: Array(again.joined(separator: "&").utf8))
      try Finding.unless(read == form, "\(form) became \(String(describing: read))")
      return .accepted
    }
  }

  private static func hexadecimal(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16)
  }

  /// Whole, cut at random places and now and then byte by byte.
  private static func readRequests(_ input: [UInt8], _ random: inout FuzzGenerator) throws -> Reading {
    let whole = ParserEvents(input, cuts: [])
    if let problem = whole.problem { throw Finding(problem) }
    var cuts = (0..<(1 + random.below(6))).map { _ in random.below(input.count + 1) }.sorted()
    let pieces = ParserEvents(input, cuts: cuts)
    try Finding.unless(pieces == whole, "cut at \(cuts): \(pieces) instead of \(whole)")
    if random.once(in: 16) {
      cuts = Array(input.indices)
      try Finding.unless(ParserEvents(input, cuts: cuts) == whole, "byte by byte other than whole")
    }
    return whole.refusal == nil ? .accepted : .refused
  }
}

/// Everything that a parser made of some bytes.
private struct ParserEvents: Equatable {
  struct Request: Equatable {
    var head: String
    var body: [UInt8]
  }

  var requests: [Request] = []
  var refusal: HTTPRefusal?
  var position = HTTPRequestParser.Position.betweenRequests
  /// What no parser may do.
  var problem: String?

  /// Feeds `bytes` cut at `cuts` (ascending).
  init(_ bytes: [UInt8], cuts: [Int]) {
    var limits = HTTPLimits()
    limits.headBytes = 1_024
    limits.targetBytes = 512
    limits.fieldCount = 20
    limits.bodyBytes = 1 << 17
    var parser = HTTPRequestParser(limits: limits)
    var head: HTTPRequestHead?
    var body: [UInt8] = []
    var start = 0
    var eventsLeft = 4 * bytes.count + 4 * cuts.count + 16
    for end in cuts + [bytes.count] {
      var rest = Array(bytes[start..<end])
      start = end
      while true {
        eventsLeft -= 1
        let step = parser.consume(rest.span)
        guard eventsLeft > 0, (0...rest.count).contains(step.consumed) else {
          problem = "no end, or more consumed than there was"
          return
        }
        switch step.event {
        case .head(let new): head = new
        case .body(let range): body += rest[range]
        case .end: finish(&head, &body)
        case .refused(let refusal):
          self.refusal = refusal
          position = parser.position
          if position != .refused || !(400...599).contains(refusal.status.code) { problem = "refused as \(position)" }
          return
        case nil: break
        }
        rest.removeFirst(step.consumed)
        if step.event == nil { break }
      }
      if !rest.isEmpty { problem = "\(rest.count) bytes were left without an event" }
    }
    position = parser.position
  }

  private mutating func finish(_ head: inout HTTPRequestHead?, _ body: inout [UInt8]) {
    guard let ended = head else {
      problem = "an end without a head"
      return
    }
    switch ended.framing {
    case .none where !body.isEmpty: problem = "a body where none was announced"
    case .length(let count) where count != body.count: problem = "\(body.count) bytes of body instead of \(count)"
    default: break
    }
    let text =
      "\(ended.method.rawValue) \(ended.target.text) \(ended.minorVersion) \(ended.framing) \(ended.persistence) "
      + "\(ended.expectsContinue) \(ended.headers.map { "\($0.name): \($0.value)" })"
    requests.append(Request(head: text, body: body))
    head = nil
    body = []
  }
}

/// Chunked bodies (RFC 9112 §7.1) read and written the plain way.
private enum PlainChunks {
  /// The body, of bytes that are known to be well formed; nil where they are not.
  static func body(of bytes: [UInt8]) -> [UInt8]? {
    var body: [UInt8] = []
    var rest = bytes[...]
    while let lineEnd = rest.firstIndex(of: 0x0D) {
      let digits = rest[..<lineEnd].prefix { $0 != 0x3B && $0 != 0x20 && $0 != 0x09 }
      guard let size = Int(String(decoding: digits, as: UTF8.self), radix: 16) else { return nil }
      if size == 0 { return body }
      rest = rest[lineEnd...].dropFirst(2)
      guard rest.count >= size + 2 else { return nil }
      body += rest.prefix(size)
      rest = rest.dropFirst(size + 2)
    }
    return nil
  }

  /// The bytes as a chunked body, cut at random.
  static func written(_ bytes: [UInt8], _ random: inout FuzzGenerator) -> [UInt8] {
    var text: [UInt8] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = rest.prefix(1 + random.below(rest.count))
      text += Array(String(piece.count, radix: 16, uppercase: random.once(in: 2)).utf8) + [0x0D, 0x0A] + piece
      text += [0x0D, 0x0A]
      rest = rest.dropFirst(piece.count)
    }
    return text + Array("0\r\n\r\n".utf8)
  }
}
