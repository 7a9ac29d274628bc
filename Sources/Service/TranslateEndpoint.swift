import HTTP
import HTTPTypes
import Inference
import Logging

/// POST /translate.
struct TranslateEndpoint: Sendable {
  let service: TranslationService
  let limits: RequestLimits
  let logger: Logger

  /// Reads, checks, translates, answers.
  func respond(to request: HTTPRequest, id: RequestID) async -> HTTPResponse {
    do throws(APIError) {
      return try await answer(request)
    } catch {
      if case .engine(.failed(let reason)) = error {
        logger.error("translation failed", metadata: ["reason": "\(reason)", "id": "\(id)"])
      }
      return Answer.error(error)
    }
  }

  private func answer(_ request: HTTPRequest) async throws(APIError) -> HTTPResponse {
    if request.wantsEventStream { throw .notYet("text/event-stream") }
    let fields = try TranslateFields(request)
    let query = try TranslateQuery(validating: fields, limits: limits, languages: service.languages)
    if query.isUnchanged { return TranslateAnswer(unchanged: query).response() }
    do throws(InferenceError) {
      return TranslateAnswer(try await service.translate(query.request), to: query).response()
    } catch {
      throw .engine(error)
    }
  }
}

/// The answer to POST /translate.
struct TranslateAnswer: Sendable {
  let shape: TranslateQuery.Shape
  let details: TranslateQuery.Details
  let texts: [String]
  /// Of each text; nil where none were asked for.
  let alternatives: [[String]]?
  let segments: [SegmentResult]
  /// Nil where no model had a part.
  let model: String?
  let timings: TranslationTimings?

  /// The answer to a query whose text stays as it is.
  init(unchanged query: TranslateQuery) {
    shape = query.shape
    details = query.details
    texts = query.request.texts
    alternatives = query.wantsAlternatives ? texts.map { _ in [] } : nil
    segments = []
    model = nil
    timings = nil
  }

  /// The answer that a translation is.
  init(_ translation: Translation, to query: TranslateQuery) {
    shape = query.shape
    details = query.details
    texts = translation.texts
    alternatives = query.wantsAlternatives ? translation.alternatives : nil
    segments = translation.segments
    model = translation.model
    timings = translation.timings
  }

  /// 200 with the answer as JSON; its members always stand in the same order.
  func response() -> HTTPResponse {
    Answer.json { writer in
      writer.object { object in
        object.member("translatedText") { writeTexts(&$0) }
        if let alternatives { object.member("alternatives") { write(alternatives, &$0) } }
        if segments.areTruncated {
          object.member("truncated") { $0.bool(true) }
        }
        guard details == .detailed else { return }
        object.member("details") { writeDetails(&$0) }
        object.member("model") { writer in
          if let model { writer.string(model) } else { writer.null() }
        }
        object.member("timings") { writeTimings(&$0) }
      }
    }
  }

  private func writeTexts(_ writer: inout JSONWriter) {
    switch shape {
    case .single: writer.string(texts.first ?? "")
    case .array: writer.array(texts) { $0.string($1) }
    }
  }

  /// A list for a string, a list of lists for an array.
  private func write(_ alternatives: [[String]], _ writer: inout JSONWriter) {
    switch shape {
    case .single: writer.array(alternatives.first ?? []) { $0.string($1) }
    case .array: writer.array(alternatives) { writer, texts in writer.array(texts) { $0.string($1) } }
    }
  }

  /// A list for a string, a list of lists for an array.
  private func writeDetails(_ writer: inout JSONWriter) {
    switch shape {
    case .single: writer.array(segments) { $0.segment($1) }
    case .array:
      var items: [[SegmentResult]] = Array(repeating: [], count: texts.count)
      for segment in segments where items.indices.contains(segment.item) { items[segment.item].append(segment) }
      writer.array(items) { writer, item in writer.array(item) { $0.segment($1) } }
    }
  }

  private func writeTimings(_ writer: inout JSONWriter) {
    writer.object { object in
      object.member("queue_ms") { $0.milliseconds(timings?.queue ?? .zero) }
      object.member("inference_ms") { $0.milliseconds(timings?.inference ?? .zero) }
      object.member("total_ms") { $0.milliseconds(timings?.total ?? .zero) }
    }
  }
}

extension HTTPRequest {
  /// Whether Accept names the type of a stream of events.
  fileprivate var wantsEventStream: Bool {
    headers[values: .accept].contains { value in
      value.split(separator: ",").contains { range in
        range.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }.lowercased() == "text/event-stream"
      }
    }
  }
}
