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

/// The policy of admission: which waiting segments enter free rows, and which requests are refused. A pure value: it is
/// told what happened and when, holds no lock, reads no clock and does no work, so that tests drive it event by event.
///
/// Free rows go round-robin over the waiting requests of one model and priority. A request of more than 32 segments
/// counts as bulk. How the time is shared between the priorities is `TurnPolicy`'s.
public struct BatchQueue {
  public typealias Instant = ContinuousClock.Instant

  /// What the policy goes by. Work is counted in source tokens times rows: what a segment costs grows with both.
  public struct Limits: Sendable {
    /// Interactive segments that may wait whatever the wait.
    public var interactiveSegments = 256
    /// With more than `interactiveSegments` waiting, the longest predicted wait that is accepted.
    public var predictedWait = Duration.seconds(2)
    /// Bulk requests in progress; the next one is refused.
    public var bulkRequests = 16
    /// A request of more segments than this is bulk.
    public var interactiveRequestSegments = 32
    /// Work a second that is assumed until some has been measured: 20 sentences.
    public var assumedRate = 500.0
    /// Segments of requests in progress; beyond them a request is taken only when it is alone.
    public var segmentsInProgress = Int.max

    public init() {}

    /// Those for sentences that are scored: a sentence is done in the turn in which it is read, a document is a single
    /// answer, and a vector is kept for each of its sentences: 256 MiB for these where they have 256 numbers.
    public static let scoring: Limits = {
      var limits = Limits()
      limits.interactiveSegments = 4_096
      limits.interactiveRequestSegments = 1_024
      limits.assumedRate = 25_000
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

    /// The work of a segment; 1 at least, so that everything that waits counts.
    func work(_ segment: Int) -> Int { max(1, request.segmentSizes[segment]) * request.rowsPerSegment }

    var waitingWork: Int { (admitted..<request.segmentSizes.count).reduce(0) { $0 + work($1) } }
  }

  /// What waits, of one priority, whatever the model.
  private struct Backlog {
    var segments = 0
    var work = 0
  }

  /// The waiting requests of a model and a priority, that whose turn is next in front.
  private typealias Lane = Deque<Int>

  private let limits: Limits
  private var requests: [Int: Progress] = [:]
  private var lanes: [Priority: [Lane]]
  private var backlogs: [Priority: Backlog] = [:]
  private var rate: ThroughputEstimate
  private var nextDeadline: Instant?
  private var bulkInProgress = 0
  private var segmentsInProgress = 0

  /// - Parameter models: how many models there are.
  public init(models: Int, limits: Limits = Limits()) {
    self.limits = limits
    let empty = Array(repeating: Lane(), count: models)
    lanes = Dictionary(uniqueKeysWithValues: Priority.allCases.map { ($0, empty) })
    rate = ThroughputEstimate(assumed: limits.assumedRate)
  }

  /// Requests that are not finished.
  public var requestCount: Int { requests.count }

  /// Whether a request is waiting or running.
  public func contains(_ request: Int) -> Bool { requests[request] != nil }

  /// How a request that is waiting or running counts.
  public func priority(of request: Int) -> Priority? { requests[request]?.priority }

  /// Segments that have no row yet.
  public var waitingSegments: Int { backlogs.values.reduce(0) { $0 + $1.segments } }

  /// Segments of a priority that have no row yet.
  public func waitingSegments(_ priority: Priority) -> Int { backlog(priority).segments }

  /// Whether segments of a model and a priority wait.
  public func hasWaiting(model: Int, priority: Priority) -> Bool { lanes[priority]?[model].isEmpty == false }

  /// Refuses what `enqueue` would refuse whatever the request holds, so that nobody works on it for nothing.
  /// - Parameter priority: nil where it is not known yet; refused is then what no priority would take.
  public func check(_ priority: Priority?) throws(Overload) {
    guard let priority else {
      do throws(Overload) { try check(.interactive) } catch { try check(.bulk) }
      return
    }
    switch priority {
    case .interactive: try checkInteractive(adding: 1, deadline: nil, now: nil)
    case .bulk:
      guard bulkInProgress < limits.bulkRequests else { throw overload(.bulk) }
    }
  }

