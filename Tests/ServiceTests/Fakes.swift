import Foundation
import HTTP
import HTTPTypes
import Inference
import Logging
import Service
import Synchronization
import Testing

/// A service without a model: each text comes back in brackets, its target before it.
enum Fake {
  static let directory = LanguageDirectory(targets: [
    "en": ["de", "fr", "es"], "de": ["en"], "pb": ["en"], "fr": [],
  ])

  static let timings = TranslationTimings(
    queue: .microseconds(41), inference: .microseconds(11_302), total: .microseconds(11_533))

  static func translation(_ request: TranslationRequest, flags: [SegmentFlag] = []) -> Translation {
    let texts = request.texts.map { "[\(request.target)] \($0)" }
    let segments = request.texts.enumerated().map { index, text in
      SegmentResult(
        index: index, item: index, source: text, target: texts[index],
        sourceOffsets: 0..<text.unicodeScalars.count, score: request.detail != .plain ? -0.25 : nil, flags: flags,
        alternatives: (0..<request.alternatives).map { rank in
          Alternative(target: "\(rank) \(texts[index])", score: request.detail != .plain ? -0.5 : nil)
        },
        alignment: request.detail == .aligned
          ? [AlignmentLink(source: 0..<text.unicodeScalars.count, target: 5..<6, weight: 0.75)] : nil)
    }
    return Translation(
      texts: texts, alternatives: segments.map { $0.alternatives.map(\.target) }, segments: segments, model: "fake",
      timings: timings)
  }

  /// The whole text as one sentence, its target in brackets before it.
  static func summary(_ request: SummarizationRequest, flags: [SummaryFlag] = []) -> Summary {
    let whole = 0..<request.text.unicodeScalars.count
    let sentence = SummarySentence(
      text: "[\(request.target)] \(request.text)", sourceOffsets: [whole], score: 0.5,
      attention: request.detail == .attention
        ? [SummarySource(offsets: 1..<2, weight: 0.75), SummarySource(offsets: 0..<1, weight: 0.25)] : [])
    return Summary(
      text: sentence.text, sentences: [sentence],
      coverage: SummaryCoverage(chunks: 1, sourceSentences: 3, coveredSentences: 2), method: .extractive,
      reason: "A fake.", flags: flags, model: nil)
  }

  /// What the engine was asked for by a request that is accepted.
  static func askedForSummary(_ send: (Site) async throws -> Site.Answer) async throws -> SummarizationRequest {
    let seen: Mutex<SummarizationRequest?> = Mutex(nil)
    let site = Site(
      service(summarize: { request async throws(InferenceError) in
        seen.withLock { $0 = request }
        return summary(request)
      }))
    let answer = try await send(site)
    return try #require(seen.withLock { $0 }, "\(answer)")
  }

  static func service(
    readiness: @escaping @Sendable () -> InferenceEngine.Readiness = { .ready },
    translate: @escaping @Sendable (TranslationRequest) async throws(InferenceError) -> Translation = {
      request async throws(InferenceError) in translation(request)
    },
    summarize: @escaping @Sendable (SummarizationRequest) async throws(InferenceError) -> Summary = {
      request async throws(InferenceError) in summary(request)
    },
    shutdown: @escaping @Sendable () async -> Void = {}
  ) -> InferenceService {
    InferenceService(
      readiness: readiness,
      languages: { () throws(InferenceError) in
        guard readiness() == .ready else { throw .notReady(reason: "loading en-x") }
        return directory
      },
      translate: translate, summarize: summarize, shutdown: shutdown)
  }

  /// A log that keeps its lines.
  final class Lines: Sendable {
    private let kept: Mutex<[String]> = Mutex([])

    var all: [String] { kept.withLock { $0 } }

    func logger(_ format: ServiceConfiguration.LogFormat = .json, level: Logger.Level = .info) -> Logger {
      var logger = Logger(label: "test") { _ in
        LineLogHandler(format: format) { line in
          self.kept.withLock { $0.append(String(decoding: line, as: UTF8.self)) }
        }
      }
      logger.logLevel = level
      return logger
    }
  }
}

/// A router without a server.
struct Site {
  let lines = Fake.Lines()
  let context: ServiceContext
  let router: Router

  init(
    _ service: InferenceService = Fake.service(), limits: RequestLimits = RequestLimits(),
    access: AccessControl = AccessControl(), crossOrigin: CrossOrigin = .any, transportSecurity: Int? = nil,
    level: Logger.Level = .info
  ) {
    context = ServiceContext(
      service: service, limits: limits, access: access, crossOrigin: crossOrigin, transportSecurity: transportSecurity,
      logger: lines.logger(level: level))
    router = Routes.router(context)
  }

  struct Answer: Equatable {
    let status: Int
    let body: String
  }

  func send(
    _ method: HTTPMethod, _ target: String, type: String? = nil, _ body: String = "",
    fields: [(String, String)] = [], from peer: String = "127.0.0.1"
  ) async throws -> HTTP.HTTPResponse {
    var headers = HTTPHeaders()
    if let type { headers[.contentType] = type }
    for (name, value) in fields {
      headers.append(HTTPField(name: try #require(HTTPHeaderName(name)), value: value))
    }
    return await router.respond(
      to: try HTTP.HTTPRequest(
        method: method, target: target, headers: headers, body: Array(body.utf8), remoteAddress: peer))
  }

  /// The answer to a JSON body.
  func json(_ body: String, to path: String = "/translate") async throws -> Answer {
    Answer(try await send(.post, path, type: "application/json", body))
  }

  func form(_ body: String, query: String = "", to path: String = "/translate") async throws -> Answer {
    Answer(try await send(.post, path + query, type: "application/x-www-form-urlencoded", body))
  }
}

extension Site.Answer {
  init(_ response: HTTP.HTTPResponse) {
    guard case .bytes(let bytes) = response.body else {
      self.init(status: response.status.code, body: "a stream")
      return
    }
    self.init(status: response.status.code, body: String(decoding: bytes, as: UTF8.self))
  }

  static func error(_ message: String, _ status: Int = 400) -> Site.Answer {
    Site.Answer(status: status, body: #"{"error":""# + message.replacingOccurrences(of: "\"", with: "\\\"") + #""}"#)
  }

  static func ok(_ body: String) -> Site.Answer { Site.Answer(status: 200, body: body) }
}

/// Something that happened or did not.
final class Flag: Sendable {
  private let happened = Mutex(false)

  var isSet: Bool { happened.withLock { $0 } }

  func set() { happened.withLock { $0 = true } }
}
