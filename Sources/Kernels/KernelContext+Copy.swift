import Workers

/// Floats to be copied to where they do not overlap.
public struct CopyRegion: BitwiseCopyable {
  let source: UnsafePointer<Float>
  let target: UnsafeMutablePointer<Float>
  let count: Int

  public init(source: UnsafePointer<Float>, target: UnsafeMutablePointer<Float>, count: Int) {
    self.source = source
    self.target = target
    self.count = count
  }
}

extension KernelContext {
  /// Copies every region.
  public func copy(_ regions: UnsafeBufferPointer<CopyRegion>) {
    var work = 0
    for region in regions { work += region.count }
    let task = CopyTask(
      regions: regions, chunks: chunkCount(units: regions.count, work: work, small: CopyTask.small))
    pool.parallelFor(task.chunks, task)
  }
}

private struct CopyTask: ParallelTask {
  static let small = 1 << 15  // floats that one thread copies before another one is awake

  let regions: UnsafeBufferPointer<CopyRegion>
  let chunks: Int

  func run(chunk: Int, worker: Int) {
    for index in slice(regions.count, chunk, of: chunks) {
      regions[index].target.update(from: regions[index].source, count: regions[index].count)
    }
  }
}
