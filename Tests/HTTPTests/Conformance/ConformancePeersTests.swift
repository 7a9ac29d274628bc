import Foundation
import HTTP
import TestSupport
import Testing

/// The bytes of the cases with what h11 and Node (llhttp) make of them: `Tests/Fixtures/http/cases.json`. SOURCE.md there
/// says how it is written.
private struct PeerCase: Codable {
  /// How a peer reads the bytes; `requests`: method, target and body of each whole request.
  struct Verdict: Codable {
    var isRefused: Bool
    var requests: [[String]]
  }

  var name: String
  /// One character is one byte (ISO 8859-1).
  var input: String
  var h11: Verdict?
  var node: Verdict?

  static func read() throws -> [PeerCase] { try Fixtures.json("http/cases.json") }
}

@Suite struct ConformancePeersTests {
  private static let cases = ConformanceChapter.all.flatMap(\.cases)

  /// With CONFORMANCE_EXPORT the bytes are written there, for `peers.py` to add the verdicts.
  @Test func `the fixture holds the bytes of the cases`() throws {
    if let path = ProcessInfo.processInfo.environment["CONFORMANCE_EXPORT"] {
      let cases = Self.cases.map { PeerCase(name: $0.name, input: Self.text($0.input)) }
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      try encoder.encode(cases).write(to: URL(fileURLWithPath: path))
      return
    }
    let inputs = try PeerCase.read().map { [$0.name, $0.input] }
    #expect(inputs == Self.cases.map { [$0.name, Self.text($0.input)] }, "see Tests/Fixtures/http/SOURCE.md")
  }

  @Test func `where h11 or Node reads otherwise, the case says why`() throws {
    for (peerCase, conformanceCase) in zip(try PeerCase.read(), Self.cases) {
      let ours = ParserRun(conformanceCase.input, limits: ConformanceSite.limits)
      for verdict in [peerCase.h11, peerCase.node] {
        guard let verdict else {
          Issue.record("\(peerCase.name) has no verdict")
          continue
        }
        let isSame = verdict.isRefused == ours.isRefused && verdict.requests == ours.requests
        #expect(isSame || conformanceCase.note != nil, "\(conformanceCase): \(verdict)")
      }
    }
  }

  private static func text(_ bytes: [UInt8]) -> String {
    String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
  }
}
