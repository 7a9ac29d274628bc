/// When a connection has waited long enough for what it waits for. A value; the clock is the caller's.
struct ConnectionDeadline {
  /// What a connection waits for from its client, apart from taking output.
  enum Wait {
    case handshake, firstByte, head, body, keepAlive, linger
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
  /// When it is looked at how much of the pending output the client has taken.
  private var outputEnd = Int64.max
  /// What it had taken when that wait began.
  private var takenBefore = 0

  init(_ deadlines: ServerDeadlines) {
    self.deadlines = deadlines
  }

  /// Begins to wait, at `now` (nanoseconds of a monotonic clock).
  mutating func begin(_ wait: Wait, at now: Int64) {
    self.wait = wait
    switch wait {
    case .nothing: inputEnd = .max
    case .handshake: inputEnd = now.adding(deadlines.handshake)
    case .firstByte: inputEnd = now.adding(deadlines.firstByte)
    case .head: inputEnd = now.adding(deadlines.head)
    case .body: inputEnd = now.adding(deadlines.body)
    case .keepAlive: inputEnd = now.adding(deadlines.keepAlive)
    case .linger: inputEnd = now.adding(deadlines.linger)
    }
  }

  /// Output is pending.
  ///
  /// - Parameter taken: bytes of output that the client has taken on this connection so far.
  mutating func outputPending(at now: Int64, taken: @autoclosure () -> Int) {
    guard outputEnd == .max else { return }
    outputEnd = now.adding(deadlines.stalledWrite)
    takenBefore = taken()
  }

  /// No output is pending.
  mutating func outputDrained() { outputEnd = .max }

  /// What has expired at `now`. A client that takes output too slowly has not taken enough by the end of a wait; one that
  /// has gets another.
  mutating func expiry(at now: Int64, taken: @autoclosure () -> Int) -> Expiry? {
    if now >= outputEnd {
      let taken = taken()
      guard taken - takenBefore >= leastOutput else { return .close }
      outputEnd = now.adding(deadlines.stalledWrite)
      takenBefore = taken
    }
    guard now >= inputEnd else { return nil }
    switch wait {
    case .nothing: return nil
    case .handshake, .firstByte, .keepAlive, .linger: return .close
    case .head: return .refuse(.headTimedOut)
    case .body: return .refuse(.bodyTimedOut)
    }
  }
}

extension ConnectionDeadline {
  /// Bytes that a client must take in one wait.
  private var leastOutput: Int {
    let (seconds, attoseconds) = deadlines.stalledWrite.components
    let exact = (Double(seconds) + Double(attoseconds) * 1e-18) * Double(deadlines.leastOutputRate)
    return Int(min(max(exact, 1), 1e15))
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
