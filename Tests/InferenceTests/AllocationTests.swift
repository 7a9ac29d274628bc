import CAllocationCounter
import Generation
import Kernels
import Models
import Synchronization
import TestSupport
import Testing
import Workers

/// Once warm, a decode step at which no row enters or leaves allocates nothing, on the engine's thread or the pool's.
@Suite struct AllocationTests {
  /// Writes each worker's count of allocations to its slot.
  struct Sample: ParallelTask {
    let counts: UnsafeMutablePointer<Int64>

    func run(chunk: Int, worker: Int) {
      counts[worker] = allocation_count()
      // Long enough for a parked worker to wake up and find a chunk of its own.
      let end = ContinuousClock.now + .microseconds(200)
      while ContinuousClock.now < end {}
    }
  }

  static func counts(of pool: WorkerPool) throws -> [Int64] {
    let counts = UnsafeMutablePointer<Int64>.allocate(capacity: pool.threadCount)
    defer { counts.deallocate() }
    counts.initialize(repeating: -1, count: pool.threadCount)
    // A worker may wait long for a processor: on a busy machine many regions pass before each has run a chunk.
    for _ in 0..<20_000 {
      pool.parallelFor(pool.threadCount * 4, Sample(counts: counts))
      if (0..<pool.threadCount).allSatisfy({ counts[$0] >= 0 }) { break }
    }
    let all = (0..<pool.threadCount).map { counts[$0] }
    try #require(all.allSatisfy { $0 >= 0 }, "a worker never ran")
    return all
  }

  @Test(arguments: [Quantization.int8, .float32])
  func `a warm decode step allocates nothing`(quantization: Quantization) throws {
    try #require(allocations_are_counted() == 1)
    let pool = try WorkerPool(threads: 2)
    let context = KernelContext(kernels: try KernelSet.selected(), pool: pool)
    let folder = Fixtures.root.appendingPathComponent("models/en-x").path
    let model = try ModelRegistry.load(
      folder: folder, architecture: "marian", quantization: quantization, context)
    var configuration = try GenerationConfiguration(folder: folder, dimensions: model.dimensions)
    // No end before the limit, so that no row leaves; every rule is at work.
    configuration.minLength = configuration.maxLength
    configuration.noRepeatNgramSize = 3
    configuration.sourceNoRepeatNgramSize = 4
    // One of each size is asked what it attends to.
    let options = [1, 4, 1, 4].enumerated().map { index, beamSize in
      configuration.repetitionPenalty = index < 2 ? 1 : 1.2
      var options = GenerationOptions(configuration, beamSize: beamSize, scoring: .meanLogProbability)
      options.attention = index == 1 || index == 2 ? .mean : .none
      options.bannedSequences = [[60], [61, 62]]
      return options
    }
    var batch = DecodingBatch(model: model, context: context)
    var finished: [DecodingBatch.Finished] = []
    batch.admit(
      (0..<24).map { .init(id: $0, source: Array(repeating: 40, count: 2 + $0) + [0], options: options[$0 % 4]) })
    for _ in 0..<60 { batch.step(&finished) }
    let workersBefore = try Self.counts(of: pool)
    let callerBefore = allocation_count()
    for _ in 0..<3 { batch.step(&finished) }
    let callerAfter = allocation_count()
    let workersAfter = try Self.counts(of: pool)
    #expect(finished.isEmpty)
    #expect(callerAfter - callerBefore == 0)
    #expect(workersAfter.dropFirst() == workersBefore.dropFirst())
  }

  @Test func `released memory is reserved anew, and rows that are being decoded keep theirs`() throws {
    try #require(allocations_are_counted() == 1)
    let pool = try WorkerPool(threads: 1)
    let context = KernelContext(kernels: try KernelSet.selected(), pool: pool)
    let folder = Fixtures.root.appendingPathComponent("models/en-x").path
    let model = try ModelRegistry.load(folder: folder, architecture: "marian", quantization: .int8, context)
    let configuration = try GenerationConfiguration(folder: folder, dimensions: model.dimensions)
    let request = DecodingBatch.Request(
      id: 0, source: [40, 41, 42, 0], options: GenerationOptions(configuration, beamSize: 4))
    var batch = DecodingBatch(model: model, context: context)
    func allocations() -> Int64 {
      let before = allocation_count()
      batch.admit([request])
      batch.remove { _ in true }
      return allocation_count() - before
    }
    for _ in 0..<8 { _ = allocations() }
    let warm = allocations()
    batch.releaseMemory()
    #expect(allocations() > warm)
    #expect(allocations() == warm)

    func decode(_ afterStep: (inout DecodingBatch) -> Void) -> [[Int32]] {
      var finished: [DecodingBatch.Finished] = []
      batch.admit([request])
      while finished.isEmpty {
        batch.step(&finished)
        afterStep(&batch)
      }
      return finished[0].hypotheses.map(\.tokens)
    }
    let undisturbed = decode { _ in }
    #expect(!undisturbed.isEmpty)
    #expect(decode { $0.releaseMemory() } == undisturbed)
  }
}
