import Kernels
import Models
import Synchronization
import Tensors

/// Documents whose sentences are to be scored. Between two decode steps the engine's thread reads some sentences, in turn
/// from every document that waits, so that neither rows that are being decoded nor short documents wait for a long one.
final class SalienceLane: Sendable {
  /// A document as the model reads it.
  struct Document: Sendable {
    /// The tokens of each sentence.
    let sentences: [[TokenID]]
    let places: [SalienceModel.Place]
  }

  private struct Entry {
    let submission: PendingResults<[Float]>
    let document: Document
    let priority: Priority
    let submitted: ContinuousClock.Instant
  }

  private struct Shared {
    var queue: BatchQueue
    var entries: [Int: Entry] = [:]
    /// Requests of which nothing more is to be read.
    var abandoned: Set<Int> = []
    var nextID = 0
    var isStopping = false
  }

  /// A sentence whose turn it is.
  fileprivate struct Turn {
    let request: Int
    let sentence: Int
    let tokens: [TokenID]
  }

  private let shared: Mutex<Shared>
  private let wake: @Sendable () -> Void
  /// What is counted of the model; nil where there is none.
  let statistics: ModelStatistics?

  /// - Parameter wake: ends the engine's wait for work.
  init(limits: BatchQueue.Limits, statistics: ModelStatistics?, wake: @escaping @Sendable () -> Void) {
    shared = Mutex(Shared(queue: BatchQueue(models: 1, limits: limits)))
    self.statistics = statistics
    self.wake = wake
  }

  /// Puts a document of at least a sentence into the queue. Its scores come all at once.
  func submit(
    _ document: Document, priority: Priority, deadline: ContinuousClock.Instant
  ) throws(InferenceError) -> PendingResults<[Float]> {
    let now = ContinuousClock.now
    let outcome: Result<PendingResults<[Float]>, InferenceError> = shared.withLock { shared in
      guard !shared.isStopping else { return .failure(.shuttingDown) }
      let id = shared.nextID
      shared.nextID += 1
      do throws(Overload) {
        try shared.queue.enqueue(
          BatchQueue.Request(
            id: id, model: 0, segmentSizes: document.sentences.map(\.count), priority: priority, deadline: deadline),
          now: now)
      } catch {
        statistics?.requestEnded(.overloaded)
        return .failure(.overloaded(retryAfter: error.retryAfter))
      }
      let submission = PendingResults<[Float]>(id: id, segments: 1, now: now) { [self] in cancel($0) }
      shared.entries[id] = Entry(
        submission: submission, document: document, priority: shared.queue.priority(of: id) ?? priority, submitted: now)
      return .success(submission)
    }
    wake()
    return try outcome.get()
  }

  /// Whether there is nothing to do.
  var isIdle: Bool { shared.withLock { $0.entries.isEmpty && $0.abandoned.isEmpty } }

  /// Sentences that have not been read.
  var waitingSentences: Int { shared.withLock { $0.queue.waitingSegments } }

  private func cancel(_ id: Int) {
    abandon(id, .cancelled)?.fail(.cancelled)
    wake()
  }

  /// Fails what waits, and what will come.
  func stop() {
    let submissions = shared.withLock { shared in
      shared.isStopping = true
      return shared.entries.values.map(\.submission)
    }
    for submission in submissions { abandon(submission.id, .stopped)?.fail(.shuttingDown) }
    wake()
  }

  /// Sentences that have not been read, by priority.
  var depths: [EngineStatistics.Depth] {
    shared.withLock { shared in
      Priority.allCases.map {
        EngineStatistics.Depth(queue: .scoring, priority: $0, segments: shared.queue.waitingSegments($0))
      }
    }
  }

  private func abandon(_ id: Int, _ end: RequestEnd) -> PendingResults<[Float]>? {
    shared.withLock { shared in
      guard let entry = shared.entries.removeValue(forKey: id) else { return nil }
      statistics?.requestEnded(end)
      shared.queue.remove(id)
      shared.abandoned.insert(id)
      return entry.submission
    }
  }

  /// Fails what is late and names what nobody waits for any more.
  fileprivate func expire() -> Set<Int> {
    let now = ContinuousClock.now
    let late = shared.withLock { $0.queue.expired(now: now) }
    for id in late { abandon(id, .expired)?.fail(.deadlineExceeded) }
    return shared.withLock { shared in
      defer { shared.abandoned = [] }
      return shared.abandoned
    }
  }

  /// The sentences to be read now, of at most so many tokens.
  fileprivate func turns(tokens: Int) -> [Turn] {
    let now = ContinuousClock.now
    return shared.withLock { shared in
      var admissions: [BatchQueue.Admission] = []
      let isShared = shared.queue.hasWaiting(model: 0, priority: .bulk)
      let first = isShared ? tokens - tokens / TurnPolicy.bulkPart : tokens
      // A sentence has a token, so that the tokens bound the rows.
      let used = shared.queue.admit(model: 0, priority: .interactive, rows: tokens, tokens: first, into: &admissions)
      if used < tokens {
        shared.queue.admit(model: 0, priority: .bulk, rows: tokens, tokens: tokens - used, into: &admissions)
      }
      return admissions.compactMap { admission in
        guard let entry = shared.entries[admission.request] else { return nil }
        entry.submission.admitted(now: now)
        let tokens = entry.document.sentences[admission.segment]
        statistics?.segmentAdmitted(entry.priority, tokens: tokens.count, waited: now - entry.submitted)
        return Turn(request: admission.request, sentence: admission.segment, tokens: tokens)
      }
    }
  }

  /// The sentences have been read; calls `deliver` with each document that has been read to its end.
  fileprivate func finish(_ turns: [Turn], deliver: (Int, [SalienceModel.Place]) -> [Float]) {
    let now = ContinuousClock.now
    let done: [Entry] = shared.withLock { shared in
      for turn in turns {
        shared.queue.segmentFinished(request: turn.request, segment: turn.sentence, now: now)
        statistics?.segmentFinished(tokens: 0)
      }
      return Set(turns.map(\.request)).sorted().compactMap { request in
        guard !shared.queue.contains(request), let entry = shared.entries.removeValue(forKey: request) else {
          return nil
        }
        statistics?.requestEnded(.complete)
        return entry
      }
    }
    for entry in done {
      let scores = deliver(entry.submission.id, entry.document.places)
      entry.submission.finish(segment: 0, scores, now: ContinuousClock.now)
    }
  }
}

/// The documents that are being read, on the engine's thread: the vectors of their sentences so far.
struct DocumentReader {
  private let model: SalienceModel
  private let context: KernelContext
  /// [sentences, D] of each request.
  private var pooled: [Int: [Float]] = [:]

  init(model: SalienceModel, context: KernelContext) {
    self.model = model
    self.context = context
  }

  /// Reads the next sentences and delivers what is finished.
  mutating func advance(_ lane: SalienceLane, tokens: Int) {
    for request in lane.expire() { pooled[request] = nil }
    let turns = lane.turns(tokens: tokens)
    guard !turns.isEmpty else { return }
    lane.statistics?.step(.bulk, rows: turns.count)
    context.workspace.reset()
    let vectors = model.pool(turns.map(\.tokens), context)
    for (index, turn) in turns.enumerated() {
      pooled[turn.request, default: []] += UnsafeBufferPointer(start: vectors.row(index), count: vectors.columns)
    }
    lane.finish(turns) { request, places in
      model.scores(pooled: pooled.removeValue(forKey: request) ?? [], places: places, context)
    }
  }
}
