import Dispatch
import Generation
import Kernels
import Models
import Synchronization
import Tensors
import Workers

/// The engine's thread: for each model a running batch of each priority, their steps in turn, so that one worker pool
/// serves all.
final class EngineLoop: Sendable {
  /// What a segment needs to enter a batch.
  struct Segment: Sendable {
    let source: [TokenID]
    let options: GenerationOptions
  }

  /// A request that waits or runs.
  struct Entry: Sendable {
    let submission: Submission
    let segments: [Segment]
    let model: Int
    let priority: Priority
    let submitted: ContinuousClock.Instant
  }

  private struct Shared {
    var queue: BatchQueue
    var entries: [Int: Entry] = [:]
    /// Requests whose rows must go.
    var abandoned: Set<Int> = []
    var nextID = 0
    var isStopping = false
  }

  private let configuration: EngineConfiguration
  private let shared: Mutex<Shared>
  private let wake: DispatchSemaphore
  private let rows = Atomic<Int>(0)
  /// What is counted of each model.
  private let statistics: [ModelStatistics]
  private let refusedUnread = Atomic<Int>(0)
  /// Documents to be scored.
  let salience: SalienceLane

  /// - Parameters:
  ///   - models: the ids of the models that generate text.
  ///   - scorer: the id of the model that scores sentences.
  init(configuration: EngineConfiguration, models: [String], scorer: String?) {
    self.configuration = configuration
    statistics = models.map(ModelStatistics.init)
    let wake = DispatchSemaphore(value: 0)
    self.wake = wake
    salience = SalienceLane(
      limits: configuration.salienceLimits, statistics: scorer.map(ModelStatistics.init)
    ) { wake.signal() }
    shared = Mutex(Shared(queue: BatchQueue(models: models.count, limits: configuration.queueLimits)))
  }

  /// Puts a request into the queue.
  func submit(
    _ segments: [Segment], model: Int, priority: Priority, deadline: ContinuousClock.Instant
  ) throws(InferenceError) -> Submission {
    let now = ContinuousClock.now
    let outcome: Result<Submission, InferenceError> = shared.withLock { shared in
      guard !shared.isStopping else { return .failure(.shuttingDown) }
      let id = shared.nextID
      shared.nextID += 1
      let submission = Submission(id: id, segments: segments.count, now: now) { [self] in cancel($0) }
      guard !segments.isEmpty else { return .success(submission) }
      do throws(Overload) {
        try shared.queue.enqueue(
          BatchQueue.Request(
            id: id, model: model, segmentSizes: segments.map(\.source.count),
            rowsPerSegment: segments.map(\.options.beamSize).max() ?? 1,
            priority: priority, deadline: deadline),
          now: now)
      } catch {
        statistics[model].requestEnded(.overloaded)
        return .failure(.overloaded(retryAfter: error.retryAfter))
      }
      shared.entries[id] = Entry(
        submission: submission, segments: segments, model: model,
        priority: shared.queue.priority(of: id) ?? priority, submitted: now)
      return .success(submission)
    }
    wake.signal()
    return try outcome.get()
  }

  /// Gives up a request; its rows leave the batch at the next step.
  func cancel(_ id: Int) {
    abandon(id, .cancelled)?.fail(.cancelled)
    wake.signal()
  }

  /// Fails what waits and runs, then lets `run` return.
  func stop() {
    let submissions = shared.withLock { shared in
      shared.isStopping = true
      return shared.entries.values.map(\.submission)
    }
    for submission in submissions { abandon(submission.id, .stopped)?.fail(.shuttingDown) }
    salience.stop()
    wake.signal()
  }

  /// Segments that wait for a row.
  var waitingSegments: Int { shared.withLock { $0.queue.waitingSegments } }

  /// Rows of all batches, as they were behind the last step.
  var runningRows: Int { rows.load(ordering: .sequentiallyConsistent) }

  /// What was counted, and what waits now.
  var counted: EngineStatistics {
    let waiting = shared.withLock { shared in
      Priority.allCases.map {
        EngineStatistics.Depth(queue: .generation, priority: $0, segments: shared.queue.waitingSegments($0))
      }
    }
    return EngineStatistics(
      rowLimit: configuration.rowLimit, models: statistics + (salience.statistics.map { [$0] } ?? []),
      depths: waiting + salience.depths, refusedUnread: refusedUnread.load(ordering: .relaxed))
  }

  private func abandon(_ id: Int, _ end: RequestEnd) -> Submission? {
    shared.withLock { shared in
      guard let entry = shared.entries.removeValue(forKey: id) else { return nil }
      statistics[entry.model].requestEnded(end)
      shared.queue.remove(id)
      shared.abandoned.insert(id)
      return entry.submission
    }
  }

  /// Refuses what would be refused whatever it holds (see `BatchQueue.check`).
  func check(_ priority: Priority?) throws(InferenceError) {
    let refusal: Overload? = shared.withLock { shared in
      do throws(Overload) {
        try shared.queue.check(priority)
        return nil
      } catch {
        return error
      }
    }
    guard let refusal else { return }
    refusedUnread.wrappingAdd(1, ordering: .relaxed)
    throw .overloaded(retryAfter: refusal.retryAfter)
  }

