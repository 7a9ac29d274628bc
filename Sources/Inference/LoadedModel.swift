import Generation
import Kernels
import Models
import Tensors
import Tokenizers

/// A model that generates text, a translator or a summarizer: weights, vocabulary, rules of generation.
public struct LoadedModel: Sendable {
  public let card: ModelCard
  public let folder: String
  let model: any Seq2SeqModel
  let tokenizer: any TextTokenizer
  let generation: GenerationConfiguration
  /// The rules for each thing that the card says the model does.
  private let generations: [ModelTask: GenerationConfiguration]

  /// Tokens of text, without prefix, start and end tokens, that a segment may have before it is split.
  let segmentLimit: Int
  /// The same for `split: none`: what the position table can number.
  let positionLimit: Int

  /// Loads what its card's folder holds: vocabulary, weights, rules.
  init(
    folder: String, card: ModelCard, quantization: Quantization, _ context: KernelContext
  ) throws(InferenceError) {
    self.card = card
    do throws(ModelError) {
      model = try ModelRegistry.load(
        folder: folder, architecture: card.architecture, quantization: quantization, context)
      generation = try GenerationConfiguration(folder: folder, dimensions: model.dimensions)
      var generations: [ModelTask: GenerationConfiguration] = [:]
      for task in Set(card.languages.map(\.task)) {
        generations[task] = try GenerationConfiguration(folder: folder, dimensions: model.dimensions, task: task)
      }
      self.generations = generations
    } catch {
      throw .failed(reason: error.description)
    }
    var added: Int
    do throws(TokenizerError) {
      tokenizer = try TokenizerRegistry.load(folder: folder, architecture: card.architecture)
      added = try tokenizer.addedCount(prefix: nil)
      for prefix in card.languages.map(\.prefix) + card.lengths.map(\.prefix) {
        added = max(added, try tokenizer.addedCount(prefix: prefix))
      }
    } catch {
      throw .failed(reason: error.description)
    }
    guard tokenizer.vocabularySize <= model.dimensions.vocabularySize,
      tokenizer.vocabularySize <= model.dimensions.sourceVocabularySize
    else {
      throw .failed(
        reason: "\(folder): the tokenizer has \(tokenizer.vocabularySize) pieces, the model's weights "
          + "\(model.dimensions.vocabularySize); do they belong together?")
    }
    self.folder = folder
    positionLimit = model.dimensions.positionLimit - added
    segmentLimit = min(card.maxSourceTokens ?? positionLimit, positionLimit)
    guard positionLimit >= 1 else {
      throw .failed(reason: "\(folder)/config.json: max_position_embeddings leaves no room for a token")
    }
  }

  /// How the model is decoded when it is asked for this; the codes of languages are in lower case.
  func generation(for task: ModelTask) -> GenerationConfiguration { generations[task] ?? generation }

  /// Decodes the card's self-test greedily; a different output is an error.
  func selfTest(_ context: KernelContext) throws(InferenceError) {
    var batch = DecodingBatch(model: model, context: context)
    for (index, test) in card.selfTest.enumerated() {
      let (prefix, task) = try request(of: test, index)
      let source: [TokenID]
      do {
        source = try tokenizer.encode(test.input[...], prefix: prefix)
      } catch {
        throw .failed(reason: error.description)
      }
      guard source.count <= model.dimensions.positionLimit else {
        throw .failed(reason: "\(folder)/model.json: self_test \(index) has \(source.count) tokens")
      }
      let tokens = batch.decode(source, GenerationOptions(generation(for: task), beamSize: 1)).tokens
      let output = tokenizer.decode(tokens)
      guard output == test.output else {
        throw .failed(
          reason: "\(card.id): self-test \"\(test.input)\" gave \"\(output)\" instead of \"\(test.output)\"; "
            + "the model's files or this program are damaged")
      }
    }
  }

  private func request(
    of test: ModelCard.SelfTest, _ index: Int
  ) throws(InferenceError) -> (prefix: String?, task: ModelTask) {
    if let name = test.length {
      guard let length = card.lengths.first(where: { $0.name == name }) else {
        throw .failed(reason: "\(folder)/model.json: self_test \(index) names a length that lengths lacks")
      }
      return (length.prefix, .summarization)
    }
    let direction = card.languages.first {
      (test.from == nil || $0.from == test.from) && (test.to == nil || $0.to == test.to)
    }
    guard let direction else {
      throw .failed(reason: "\(folder)/model.json: self_test \(index) names a direction that languages lacks")
    }
    return (direction.prefix, direction.task)
  }
}

extension DecodingBatch {
  /// Decodes one segment alone.
  /// - Returns: the best hypothesis.
  mutating func decode(_ source: [TokenID], _ options: GenerationOptions) -> Hypothesis {
    admit([Request(id: 0, source: source, options: options)])
    var finished: [Finished] = []
    while finished.isEmpty { step(&finished) }
    return finished[0].hypotheses[0]
  }
}
