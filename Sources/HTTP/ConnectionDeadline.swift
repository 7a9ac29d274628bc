/// When a connection has waited long enough for what it waits for. A value; the clock is the caller's.
struct ConnectionDeadline {
  /// What a connection waits for from its client, apart from taking output.
  enum Wait {
    case firstByte, head, body, keepAlive, linger
    /// The answer is being made: the client owes nothing.
    case nothing
  }

  /// What must be done.
  enum Expiry: Equatable {
    /// Answer 408 and close (RFC 9110 §15.5.9).
    case refuse(HTTPRefusal)
    /// Close without a word: no request has begun, or the client does not read.
    case close
  }

  private let deadlines: ServerDeadlines
  private(set) var wait = Wait.nothing
  private var inputEnd = Int64.max
  private var outputEnd = Int64.max

  init(_ deadlines: ServerDeadlines) {
    self.deadlines = deadlines
  }

  /// Begins to wait, at `now` (nanoseconds of a monotonic clock).
  mutating func begin(_ wait: Wait, at now: Int64) {
    self.wait = wait
    switch wait {
    case .nothing: inputEnd = .max
    case .firstByte: inputEnd = now.adding(deadlines.firstByte)
    case .head: inputEnd = now.adding(deadlines.head)
    case .body: inputEnd = now.adding(deadlines.body)
    case .keepAlive: inputEnd = now.adding(deadlines.keepAlive)
    case .linger: inputEnd = now.adding(deadlines.linger)
    }
  }

  /// Output is pending and the client took some of it just now, or it began to be pending.
  mutating func outputMoved(at now: Int64) { outputEnd = now.adding(deadlines.stalledWrite) }

  /// No output is pending.
  mutating func outputDrained() { outputEnd = .max }

  /// What has expired at `now`.
  func expiry(at now: Int64) -> Expiry? {
    if now >= outputEnd { return .close }
    guard now >= inputEnd else { return nil }
    switch wait {
    case .nothing: return nil
    case .firstByte, .keepAlive, .linger: return .close
    case .head: return .refuse(.headTimedOut)
    case .body: return .refuse(.bodyTimedOut)
    }
  }
}

extension Int64 {
  /// Nanoseconds later by a duration; very long ones never pass.
  fileprivate func adding(_ duration: Duration) -> Int64 {
    let (seconds, attoseconds) = duration.components
    guard seconds < 1_000_000_000 else { return .max }
    return self + Swift.max(0, seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
  }
}
