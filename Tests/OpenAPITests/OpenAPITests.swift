import Foundation
import Inference
import Service
import TestSupport
import Testing
import Yams

/// The contract and the code say the same, or these tests name the difference.
struct OpenAPITests {
  private static let file = Fixtures.root.appendingPathComponent("openapi.yaml")
  private static let source = Fixtures.root.appendingPathComponent("Sources/Service/OpenAPIDocument.swift")

  private static func document() throws -> Node {
    try #require(try Yams.compose(yaml: String(contentsOf: file, encoding: .utf8)))
  }

  /// The node at a path of keys.
  private static func node(_ keys: String...) throws -> Node {
    var node = try document()
    for key in keys { node = try #require(node[key], "openapi.yaml lacks \(keys.joined(separator: " → "))") }
    return node
  }

  private static func keys(_ node: Node) -> Set<String> {
    Set((node.mapping ?? [:]).keys.compactMap(\.string))
  }

  @Test func `the binary holds openapi.yaml as it is`() throws {
    let text = try String(contentsOf: Self.file, encoding: .utf8)
    if ProcessInfo.processInfo.environment["DRAGOMAN_REGENERATE"] != nil {
      let old = try String(contentsOf: Self.source, encoding: .utf8)
      let head = try #require(old.components(separatedBy: "#\"\"\"\n").first)
      let lines = text.components(separatedBy: "\n").map { $0.isEmpty ? "" : "    " + $0 }
      let new = head + "#\"\"\"\n" + lines.dropLast().joined(separator: "\n") + "\n\n    \"\"\"#\n}\n"
      try new.write(to: Self.source, atomically: true, encoding: .utf8)
      return
    }
    #expect(
      OpenAPIDocument.text == text,
      """
      Sources/Service/OpenAPIDocument.swift is not openapi.yaml; make it anew with:
      DRAGOMAN_REGENERATE=1 swift test -c release --disable-testable-imports --filter OpenAPITests
      """)
  }

  private static func routes() -> [Route] {
    Routes.all(
      ServiceContext(
        service: InferenceService(
          readiness: { .stopped }, languages: { () throws(InferenceError) in throw .shuttingDown },
          translate: { _ async throws(InferenceError) in throw .shuttingDown },
          summarize: { _ async throws(InferenceError) in throw .shuttingDown }),
        logger: ServiceConfiguration().logger()))
  }

  @Test func `every route has its operation and every operation its route`() throws {
    let paths = try Self.node("paths")
    var described: Set<String> = []
    for path in Self.keys(paths) {
      for method in Self.keys(try #require(paths[path])) { described.insert(method.uppercased() + " " + path) }
    }
    let routed = Set(Self.routes().map { $0.method.rawValue + " " + $0.path })
    #expect(routed.subtracting(described).isEmpty, "routed, but not in openapi.yaml: \(routed.subtracting(described))")
    #expect(described.subtracting(routed).isEmpty, "in openapi.yaml, but not routed: \(described.subtracting(routed))")
  }

  @Test func `every field that is read is described and no other`() throws {
    for (schema, names) in [
      ("TranslateRequest", TranslateField.allCases.map(\.rawValue)),
      ("SummarizeRequest", SummarizeField.allCases.map(\.rawValue)),
    ] {
      let properties = try Self.node("components", "schemas", schema, "properties")
      let (described, read) = (Self.keys(properties), Set(names))
      #expect(read == described, "\(schema) differs in \(read.symmetricDifference(described).sorted())")
      for name in described {
        #expect(properties[name]?["description"]?.string?.isEmpty == false, "\(schema).\(name) has no description")
      }
    }
  }

  @Test func `every route describes the codes it answers with`() throws {
    for route in Self.routes() {
      let responses = try Self.node("paths", route.path, route.method.rawValue.lowercased(), "responses")
      let expected = Set(route.statuses.map(String.init)).union(["default"])
      let described = Self.keys(responses)
      #expect(
        described == expected,
        "\(route.method.rawValue) \(route.path) differs in \(described.symmetricDifference(expected).sorted())")
    }
  }

