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
/// One caller at a time; regions do not nest.
public final class WorkerPool: Sendable {
  /// Workers, the caller included.
  public let threadCount: Int

  // The threads hold the state, not the pool, so that a pool that nobody holds any more ends them.
  private let region: ParallelRegion
  private let threads: Mutex<[NamedThread]> = Mutex([])

  /// Starts `threads − 1` threads.
  /// - Parameter threads: at least 1.
  public init(threads count: Int) throws(WorkersError) {
    precondition(count >= 1, "a pool needs a thread, not \(count)")
    threadCount = count
    region = ParallelRegion(threadCount: count)
    for worker in 1..<max(1, count) {
      do {
        let thread = try NamedThread(name: "kernel-\(worker)") { [region] in region.work(worker) }
        threads.withLock { $0.append(thread) }
      } catch {
        shutdown()
        throw error
      }
    }
  }

  deinit {
    shutdown()
  }

  /// Ends the threads and waits for them. No region may run; more calls do nothing.
  public func shutdown() {
    region.stop()
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
    withUnsafePointer(to: task) { region.run(chunks, UnsafeRawPointer($0), Task.self) }
  }
}
