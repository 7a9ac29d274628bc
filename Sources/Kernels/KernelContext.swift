import CKernels
import Tensors
import Workers

/// What a forward pass computes with: the kernels of one instruction set, the worker pool that shares their work, and
/// the memory for activations. Confined to one thread, the engine's.
public final class KernelContext {
  public let kernels: KernelSet
  public let pool: WorkerPool
  /// Results of the methods below live here until `workspace.reset()`.
  public let workspace = Workspace()

  var table: dragoman_kernels { kernels.table.pointee }

  public init(kernels: KernelSet, pool: WorkerPool) {
    self.kernels = kernels
    self.pool = pool
  }

  /// How many chunks `units` of work split into: one where the work is small, else a few for each worker, so that a
  /// worker that comes late still finds some.
  func chunkCount(units: Int, work: Int, small: Int) -> Int {
    guard pool.threadCount > 1, work >= small, units > 1 else { return 1 }
    return min(units, pool.threadCount * 4)
  }
}

/// Part `index` of `parts` of `0 ..< count`, as even as whole numbers allow.
func slice(_ count: Int, _ index: Int, of parts: Int) -> Range<Int> {
  (count * index / parts)..<(count * (index + 1) / parts)
}