  /// Takes a request, or refuses it.
  public mutating func enqueue(_ request: Request, now: Instant) throws(Overload) {
    let count = request.segmentSizes.count
    let priority = count > limits.interactiveRequestSegments ? .bulk : request.priority
    guard requests.isEmpty || count <= limits.segmentsInProgress - segmentsInProgress else { throw overload(priority) }
    switch priority {
    case .bulk:
      try check(.bulk)
      guard !isHopeless(priority, request.deadline, now) else { throw overload(priority) }
      bulkInProgress += 1
    case .interactive: try checkInteractive(adding: count, deadline: request.deadline, now: now)
    }
    if requests.isEmpty { rate.resume(now: now) }
    let progress = Progress(request: request, priority: priority)
    requests[request.id] = progress
    backlogs[priority, default: Backlog()].segments += count
    backlogs[priority, default: Backlog()].work += progress.waitingWork
    segmentsInProgress += count
    nextDeadline = min(nextDeadline ?? request.deadline, request.deadline)
    lanes[priority]?[request.model].append(request.id)
  }

  /// Chooses the segments for free rows of a model's batch.
  /// - Parameters:
  ///   - rows: free rows.
  ///   - tokens: source tokens that one step may encode; a first segment is admitted whatever its size.
  ///   - admissions: what enters is appended here.
  /// - Returns: the source tokens of what enters.
  @discardableResult
  public mutating func admit(
    model: Int, priority: Priority, rows: Int, tokens: Int, into admissions: inout [Admission]
  ) -> Int {
    var free = rows
    var used = 0
    while free > 0, used == 0 || used < tokens, let id = lanes[priority]?[model].first, let progress = requests[id] {
      let segment = progress.admitted
      let size = progress.request.segmentSizes[segment]
      // A segment's rows enter together; the first that does not fit holds its place until it does.
      guard progress.request.rowsPerSegment <= free, used == 0 || used + size <= tokens else { break }
      admissions.append(Admission(request: id, segment: segment))
      takeTurn(progress)
      free -= progress.request.rowsPerSegment
      used += size
    }
    return used
  }

  /// A segment has been decoded. When it was the request's last, the request is forgotten.
  public mutating func segmentFinished(request id: Int, segment: Int, now: Instant) {
    guard var progress = requests[id] else { return }
    rate.finished(progress.work(segment), now: now)
    progress.finished += 1
    requests[id] = progress
    if progress.finished == progress.request.segmentSizes.count { remove(id) }
  }

  /// Forgets a request: cancelled, expired or failed. Its rows are the engine's to free.
  public mutating func remove(_ id: Int) {
    guard let progress = requests.removeValue(forKey: id) else { return }
    backlogs[progress.priority, default: Backlog()].segments -= progress.waiting
    backlogs[progress.priority, default: Backlog()].work -= progress.waitingWork
    segmentsInProgress -= progress.request.segmentSizes.count
    if progress.priority == .bulk { bulkInProgress -= 1 }
    if progress.waiting > 0 { lanes[progress.priority]?[progress.request.model].removeAll { $0 == id } }
  }

  /// Requests whose deadline has passed; the caller removes them.
  public mutating func expired(now: Instant) -> [Int] {
    guard let next = nextDeadline, next <= now else { return [] }
    let late = requests.values.filter { $0.request.deadline <= now }.map(\.request.id)
    nextDeadline = requests.values.lazy.map(\.request.deadline).filter { $0 > now }.min()
    return late.sorted()
  }

  private func backlog(_ priority: Priority) -> Backlog { backlogs[priority] ?? Backlog() }

  private func checkInteractive(adding count: Int, deadline: Instant?, now: Instant?) throws(Overload) {
    let waiting = backlog(.interactive)
    guard waiting.segments + count <= limits.interactiveSegments || rate.time(for: waiting.work) <= limits.predictedWait
    else { throw overload(.interactive) }
    if let deadline, let now, isHopeless(.interactive, deadline, now) { throw overload(.interactive) }
  }

  /// Whether the deadline will have passed when what waits in front is done. Only what was measured says so.
  private func isHopeless(_ priority: Priority, _ deadline: Instant, _ now: Instant) -> Bool {
    rate.isMeasured && now + rate.time(for: backlog(priority).work) > deadline
  }

  private func overload(_ priority: Priority) -> Overload {
    Overload(retryAfter: max(.seconds(1), min(.seconds(60), rate.time(for: backlog(priority).work))))
  }

  /// Gives the lane's first request a row and sends it to the end of its lane, or out of it with its last segment.
  private mutating func takeTurn(_ progress: Progress) {
    let (request, priority) = (progress.request, progress.priority)
    requests[request.id]?.admitted += 1
    backlogs[priority, default: Backlog()].segments -= 1
    backlogs[priority, default: Backlog()].work -= progress.work(progress.admitted)
    lanes[priority]?[request.model].removeFirst()
    if progress.waiting > 1 { lanes[priority]?[request.model].append(request.id) }
  }
}
