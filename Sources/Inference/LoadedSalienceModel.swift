import Kernels
import Models
import Tensors
import Tokenizers

/// A model that scores sentences: weights and vocabulary.
public struct LoadedSalienceModel: Sendable {
  public let card: ModelCard
  public let folder: String
  let model: SalienceModel
  let tokenizer: any TextTokenizer

  /// Loads what its card's folder holds: vocabulary, weights.
  init(
    folder: String, card: ModelCard, quantization: Quantization, _ context: KernelContext
  ) throws(InferenceError) {
    self.card = card
    self.folder = folder
    do throws(ModelError) {
      guard card.architecture == SalienceConfiguration.architecture else {
        throw .unsupported(
          path: folder + "/model.json",
          reason: "no \(card.architecture) scores sentences; \(SalienceConfiguration.architecture) does")
      }
      model = try SalienceModel(folder: folder, quantization: quantization, context)
    } catch {
      throw .failed(reason: error.description)
    }
    do throws(TokenizerError) {
      tokenizer = try TokenizerRegistry.load(folder: folder, architecture: card.architecture)
    } catch {
      throw .failed(reason: error.description)
    }
    guard tokenizer.vocabularySize <= model.vocabularySize else {
      throw .failed(
        reason: "\(folder): the tokenizer has \(tokenizer.vocabularySize) pieces, the model's weights "
          + "\(model.vocabularySize); do they belong together?")
    }
    guard tokenizer.endID == model.endToken else {
      throw .failed(
        reason: "\(folder): eos_token_id is \(model.endToken), but the tokenizer ends a text with \(tokenizer.endID)")
    }
  }

  /// Whether it scores texts in a language, a code in lower case, or its base; English where its card names none.
  func knows(_ language: String) -> Bool {
    let known = card.languages.isEmpty ? ["en"] : card.languages.map { $0.from.lowercased() }
    return known.contains(language) || known.contains(language.baseLanguage)
  }

  /// The tokens of a sentence that are read.
  func tokens(of text: Substring) throws(InferenceError) -> [TokenID] {
    do {
      return model.cut(try tokenizer.encode(text, prefix: nil))
    } catch {
      throw .failed(reason: error.description)
    }
  }

  /// Orders the sentences of the card's self-tests; another order is an error.
  func selfTest(_ context: KernelContext) throws(InferenceError) {
    for test in card.salienceTest {
      var sentences: [(tokens: [TokenID], start: SentenceStart)] = []
      for text in test.input { sentences.append((try tokens(of: text[...]), .sentence)) }
      let order = model.scores(sentences, context).fallingOrder
      guard order == test.output else {
        throw .failed(
          reason: "\(card.id): self-test \"\(test.input.first ?? "")…\" gave the order \(order) instead of "
            + "\(test.output); the model's files or this program are damaged")
      }
    }
  }
}

extension [Float] {
  /// The indices by falling value, of equal ones the first first.
  var fallingOrder: [Int] { indices.sorted { (self[$0], $1) > (self[$1], $0) } }
}
