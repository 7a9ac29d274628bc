import DequeModule

/// A request's place in the queue.
public enum Priority: String, Sendable, CaseIterable {
  /// Somebody waits for the answer.
  case interactive
  /// Throughput matters, not the wait.
  case bulk
}

/// Why the queue does not take a request.
public struct Overload: Error, Equatable, Sendable {
  /// How long the refused client should wait before it tries again.
  public let retryAfter: Duration
}

/// The policy of the batch: which waiting segments enter free rows, and which requests are refused. A pure value: it is
/// told what happened and when, holds no lock, reads no clock and does no work, so that tests drive it event by event.
///
/// Free rows go round-robin over the waiting requests of a model, interactive ones first; while bulk requests wait,
/// every fourth row is theirs, and they never hold so many rows that an interactive request must wait for one. A request of more than 32 segments counts as bulk.
public struct BatchQueue {
  public typealias Instant = ContinuousClock.Instant

  /// What the policy goes by.
  public struct Limits: Sendable {
    /// Interactive segments that may wait whatever the wait.
    public var interactiveSegments = 256
    /// With more than `interactiveSegments` waiting, the longest predicted wait that is accepted.
    public var predictedWait = Duration.seconds(2)
    /// Bulk requests in progress; the next one is refused.
    public var bulkRequests = 16
    /// A request of more segments than this is bulk.
    public var interactiveRequestSegments = 32
    /// Rows of one model's batch that bulk requests may hold; the engine has a few more.
    public var bulkRows = 64
    /// While bulk waits, one row in this many is bulk's.
    public var bulkTurn = 4
    /// Segments a second that are assumed until some have been measured.
    public var assumedRate = 20.0
    /// Segments of requests in progress; beyond them a request is taken only when it is alone.
    public var segmentsInProgress = Int.max

    public init() {}

    /// Those for sentences that are scored: a sentence is done in the turn in which it is read, a document is a single
    /// answer, and a vector is kept for each of its sentences: 256 MiB for these where they have 256 numbers.
    public static let scoring: Limits = {
      var limits = Limits()
      limits.interactiveSegments = 4_096
      limits.interactiveRequestSegments = 1_024
      limits.bulkRows = 1 << 20
      limits.assumedRate = 1_000
      limits.segmentsInProgress = 262_144
      return limits
    }()
  }

  /// A request as the queue sees it.
  public struct Request: Sendable {
    public let id: Int
    /// Which of the running batches it belongs to.
    public let model: Int
    /// Source tokens of each segment, in order.
    public let segmentSizes: [Int]
    /// Rows that each segment takes while it is decoded.
    public let rowsPerSegment: Int
    public let priority: Priority
    public let deadline: Instant

    public init(
      id: Int, model: Int, segmentSizes: [Int], rowsPerSegment: Int = 1, priority: Priority, deadline: Instant
    ) {
      self.id = id
      self.model = model
      self.segmentSizes = segmentSizes
      self.rowsPerSegment = rowsPerSegment
      self.priority = priority
      self.deadline = deadline
    }
  }

  /// A segment that enters the batch.
  public struct Admission: Equatable, Sendable {
    public let request: Int
    public let segment: Int
  }

  private struct Progress {
    let request: Request
    let priority: Priority
    var admitted = 0
    var finished = 0

    var waiting: Int { request.segmentSizes.count - admitted }
    var runningRows: Int { (admitted - finished) * request.rowsPerSegment }
  }

  /// The waiting requests of one model, those whose turn is next in front.
  private struct Lane {
    var interactive: Deque<Int> = []
    var bulk: Deque<Int> = []
    /// Rows that bulk requests hold.
    var bulkRows = 0
    /// Rows given to interactive requests since bulk last had one.
    var sinceBulk = 0
  }

  private let limits: Limits
  private var requests: [Int: Progress] = [:]
  private var lanes: [Lane]
  private var rate: ThroughputEstimate
  private var nextDeadline: Instant?
  private var waitingCounts: [Priority: Int] = [.interactive: 0, .bulk: 0]
  private var bulkInProgress = 0
  private var segmentsInProgress = 0

  /// - Parameter models: how many running batches there are.
  public init(models: Int, limits: Limits = Limits()) {
    self.limits = limits
    lanes = Array(repeating: Lane(), count: models)
    rate = ThroughputEstimate(assumed: limits.assumedRate)
  }

  /// Requests that are not finished.
  public var requestCount: Int { requests.count }

  /// Whether a request is waiting or running.
  public func contains(_ request: Int) -> Bool { requests[request] != nil }

  /// Segments that have no row yet.
  public var waitingSegments: Int { (waitingCounts[.interactive] ?? 0) + (waitingCounts[.bulk] ?? 0) }

  /// Whether segments of a model wait.
  public func hasWaiting(model: Int) -> Bool {
    !lanes[model].interactive.isEmpty || !lanes[model].bulk.isEmpty
  }

