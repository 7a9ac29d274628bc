import Generation
import Tensors
import Text
import Tokenizers

/// The segments of one request, translated, in order as they finish.
public struct TranslationStream: Sendable {
  let submission: Submission
  let plan: SegmentPlan
  let model: LoadedModel
  /// What stands before each source.
  private let prefix: String?
  private var index = 0

  init(submission: Submission, plan: SegmentPlan, model: LoadedModel, prefix: String?) {
    self.submission = submission
    self.plan = plan
    self.model = model
    self.prefix = prefix
  }

  /// The next segment; nil behind the last. Cancelling the task frees the request's rows at the next decode step.
  public mutating func next() async throws(InferenceError) -> SegmentResult? {
    guard let hypotheses = try await submission.next() else { return nil }
    defer { index += 1 }
    guard let hypothesis = hypotheses.first, hypothesis.end != .noToken else {
      submission.abandon()
      throw .failed(reason: "\(model.card.id) computed no token for segment \(index); its weights may be damaged")
    }
    let segment = plan.segments[index]
    let alignment = try alignment(segment, hypothesis)
    let text = text(of: hypothesis, segment)
    return SegmentResult(
      index: index, item: segment.item, source: String(segment.text), target: text, sourceOffsets: segment.offsets,
      score: hypothesis.score, flags: flags(segment, hypothesis, text),
      alternatives: alternatives(hypotheses.dropFirst(), to: text, segment), alignment: alignment,
      tokens: TokenCounts(source: segment.source.count, target: hypothesis.tokens.count))
  }

  /// What a hypothesis says, in capitals where the segment is.
  private func text(of hypothesis: Hypothesis, _ segment: SegmentPlan.Segment) -> String {
    let text = model.tokenizer.decode(hypothesis.tokens)
    return segment.lowered == nil ? text : Capitals.raised(text)
  }

  /// How the words of a segment's translation come from its source; nil where the hypothesis does not know.
  private func alignment(
    _ segment: SegmentPlan.Segment, _ hypothesis: Hypothesis
  ) throws(InferenceError) -> [AlignmentLink]? {
    guard let attention = hypothesis.attention else { return nil }
    do throws(TokenizerError) {
      let offsets = try model.tokenizer.sourceOffsets(of: segment.reading, prefix: prefix)
      let decoded = model.tokenizer.decodeWithOffsets(hypothesis.tokens)
      let raised = segment.lowered.map { _ in Capitals.raised(decoded.text, offsets: decoded.offsets) }
      return WordAlignment.links(
        attention, source: TokenWords(segment.text, offsets: offsets),
        target: TokenWords(raised?.text ?? decoded.text, offsets: raised?.offsets ?? decoded.offsets))
    } catch {
      throw .failed(reason: error.description)
    }
  }

  /// Texts that differ from `best` and from each other; two hypotheses may differ in their pieces only.
  private func alternatives(
    _ hypotheses: ArraySlice<Hypothesis>, to best: String, _ segment: SegmentPlan.Segment
  ) -> [Alternative] {
    var texts: Set<String> = [best]
    return hypotheses.compactMap { hypothesis in
      let text = text(of: hypothesis, segment)
      return texts.insert(text).inserted ? Alternative(target: text, score: hypothesis.score) : nil
    }
  }

  private func flags(_ segment: SegmentPlan.Segment, _ hypothesis: Hypothesis, _ text: String) -> [SegmentFlag] {
    var flags: [SegmentFlag] = []
    if hypothesis.end == .lengthLimit { flags.append(.truncated) }
    let tokens = hypothesis.tokens.filter { $0 != model.tokenizer.endID }
    if OutputChecks.isRepetitive(tokens) { flags.append(.repetition) }
    if OutputChecks.isUntranslated(source: segment.text, target: text[...]) { flags.append(.untranslated) }
    if OutputChecks.isCopied(source: segment.text, target: text[...]) { flags.append(.copied) }
    if OutputChecks.isLengthRatioOff(sourceTokens: segment.textTokens, targetTokens: tokens.count) {
      flags.append(.lengthRatio)
    }
    return flags
  }
}

extension InferenceEngine {
  /// Cuts a request's texts into segments and puts them into the queue.
  public func submit(_ request: TranslationRequest) throws(InferenceError) -> TranslationStream {
    try submit(request, deadline: ContinuousClock.now + configuration.deadline)
  }

  /// The same for a part of a request that has a deadline of its own.
  func submit(
    _ request: TranslationRequest, deadline: ContinuousClock.Instant
  ) throws(InferenceError) -> TranslationStream {
    let (catalog, loop) = try current()
    // Before the text is cut and tokenized: an overloaded engine must not work for what it refuses.
    try loop.check(request.priority)
    guard let route = catalog.route(from: request.source, to: request.target) else {
      throw .unsupportedPair(source: request.source, target: request.target)
    }
    let model = catalog.models[route.model]
    let plan = try SegmentPlan(
      texts: request.texts, language: request.source, split: request.split, model: model, prefix: route.prefix)
    let options = GenerationOptions(
      model.generation(for: .translation(from: request.source, to: request.target)),
      beamSize: request.beamSize ?? configuration.beamSize,
      hypothesisCount: request.alternatives + 1, maxNewTokens: request.maxNewTokens,
      scoring: request.detail == .plain ? .none : .meanLogProbability,
      attention: request.detail == .aligned ? .mean : .none)
    let submission = try submit(
      plan.segments.map { EngineLoop.Segment(source: $0.source, options: options) },
      model: route.model, priority: request.priority, deadline: deadline)
    return TranslationStream(submission: submission, plan: plan, model: model, prefix: route.prefix)
  }

  /// Translates a request's texts. Each answer depends on its own text only, whatever else is being translated.
  /// - Parameter onSegment: told of each segment, in order, when it is done.
  public func translate(
    _ request: TranslationRequest, onSegment: (SegmentResult) -> Void = { _ in }
  ) async throws(InferenceError) -> Translation {
    var stream = try submit(request)
    return try await stream.collect { segment, _ in onSegment(segment) }
  }
}

extension TranslationStream {
  /// Waits for all segments and puts the texts together.
  /// - Parameter onSegment: told of each segment, in order, and how many there are.
  mutating func collect(
    onSegment: (_ segment: SegmentResult, _ total: Int) -> Void = { _, _ in }
  ) async throws(InferenceError) -> Translation {
    var segments: [SegmentResult] = []
    segments.reserveCapacity(plan.segments.count)
    while let segment = try await next() {
      segments.append(segment)
      onSegment(segment, plan.segments.count)
    }
    let targets = segments.map(\.target)
    let texts = plan.items.indices.map { plan.assemble(item: $0, translations: targets) }
    return Translation(
      texts: texts, alternatives: plan.alternatives(to: texts, segments), segments: segments, model: model.card.id,
      timings: TranslationTimings(submission.timings, now: ContinuousClock.now))
  }
}

extension TranslationTimings {
  init(_ timings: Submission.Timings, now: ContinuousClock.Instant) {
    let admitted = timings.admitted ?? timings.submitted
    queue = admitted - timings.submitted
    inference = (timings.finished ?? admitted) - admitted
    total = now - timings.submitted
  }
}
