import Generation
import Kernels
import Models
import Tensors
import TestSupport
import Workers

/// A model with everything it takes to decode, many segments in flight at once.
struct Harness {
  let model: any Seq2SeqModel
  let configuration: GenerationConfiguration
  let context: KernelContext

  /// A segment and how to decode it.
  struct Job {
    let source: [TokenID]
    let options: GenerationOptions
  }

  init(
    folder: String, architecture: String = "marian", quantization: Quantization = .float32, kernels: KernelSet? = nil,
    threads: Int = 2
  ) throws {
    let pool = try WorkerPool(threads: threads)
    context = KernelContext(kernels: try kernels ?? KernelSet.selected(), pool: pool)
    model = try ModelRegistry.load(folder: folder, architecture: architecture, quantization: quantization, context)
    configuration = try GenerationConfiguration(folder: folder, dimensions: model.dimensions)
  }

  init(_ fixture: ModelFixture, quantization: Quantization = .float32, kernels: KernelSet? = nil) throws {
    try self.init(
      folder: fixture.folder, architecture: fixture.architecture, quantization: quantization, kernels: kernels)
  }

  /// Greedy search with a fixture's options.
  func greedy(_ changes: FixtureOptions?) -> GenerationOptions {
    GenerationOptions(changed(changes), beamSize: 1, scoring: .meanLogProbability)
  }

  /// The beam search that a fixture's options ask for.
  func beams(_ changes: FixtureOptions) -> GenerationOptions {
    GenerationOptions(
      changed(changes), hypothesisCount: changes.num_return_sequences ?? 1, scoring: .meanLogProbability)
  }

  /// The model's configuration with a fixture's changes.
  private func changed(_ changes: FixtureOptions?) -> GenerationConfiguration {
    var configuration = configuration
    guard let changes else { return configuration }
    configuration.beamSize = changes.num_beams ?? configuration.beamSize
    configuration.lengthPenalty = changes.length_penalty ?? configuration.lengthPenalty
    switch changes.early_stopping {
    case .flag(true): configuration.earlyStopping = .whenFull
    case .flag(false): configuration.earlyStopping = .heuristic
    case .never: configuration.earlyStopping = .never
    case nil: break
    }
    configuration.maxLength = changes.max_new_tokens.map { $0 + 1 } ?? changes.max_length ?? configuration.maxLength
    configuration.minLength = changes.min_new_tokens.map { $0 + 1 } ?? changes.min_length ?? configuration.minLength
    configuration.endTokens = changes.eos_token_id ?? configuration.endTokens
    configuration.forcedBeginToken = changes.forced_bos_token_id ?? configuration.forcedBeginToken
    configuration.forcedEndToken = changes.forced_eos_token_id ?? configuration.forcedEndToken
    if changes.forcesNoEnd { configuration.forcedEndToken = nil }
    if changes.forcesNoBegin { configuration.forcedBeginToken = nil }
    configuration.bannedSequences = changes.bad_words_ids ?? configuration.bannedSequences
    configuration.suppressedTokens = changes.suppress_tokens ?? configuration.suppressedTokens
    configuration.beginSuppressedTokens = changes.begin_suppress_tokens ?? configuration.beginSuppressedTokens
    configuration.noRepeatNgramSize = changes.no_repeat_ngram_size ?? configuration.noRepeatNgramSize
    configuration.sourceNoRepeatNgramSize =
      changes.encoder_no_repeat_ngram_size ?? configuration.sourceNoRepeatNgramSize
    configuration.repetitionPenalty = changes.repetition_penalty ?? configuration.repetitionPenalty
    return configuration
  }

  /// Decodes the jobs in their order, as many at once as `rows` hold, a new one entering whenever there is room.
  /// - Returns: each job's hypotheses, best first.
  func decode(_ jobs: [Job], rows: Int = 64) -> [[Hypothesis]] {
    var batch = DecodingBatch(model: model, context: context)
    var results = [[Hypothesis]](repeating: [], count: jobs.count)
    var next = 0
    var running = 0
    while running > 0 || next < jobs.count {
      var room = rows - batch.rowCount
      var entering: [DecodingBatch.Request] = []
      while next < jobs.count, jobs[next].options.beamSize <= room || (running == 0 && entering.isEmpty) {
        room -= jobs[next].options.beamSize
        entering.append(.init(id: next, source: jobs[next].source, options: jobs[next].options))
        next += 1
      }
      batch.admit(entering)
      running += entering.count
      var finished: [DecodingBatch.Finished] = []
      batch.step(&finished)
      for group in finished { results[group.id] = group.hypotheses }
      running -= finished.count
    }
    return results
  }
}
