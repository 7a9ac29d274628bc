import HTTP
import Inference
import Logging

/// POST /summarize.
struct SummarizeEndpoint: Sendable {
  let service: InferenceService
  let limits: RequestLimits
  let access: AccessControl
  let logger: Logger

  /// Reads, checks, summarizes, answers.
  func respond(to request: HTTPRequest, id: RequestID) async -> HTTPResponse {
    await Answer.working("summary", id, logger) { () async throws(APIError) in try await answer(request) }
  }

  private func answer(_ request: HTTPRequest) async throws(APIError) -> HTTPResponse {
    try request.refuseEventStream()
    try APIError.ofEngine { () throws(InferenceError) in try service.checkAdmission() }
    let (fields, visitor) = try access.admit(request, key: SummarizeField.apiKey)
    let query = try SummarizeQuery(validating: fields, limits: limits, languages: service.languages)
    try visitor.take(charactersOf: [query.request.text])
    let summary = try await APIError.ofEngine { () async throws(InferenceError) in
      try await service.summarize(query.request)
    }
    return Answer.json { writer in
      writer.object { $0.summary(summary, query.request.detail) }
    }
  }
}
