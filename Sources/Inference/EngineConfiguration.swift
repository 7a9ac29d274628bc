import Kernels

/// How the engine runs.
public struct EngineConfiguration: Sendable {
  /// How weights are held in memory; the kernels' own type, for layers that know nothing of kernels.
  public typealias Quantization = Kernels.Quantization

  /// The folder whose sub-folders are models.
  public var modelsFolder: String
  /// Threads that kernels run on, the engine's own included.
  public var threads: Int
  public var quantization: Quantization
  public var kernels: KernelSet
  /// Hypotheses that a search keeps where the request does not say; nil leaves it to the model.
  public var beamSize: Int?
  /// Rows of a running batch; a model has one for each priority. No fewer than the largest beam.
  public var rowLimit = 64
  /// Source tokens that are encoded between two decode steps; more would hold up the rows that are being decoded. As many
  /// are scored at a time where nothing is decoded.
  public var encodeBudget = 512
  /// Tokens of sentences that are scored between two decode steps of bulk. Fewer: a row is encoded once, but this comes
  /// with every step.
  public var scoringBudget = 128
  /// How long a request may take, its wait included.
  public var deadline = Duration.seconds(300)
  /// Without work for so long, the engine gives back the memory that work took.
  public var idleTime = Duration.seconds(2)
  public var queueLimits = BatchQueue.Limits()
  /// The same for documents that are scored; a sentence is a segment.
  public var salienceLimits = BatchQueue.Limits.scoring

  public init(modelsFolder: String, threads: Int, quantization: Quantization, kernels: KernelSet) {
    self.modelsFolder = modelsFolder
    self.threads = threads
    self.quantization = quantization
    self.kernels = kernels
  }
}
