import Generation
import Models
import Tensors
import Text
import Tokenizers

/// A model that writes summaries, set up for one request.
struct SummaryWriter: Sendable {
  /// The most that a chunk's summary may have of the tokens that the model reads at once: what it wrote of all chunks
  /// must become shorter from level to level.
  static let chunkShare = 3

  let model: LoadedModel
  /// Its place in the catalog.
  let index: Int
  /// What asks for the language or the length.
  let prefix: String?
  let length: SummaryLength
  /// The model's rules for summaries.
  let generation: GenerationConfiguration
  /// Whether the card lets it write summaries of this length unasked.
  let suitsLength: Bool

  init(_ summarizer: ModelCatalog.Summarizer, _ catalog: ModelCatalog, length: SummaryLength) {
    model = catalog.models[summarizer.model]
    index = summarizer.model
    self.length = length
    generation = model.generation(for: .summarization)
    let named = length.cardNames.lazy.compactMap { name in summarizer.card.lengths.first { $0.name == name } }.first
    prefix = named?.prefix ?? summarizer.prefix
    suitsLength = summarizer.card.autoLengths?.contains(length.automaticName) ?? true
  }

  /// What the model can do with a document.
  func capacity(for document: SourceDocument) -> MethodChoice.Writer {
    MethodChoice.Writer(
      id: model.card.id, suitsLength: suitsLength,
      textTokens: document.sentences.reduce(0) { $0 + model.tokenizer.pieceCount(of: $1.text) },
      limit: model.segmentLimit, minimum: generation.minLength)
  }

  /// The document cut for the model.
  func plan(_ units: [SummaryUnit], language: String) -> ChunkPlan {
    ChunkPlan(units, limit: model.segmentLimit, language: language, measure: model.tokenizer.pieceCount)
  }

  /// The rules for a chunk's summary.
  /// - Parameters:
  ///   - isLast: whether it is the summary itself, not one that is summarized again.
  ///   - bans: token sequences that may not appear.
  func options(sourceTokens: Int, isLast: Bool, bans: [[TokenID]], beamSize: Int?) -> GenerationOptions {
    let limit = isLast ? length.tokenLimit : max(1, model.segmentLimit / Self.chunkShare)
    var configuration = generation
    // A minimum that is longer than the text makes a model invent. Source: huggingface/transformers#3657.
    configuration.minLength = min(configuration.minLength, sourceTokens, limit ?? .max)
    var options = GenerationOptions(
      configuration, beamSize: beamSize, maxNewTokens: limit.map { $0 + 1 }, scoring: .meanLogProbability,
      attention: .mean)
    options.bannedSequences = bans
    return options
  }
}
