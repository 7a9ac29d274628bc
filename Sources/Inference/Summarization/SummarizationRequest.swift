/// How long a summary is to be.
public enum SummaryLength: Sendable, Equatable {
  /// The sentence that matters most.
  case short
  /// Three sentences or about as many words.
  case medium
  /// Eight sentences or about as many words.
  case long
  /// Exactly as many sentences where they are taken from the text (all where it has fewer), at most as many where a
  /// model writes them.
  case sentences(Int)
  /// At most as many tokens; sentences stay whole where one fits.
  case tokens(Int)
}

/// Who writes the sentences of a summary.
public enum SummaryMethod: String, Sendable, CaseIterable {
  /// A model, in its own words.
  case abstractive
  /// The text itself: sentences are chosen, not changed.
  case extractive
  /// A model where the text suits it and what it wrote passes every check, else the text itself.
  case automatic = "auto"
}

/// A text to be summarized.
public struct SummarizationRequest: Sendable {
  public var text: String
  public var length: SummaryLength
  public var method: SummaryMethod
  /// What the summary is to be about; nil is whatever matters most in the text.
  public var query: String?
  /// The text's language, a code in lower case; one that no model knows is summarized by its words alone.
  public var language: String
  /// The summary's language; another one than the text's is reached by translation.
  public var target: String
  public var priority: Priority
  public var detail: SummaryDetail

  public init(
    text: String, length: SummaryLength = .medium, method: SummaryMethod = .automatic, query: String? = nil,
    language: String = "en", target: String? = nil, priority: Priority = .interactive, detail: SummaryDetail = .plain
  ) {
    self.text = text
    self.length = length
    self.method = method
    self.query = query
    self.language = language
    self.target = target ?? language
    self.priority = priority
    self.detail = detail
  }
}

/// Whether the answer shows which sentences of the text each sentence of the summary rests on.
public enum SummaryDetail: Sendable, Equatable {
  case plain
  case attention
}

/// How far a summary has come.
public struct SummaryProgress: Sendable, Equatable {
  /// What is being done.
  public enum Stage: String, Sendable, CaseIterable {
    /// Sentences are being scored.
    case reading
    /// A model writes, chunk by chunk, and again over what it wrote.
    case writing
    /// Sentences are being translated.
    case translating
  }

  public let stage: Stage
  /// Chunks of the stage that are done, of `total`.
  public let done: Int
  public let total: Int

  package init(stage: Stage, done: Int, total: Int) {
    self.stage = stage
    self.done = done
    self.total = total
  }
}
