import Synchronization

/// What a server counts. Any thread may read it.
public final class ServerStatistics: Sendable {
  private let connections = Atomic<Int>(0)
  private let inFlight = Atomic<Int>(0)
  private let accepted = Atomic<Int>(0)
  private let requests = Atomic<Int>(0)
  private let refused = Atomic<Int>(0)
  private let refusedByAddress = Atomic<Int>(0)
  private let timedOut = Atomic<Int>(0)
  private let read = Atomic<Int>(0)
  private let written = Atomic<Int>(0)
  /// By the statuses that refusals have.
  private let refusals = Mutex<[Int: Int]>([:])
  private let handshakes = Atomic<Int>(0)
  private let completed = Atomic<Int>(0)
  private let resumed = Atomic<Int>(0)
  private let failed = Atomic<Int>(0)

  package init() {}

  /// Connections that are open now.
  public var openConnections: Int { connections.load(ordering: .sequentiallyConsistent) }
  /// Requests that were read and whose answer is not complete.
  public var requestsInFlight: Int { inFlight.load(ordering: .relaxed) }
  /// Connections accepted since the start.
  public var acceptedConnections: Int { accepted.load(ordering: .relaxed) }
  /// Requests handed to the router since the start.
  public var requestCount: Int { requests.load(ordering: .relaxed) }
  /// Connections refused since the start because their address had too many.
  public var connectionsRefusedByAddress: Int { refusedByAddress.load(ordering: .relaxed) }
  /// Requests refused by the parser or by a deadline since the start.
  public var refusedCount: Int { refused.load(ordering: .relaxed) }
  /// The same by the status that they were refused with.
  public var refusedByStatus: [Int: Int] { refusals.withLock { $0 } }
  /// Connections that were closed without an answer because their client was silent, or took nothing, for too long.
  public var timedOutConnections: Int { timedOut.load(ordering: .relaxed) }
  /// Bytes of requests, heads and framing included, as they are after a TLS layer.
  public var receivedBytes: Int { read.load(ordering: .relaxed) }
  /// Bytes of answers, heads and framing included, as they are before a TLS layer.
  public var sentBytes: Int { written.load(ordering: .relaxed) }

  /// Connections whose TLS handshake is not over.
  public var handshakesInProgress: Int { handshakes.load(ordering: .sequentiallyConsistent) }
  /// TLS handshakes completed since the start, resumed ones included.
  public var completedHandshakes: Int { completed.load(ordering: .relaxed) }
  /// TLS handshakes since the start that took up an earlier session.
  public var resumedHandshakes: Int { resumed.load(ordering: .relaxed) }
  /// TLS handshakes since the start that began and failed, or did not end in time.
  public var failedHandshakes: Int { failed.load(ordering: .relaxed) }

  func connectionOpened() {
    accepted.wrappingAdd(1, ordering: .relaxed)
    connections.wrappingAdd(1, ordering: .sequentiallyConsistent)
  }

  /// The number of connections left.
  func connectionClosed() -> Int {
    connections.wrappingSubtract(1, ordering: .sequentiallyConsistent).newValue
  }

  func connectionRefusedByAddress() { refusedByAddress.wrappingAdd(1, ordering: .relaxed) }

  func handshakeBegan() { handshakes.wrappingAdd(1, ordering: .sequentiallyConsistent) }

  func handshakeEnded(_ outcome: HandshakeOutcome) {
    switch outcome {
    case .completed: completed.wrappingAdd(1, ordering: .relaxed)
    case .resumed:
      completed.wrappingAdd(1, ordering: .relaxed)
      resumed.wrappingAdd(1, ordering: .relaxed)
    case .failed: failed.wrappingAdd(1, ordering: .relaxed)
    case .notBegun: break
    }
    handshakes.wrappingSubtract(1, ordering: .sequentiallyConsistent)
  }

  func requestBegan() {
    requests.wrappingAdd(1, ordering: .relaxed)
    inFlight.wrappingAdd(1, ordering: .relaxed)
  }

  func requestEnded() { inFlight.wrappingSubtract(1, ordering: .relaxed) }

  /// A refusal closes its connection, so that a lock costs nothing beside it.
  func requestRefused(_ status: Int) {
    refused.wrappingAdd(1, ordering: .relaxed)
    refusals.withLock { $0[status, default: 0] += 1 }
  }

  func connectionTimedOut() { timedOut.wrappingAdd(1, ordering: .relaxed) }

  func received(_ count: Int) { read.wrappingAdd(count, ordering: .relaxed) }

  func sent(_ count: Int) { written.wrappingAdd(count, ordering: .relaxed) }
}
