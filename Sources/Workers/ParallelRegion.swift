import CShims
import Glibc
import Synchronization

/// The state that a pool's threads share.
///
/// A region is published by raising an epoch; workers spin on it for some 50 µs and then park on a futex. The join is
/// lazy: a region closes when its chunks are gone, and a worker that wakes late does not enter it, so a pool on a
/// busy machine is never slower than its caller alone.
final class ParallelRegion: @unchecked Sendable {
  // @unchecked: `task`, `taskType` and `chunks` are written by the caller before the gate opens (release) and read by
  // workers only after they have passed it (acquire); everything else is atomic or immutable.

  private struct Control: ~Copyable {
    let epoch = Atomic<UInt32>(0)
    let parked = Atomic<Int>(0)
    private let padding0: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0, 0)
    let next = Atomic<Int>(0)
    private let padding1: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0, 0, 0)
    /// Bit 62: the region is open. Low bits: workers inside.
    let gate = Atomic<Int>(0)
    let stopping = Atomic<Bool>(false)
  }

  private static let open = 1 << 62
  private static let spins = 1_000  // pauses, some 50 µs, before a worker parks
  private static let patience = 20_000  // pauses before the caller gives its core to a worker that lost its own

  private let threadCount: Int
  private let control: UnsafeMutablePointer<Control>
  private var task: UnsafeRawPointer?
  private var taskType: (any ParallelTask.Type)?
  private var chunks = 0

  init(threadCount: Int) {
    self.threadCount = threadCount
    control = UnsafeMutablePointer<Control>.allocate(capacity: 1)
    control.initialize(to: Control())
  }

  deinit {
    control.deinitialize(count: 1)
    control.deallocate()
  }

  /// Lets every worker return.
  func stop() {
    control.pointee.stopping.store(true, ordering: .relaxed)
    control.pointee.epoch.add(1, ordering: .sequentiallyConsistent)
    withEpochWord { shim_futex_wake($0, Int32(threadCount)) }
  }

  /// Opens a region, takes part in it and closes it.
  func run(_ chunks: Int, _ task: UnsafeRawPointer, _ type: any ParallelTask.Type) {
    self.task = task
    taskType = type
    self.chunks = chunks
    control.pointee.next.store(0, ordering: .relaxed)
    control.pointee.gate.store(Self.open, ordering: .releasing)
    control.pointee.epoch.add(1, ordering: .sequentiallyConsistent)
    if control.pointee.parked.load(ordering: .sequentiallyConsistent) > 0 {
      withEpochWord { shim_futex_wake($0, Int32(threadCount)) }
    }
    drain(worker: 0)
    _ = control.pointee.gate.bitwiseAnd(~Self.open, ordering: .acquiringAndReleasing)
    var waits = 0
    while control.pointee.gate.load(ordering: .acquiring) != 0 {
      waits += 1
      if waits > Self.patience { sched_yield() } else { shim_cpu_pause() }
    }
  }

  private func drain(worker: Int) {
    guard let task, let taskType else { return }
    let chunks = chunks
    while true {
      let chunk = control.pointee.next.add(1, ordering: .relaxed).oldValue
      if chunk >= chunks { return }
      taskType.run(at: task, chunk: chunk, worker: worker)
    }
  }

  /// A worker's life.
  func work(_ worker: Int) {
    var seen: UInt32 = 0
    while true {
      waitForEpoch(after: seen)
      if control.pointee.stopping.load(ordering: .relaxed) { return }
      seen = control.pointee.epoch.load(ordering: .acquiring)
      if enter() {
        drain(worker: worker)
        control.pointee.gate.subtract(1, ordering: .releasing)
      }
    }
  }

  private func waitForEpoch(after seen: UInt32) {
    var spins = 0
    while control.pointee.epoch.load(ordering: .acquiring) == seen {
      if spins < Self.spins {
        shim_cpu_pause()
        spins += 1
        continue
      }
      control.pointee.parked.add(1, ordering: .sequentiallyConsistent)
      if control.pointee.epoch.load(ordering: .sequentiallyConsistent) == seen {
        withEpochWord { shim_futex_wait($0, seen) }
      }
      control.pointee.parked.subtract(1, ordering: .relaxed)
    }
  }

  /// Counts this worker in, unless the region has closed already.
  private func enter() -> Bool {
    var gate = control.pointee.gate.load(ordering: .relaxed)
    while gate & Self.open != 0 {
      let (exchanged, current) = control.pointee.gate.weakCompareExchange(
        expected: gate, desired: gate + 1, successOrdering: .acquiring, failureOrdering: .relaxed)
      if exchanged { return true }
      gate = current
    }
    return false
  }

  /// The epoch is the first stored field of Control, and an Atomic<UInt32> is laid out as its UInt32.
  private func withEpochWord(_ body: (UnsafePointer<UInt32>) -> Void) {
    body(UnsafeRawPointer(control).assumingMemoryBound(to: UInt32.self))
  }
}
