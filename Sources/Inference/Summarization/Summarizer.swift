import Tensors
import Text

/// Makes one summary: decides who writes it, has it written or chosen, checks it, translates it.
struct Summarizer: Sendable {
  let engine: InferenceEngine
  let catalog: ModelCatalog
  let request: SummarizationRequest
  let document: SourceDocument
  /// Of the whole summary, however many times the engine is asked.
  let deadline: ContinuousClock.Instant
  let onProgress: @Sendable (SummaryProgress) -> Void

  init(
    engine: InferenceEngine, catalog: ModelCatalog, request: SummarizationRequest,
    onProgress: @escaping @Sendable (SummaryProgress) -> Void
  ) {
    self.engine = engine
    self.catalog = catalog
    self.request = request
    self.onProgress = onProgress
    deadline = ContinuousClock.now + engine.configuration.deadline
    document = SourceDocument(text: request.text, language: request.language)
  }

  func summarize() async throws(InferenceError) -> Summary {
    let isTranslated = request.target != request.language
    guard !isTranslated || catalog.route(from: request.language, to: request.target) != nil else {
      throw .unsupportedPair(source: request.language, target: request.target)
    }
    guard !document.sentences.isEmpty else { throw .emptyText }
    var draft = try await makeDraft()
    if isTranslated { try await translate(&draft) }
    return draft.finished(document, detail: request.detail)
  }

  private func makeDraft() async throws(InferenceError) -> SummaryDraft {
    // Who only chooses need not be measured against a writer, which takes reading all of the text.
    let summarizer = request.method == .extractive ? nil : catalog.summarizer(language: request.language)
    let writer = summarizer.map { SummaryWriter($0, catalog, length: request.length) }
    let capacity = writer.map { $0.capacity(for: document) }
    let choice = try MethodChoice(
      request, sentences: document.sentences.count, wanted: request.length.sentenceLimit, writer: capacity)
    switch (choice, writer) {
    case (.write(let reason), let writer?):
      if request.method == .abstractive { return try await write(by: writer, reason: reason) }
      return try await writeChecked(by: writer, reason: reason)
    case (.write(let reason), nil), (.choose(let reason), _):
      return try await choose(reason: reason)
    }
  }

  // MARK: - Writing

  /// Times that a summary is written anew without what failed a check.
  static let attempts = 3

  private func write(by writer: SummaryWriter, reason: String) async throws(InferenceError) -> SummaryDraft {
    let plan = writer.plan(try await units(for: writer), language: document.language)
    guard !plan.chunks.isEmpty else {
      return try await choose(reason: "\(writer.model.card.id) knows no word of the text")
    }
    let written = try await write(plan, by: writer)
    let facts = SourceFacts(request.text)
    let checked = SummaryCheck(written, length: request.length, document: document, facts: facts)
    guard !checked.sentences.isEmpty else {
      return try await choose(reason: "\(writer.model.card.id) had nothing to say of the text")
    }
    return draft(checked, by: writer, chunks: plan.chunks.count, reason: reason)
  }

  /// Writes the text again without what the text lacks, until every check is passed or sentences are chosen instead.
  private func writeChecked(by writer: SummaryWriter, reason: String) async throws(InferenceError) -> SummaryDraft {
    let plan = writer.plan(document.units, language: document.language)
    let facts = SourceFacts(request.text)
    var bans: [[TokenID]] = []
    var failure = "\(writer.model.card.id) knows no word of the text"
    for _ in 0..<Self.attempts where !plan.chunks.isEmpty {
      let written = try await write(plan, by: writer, bans: bans)
      let checked = SummaryCheck(written, length: request.length, document: document, facts: facts)
      guard let found = checked.failure else {
        return draft(checked, by: writer, chunks: plan.chunks.count, reason: reason)
      }
      failure = "what \(writer.model.card.id) wrote \(found)"
      let banned = checked.tokensToBan(written)
      if banned.isEmpty { break }
      bans += banned
    }
    return try await choose(reason: failure)
  }

  /// What a model is to read: all of the text or, with a query, as much of what concerns it as the model reads at once.
  private func units(for writer: SummaryWriter) async throws(InferenceError) -> [SummaryUnit] {
    guard request.query != nil else { return document.units }
    let selection = SentenceSelection(document: document, ranking: try await rank())
    let chosen = selection.choose(.tokens(writer.model.segmentLimit), measure: writer.model.tokenizer.pieceCount)
    let units = document.units
    return chosen.map { units[$0.sentence] }
  }

  private func draft(
    _ checked: SummaryCheck, by writer: SummaryWriter, chunks: Int, reason: String
  ) -> SummaryDraft {
    SummaryDraft(
      sentences: checked.sentences.map { .init(text: $0.text, score: $0.score, sources: $0.sources) },
      method: .abstractive, reason: reason, flags: checked.flags, model: writer.model.card.id, chunks: chunks)
  }

  // MARK: - Choosing

  private func choose(reason: String) async throws(InferenceError) -> SummaryDraft {
    let ranking = try await rank()
    let choices = SentenceSelection(document: document, ranking: ranking).choose(request.length, measure: measure)
    let sentences = choices.map { choice in
      let source = document.sentences[choice.sentence]
      return SummaryDraft.Sentence(
        text: String(choice.part.map(source.part) ?? source.text), score: Float(ranking.relevance[choice.sentence]),
        sources: [SourceShare(sentence: choice.sentence, weight: 1)], part: choice.part)
    }
    var flags: Set<SummaryFlag> = []
    if choices.contains(where: { $0.part != nil }) { flags.insert(.truncated) }
    if case .sentences(let count) = request.length, choices.count < count { flags.insert(.shortText) }
    if choices.count == document.sentences.count, !flags.contains(.truncated) { flags.insert(.shortText) }
    return SummaryDraft(
      sentences: sentences, method: .extractive, reason: reason, flags: flags, model: ranking.model,
      chunks: ranking.chunks)
  }
}

extension InferenceEngine {
  /// Summarizes a text. The answer depends on the request only, whatever else is being done.
  /// - Parameter onProgress: told how far it has come, on any thread.
  public func summarize(
    _ request: SummarizationRequest, onProgress: @escaping @Sendable (SummaryProgress) -> Void = { _ in }
  ) async throws(InferenceError) -> Summary {
    let (catalog, _) = try current()
    let summarizer = Summarizer(engine: self, catalog: catalog, request: request, onProgress: onProgress)
    return try await summarizer.summarize()
  }
}
