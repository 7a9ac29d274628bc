import Synchronization

/// How a request left the engine.
package enum RequestEnd: String, Sendable, CaseIterable {
  /// Every segment was done.
  case complete
  /// Its reader had gone, or had enough.
  case cancelled
  /// Its deadline passed.
  case expired
  /// The queue was full: it was not taken.
  case overloaded
  /// The engine was shut down.
  case stopped
}

/// What the engine counts of one model. The engine's thread writes it, once a step or a segment and not once a token; any
/// thread reads it. Nothing here waits or allocates.
package final class ModelStatistics: Sendable {
  /// The model's id, as its card has it.
  package let model: String
  private let interactiveRows = AtomicHistogram(bounds: ModelStatistics.rowBounds)
  private let bulkRows = AtomicHistogram(bounds: ModelStatistics.rowBounds)
  private let interactiveWaits = AtomicHistogram.times()
  private let bulkWaits = AtomicHistogram.times()
  private let source = Atomic<Int>(0)
  private let target = Atomic<Int>(0)
  private let segments = Atomic<Int>(0)
  private let complete = Atomic<Int>(0)
  private let cancelled = Atomic<Int>(0)
  private let expired = Atomic<Int>(0)
  private let overloaded = Atomic<Int>(0)
  private let stopped = Atomic<Int>(0)

  package init(model: String) {
    self.model = model
  }

  /// Source tokens of the segments that got a row.
  package var sourceTokens: Int { source.load(ordering: .relaxed) }
  /// Tokens of the best hypotheses of the segments that are done.
  package var targetTokens: Int { target.load(ordering: .relaxed) }
  /// Segments that are done.
  package var finishedSegments: Int { segments.load(ordering: .relaxed) }

  /// Rows of each step of a priority's batch, or the sentences that were scored together, which is done in bulk's turns. Their
  /// count is the number of steps.
  package func rows(_ priority: Priority) -> AtomicHistogram {
    switch priority {
    case .interactive: interactiveRows
    case .bulk: bulkRows
    }
  }

  /// How long segments waited for a row.
  package func waits(_ priority: Priority) -> AtomicHistogram {
    switch priority {
    case .interactive: interactiveWaits
    case .bulk: bulkWaits
    }
  }

  /// Requests that ended like this.
  package func requests(_ end: RequestEnd) -> Int {
    switch end {
    case .complete: complete.load(ordering: .relaxed)
    case .cancelled: cancelled.load(ordering: .relaxed)
    case .expired: expired.load(ordering: .relaxed)
    case .overloaded: overloaded.load(ordering: .relaxed)
    case .stopped: stopped.load(ordering: .relaxed)
    }
  }

  func requestEnded(_ end: RequestEnd) {
    switch end {
    case .complete: complete.wrappingAdd(1, ordering: .relaxed)
    case .cancelled: cancelled.wrappingAdd(1, ordering: .relaxed)
    case .expired: expired.wrappingAdd(1, ordering: .relaxed)
    case .overloaded: overloaded.wrappingAdd(1, ordering: .relaxed)
    case .stopped: stopped.wrappingAdd(1, ordering: .relaxed)
    }
  }

  /// A segment has got its row.
  func segmentAdmitted(_ priority: Priority, tokens: Int, waited: Duration) {
    source.wrappingAdd(tokens, ordering: .relaxed)
    waits(priority).record(waited)
  }

  /// A segment is done; `tokens` is what its best hypothesis has.
  func segmentFinished(tokens: Int) {
    segments.wrappingAdd(1, ordering: .relaxed)
    target.wrappingAdd(tokens, ordering: .relaxed)
  }

  /// A step is to be done with so many rows.
  func step(_ priority: Priority, rows count: Int) { rows(priority).record(Double(count)) }

  private static let rowBounds: [Double] = [1, 2, 4, 8, 16, 24, 32, 48, 64, 96, 128]
}

/// What the engine has counted since its models were loaded, and what waits now.
package struct EngineStatistics: Sendable {
  /// What segments wait for.
  package enum Queue: String, Sendable, CaseIterable {
    /// A row of a running batch.
    case generation
    /// To be read by the model that scores sentences.
    case scoring
  }

  /// Segments that wait now.
  package struct Depth: Sendable {
    package let queue: Queue
    package let priority: Priority
    package let segments: Int

    package init(queue: Queue, priority: Priority, segments: Int) {
      self.queue = queue
      self.priority = priority
      self.segments = segments
    }
  }

  /// Rows that a running batch may have.
  package let rowLimit: Int
  /// Of the models that generate text, in the catalog's order, then of the one that scores sentences.
  package let models: [ModelStatistics]
  package let depths: [Depth]
  /// Requests that were refused before they were read, whatever model they were for: the queue was full.
  package let refusedUnread: Int

  package init(rowLimit: Int, models: [ModelStatistics], depths: [Depth], refusedUnread: Int) {
    self.rowLimit = rowLimit
    self.models = models
    self.depths = depths
    self.refusedUnread = refusedUnread
  }
}

extension InferenceEngine {
  /// What has been counted; nil until the models are loaded, and when the engine has been shut down.
  package var statistics: EngineStatistics? { loop?.counted }
}
