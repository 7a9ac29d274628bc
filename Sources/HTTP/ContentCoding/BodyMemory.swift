import Synchronization

/// Bytes of request bodies that the connections of a server hold in memory, all together: received ones and what they
/// were decoded to. Announced bytes do not count: who only announces takes nothing from the others.
final class BodyMemory: Sendable {
  private let limit: Int
  private let held = Atomic<Int>(0)

  init(limit: Int) {
    self.limit = limit
  }

  /// Bytes held now.
  var count: Int { held.load(ordering: .relaxed) }

  /// Whether a body may begin. The last eighth is kept for those that have begun, so that when it gets tight some are
  /// finished instead of all being refused half way.
  var admitsAnother: Bool { count < limit - limit / 8 }

  /// Reserves bytes; false where there are not so many left.
  func reserve(_ count: Int) -> Bool {
    if held.wrappingAdd(count, ordering: .relaxed).newValue <= limit { return true }
    release(count)
    return false
  }

  /// Gives bytes back.
  func release(_ count: Int) { held.wrappingSubtract(count, ordering: .relaxed) }
}

/// Bytes of one request, given back when it ends.
struct BodyReservation: ~Copyable {
  private let memory: BodyMemory
  private var count: Int

  /// Takes over bytes that are reserved.
  init(_ memory: BodyMemory, reserved count: Int) {
    self.memory = memory
    self.count = count
  }

  deinit { memory.release(count) }

  /// Reserves more; false where there is not so much left.
  mutating func grow(by more: Int) -> Bool {
    guard memory.reserve(more) else { return false }
    count += more
    return true
  }

  /// Gives some back.
  mutating func shrink(by less: Int) {
    memory.release(less)
    count -= less
  }
}
