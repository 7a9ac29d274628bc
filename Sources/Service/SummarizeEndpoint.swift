import HTTP
import Inference
import Logging

/// POST /summarize.
struct SummarizeEndpoint: Sendable {
  let service: InferenceService
  let limits: RequestLimits
  let access: AccessControl
  let logger: Logger
  let patience: StreamPatience

  /// Reads, checks, summarizes, answers.
  func respond(to request: HTTPRequest, id: RequestID) async -> HTTPResponse {
    await Answer.working("summary", id, logger) { () async throws(APIError) in try await answer(request, id) }
  }

  private func answer(_ request: HTTPRequest, _ id: RequestID) async throws(APIError) -> HTTPResponse {
    try APIError.ofEngine { () throws(InferenceError) in try service.checkAdmission() }
    let (fields, visitor) = try access.admit(request, key: SummarizeField.apiKey)
    let query = try SummarizeQuery(validating: fields, limits: limits, languages: service.languages)
    try visitor.take(charactersOf: [query.request.text])
    if request.preferredForm == .events { return try await stream(query, request, id) }
    let summary = try await APIError.ofEngine { () async throws(InferenceError) in
      try await service.summarize(query.request)
    }
    return Answer.json { writer in
      writer.object { $0.summary(summary, query.request.detail) }
    }
  }
}