  /// Takes a request, or refuses it.
  public mutating func enqueue(_ request: Request, now: Instant) throws(Overload) {
    let count = request.segmentSizes.count
    let priority = count > limits.interactiveRequestSegments ? .bulk : request.priority
    guard requests.isEmpty || count <= limits.segmentsInProgress - segmentsInProgress else {
      throw Overload(retryAfter: retry(after: waitingSegments))
    }
    switch priority {
    case .bulk:
      guard bulkInProgress < limits.bulkRequests else { throw Overload(retryAfter: retry(after: waitingSegments)) }
      bulkInProgress += 1
    case .interactive:
      let waiting = (waitingCounts[.interactive] ?? 0) + count
      guard waiting <= limits.interactiveSegments || rate.time(for: waiting) <= limits.predictedWait else {
        throw Overload(retryAfter: retry(after: waiting))
      }
    }
    if requests.isEmpty { rate.resume(now: now) }
    requests[request.id] = Progress(request: request, priority: priority)
    waitingCounts[priority, default: 0] += count
    segmentsInProgress += count
    nextDeadline = min(nextDeadline ?? request.deadline, request.deadline)
    switch priority {
    case .interactive: lanes[request.model].interactive.append(request.id)
    case .bulk: lanes[request.model].bulk.append(request.id)
    }
  }

  /// Chooses the segments for free rows of a model's batch.
  /// - Parameters:
  ///   - rows: free rows.
  ///   - tokens: source tokens that one step may encode; a first segment is admitted whatever its size.
  ///   - admissions: what enters is appended here.
  public mutating func admit(model: Int, rows: Int, tokens: Int, into admissions: inout [Admission]) {
    var free = rows
    var budget = tokens
    while free > 0, let priority = nextTurn(model) {
      guard let id = front(model, priority), let progress = requests[id] else { return }
      let segment = progress.admitted
      let size = progress.request.segmentSizes[segment]
      // A segment's rows enter together; the first that does not fit holds its place until it does.
      guard progress.request.rowsPerSegment <= free, size <= budget || budget == tokens else { return }
      admissions.append(Admission(request: id, segment: segment))
      takeTurn(model, priority, id)
      free -= progress.request.rowsPerSegment
      budget -= size
      if budget <= 0 { return }
    }
  }

  /// A segment has been decoded. When it was the request's last, the request is forgotten.
  public mutating func segmentFinished(request id: Int, now: Instant) {
    guard var progress = requests[id] else { return }
    rate.segmentFinished(now: now)
    progress.finished += 1
    requests[id] = progress
    if progress.priority == .bulk { lanes[progress.request.model].bulkRows -= progress.request.rowsPerSegment }
    if progress.finished == progress.request.segmentSizes.count { remove(id) }
  }

  /// Forgets a request: cancelled, expired or failed. Its rows are the engine's to free.
  public mutating func remove(_ id: Int) {
    guard let progress = requests.removeValue(forKey: id) else { return }
    waitingCounts[progress.priority, default: 0] -= progress.waiting
    segmentsInProgress -= progress.request.segmentSizes.count
    if progress.priority == .bulk {
      bulkInProgress -= 1
      lanes[progress.request.model].bulkRows -= progress.runningRows
    }
    guard progress.waiting > 0 else { return }
    switch progress.priority {
    case .interactive: lanes[progress.request.model].interactive.removeAll { $0 == id }
    case .bulk: lanes[progress.request.model].bulk.removeAll { $0 == id }
    }
  }

  /// Requests whose deadline has passed; the caller removes them.
  public mutating func expired(now: Instant) -> [Int] {
    guard let next = nextDeadline, next <= now else { return [] }
    let late = requests.values.filter { $0.request.deadline <= now }.map(\.request.id)
    nextDeadline = requests.values.lazy.map(\.request.deadline).filter { $0 > now }.min()
    return late.sorted()
  }

  private func retry(after waiting: Int) -> Duration {
    max(.seconds(1), min(.seconds(60), rate.time(for: waiting)))
  }

  private func nextTurn(_ model: Int) -> Priority? {
    let lane = lanes[model]
    let bulkNeeds = lane.bulk.first.flatMap { requests[$0]?.request.rowsPerSegment }
    let bulkWaits = bulkNeeds.map { lane.bulkRows == 0 || lane.bulkRows + $0 <= limits.bulkRows } ?? false
    if !bulkWaits { return lane.interactive.isEmpty ? nil : .interactive }
    return lane.interactive.isEmpty || lane.sinceBulk >= limits.bulkTurn - 1 ? .bulk : .interactive
  }

  private func front(_ model: Int, _ priority: Priority) -> Int? {
    priority == .bulk ? lanes[model].bulk.first : lanes[model].interactive.first
  }

  /// Gives the lane's first request a row and sends it to the end of its lane, or out of it with its last segment.
  private mutating func takeTurn(_ model: Int, _ priority: Priority, _ id: Int) {
    requests[id]?.admitted += 1
    waitingCounts[priority, default: 0] -= 1
    let more = (requests[id]?.waiting ?? 0) > 0
    switch priority {
    case .interactive:
      lanes[model].interactive.removeFirst()
      if more { lanes[model].interactive.append(id) }
      lanes[model].sinceBulk += 1
    case .bulk:
      lanes[model].bulk.removeFirst()
      lanes[model].bulkRows += requests[id]?.request.rowsPerSegment ?? 0
      if more { lanes[model].bulk.append(id) }
      lanes[model].sinceBulk = 0
    }
  }
}