  /// Decodes and scores until `stop`. Runs on the engine's thread.
  func run(models: [any Seq2SeqModel], salience model: SalienceModel?, context: KernelContext) {
    var documents = model.map { DocumentReader(model: $0, context: context) }
    var interactive = models.map { RunningBatch(decoding: DecodingBatch(model: $0, context: context)) }
    var bulk = models.map { RunningBatch(decoding: DecodingBatch(model: $0, context: context)) }
    var turns = TurnPolicy()
    while true {
      let (isIdle, isStopping) = shared.withLock { ($0.entries.isEmpty && $0.abandoned.isEmpty, $0.isStopping) }
      if isIdle, salience.isIdle {
        if isStopping { return }
        rest(&interactive, &bulk)
        continue
      }
      expire()
      dropAbandoned(&interactive, &bulk)
      let hasInteractive = hasWork(interactive, .interactive)
      let start = ContinuousClock.now
      switch turns.next(hasInteractive: hasInteractive, hasBulk: hasWork(bulk, .bulk) || !salience.isIdle) {
      case .interactive:
        step(&interactive, .interactive)
        turns.took(.interactive, ContinuousClock.now - start)
      case .bulk:
        step(&bulk, .bulk)
        let isDecoding = hasInteractive || bulk.contains { $0.rowCount > 0 }
        documents?.advance(
          salience, tokens: isDecoding ? configuration.scoringBudget : configuration.encodeBudget)
        turns.took(.bulk, ContinuousClock.now - start)
      case nil: break
      }
      rows.store(rowCount(interactive) + rowCount(bulk), ordering: .sequentiallyConsistent)
    }
  }

  /// Waits for work. What the last work took is given back when no more comes for a while: rows that ran to 512 tokens
  /// leave caches of megabytes.
  private func rest(_ interactive: inout [RunningBatch], _ bulk: inout [RunningBatch]) {
    guard wake.wait(timeout: .now() + configuration.idleTime / .seconds(1)) == .timedOut else { return }
    for model in interactive.indices {
      interactive[model].releaseMemory()
      bulk[model].releaseMemory()
    }
    HeapMemory.giveBack()
    wake.wait()
  }

  private func rowCount(_ batches: [RunningBatch]) -> Int { batches.reduce(0) { $0 + $1.rowCount } }

  /// Whether rows are being decoded or segments wait.
  private func hasWork(_ batches: [RunningBatch], _ priority: Priority) -> Bool {
    batches.contains { $0.rowCount > 0 } || shared.withLock { $0.queue.waitingSegments(priority) > 0 }
  }

  /// Admits to every model's batch of a priority and lengthens its rows by a token.
  private func step(_ batches: inout [RunningBatch], _ priority: Priority) {
    for model in batches.indices {
      admit(to: &batches[model], model: model, priority)
      if batches[model].rowCount > 0 { statistics[model].step(priority, rows: batches[model].rowCount) }
      batches[model].step { [self] request, segment, hypotheses in finish(request, segment, hypotheses) }
    }
  }

  private func expire() {
    let now = ContinuousClock.now
    let late = shared.withLock { $0.queue.expired(now: now) }
    for id in late { abandon(id, .expired)?.fail(.deadlineExceeded) }
  }

  private func dropAbandoned(_ interactive: inout [RunningBatch], _ bulk: inout [RunningBatch]) {
    let abandoned = shared.withLock { shared in
      if shared.abandoned.isEmpty { return shared.abandoned }
      defer { shared.abandoned = [] }
      return shared.abandoned
    }
    guard !abandoned.isEmpty else { return }
    for model in interactive.indices {
      interactive[model].remove(abandoned)
      bulk[model].remove(abandoned)
    }
  }

  private func admit(to batch: inout RunningBatch, model: Int, _ priority: Priority) {
    let free = configuration.rowLimit - batch.rowCount
    guard free > 0 else { return }
    let now = ContinuousClock.now
    let admitted: [(BatchQueue.Admission, Entry)] = shared.withLock { shared in
      guard shared.queue.hasWaiting(model: model, priority: priority) else { return [] }
      var admissions: [BatchQueue.Admission] = []
      shared.queue.admit(
        model: model, priority: priority, rows: free, tokens: configuration.encodeBudget, into: &admissions)
      return admissions.compactMap { admission in shared.entries[admission.request].map { (admission, $0) } }
    }
    guard !admitted.isEmpty else { return }
    for (admission, entry) in admitted {
      entry.submission.admitted(now: now)
      statistics[model].segmentAdmitted(
        entry.priority, tokens: entry.segments[admission.segment].source.count, waited: now - entry.submitted)
    }
    batch.admit(admitted.map { ($0.request, $0.segment, $1.segments[$0.segment]) })
  }

  private func finish(_ request: Int, _ segment: Int, _ hypotheses: [Hypothesis]) {
    let now = ContinuousClock.now
    let entry = shared.withLock { shared in
      let entry = shared.entries[request]
      shared.queue.segmentFinished(request: request, segment: segment, now: now)
      if let entry {
        statistics[entry.model].segmentFinished(tokens: hypotheses.first?.tokens.count ?? 0)
        if !shared.queue.contains(request) {
          shared.entries[request] = nil
          statistics[entry.model].requestEnded(.complete)
        }
      }
      return entry
    }
    entry?.submission.finish(segment: segment, hypotheses, now: now)
  }
}
