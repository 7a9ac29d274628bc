import Foundation
import Glibc
import HTTP
import Synchronization
import Testing

extension SocketTests {
  @Suite struct ConformanceTests {
    @Test(.overPlain) func `there are cases, and no two have one name`() {
      let names = ConformanceChapter.all.flatMap(\.cases).map(\.name)
      #expect(names.count >= 220)
      #expect(Set(names).count == names.count)
    }

    /// Over TLS the cases are fed whole: how its records are cut is TLSSessionTests' matter.
    @Test(arguments: ConformanceChapter.all)
    func `each case is answered as its section says, whole and byte by byte`(_ chapter: ConformanceChapter)
      async throws
    {
      let failures = try await TestServer.run(
        ConformanceSite.router(), configure: { $0.limits = ConformanceSite.limits }
      ) { running in
        let failures = ConformanceRun.failures(of: chapter.cases, running)
        let statistics = running.server.statistics
        let isEmpty = eventually { statistics.openConnections == 0 && statistics.requestsInFlight == 0 }
        return failures + (isEmpty ? [] : ["\(statistics.openConnections) connections stay open"])
      }
      for failure in failures { Issue.record("\(failure)") }
    }
  }
}

/// Many cases at a time, each on a connection of its own.
private enum ConformanceRun {
  private static let threadCount = 8

  static func failures(of cases: [ConformanceCase], _ running: TestServer) -> [String] {
    let next = Mutex(0)
    let failures = Mutex<[String]>([])
    let threads = DispatchGroup()
    for _ in 0..<threadCount {
      threads.enter()
      Thread.detachNewThread {
        while true {
          let index = next.withLock { next in
            defer { next += 1 }
            return next
          }
          guard index < cases.count else { break }
          let found = check(cases[index], running)
          failures.withLock { $0 += found }
        }
        threads.leave()
      }
    }
    threads.wait()
    return failures.withLock { $0 }
  }

  private static func check(_ conformanceCase: ConformanceCase, _ running: TestServer) -> [String] {
    if running.transport == .tls, conformanceCase.reach == .plainOnly { return [] }
    do {
      let whole = try ConformanceTalk.run(conformanceCase, .whole, running.client())
      if running.transport == .tls { return whole.problems.map { "\(conformanceCase): over TLS: \($0)" } }
      let bytewise = try ConformanceTalk.run(conformanceCase, .byteByByte, running.client())
      var problems = whole.problems.map { "whole: \($0)" } + bytewise.problems.map { "byte by byte: \($0)" }
      if whole.answers != bytewise.answers {
        problems.append("whole \(whole.answers), byte by byte \(bytewise.answers)")
      }
      return problems.map { "\(conformanceCase): \($0)" }
    } catch {
      return ["\(conformanceCase): \(error)"]
    }
  }
}

/// One case as it was played.
private struct ConformanceTalk {
  enum Feed { case whole, byteByByte }

  private let client: TestClient
  private let feed: Feed
  /// The final answers, without their dates.
  private(set) var answers: [String] = []
  private(set) var problems: [String] = []

  static func run(_ conformanceCase: ConformanceCase, _ feed: Feed, _ client: TestClient) throws -> ConformanceTalk {
    var talk = ConformanceTalk(client: client, feed: feed)
    talk.client.sendAtOnce()
    try client.shakeHands()
    var answersLeft = conformanceCase.answers.count
    for step in conformanceCase.steps {
      switch step {
      case .send(let text): try talk.send(text.bytes)
      case .endOutput: talk.client.endOutput()
      case .answer(let expected):
        answersLeft -= 1
        let isLast = answersLeft == 0 && conformanceCase.ending == .closes
        try talk.receive(expected, conformanceCase.interim, closes: isLast)
      }
    }
    try talk.end(conformanceCase.ending)
    return talk
  }

  private func send(_ bytes: [UInt8]) throws {
    switch feed {
    case .whole: try client.send(bytes)
    case .byteByByte: for byte in bytes { try client.send([byte]) }
    }
  }

  private mutating func receive(
    _ expected: ExpectedAnswer, _ interim: ConformanceCase.Interim, closes: Bool
  ) throws {
    var response = try client.response(toHead: expected.isHead)
    if interim == .allowed, response.status == 100, expected.status != 100 {
      response = try client.response(toHead: expected.isHead)
    }
    if response.status != 100 {
      let fields = response.lines.filter { !$0.hasPrefix("Date: ") }.joined(separator: " / ")
      answers.append("\(fields) / \(String(decoding: response.body, as: UTF8.self))")
    }
    problems += response.problems(expected)
    if response.status >= 200, response.has("Connection: close") != closes {
      problems.append("Connection: close is \(closes ? "missing" : "there") in \(response.head)")
    }
  }

  private mutating func end(_ ending: ConformanceCase.Ending) throws {
    switch ending {
    case .stays:
      try client.send("GET /now HTTP/1.1\r\nHost: probe\r\nConnection: close\r\n\r\n")
      let response = try client.response()
      if response.status != 200 || response.text != "now" { problems.append("not alive: \(response.head)") }
      if try !client.isAtEnd() { problems.append("more than was asked for") }
    case .closes, .endsWithClient:
      let rest = ending == .closes ? try client.rest() : try client.restOrReset()
      if !rest.isEmpty { problems.append("instead of the end: \(String(decoding: rest, as: UTF8.self))") }
    }
  }
}

extension TestResponse {
  fileprivate var lines: [String] { head.split(separator: "\r\n").map(String.init) }

  private func values(_ name: String) -> [String] {
    lines.dropFirst().compactMap { line in
      let parts = line.split(separator: ": ", maxSplits: 1, omittingEmptySubsequences: false)
      return parts.first?.lowercased() == name.lowercased() ? String(parts.last ?? "") : nil
    }
  }

  /// What is wrong with an answer, beside what holds for any.
  fileprivate func problems(_ expected: ExpectedAnswer) -> [String] {
    var problems = status == expected.status ? [] : ["\(status) instead of \(expected.status): \(text)"]
    for line in expected.has where !has(line) { problems.append("\(line) is missing in \(head)") }
    for name in expected.lacks where !values(name).isEmpty { problems.append("\(name) is in \(head)") }
    switch expected.body {
    case .exactly(let body) where body.bytes != self.body: problems.append("body \(text) instead of \(body)")
    case .error where !has("Content-Type: application/json") || !text.hasPrefix(#"{"error": ""#):
      problems.append("no error: \(head)\(text)")
    default: break
    }
    return problems + invariants(expected)
  }

  /// RFC 9110 §6.6.1, §8.6, RFC 9112 §4, §6.1.
  private func invariants(_ expected: ExpectedAnswer) -> [String] {
    var problems: [String] = []
    let line = lines.first ?? ""
    if !line.hasPrefix("HTTP/1.1 \(status) ") { problems.append("status line \(line)") }
    let lengths = values("Content-Length").count
    let codings = values("Transfer-Encoding").count
    switch status {
    case 100...199, 204:
      if lengths + codings > 0 { problems.append("\(status) is framed: \(head)") }
    case 304: if codings > 0 { problems.append("304 is chunked") }
    default:
      if lengths + codings > 1 || (lengths + codings == 0 && !has("Connection: close")) {
        problems.append("\(lengths) Content-Length, \(codings) Transfer-Encoding")
      }
    }
    let dates = values("Date")
    if status >= 200, dates.count != 1 || dates.first?.utf8.count != 29 || dates.first?.hasSuffix(" GMT") != true {
      problems.append("Date: \(dates)")
    }
    if status == 405, values("Allow").count != 1 { problems.append("405 without Allow") }
    return problems
  }
}
