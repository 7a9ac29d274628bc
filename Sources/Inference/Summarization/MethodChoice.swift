/// Who is to write a summary, and why: a value that sees the request, the text and what the model is good for.
package enum MethodChoice: Sendable, Equatable {
  /// A model writes.
  case write(reason: String)
  /// Sentences are chosen.
  case choose(reason: String)

  /// What a model that writes summaries can do.
  package struct Writer: Sendable, Equatable {
    /// The model's id.
    let id: String
    /// Whether its card lets it write summaries of the wanted length unasked.
    let suitsLength: Bool
    /// Tokens of the text.
    let textTokens: Int
    /// Tokens that it reads at once.
    let limit: Int
    /// The fewest tokens that it is made to write.
    let minimum: Int

    package init(id: String, suitsLength: Bool, textTokens: Int, limit: Int, minimum: Int) {
      self.id = id
      self.suitsLength = suitsLength
      self.textTokens = textTokens
      self.limit = limit
      self.minimum = minimum
    }
  }

  /// - Parameters:
  ///   - sentences: of the text.
  ///   - wanted: sentences that were asked for; nil where the length is not counted in sentences.
  ///   - writer: nil where no model writes summaries of texts in the request's language.
  package init(
    _ request: SummarizationRequest, sentences: Int, wanted: Int?, writer: Writer?
  ) throws(InferenceError) {
    switch request.method {
    case .extractive:
      self = .choose(reason: "asked for")
    case .abstractive:
      guard let writer else { throw .noSummarizer(language: request.language) }
      if let reason = Self.tooShort(sentences: sentences, wanted: wanted, writer) {
        self = .choose(reason: reason)
      } else {
        self = .write(reason: "asked for")
      }
    case .automatic:
      if let reason = Self.obstacle(request, sentences: sentences, wanted: wanted, writer) {
        self = .choose(reason: reason)
      } else {
        self = .write(reason: "the text suits \(writer?.id ?? ""), and what it wrote passed every check")
      }
    }
  }

  /// Why the text's own sentences must do, whoever was asked for: a model that is made to write more than it has read
  /// invents the rest.
  private static func tooShort(sentences: Int, wanted: Int?, _ writer: Writer) -> String? {
    if sentences <= 1 { return "the text is a single sentence" }
    if writer.textTokens <= writer.minimum {
      return "the text has \(writer.textTokens) tokens, and \(writer.id) never writes fewer than \(writer.minimum)"
    }
    return nil
  }

  /// Why no model is to write unasked.
  private static func obstacle(
    _ request: SummarizationRequest, sentences: Int, wanted: Int?, _ writer: Writer?
  ) -> String? {
    guard let writer else { return "no model writes summaries of texts in \(request.language)" }
    if request.query != nil { return "a query chooses among the text's own sentences" }
    if let reason = tooShort(sentences: sentences, wanted: wanted, writer) { return reason }
    if let wanted, wanted >= sentences { return "the text has no more sentences than were asked for" }
    if writer.textTokens > writer.limit {
      return "the text has \(writer.textTokens) tokens, \(writer.id) reads \(writer.limit) at once"
    }
    if !writer.suitsLength { return "\(writer.id) writes summaries of this length only when asked to" }
    return nil
  }
}
