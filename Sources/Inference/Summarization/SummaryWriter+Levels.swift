import Generation
import Tensors
import Text

/// What a model has written.
struct WrittenSummary: Sendable {
  /// A sentence of it, with what it rests on.
  struct Sentence: Sendable {
    let text: String
    /// Greatest first; the shares sum to 1.
    let sources: [SourceShare]
    /// Mean ln p a token of the chunk's summary.
    let score: Float?
  }

  var sentences: [Sentence] = []
  /// Tokens without the end token, and where each stands in `text`; of the last chunk that was decoded.
  var tokens: [TokenID] = []
  var tokenOffsets: [Range<Int>?] = []
  /// What those tokens spell.
  var text = ""
  var isTruncated = false

  mutating func append(_ other: WrittenSummary) {
    sentences += other.sentences
    tokens = other.tokens
    tokenOffsets = other.tokenOffsets
    text = other.text
    isTruncated = isTruncated || other.isTruncated
  }
}

extension Summarizer {
  /// Has the chunks summarized, then what was written of them, and so on until it is as short as it was wanted.
  func write(
    _ plan: ChunkPlan, by writer: SummaryWriter, bans: [[TokenID]] = []
  ) async throws(InferenceError) -> WrittenSummary {
    var plan = plan
    while true {
      let isLast = plan.chunks.count == 1
      let written = try await writeLevel(plan, by: writer, isLast: isLast, bans: bans)
      if isLast || isShortEnough(written) { return written }
      let units = written.sentences.map { SummaryUnit(text: $0.text, sources: $0.sources) }
      plan = writer.plan(units, language: document.language)
      // A model that says nothing of every chunk has nothing to be summarized again.
      if plan.chunks.isEmpty { return written }
    }
  }

  /// Whether what was written of several chunks will do as it is.
  private func isShortEnough(_ written: WrittenSummary) -> Bool {
    if case .tokens = request.length { return false }
    return written.sentences.count <= request.length.sentenceLimit ?? 0
  }

  /// Has every chunk summarized, all in one batch.
  private func writeLevel(
    _ plan: ChunkPlan, by writer: SummaryWriter, isLast: Bool, bans: [[TokenID]]
  ) async throws(InferenceError) -> WrittenSummary {
    var segments: [EngineLoop.Segment] = []
    for chunk in plan.chunks {
      let source = try writer.encode(chunk)
      segments.append(
        EngineLoop.Segment(
          source: source,
          options: writer.options(
            sourceTokens: source.count, isLast: isLast, bans: bans, beamSize: engine.configuration.beamSize)))
    }
    let submission = try engine.submit(segments, model: writer.index, priority: request.priority, deadline: deadline)
    var written = WrittenSummary()
    for (index, chunk) in plan.chunks.enumerated() {
      guard let hypothesis = try await submission.next()?.first else { break }
      written.append(try writer.read(hypothesis, of: chunk, language: document.language))
      onProgress(SummaryProgress(stage: .writing, done: index + 1, total: plan.chunks.count))
    }
    return written
  }
}

extension SummaryWriter {
  func encode(_ chunk: ChunkPlan.Chunk) throws(InferenceError) -> [TokenID] {
    do {
      return try model.tokenizer.encode(chunk.text[...], prefix: prefix)
    } catch {
      throw .failed(reason: error.description)
    }
  }

  /// Takes a hypothesis apart into sentences, each with the sentences of the document that it attended to.
  func read(
    _ hypothesis: Hypothesis, of chunk: ChunkPlan.Chunk, language: String
  ) throws(InferenceError) -> WrittenSummary {
    guard hypothesis.end != .noToken else {
      throw .failed(reason: "\(model.card.id) computed no token for a chunk; its weights may be damaged")
    }
    let tokens = hypothesis.tokens.filter { $0 != model.tokenizer.endID }
    let decoded = model.tokenizer.decodeWithOffsets(tokens)
    let attribution = try SourceAttribution(chunk, sourceOffsets: sourceOffsets(of: chunk))
    var written = WrittenSummary()
    for segment in SentenceSplitter(language: language).split(decoded.text, mode: .sentence).segments {
      let said = tokens.indices.filter { decoded.offsets[$0]?.overlaps(segment.offsets) ?? false }
      written.sentences.append(
        WrittenSummary.Sentence(
          text: String(segment.text), sources: attribution.shares(of: said, hypothesis.attention),
          score: hypothesis.score))
    }
    written.tokens = tokens
    written.tokenOffsets = decoded.offsets
    written.text = decoded.text
    written.isTruncated = hypothesis.end == .lengthLimit
    return written
  }

  private func sourceOffsets(of chunk: ChunkPlan.Chunk) throws(InferenceError) -> [Range<Int>?] {
    do {
      return try model.tokenizer.sourceOffsets(of: chunk.text[...], prefix: prefix)
    } catch {
      throw .failed(reason: error.description)
    }
  }
}
