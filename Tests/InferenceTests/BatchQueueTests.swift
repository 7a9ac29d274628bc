import Inference
import Testing

@Suite struct BatchQueueTests {
  typealias Instant = ContinuousClock.Instant
  let start = ContinuousClock.now

  func request(
    _ id: Int, segments: Int, size: Int = 10, rows: Int = 1, model: Int = 0, priority: Priority = .interactive,
    deadline: Int = 300
  ) -> BatchQueue.Request {
    BatchQueue.Request(
      id: id, model: model, segmentSizes: Array(repeating: size, count: segments), rowsPerSegment: rows,
      priority: priority, deadline: start + .seconds(deadline))
  }

  func admitted(
    _ queue: inout BatchQueue, _ priority: Priority = .interactive, rows: Int, tokens: Int = 10_000, model: Int = 0
  ) -> [Int] {
    var admissions: [BatchQueue.Admission] = []
    queue.admit(model: model, priority: priority, rows: rows, tokens: tokens, into: &admissions)
    return admissions.map(\.request)
  }

  @Test func `rows go round-robin over waiting requests`() throws {
    var queue = BatchQueue(models: 1)
    try queue.enqueue(request(1, segments: 3), now: start)
    try queue.enqueue(request(2, segments: 1), now: start)
    try queue.enqueue(request(3, segments: 2), now: start)
    #expect(admitted(&queue, rows: 10) == [1, 2, 3, 1, 3, 1])
    #expect(!queue.hasWaiting(model: 0, priority: .interactive))
    #expect(queue.requestCount == 3)
  }

  @Test func `segments of a request are admitted in order`() throws {
    var queue = BatchQueue(models: 1)
    try queue.enqueue(request(7, segments: 3), now: start)
    var admissions: [BatchQueue.Admission] = []
    queue.admit(model: 0, priority: .interactive, rows: 2, tokens: 100, into: &admissions)
    queue.admit(model: 0, priority: .interactive, rows: 2, tokens: 100, into: &admissions)
    #expect(admissions.map(\.segment) == [0, 1, 2])
  }

  @Test func `a beam's rows enter together, and nobody overtakes one that waits for them`() throws {
    var queue = BatchQueue(models: 1)
    try queue.enqueue(request(1, segments: 3, rows: 4), now: start)
    try queue.enqueue(request(2, segments: 1), now: start)
    #expect(admitted(&queue, rows: 3) == [])
    #expect(admitted(&queue, rows: 6) == [1, 2])
    #expect(admitted(&queue, rows: 9) == [1, 1])
    #expect(!queue.hasWaiting(model: 0, priority: .interactive))
  }

  @Test func `each priority has rows of its own`() throws {
    var queue = BatchQueue(models: 1)
    try queue.enqueue(request(1, segments: 100, priority: .bulk), now: start)
    try queue.enqueue(request(2, segments: 2), now: start)
    #expect(queue.waitingSegments(.bulk) == 100 && queue.waitingSegments(.interactive) == 2)
    #expect(admitted(&queue, .bulk, rows: 64).count == 64)
    #expect(admitted(&queue, rows: 64) == [2, 2])
    #expect(queue.hasWaiting(model: 0, priority: .bulk) && !queue.hasWaiting(model: 0, priority: .interactive))
    #expect(queue.waitingSegments == 36)
  }

  @Test func `a request of more than 32 segments is bulk`() throws {
    var queue = BatchQueue(models: 1)
    try queue.enqueue(request(1, segments: 33), now: start)
    try queue.enqueue(request(2, segments: 32), now: start)
    #expect(admitted(&queue, rows: 100) == Array(repeating: 2, count: 32))
    #expect(admitted(&queue, .bulk, rows: 100) == Array(repeating: 1, count: 33))
  }

  @Test func `the token budget bounds what a step encodes, but never starves a long segment`() throws {
    var queue = BatchQueue(models: 1)
    try queue.enqueue(request(1, segments: 5, size: 400), now: start)
    #expect(admitted(&queue, rows: 8, tokens: 1_000).count == 2)
    try queue.enqueue(request(2, segments: 1, size: 5_000), now: start)
    #expect(admitted(&queue, rows: 1, tokens: 1_000) == [1])
    #expect(admitted(&queue, rows: 8, tokens: 1_000) == [2])
  }