  /// One of each; `known` fails to compile when a case is added.
  private static let errors: [APIError] = [
    .missing(parameter: "q"), .contradictory(parameters: ["length", "max_tokens"]), .notANumber(parameter: "q"),
    .invalid(parameter: "q", expected: "x"),
    .overTextLimit(size: 2, limit: 1), .unsupportedLanguage(code: "zz"), .unsupportedFormat("xml"),
    .unavailableTarget(target: "fr", source: "de"), .malformedJSON(detail: "x"),
    .malformedForm(.tooManyPairs(limit: 1)),
    .unsupportedMedia("x"), .notYet("x"), .keyNeeded, .invalidKey,
    .slowDown(limit: 1, unit: .requests, wait: .seconds(1)), .engine(.notReady(reason: "x")),
    .engine(.modelsFailed(reason: "x")),
    .engine(.unsupportedPair(source: "de", target: "fr")), .engine(.noSummarizer(language: "sv")),
    .engine(.noModel(task: .salience)), .engine(.emptyText),
    .engine(.overloaded(retryAfter: .seconds(1))),
    .engine(.deadlineExceeded), .engine(.shuttingDown), .engine(.failed(reason: "x")),
  ]

  private static func known(_ error: APIError) -> Bool {
    switch error {
    case .missing, .notANumber, .invalid, .contradictory, .overTextLimit, .unsupportedLanguage, .unsupportedFormat,
      .unavailableTarget, .malformedJSON, .malformedForm, .unsupportedMedia, .notYet, .keyNeeded, .invalidKey,
      .slowDown:
      true
    case .engine(let error):
      switch error {
      // Nobody is there to read the answer to a cancelled one.
      case .notReady, .modelsFailed, .unsupportedPair, .noSummarizer, .noModel, .emptyText, .overloaded,
        .deadlineExceeded, .cancelled,
        .shuttingDown,
        .failed:
        true
      }
    }
  }

  @Test(arguments: [("/translate", ["segment", "done"]), ("/summarize", ["progress", "segment", "done"])])
  func `streams are described with the events that they have`(path: String, names: [String]) throws {
    let responses = try #require(try Self.node("paths", path, "post", "responses").mapping)
    // A look-up by "200" would look for a number.
    let answer = try #require(responses.first { $0.key.string == "200" }?.value)
    let stream = try #require(answer["content"]?["text/event-stream"])
    let examples = try #require(stream["examples"]?.mapping)
    for (name, example) in examples {
      let text = try #require(example["value"]?.string)
      let events = text.components(separatedBy: "\n\n")
      #expect(events.last == "", "\(name) lacks the empty line behind its last event")
      let lines = events.dropLast().map { $0.components(separatedBy: "\n") }
      #expect(lines.map(\.first) == names.map { "event: \($0)" })
      for line in lines {
        let data = try #require(line.last.flatMap { $0.hasPrefix("data: ") ? $0.dropFirst(6) : nil })
        #expect(throws: Never.self) { try Yams.load(yaml: String(data)) }
      }
    }
    let described = try #require(stream["schema"]?["description"]?.string)
    for name in EventStream.Name.allCases.map(\.rawValue) where names.contains(name) || name == "error" {
      #expect(described.contains("`\(name)`"), "\(name) is not described")
    }
  }

  @Test(arguments: ["/translate", "/summarize"])
  func `every error of the engine's work has a code that is described`(path: String) throws {
    let described = Self.keys(try Self.node("paths", path, "post", "responses"))
    for error in Self.errors {
      #expect(Self.known(error))
      #expect(described.contains(String(error.status.code)), "\(error) is \(error.status.code): not described")
    }
    let answered = Set(Self.errors.map(\.status.code)).union([200]).map(String.init)
    #expect(described.subtracting(answered) == ["default"], "described, but never answered")
  }

