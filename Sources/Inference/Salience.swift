import Models
import Tensors

/// A sentence of a document that is to be scored.
public struct SalienceSentence: Sendable {
  public let text: Substring
  public let start: SentenceStart

  public init(text: Substring, start: SentenceStart) {
    self.text = text
    self.start = start
  }
}

extension InferenceEngine {
  /// How much each sentence of a document says of the whole: a logit for each, in order. They depend on the document only,
  /// whatever else the engine does. Of a sentence the first `SalienceModel.tokenLimit` tokens are read.
  /// - Throws: `noModel` where no salience model is loaded; what `translate` throws.
  public func salience(
    of sentences: [SalienceSentence], priority: Priority = .interactive
  ) async throws(InferenceError) -> [Float] {
    try await salience(of: sentences, priority: priority, deadline: ContinuousClock.now + configuration.deadline)
  }

  /// The same for a part of a request that has a deadline of its own.
  func salience(
    of sentences: [SalienceSentence], priority: Priority, deadline: ContinuousClock.Instant
  ) async throws(InferenceError) -> [Float] {
    let (catalog, loop) = try current()
    guard let model = catalog.salience else { throw .noModel(task: .salience) }
    guard !sentences.isEmpty else { return [] }
    var tokens: [[TokenID]] = []
    tokens.reserveCapacity(sentences.count)
    for sentence in sentences { tokens.append(try model.tokens(of: sentence.text)) }
    let places = zip(sentences, tokens).map { SalienceModel.Place(tokens: $1.count, start: $0.start) }
    let submission = try loop.salience.submit(
      SalienceLane.Document(sentences: tokens, places: places), priority: priority, deadline: deadline)
    let scores = try await submission.next() ?? []
    guard scores.allSatisfy(\.isFinite) else {
      throw .failed(reason: "\(model.card.id) computed no number for a sentence; its weights may be damaged")
    }
    return scores
  }

  /// Sentences that wait to be scored.
  public var waitingSentences: Int { (try? current().1.salience.waitingSentences) ?? 0 }
}