  @Test func `interactive requests are refused only when many wait and the wait is long`() throws {
    var queue = BatchQueue(models: 1)
    for id in 0..<8 { try queue.enqueue(request(id, segments: 32), now: start) }
    let refusal = try #require(throws: Overload.self) { try queue.enqueue(request(9, segments: 1), now: start) }
    #expect(throws: Overload.self) { try queue.check(.interactive) }
    try queue.check(.bulk)
    try queue.check(nil)
    #expect(refusal.retryAfter >= .seconds(1))

    var fast = BatchQueue(models: 1)
    measure(1_000, a: &fast)
    for id in 0..<8 { try fast.enqueue(request(id, segments: 32), now: start) }
    try fast.enqueue(request(9, segments: 32), now: start)
  }

  /// Lets a queue see that many segments finished in each of five seconds.
  func measure(_ perSecond: Int, a queue: inout BatchQueue) {
    for second in 0..<5 {
      for index in 0..<perSecond {
        let id = 1_000_000 + second * perSecond + index
        let now = start - .seconds(10) + .milliseconds(second * 1_000 + (index + 1) * 1_000 / perSecond)
        try? queue.enqueue(request(id, segments: 2), now: now)
        _ = admitted(&queue, rows: 2)
        queue.segmentFinished(request: id, segment: 0, now: now)
        if index > 0 || second > 0 { queue.segmentFinished(request: id - 1, segment: 1, now: now) }
      }
    }
  }

