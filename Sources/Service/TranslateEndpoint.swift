import HTTP
import HTTPTypes
import Inference
import Logging

/// POST /translate.
struct TranslateEndpoint: Sendable {
  let service: InferenceService
  let limits: RequestLimits
  let access: AccessControl
  let logger: Logger
  let patience: StreamPatience

  /// Reads, checks, translates, answers.
  func respond(to request: HTTPRequest, id: RequestID) async -> HTTPResponse {
    await Answer.working("translation", id, logger) { () async throws(APIError) in try await answer(request, id) }
  }

  private func answer(_ request: HTTPRequest, _ id: RequestID) async throws(APIError) -> HTTPResponse {
    try APIError.ofEngine { () throws(InferenceError) in try service.checkAdmission() }
    let (fields, visitor) = try access.admit(request, key: TranslateField.apiKey)
    let query = try TranslateQuery(validating: fields, limits: limits, languages: service.languages)
    if !query.isUnchanged { try visitor.take(charactersOf: query.request.texts) }
    if request.preferredForm == .events { return try await stream(query, request, id) }
    if query.isUnchanged { return TranslateAnswer(unchanged: query).response() }
    let translation = try await APIError.ofEngine { () async throws(InferenceError) in
      try await service.translate(query.request)
    }
    id.report?.translated(translation)
    return TranslateAnswer(translation, to: query).response()
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

  /// 200 with the answer as JSON.
  func response() -> HTTPResponse { Answer.json(.ok, write) }

  /// Writes the answer; its members always stand in the same order.
  func write(_ writer: inout JSONWriter) {
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
