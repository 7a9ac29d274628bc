import Kernels
import Models
import Workers

/// Loads models one by one as the engine would, without serving them.
public struct ModelVerification: Sendable {
  private let configuration: EngineConfiguration

  public init(configuration: EngineConfiguration) {
    self.configuration = configuration
  }

  /// Checks a folder's files against its card, loads it and runs its self-test.
  /// - Returns: a line that says what was checked.
  public func verify(folder: String) throws(InferenceError) -> String {
    let pool: WorkerPool
    do {
      pool = try WorkerPool(threads: configuration.threads)
    } catch {
      throw .failed(reason: error.description)
    }
    defer { pool.shutdown() }
    let context = KernelContext(kernels: configuration.kernels, pool: pool)
    let start = ContinuousClock.now
    let model = try LoadedFolder(folder, quantization: configuration.quantization, context)
    let loaded = ContinuousClock.now
    try model.selfTest(context)
    let milliseconds = Int((loaded - start) / .milliseconds(1))
    let card = model.card
    return "\(card.id): \(card.files.count) files, loaded in \(milliseconds) ms, "
      + "\(card.selfTest.count + card.salienceTest.count) self-tests passed"
  }
}
