import CShims
import Glibc
import Synchronization

/// The work of one parallel region. A value, not a closure: a region stores a pointer to it on the caller's stack,
/// so that starting one allocates nothing (a closure that a stored property outlives costs an allocation each time).
public protocol ParallelTask {
  /// Does one chunk. Chunks run in any order, on any worker, each exactly once.
  /// - Parameters:
  ///   - chunk: 0 ..< the region's chunk count.
  ///   - worker: 0 ..< the pool's thread count; no two chunks run on one worker at the same time.
  func run(chunk: Int, worker: Int)

  /// Does one chunk of the task stored at `task`.
  static func run(at task: UnsafeRawPointer, chunk: Int, worker: Int)
}

extension ParallelTask {
  /// The one implementation that a conformer needs.
  public static func run(at task: UnsafeRawPointer, chunk: Int, worker: Int) {
    task.assumingMemoryBound(to: Self.self).pointee.run(chunk: chunk, worker: worker)
  }
}

/// A fixed set of threads that share the chunks of one region after another. The caller is worker 0.
///
/// A region is published by raising an epoch; workers spin on it for some 50 µs and then park on a futex. The join is
/// lazy: a region closes when its chunks are gone, and a worker that wakes late does not enter it, so a pool on a
/// busy machine is never slower than its caller alone. One caller at a time; regions do not nest.
public final class WorkerPool: @unchecked Sendable {
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

  /// Workers, the caller included.
  public let threadCount: Int

  private let control: UnsafeMutablePointer<Control>
  private var task: UnsafeRawPointer?
  private var taskType: (any ParallelTask.Type)?
  private var chunks = 0
  private let threads: Mutex<[NamedThread]>

  /// Starts `threads − 1` threads.
  /// - Parameter threads: at least 1.
  public init(threads count: Int) throws(WorkersError) {
    precondition(count >= 1, "a pool needs a thread, not \(count)")
    threadCount = count
    control = UnsafeMutablePointer<Control>.allocate(capacity: 1)
    control.initialize(to: Control())
    threads = Mutex([])
    for worker in 1..<max(1, count) {
      do {
        let thread = try NamedThread(name: "kernel-\(worker)") { [unowned self] in workerLoop(worker) }
        threads.withLock { $0.append(thread) }
      } catch {
        shutdown()
        throw error
      }
    }
  }

  deinit {
    shutdown()
    control.deinitialize(count: 1)
    control.deallocate()
  }

  /// Ends the threads and waits for them. No region may run; more calls do nothing.
  public func shutdown() {
    control.pointee.stopping.store(true, ordering: .relaxed)
    control.pointee.epoch.add(1, ordering: .sequentiallyConsistent)
    withEpochWord { shim_futex_wake($0, Int32(threadCount)) }
    let ended = threads.withLock { threads in
      defer { threads = [] }
      return threads
    }
    for thread in ended { thread.join() }
  }

  /// Runs chunks 0 ..< `chunks` of `task` on all workers; returns when every chunk is done.
  public func parallelFor<Task: ParallelTask>(_ chunks: Int, _ task: Task) {
    if threadCount == 1 || chunks <= 1 {
      for chunk in 0..<max(0, chunks) { task.run(chunk: chunk, worker: 0) }
      return
    }
    withUnsafePointer(to: task) { runRegion(chunks, UnsafeRawPointer($0), Task.self) }
  }

  private func runRegion(_ chunks: Int, _ task: UnsafeRawPointer, _ type: any ParallelTask.Type) {
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
      // A worker that lost its core in the middle of a chunk gets ours.
      if waits > 20_000 { sched_yield() } else { shim_cpu_pause() }
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

  private func workerLoop(_ worker: Int) {
    var seen: UInt32 = 0
    while true {
      waitForEpoch(after: seen)
      if control.pointee.stopping.load(ordering: .relaxed) { return }
      seen = control.pointee.epoch.load(ordering: .acquiring)
      if enterRegion() {
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
  private func enterRegion() -> Bool {
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