  @Test func `what waits behind more than its deadline allows is refused at once`() throws {
    var queue = BatchQueue(models: 1)
    measure(100, a: &queue)  // 200 segments of 10 tokens: 2,000 tokens a second
    try queue.enqueue(request(1, segments: 1_000, size: 100, priority: .bulk), now: start)
    let refusal = try #require(throws: Overload.self) {
      try queue.enqueue(request(2, segments: 1, priority: .bulk, deadline: 40), now: start)
    }
    #expect(refusal.retryAfter > .seconds(40) && refusal.retryAfter <= .seconds(60))
    try queue.enqueue(request(3, segments: 1, priority: .bulk, deadline: 300), now: start)
    try queue.enqueue(request(4, segments: 1, deadline: 1), now: start)
    queue.remove(1)
    try queue.enqueue(request(5, segments: 1, priority: .bulk, deadline: 40), now: start)
  }

  @Test func `rows count as work, so that a backlog of beams is as long as it takes`() throws {
    var queue = BatchQueue(models: 1)
    measure(100, a: &queue)
    for id in 0..<4 { try queue.enqueue(request(id, segments: 32, rows: 1), now: start) }
    for id in 4..<8 { try queue.enqueue(request(id, segments: 32, rows: 1), now: start) }
    // 2,560 tokens wait: 1.3 s.
    try queue.enqueue(request(8, segments: 32, rows: 8), now: start)
    // 5,120 now.
    #expect(throws: Overload.self) { try queue.enqueue(request(9, segments: 1), now: start) }
  }

  @Test func `nothing is known to be hopeless before something was measured`() throws {
    var queue = BatchQueue(models: 1)
    try queue.enqueue(request(1, segments: 10_000, size: 100, priority: .bulk), now: start)
    try queue.enqueue(request(2, segments: 1, priority: .bulk, deadline: 1), now: start)
  }

  @Test func `a backlog of bulk never refuses an interactive request`() throws {
    var queue = BatchQueue(models: 1)
    for id in 0..<16 { try queue.enqueue(request(id, segments: 1_000), now: start) }
    #expect(throws: Overload.self) { try queue.enqueue(request(16, segments: 1, priority: .bulk), now: start) }
    try queue.enqueue(request(17, segments: 1), now: start)
    #expect(throws: Overload.self) { try queue.check(.bulk) }
    try queue.check(nil)
    #expect(admitted(&queue, rows: 2) == [17])
    #expect(admitted(&queue, .bulk, rows: 2) == [0, 1])
  }

  @Test func `a finished or removed bulk request makes room for another`() throws {
    var queue = BatchQueue(models: 1)
    for id in 0..<16 { try queue.enqueue(request(id, segments: 1, priority: .bulk), now: start) }
    _ = admitted(&queue, .bulk, rows: 1)
    queue.segmentFinished(request: 0, segment: 0, now: start)
    try queue.enqueue(request(16, segments: 1, priority: .bulk), now: start)
    queue.remove(5)
    try queue.enqueue(request(17, segments: 1, priority: .bulk), now: start)
    #expect(admitted(&queue, .bulk, rows: 64) == [1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17])
    #expect(queue.waitingSegments == 0)
  }

  @Test func `deadlines expire in waiting and in running requests`() throws {
    var queue = BatchQueue(models: 1)
    try queue.enqueue(request(1, segments: 1, deadline: 5), now: start)
    try queue.enqueue(request(2, segments: 1, deadline: 9), now: start)
    _ = admitted(&queue, rows: 1)
    #expect(queue.expired(now: start + .seconds(4)) == [])
    #expect(queue.expired(now: start + .seconds(6)) == [1])
    queue.remove(1)
    #expect(queue.expired(now: start + .seconds(10)) == [2])
  }

  @Test func `models have lanes of their own`() throws {
    var queue = BatchQueue(models: 2)
    try queue.enqueue(request(1, segments: 1, model: 1), now: start)
    #expect(admitted(&queue, rows: 4, model: 0) == [])
    #expect(admitted(&queue, rows: 4, model: 1) == [1])
  }

  @Test func `a random history keeps its counts`() throws {
    var generator = SystemRandomNumberGenerator()
    var queue = BatchQueue(models: 2)
    var running: [(Int, Int)] = []
    var live: Set<Int> = []
    for id in 0..<5_000 {
      let count = Int.random(in: 1...40, using: &generator)
      let model = id % 2
      if (try? queue.enqueue(request(id, segments: count, model: model), now: start)) != nil { live.insert(id) }
      var admissions: [BatchQueue.Admission] = []
      for priority in Priority.allCases {
        let rows = Int.random(in: 0...40, using: &generator)
        queue.admit(model: model, priority: priority, rows: rows, tokens: 300, into: &admissions)
      }
      running += admissions.map { ($0.request, $0.segment) }
      while running.count > 50 {
        let (request, segment) = running.removeFirst()
        queue.segmentFinished(request: request, segment: segment, now: start)
        if !queue.contains(request) { live.remove(request) }
      }
      if Int.random(in: 0..<10, using: &generator) == 0, let victim = live.randomElement(using: &generator) {
        queue.remove(victim)
        live.remove(victim)
        running.removeAll { $0.0 == victim }
      }
      #expect(queue.requestCount == live.count)
      #expect(queue.waitingSegments >= 0)
    }
    for id in live { queue.remove(id) }
    #expect(queue.waitingSegments == 0)
    for priority in Priority.allCases {
      for model in 0..<2 { #expect(!queue.hasWaiting(model: model, priority: priority)) }
    }
    // Nothing waits, so nothing is predicted: the next one is taken whatever its deadline.
    try queue.enqueue(request(5_000, segments: 1, deadline: 0), now: start)
  }

  // MARK: sentences that are scored

  @Test func `sentences go round-robin within a turn's tokens, and a finished document is forgotten`() throws {
    var queue = BatchQueue(models: 1, limits: .scoring)
    try queue.enqueue(request(1, segments: 5_000, size: 100, priority: .bulk), now: start)
    try queue.enqueue(request(2, segments: 2, size: 100), now: start)
    try queue.enqueue(request(3, segments: 3, size: 100), now: start)
    // Three of 100 fit the 384 tokens that bulk leaves.
    #expect(admitted(&queue, rows: 512, tokens: 384) == [2, 3, 2])
    for (id, segment) in [(2, 0), (3, 0), (2, 1)] { queue.segmentFinished(request: id, segment: segment, now: start) }
    #expect(!queue.contains(2) && queue.contains(3))
    #expect(admitted(&queue, .bulk, rows: 512, tokens: 212) == [1, 1])
  }

  @Test func `bulk documents hold no rows back from one another`() throws {
    var queue = BatchQueue(models: 1, limits: .scoring)
    for id in 0..<16 { try queue.enqueue(request(id, segments: 2_000, size: 1), now: start) }
    #expect(throws: Overload.self) { try queue.enqueue(request(16, segments: 2_000, size: 1), now: start) }
    #expect(admitted(&queue, .bulk, rows: 512, tokens: 512) == (0..<512).map { $0 % 16 })
    try queue.enqueue(request(17, segments: 1_024, size: 1), now: start)
  }

  @Test func `segments in progress are limited, but a request alone is taken whatever its size`() throws {
    var limits = BatchQueue.Limits.scoring
    limits.segmentsInProgress = 100
    var queue = BatchQueue(models: 1, limits: limits)
    try queue.enqueue(request(1, segments: 1_000), now: start)
    #expect(throws: Overload.self) { try queue.enqueue(request(2, segments: 1), now: start) }
    queue.remove(1)
    try queue.enqueue(request(3, segments: 60), now: start)
    #expect(throws: Overload.self) { try queue.enqueue(request(4, segments: 41), now: start) }
    try queue.enqueue(request(5, segments: 40), now: start)
    _ = admitted(&queue, rows: 60)
    for segment in 0..<30 { queue.segmentFinished(request: 3, segment: segment, now: start) }
    #expect(throws: Overload.self, "its vectors are kept until it is done") {
      try queue.enqueue(request(6, segments: 1), now: start)
    }
  }
}
