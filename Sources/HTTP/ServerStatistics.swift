import Synchronization

/// What a server counts. Any thread may read it.
public final class ServerStatistics: Sendable {
  private let connections = Atomic<Int>(0)
  private let inFlight = Atomic<Int>(0)
  private let accepted = Atomic<Int>(0)
  private let requests = Atomic<Int>(0)
  private let refused = Atomic<Int>(0)
  private let refusedByAddress = Atomic<Int>(0)

  init() {}

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

  func connectionOpened() {
    accepted.wrappingAdd(1, ordering: .relaxed)
    connections.wrappingAdd(1, ordering: .sequentiallyConsistent)
  }

  /// The number of connections left.
  func connectionClosed() -> Int {
    connections.wrappingSubtract(1, ordering: .sequentiallyConsistent).newValue
  }

  func connectionRefusedByAddress() { refusedByAddress.wrappingAdd(1, ordering: .relaxed) }

  func requestBegan() {
    requests.wrappingAdd(1, ordering: .relaxed)
    inFlight.wrappingAdd(1, ordering: .relaxed)
  }

  func requestEnded() { inFlight.wrappingSubtract(1, ordering: .relaxed) }

  func requestRefused() { refused.wrappingAdd(1, ordering: .relaxed) }
}
