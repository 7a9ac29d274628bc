import Foundation
import Generation
import HTTP
import Inference
import Logging
import Models
import Service
import TestSupport
import Testing

extension FuzzTests {
  @Test func `JSON that is valid is what JSONDecoder reads`() async throws {
    let mutator = try Self.mutator("fuzz/json.txt", TranslateField.self)
    try await FuzzRun.run("json", mutator) { input, _ in
      guard (try? JSONValidator.validate(input)) != nil else { return .refused }
      do {
        _ = try JSONDecoder().decode(AnyJSON.self, from: Data(input))
      } catch {
        throw Finding("JSONDecoder refuses what the validator accepts: \(error)")
      }
      return .accepted
    }
  }

  @Test func `translate answers any JSON with what the contract knows`() async throws {
    try await Self.json("translate-json", "/translate", "fuzz/json.txt", TranslateField.self)
  }

  @Test func `translate answers any form and query with what the contract knows`() async throws {
    try await Self.form("translate-form", "/translate", "fuzz/form.txt", TranslateField.self)
  }

  @Test func `summarize answers any JSON with what the contract knows`() async throws {
    try await Self.json("summarize-json", "/summarize", "fuzz/summarize-json.txt", SummarizeField.self)
  }

  @Test func `summarize answers any form and query with what the contract knows`() async throws {
    try await Self.form("summarize-form", "/summarize", "fuzz/summarize-form.txt", SummarizeField.self)
  }

  /// Mutates JSON texts and sends them.
  private static func json<Field: RequestField>(
    _ name: String, _ path: String, _ seeds: String, _ fields: Field.Type
  ) async throws {
    let site = try FuzzSite()
    try await FuzzRun.run(name, try mutator(seeds, fields)) { input, _ in
      let (status, _) = try await site.answer(path, "application/json", input)
      let isJSON = (try? JSONValidator.validate(input)) != nil
      try Finding.unless(isJSON || status == 400, "status \(status) for what is no JSON")
      return status == 200 ? .accepted : .refused
    }
  }

  /// Mutates forms, cuts them into query and body, and sends them.
  private static func form<Field: RequestField>(
    _ name: String, _ path: String, _ seeds: String, _ fields: Field.Type
  ) async throws {
    let site = try FuzzSite()
    let mutator = Mutator(
      seeds: try Corpus.lines(seeds),
      dictionary: fields.allCases.map { "&" + $0.rawValue + "=" } + [
        "&", "=", "%", "+", "%C3%A9", "%ED%A0%80", "%00", "auto", "en", "de", "pt-BR", "zh-Hant", "html", "text",
        "true",
        "off", "none", "sentence", "bulk", "9223372036854775807", "-9223372036854775808", "?", "#", "{\"q\":",
      ])
    try await FuzzRun.run(name, mutator) { input, random in
      let text = String(decoding: input, as: UTF8.self)
      let cut = random.once(in: 2) ? random.below(text.utf8.count) : 0
      let query = String(decoding: text.utf8.prefix(cut), as: UTF8.self)
      // A query that no request line can carry never reaches the endpoint.
      let target = (try? HTTPRequest(method: .post, target: path + "?" + query)) == nil ? "" : "?" + query
      let type = random.once(in: 8) ? "text/plain" : "application/x-www-form-urlencoded"
      let body = Array(input.dropFirst(cut))
      let (status, _) = try await site.answer(path + target, type, body)
      return status == 200 ? .accepted : .refused
    }
  }

  private static func mutator<Field: RequestField>(_ seeds: String, _ fields: Field.Type) throws -> Mutator {
    Mutator(
      seeds: try Corpus.lines(seeds),
      dictionary: fields.allCases.map { "\"" + $0.rawValue + "\":" } + [
        "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u0000", "\\ud83d\\ude00", "\\ud800", "\\udc00", "null", "true",
        "false", "-0", "1e999", "1e-999", "0.1E+2", "01", "-", "\u{FEFF}", "/", "[[[[[[[[", "]]]]]]]]", "{\"a\":", "{}",
        "[]", "\"auto\"", "\"de\"", "\"html\"", "\u{7F}", "\u{2028}", "e\u{301}", "9223372036854775807",
        "18446744073709551616",
      ])
  }
}

