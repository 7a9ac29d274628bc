import HTTP
import TestSupport

/// One case of `Fixtures/http/cases.json`; SOURCE.md there describes the fields.
struct ParserCase: Decodable, Sendable, CustomStringConvertible {
  struct Request: Decodable, Sendable, Equatable {
    var method: String
    var target: String
    var body: String
  }

  /// A status that refuses, `accept` or `incomplete`.
  enum Outcome: Sendable, Equatable {
    case accept, incomplete
    case refuse(Int)
  }

  struct Verdict: Decodable, Sendable {
    var end: String
    /// Nil: the same as ours.
    var requests: [Request]?

    enum CodingKeys: CodingKey { case end, requests }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      end = try container.decode(String.self, forKey: .end)
      requests = try? container.decode([Request].self, forKey: .requests)
    }
  }

  var name: String
  var section: String
  var raw: [UInt8]
  var expect: Outcome
  var requests: [Request]
  var h11: Verdict
  var httptools: Verdict

  var description: String { "\(name) (\(section))" }

  enum CodingKeys: CodingKey { case name, section, raw, expect, requests, h11, httptools }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    name = try container.decode(String.self, forKey: .name)
    section = try container.decode(String.self, forKey: .section)
    requests = try container.decode([Request].self, forKey: .requests)
    h11 = try container.decode(Verdict.self, forKey: .h11)
    httptools = try container.decode(Verdict.self, forKey: .httptools)
    if let status = try? container.decode(Int.self, forKey: .expect) {
      expect = .refuse(status)
    } else {
      expect = try container.decode(String.self, forKey: .expect) == "accept" ? .accept : .incomplete
    }
    raw = []
    var runs = try container.nestedUnkeyedContainer(forKey: .raw)
    while !runs.isAtEnd {
      var run = try runs.nestedUnkeyedContainer()
      let text = try run.decode(String.self)
      let bytes = text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
      for _ in 0..<(try run.decode(Int.self)) { raw += bytes }
    }
  }

  static let all: [ParserCase] = (try? Fixtures.json("http/cases.json")) ?? []
}

/// Everything that a parser made of some bytes.
struct ParserRun: Equatable {
  var requests: [ParserCase.Request] = []
  var outcome = ParserCase.Outcome.accept
  var refusal: HTTPRefusal?

  /// Feeds `bytes` cut at `cuts` (ascending).
  init(_ bytes: [UInt8], cuts: [Int] = [], limits: HTTPLimits = HTTPLimits()) {
    var parser = HTTPRequestParser(limits: limits)
    var head: HTTPRequestHead?
    var body: [UInt8] = []
    var start = 0
    for end in cuts + [bytes.count] {
      let piece = Array(bytes[start..<end])
      start = end
      var offset = 0
      while true {
        let step = parser.consume(piece.span.extracting(offset..<piece.count))
        switch step.event {
        case .head(let new): head = new
        case .body(let range): body += piece[(offset + range.lowerBound)..<(offset + range.upperBound)]
        case .end:
          let text = String(String.UnicodeScalarView(body.map { Unicode.Scalar($0) }))
          requests.append(
            ParserCase.Request(method: head?.method.rawValue ?? "", target: head?.target.text ?? "", body: text))
          head = nil
          body = []
        case .refused(let refusal):
          self.refusal = refusal
          outcome = .refuse(refusal.status.code)
          return
        case nil: break
        }
        offset += step.consumed
        if step.event == nil { break }
      }
    }
    if parser.position != .betweenRequests || requests.isEmpty { outcome = .incomplete }
  }
}
