import Foundation
import Generation
import Kernels
import Models
import Tensors
import Workers

/// Times one model's decoding of sentences that are cut into pieces already, without queue, HTTP or tokenizer.
package struct ModelBenchmark {
  /// A sentence: pieces without the end token, and the target length to force (random weights never end by themselves).
  package struct Sentence: Decodable, Sendable {
    package let src: [String]
    package let tgt_len: Int?
  }

  /// What one pass over the sentences took.
  package struct Pass {
    package let seconds: Double
    package let targetTokens: Int
  }

  private let model: LoadedModel
  private let context: KernelContext
  private let requests: [DecodingBatch.Request]
  /// From the start of loading to a passed self-test.
  package let loadSeconds: Double
  /// Tokens of all sources, end tokens included.
  package let sourceTokens: Int

  /// Loads a model's folder and prepares the sentences.
  package init(
    folder: String, sentences: [Sentence], quantization: Quantization, kernels: KernelSet, threads: Int,
    beamSize: Int
  ) throws(InferenceError) {
    let start = ContinuousClock.now
    do {
      context = KernelContext(kernels: kernels, pool: try WorkerPool(threads: threads))
    } catch {
      throw .failed(reason: error.description)
    }
    guard let model = try LoadedFolder(folder, quantization: quantization, context).model else {
      throw .failed(reason: "\(folder) holds no model that generates text")
    }
    self.model = model
    try model.selfTest(context)
    loadSeconds = (ContinuousClock.now - start) / .seconds(1)
    var requests: [DecodingBatch.Request] = []
    for sentence in sentences {
      let source = model.tokenizer.encode(pieces: sentence.src)
      guard source.count <= model.model.dimensions.positionLimit else {
        throw .failed(reason: "sentence \(requests.count) has \(source.count) tokens, more than the model can number")
      }
      var generation = model.generation
      if let length = sentence.tgt_len {
        guard length >= 1, length < Int32.max else {
          throw .failed(reason: "sentence \(requests.count): tgt_len is \(length); at least 1 is possible")
        }
        generation.maxLength = min(length + 1, generation.maxLength)
        generation.minLength = generation.maxLength
        generation.forcedEndToken = nil
      }
      requests.append(
        .init(id: requests.count, source: source, options: GenerationOptions(generation, beamSize: beamSize)))
    }
    self.requests = requests
    sourceTokens = requests.reduce(0) { $0 + $1.source.count }
  }

  /// Decodes every sentence, `inFlight` rows at a time, in their order or longest first.
  package func bulk(inFlight: Int, encodeBudget: Int, sorted: Bool) -> Pass {
    let order = sorted ? requests.sorted { $0.source.count > $1.source.count } : requests
    var batch = DecodingBatch(model: model.model, context: context)
    var finished: [DecodingBatch.Finished] = []
    var next = 0
    var tokens = 0
    let start = ContinuousClock.now
    while next < order.count || batch.rowCount > 0 {
      var admitted: [DecodingBatch.Request] = []
      var budget = encodeBudget
      var rows = batch.rowCount
      while next < order.count, rows == 0 || rows + order[next].options.beamSize <= inFlight,
        admitted.isEmpty || order[next].source.count <= budget
      {
        rows += order[next].options.beamSize
        budget -= order[next].source.count
        admitted.append(order[next])
        next += 1
      }
      batch.admit(admitted)
      batch.step(&finished)
      for segment in finished { tokens += segment.hypotheses[0].tokens.count }
      finished.removeAll(keepingCapacity: true)
    }
    return Pass(seconds: (ContinuousClock.now - start) / .seconds(1), targetTokens: tokens)
  }

  /// Seconds that each of the first `count` sentences takes alone.
  package func latencies(count: Int) -> [Double] {
    var batch = DecodingBatch(model: model.model, context: context)
    return requests.prefix(count).map { request in
      let start = ContinuousClock.now
      _ = batch.decode(request.source, request.options)
      return (ContinuousClock.now - start) / .seconds(1)
    }
  }
}
