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
  private let requests: [GreedySearch.Request]
  /// From the start of loading to a passed self-test.
  package let loadSeconds: Double
  /// Tokens of all sources, end tokens included.
  package let sourceTokens: Int

  /// Loads a model's folder and prepares the sentences.
  package init(
    folder: String, sentences: [Sentence], quantization: Quantization, kernels: KernelSet, threads: Int
  ) throws(InferenceError) {
    let start = ContinuousClock.now
    do {
      context = KernelContext(kernels: kernels, pool: try WorkerPool(threads: threads))
    } catch {
      throw .failed(reason: error.description)
    }
    model = try LoadedModel(folder: folder, quantization: quantization, context)
    try model.selfTest(context)
    loadSeconds = (ContinuousClock.now - start) / .seconds(1)
    var requests: [GreedySearch.Request] = []
    for sentence in sentences {
      let source =
        sentence.src.map { [tokenizer = model.tokenizer] in tokenizer.id(ofPiece: $0) } + [model.tokenizer.endID]
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
      requests.append(.init(id: requests.count, source: source, options: GenerationOptions(generation)))
    }
    self.requests = requests
    sourceTokens = requests.reduce(0) { $0 + $1.source.count }
  }

  /// Decodes every sentence, `inFlight` rows at a time, in their order or longest first.
  package func bulk(inFlight: Int, encodeBudget: Int, sorted: Bool) -> Pass {
    let order = sorted ? requests.sorted { $0.source.count > $1.source.count } : requests
    var search = GreedySearch(model: model.model, context: context)
    var finished: [GreedySearch.Finished] = []
    var next = 0
    var tokens = 0
    let start = ContinuousClock.now
    while next < order.count || search.rowCount > 0 {
      var admitted: [GreedySearch.Request] = []
      var budget = encodeBudget
      while next < order.count, search.rowCount + admitted.count < inFlight,
        admitted.isEmpty || order[next].source.count <= budget
      {
        budget -= order[next].source.count
        admitted.append(order[next])
        next += 1
      }
      search.admit(admitted)
      search.step(&finished)
      for row in finished { tokens += row.hypothesis.tokens.count }
      finished.removeAll(keepingCapacity: true)
    }
    return Pass(seconds: (ContinuousClock.now - start) / .seconds(1), targetTokens: tokens)
  }

  /// Seconds that each of the first `count` sentences takes alone.
  package func latencies(count: Int) -> [Double] {
    var search = GreedySearch(model: model.model, context: context)
    return requests.prefix(count).map { request in
      let start = ContinuousClock.now
      _ = search.decode(request.source, request.options)
      return (ContinuousClock.now - start) / .seconds(1)
    }
  }
}
