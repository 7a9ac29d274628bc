import HTTP

/// GET /health: the process answers.
struct HealthEndpoint: Sendable {
  func respond() -> HTTPResponse {
    Answer.json { $0.object { $0.member("status", "ok") } }
  }
}
