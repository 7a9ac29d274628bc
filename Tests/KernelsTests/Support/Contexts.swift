import Glibc
import Kernels
import Tensors
import Testing
import Workers

/// How a process ends that a precondition stops.
#if arch(x86_64)
  let trap = ExitTest.Condition.signal(SIGILL)
#else
  let trap = ExitTest.Condition.signal(SIGTRAP)
#endif

/// Runs `body` with a context for each number of threads and expects the same answer from all.
func onThreads<Answer>(_ set: KernelSet, _ body: (KernelContext) throws -> Answer) throws -> [Answer] {
  try [1, 2, 5].map { threads in
    let pool = try WorkerPool(threads: threads)
    defer { pool.shutdown() }
    return try body(KernelContext(kernels: set, pool: pool))
  }
}

/// Every set with 1, 2 and 5 threads; the first answer is the fewest threads of the fastest set.
func onEverySetAndThreads<Answer>(_ body: (KernelContext) throws -> Answer) throws -> [Answer] {
  try KernelSet.all.flatMap { try onThreads($0, body) }
}

extension KernelContext {
  /// A matrix of the workspace with these elements.
  func matrix(_ rows: [[Float]], columns: Int) -> Matrix {
    let matrix = workspace.matrix(rows: rows.count, columns: columns)
    for (index, row) in rows.enumerated() { matrix.row(index).update(from: row, count: columns) }
    return matrix
  }
}

extension Matrix {
  var elements: [Float] { Array(UnsafeBufferPointer(start: pointer, count: rows * columns)) }
}
