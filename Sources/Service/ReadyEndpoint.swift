import HTTP
import HTTPTypes
import Inference

/// GET /ready: whether requests should be sent here. 200 once every model is loaded and has passed its self-test; 503
/// before, when one failed, and from the moment the server is told to stop.
struct ReadyEndpoint: Sendable {
  let service: InferenceService
  let lifecycle: Lifecycle

  func respond() -> HTTPResponse {
    if lifecycle.isStopping { return notReady("stopping", [], retryAfter: 5) }
    switch service.readiness() {
    case .ready: return Answer.json { $0.object { $0.member("status", "ready") } }
    case .loading(let models): return notReady("loading", models.map { ($0, "loading") }, retryAfter: 1)
    // It stays so until somebody repairs the model and starts the server again.
    case .failed(let reasons): return notReady("failed", reasons.map { ($0.key, $0.value) }, retryAfter: 60)
    case .stopped: return notReady("stopping", [], retryAfter: 5)
    }
  }

  private func notReady(_ status: String, _ models: [(String, String)], retryAfter: Int) -> HTTPResponse {
    var response = Answer.json(.serviceUnavailable) { writer in
      writer.object { object in
        object.member("status", status)
        object.member("models") { writer in
          writer.object { object in
            for (id, reason) in models.sorted(by: { $0.0 < $1.0 }) { object.member(id, reason) }
          }
        }
      }
    }
    response.headers[.retryAfter] = String(retryAfter)
    return response
  }
}
