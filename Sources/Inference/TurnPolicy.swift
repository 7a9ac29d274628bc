/// Whose turn the engine's thread is, where both interactive and bulk work is at hand: interactive work until it has had
/// three times the time of bulk's last turn, then bulk once. A sentence that somebody waits for is mostly done within one
/// such stretch, and waits for one turn of bulk at most; bulk gets a quarter of the time at least.
///
/// A value that is told how long each turn took; it reads no clock. Answers do not depend on it, because no row's result
/// depends on its neighbours.
package struct TurnPolicy {
  /// Of what is shared between the priorities, bulk gets one part in so many.
  package static let bulkPart = 4

  /// The time that interactive work has left before bulk's next turn.
  private var credit = Duration.zero

  package init() {}

  /// Whose turn it is; nil where there is nothing to do.
  package func next(hasInteractive: Bool, hasBulk: Bool) -> Priority? {
    switch (hasInteractive, hasBulk) {
    case (false, false): nil
    case (true, false): .interactive
    case (false, true): .bulk
    case (true, true): credit > .zero ? .interactive : .bulk
    }
  }

  /// A turn has been taken.
  package mutating func took(_ priority: Priority, _ duration: Duration) {
    switch priority {
    case .interactive: credit = max(.zero, credit - duration)
    case .bulk: credit = duration * (Self.bulkPart - 1)
    }
  }
}
