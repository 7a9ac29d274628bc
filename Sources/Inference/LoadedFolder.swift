import Kernels
import Models

/// A model's folder, loaded as its card's task asks.
enum LoadedFolder: Sendable {
  /// A translator or a summarizer.
  case model(LoadedModel)
  case salience(LoadedSalienceModel)

  /// Reads the card, checks the files against their digests, then loads vocabulary and weights.
  init(_ folder: String, quantization: Quantization, _ context: KernelContext) throws(InferenceError) {
    let card: ModelCard
    do throws(ModelError) {
      card = try ModelCard(folder: folder)
      try card.verifyFiles(folder: folder)
    } catch {
      throw .failed(reason: error.description)
    }
    switch card.task {
    case .translation, .summarization:
      self = .model(try LoadedModel(folder: folder, card: card, quantization: quantization, context))
    case .salience:
      self = .salience(try LoadedSalienceModel(folder: folder, card: card, quantization: quantization, context))
    }
  }

  var card: ModelCard {
    switch self {
    case .model(let model): model.card
    case .salience(let model): model.card
    }
  }

  var path: String {
    switch self {
    case .model(let model): model.folder
    case .salience(let model): model.folder
    }
  }

  var model: LoadedModel? {
    if case .model(let model) = self { model } else { nil }
  }

  var salience: LoadedSalienceModel? {
    if case .salience(let model) = self { model } else { nil }
  }

  /// Runs the card's self-test; a different output is an error.
  func selfTest(_ context: KernelContext) throws(InferenceError) {
    switch self {
    case .model(let model): try model.selfTest(context)
    case .salience(let model): try model.selfTest(context)
    }
  }
}