  @Test func `what malformed HTTP is answered with is described`() throws {
    let text = try #require(try Self.node("components", "responses", "Refused", "description").string)
    for code in [400, 404, 405, 408, 413, 414, 417, 429, 431, 501, 505] {
      #expect(text.contains("\(code) "), "Refused does not describe \(code)")
    }
  }

  @Test func `flags and choices are those of the code`() throws {
    let flags = try Self.node("components", "schemas", "Segment", "properties", "flags", "items", "enum")
    #expect(flags.array().compactMap(\.string) == SegmentFlag.allCases.map(\.rawValue))
    #expect(try Self.choices("TranslateRequest", "split") == Split.allCases.map(\.rawValue))
    #expect(try Self.choices("TranslateRequest", "priority") == Priority.allCases.map(\.rawValue))
    let summary = try Self.node("components", "schemas", "SummarizeResponse", "properties", "flags", "items", "enum")
    #expect(summary.array().compactMap(\.string) == SummaryFlag.allCases.map(\.rawValue))
    #expect(try Self.choices("ProgressEvent", "phase") == SummaryProgress.Stage.allCases.map(\.rawValue))
    #expect(try Self.choices("SummarizeRequest", "length") == NamedLength.allCases.map(\.rawValue))
    #expect(try Self.choices("SummarizeRequest", "method") == SummaryMethod.allCases.map(\.rawValue))
    #expect(try Self.choices("SummarizeRequest", "priority") == Priority.allCases.map(\.rawValue))
    #expect(
      try Self.choices("SummarizeResponse", "method_used")
        == SummaryMethod.allCases.filter { $0 != .automatic }.map(\.rawValue))
  }

  private static func choices(_ schema: String, _ property: String) throws -> [String] {
    try node("components", "schemas", schema, "properties", property, "enum").array().compactMap(\.string)
  }

  @Test func `every flag of a summary is described`() throws {
    let flags = try Self.node("components", "schemas", "SummarizeResponse", "properties", "flags", "description")
    let text = try #require(flags.string)
    for flag in SummaryFlag.allCases {
      #expect(text.contains("`\(flag.rawValue)`"), "\(flag.rawValue) is not described")
    }
  }

  @Test func `limits are those of the code`() throws {
    let limits = RequestLimits()
    let texts = try #require(try Self.node("components", "schemas", "TranslateRequest", "properties", "q")["oneOf"]?[1])
    #expect(texts["maxItems"]?.int == limits.items)
    #expect(limits.characters == 500_000, "write the new limit into the description of q")
    #expect(limits.summaryCharacters == 2_000_000, "write the new limit into the description of SummarizeRequest's q")
    for (field, range) in [("max_sentences", SummaryRules.sentences), ("max_tokens", SummaryRules.tokens)] {
      let schema = try Self.node("components", "schemas", "SummarizeRequest", "properties", field)
      #expect(schema["minimum"]?.int == range.lowerBound && schema["maximum"]?.int == range.upperBound, "\(field)")
    }
    let query = try Self.node("components", "schemas", "SummarizeRequest", "properties", "query")
    #expect(query["maxLength"]?.int == SummaryRules.queryCharacters)
    #expect(try Self.node("info", "version").string == ProductVersion.version)
  }

  @Test func `every reference leads somewhere`() throws {
    let document = try Self.document()
    func check(_ node: Node) throws {
      for (key, value) in node.mapping ?? [:] {
        if key.string == "$ref", let reference = value.string {
          var target: Node? = document
          for part in reference.dropFirst(2).split(separator: "/") { target = target?[String(part)] }
          #expect(target != nil, "\(reference) leads nowhere")
        }
        try check(value)
      }
      for value in node.sequence ?? [] { try check(value) }
    }
    try check(document)
  }
}
