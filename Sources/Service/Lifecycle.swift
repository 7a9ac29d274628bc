import Synchronization

/// Whether the server has been told to stop.
public final class Lifecycle: Sendable {
  private let stopping = Atomic<Bool>(false)

  /// A running one.
  public init() {}

  /// Whether `stop` was called.
  public var isStopping: Bool { stopping.load(ordering: .acquiring) }

  /// From now on /ready says 503.
  public func stop() { stopping.store(true, ordering: .releasing) }
}
