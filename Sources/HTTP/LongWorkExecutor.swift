import Dispatch
import Synchronization

/// Runs the tasks of requests with long bodies, on threads of its own. Reading a megabyte of JSON, cutting it into
/// sentences and tokenizing them keeps a thread busy for a tenth of a second; on Swift's pool, which has one thread a
/// core, a few of these would hold up every short request.
final class LongWorkExecutor: TaskExecutor {
  /// One queue for each two cores: long work is computation only.
  private let queues: [DispatchQueue]
  private let next = Atomic<Int>(0)

  init(cores: Int) {
    queues = (0..<max(1, cores / 2)).map { DispatchQueue(label: "dragoman.http.long-work.\($0)") }
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let turn = next.wrappingAdd(1, ordering: .relaxed).oldValue
    queues[Int(UInt(bitPattern: turn) % UInt(queues.count))].async {
      job.runSynchronously(on: self.asUnownedTaskExecutor())
    }
  }
}
