import HTTP
import Inference
import Synchronization

extension SummarizeEndpoint {
  /// Answers with how far the work has come, then with the sentences, then with the answer as it is without a stream.
  ///
  /// The sentences come at the end, one behind the other: which are chosen is known when all have been scored, and what a
  /// model wrote may fail a check and be written anew.
  func stream(_ query: SummarizeQuery, _ request: HTTPRequest, _ id: RequestID) async throws(APIError) -> HTTPResponse {
    let service = service
    let wanted = query.request
    let answer = StreamedAnswer(
      name: "summary", id: id, logger: logger, patience: patience, executor: request.executor)
    return try await answer.response { feed async throws(APIError) in
      let pace = Mutex(ProgressPace())
      let summary = try await APIError.ofEngine { () async throws(InferenceError) in
        try await service.summarizeWithProgress(wanted) { progress in
          guard pace.withLock({ $0.lets(progress, at: ContinuousClock.now) }) else { return }
          // Work that has only been asked for may still be refused.
          feed.send(.progress(progress), progress.done > 0 ? .begins : .waits)
        }
      }
      for (index, sentence) in summary.sentences.enumerated() {
        feed.send(.sentence(sentence, index, summary.method, wanted.detail))
      }
      return StreamedEvent(name: .done) {
        var writer = JSONWriter()
        writer.object { $0.summary(summary, wanted.detail) }
        return writer.bytes
      }
    }
  }
}

/// Which of many reports are passed on: the first of a stage, then at most ten a second.
package struct ProgressPace: Sendable {
  private static let pause = Duration.milliseconds(100)

  private var last: (stage: SummaryProgress.Stage, done: Int, instant: ContinuousClock.Instant)?

  package init() {}

  /// Whether a report that comes at `now` is passed on.
  package mutating func lets(_ progress: SummaryProgress, at now: ContinuousClock.Instant) -> Bool {
    if let last, last.stage == progress.stage, last.done > 0 || progress.done == 0, now < last.instant + Self.pause {
      return false
    }
    last = (progress.stage, progress.done, now)
    return true
  }
}

extension StreamedEvent {
  fileprivate static func progress(_ progress: SummaryProgress) -> StreamedEvent {
    StreamedEvent(name: .progress) {
      var writer = JSONWriter()
      writer.object { object in
        object.member("phase", progress.stage.rawValue)
        object.member("done") { $0.integer(progress.done) }
        object.member("total") { $0.integer(progress.total) }
      }
      return writer.bytes
    }
  }

  fileprivate static func sentence(
    _ sentence: SummarySentence, _ index: Int, _ method: SummaryMethod, _ detail: SummaryDetail
  ) -> StreamedEvent {
    StreamedEvent(name: .segment) {
      var writer = JSONWriter()
      writer.object { object in
        object.member("index") { $0.integer(index) }
        object.sentence(sentence, method, detail)
      }
      return writer.bytes
    }
  }
}
