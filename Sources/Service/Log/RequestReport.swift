import Inference
import Synchronization

/// How a streamed answer ended.
enum StreamOutcome: String, Sendable, CaseIterable {
  /// All of it was taken.
  case complete
  /// The client left, or took nothing for too long, or the server ended first.
  case clientGone = "client_gone"
  /// It ended early with an event that says why.
  case failed
}

/// What an endpoint tells of its work for the request's line in the log: numbers, never text.
package final class RequestReport: Sendable {
  struct Work: Sendable {
    var timings: TranslationTimings?
    var segments: Int?
    var tokens: TokenCounts?
    var hasFailed = false
  }

  private let state = Mutex(Work())

  /// What was told so far.
  var work: Work { state.withLock { $0 } }

  /// A translation is done.
  package func translated(_ translation: Translation) {
    state.withLock { work in
      work.timings = translation.timings
      work.segments = translation.segments.count
      work.tokens = translation.segments.tokens
    }
  }

  /// A stream has to end early: its status said otherwise.
  package func failed() { state.withLock { $0.hasFailed = true } }
}