/// The routes over an engine that gives its input back.
private struct FuzzSite {
  let router: Router
  private static let known: Set<Int> = [200, 400, 415]

  init() throws {
    let directory = LanguageDirectory(targets: ["en": ["de", "fr"], "de": ["en"], "pb": ["en"]])
    let service = InferenceService(
      readiness: { .ready }, languages: { () throws(InferenceError) in directory },
      translate: { request async throws(InferenceError) in Self.translation(request) },
      summarize: { request async throws(InferenceError) in Self.summary(request) })
    router = Routes.router(
      ServiceContext(
        service: service, logger: Logger(label: "fuzz") { _ in SwiftLogNoOpLogHandler() }))
  }

  /// As far as a request goes without a model.
  private static func translation(_ request: TranslationRequest) -> Translation {
    let configuration = GenerationConfiguration(startToken: 1, endTokens: [0], maxLength: 64)
    let options = GenerationOptions(
      configuration, beamSize: request.beamSize, hypothesisCount: request.alternatives + 1,
      maxNewTokens: request.maxNewTokens)
    let segments = request.texts.enumerated().map { index, text in
      SegmentResult(
        index: index, item: index, source: text, target: text, sourceOffsets: 0..<text.unicodeScalars.count,
        score: request.detail != .plain ? -Float(options.maxLength) : nil, flags: [])
    }
    let timings = TranslationTimings(queue: .zero, inference: .zero, total: .zero)
    return Translation(texts: request.texts, segments: segments, model: "fuzz", timings: timings)
  }

  /// The whole text as its own summary.
  private static func summary(_ request: SummarizationRequest) -> Summary {
    let place = 0..<request.text.unicodeScalars.count
    let attention = request.detail == .attention ? [SummarySource(offsets: place, weight: 1)] : []
    let sentence = SummarySentence(text: request.text, sourceOffsets: [place], score: 1, attention: attention)
    let coverage = SummaryCoverage(chunks: 1, sourceSentences: 1, coveredSentences: 1)
    return Summary(
      text: request.text, sentences: [sentence], coverage: coverage, method: .extractive,
      reason: "\(request.language) \(request.target) \(request.query ?? "")", flags: [.shortText], model: nil)
  }

  func answer(_ target: String, _ type: String, _ body: [UInt8]) async throws -> (status: Int, body: [UInt8]) {
    let request = try HTTPRequest(method: .post, target: target, headers: [.contentType: type], body: body)
    let response = await router.respond(to: request)
    guard case .bytes(let bytes) = response.body else { throw Finding("a stream") }
    let status = response.status.code
    try Finding.unless(Self.known.contains(status), "status \(status)")
    do {
      try JSONValidator.validate(Array(bytes))
    } catch {
      throw Finding("the answer is no JSON: \(error)")
    }
    return (status, Array(bytes))
  }
}

/// Any JSON, read to its last leaf. A number need not fit a Double.
private struct AnyJSON: Decodable {
  private struct Name: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  init(from decoder: any Decoder) throws {
    if let object = try? decoder.container(keyedBy: Name.self) {
      for name in object.allKeys { _ = try object.decode(AnyJSON.self, forKey: name) }
    } else if var array = try? decoder.unkeyedContainer() {
      while !array.isAtEnd { _ = try array.decode(AnyJSON.self) }
    } else {
      let scalar = try decoder.singleValueContainer()
      if scalar.decodeNil() || (try? scalar.decode(Bool.self)) != nil { return }
      if (try? scalar.decode(Double.self)) == nil { _ = try? scalar.decode(String.self) }
    }
  }
}
