import Generation
import Synchronization

/// A request's segments on their way through the decoder: the hypotheses of each, best first.
typealias Submission = PendingResults<[Hypothesis]>

/// When a request passed the stations of its way.
struct RequestTimings: Sendable {
  var submitted: ContinuousClock.Instant
  var admitted: ContinuousClock.Instant?
  var finished: ContinuousClock.Instant?
}

/// The parts of a request on their way through the engine. Results come in order, whatever the order they finish in.
final class PendingResults<Value: Sendable>: Sendable {
  typealias Outcome = Result<Value?, InferenceError>
  typealias Timings = RequestTimings

  private struct State {
    var results: [Value?]
    var next = 0
    var finished = 0
    var failure: InferenceError?
    var waiter: CheckedContinuation<Outcome, Never>?
    var timings: RequestTimings
  }

  let id: Int
  private let state: Mutex<State>
  private let onCancel: @Sendable (Int) -> Void

  /// - Parameter onCancel: told the id when the reader's task is cancelled, or the reader has had enough.
  init(id: Int, segments: Int, now: ContinuousClock.Instant, onCancel: @escaping @Sendable (Int) -> Void) {
    self.id = id
    self.onCancel = onCancel
    state = Mutex(
      State(results: Array(repeating: nil, count: segments), timings: RequestTimings(submitted: now)))
  }

  var timings: RequestTimings { state.withLock(\.timings) }

  /// The next part's result; nil behind the last. One reader at a time.
  func next() async throws(InferenceError) -> Value? {
    let outcome: Outcome = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let ready: Outcome? = state.withLock { state in
          if let outcome = Self.ready(&state) { return outcome }
          state.waiter = continuation
          return nil
        }
        if let ready { continuation.resume(returning: ready) }
      }
    } onCancel: {
      onCancel(id)
    }
    return try outcome.get()
  }

  private static func ready(_ state: inout State) -> Outcome? {
    if let failure = state.failure { return .failure(failure) }
    if state.next == state.results.count { return .success(nil) }
    guard let result = state.results[state.next] else { return nil }
    state.results[state.next] = nil
    state.next += 1
    return .success(result)
  }

  /// The reader wants no more: its rows leave the batch at the next step.
  func abandon() { onCancel(id) }

  /// A segment has got its row.
  func admitted(now: ContinuousClock.Instant) {
    state.withLock { if $0.timings.admitted == nil { $0.timings.admitted = now } }
  }

  /// A segment is done.
  func finish(segment: Int, _ result: Value, now: ContinuousClock.Instant) {
    resume { state in
      state.results[segment] = result
      state.finished += 1
      if state.finished == state.results.count { state.timings.finished = now }
    }
  }

  /// Nothing more will come.
  func fail(_ error: InferenceError) {
    resume { state in
      if state.failure == nil { state.failure = error }
    }
  }

  /// Changes the state and wakes the reader if there is something for it now.
  private func resume(_ change: (inout sending State) -> Void) {
    let wake: (CheckedContinuation<Outcome, Never>, Outcome)? = state.withLock { state in
      change(&state)
      guard let waiter = state.waiter, let outcome = Self.ready(&state) else { return nil }
      state.waiter = nil
      return (waiter, outcome)
    }
    if let (waiter, outcome) = wake { waiter.resume(returning: outcome) }
  }
}
