import Models

/// Why the engine gives no translation.
public enum InferenceError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Models are still being loaded.
  case notReady(reason: String)
  /// A model could not be loaded or failed its self-test; it stays so until somebody repairs it and starts anew.
  case modelsFailed(reason: String)
  /// No model translates from one language to the other.
  case unsupportedPair(source: String, target: String)
  /// No model writes summaries of texts in this language.
  case noSummarizer(language: String)
  /// No model that is loaded does this.
  case noModel(task: ModelCard.Task)
  /// There is nothing but white space to summarize.
  case emptyText
  /// The queue is full.
  case overloaded(retryAfter: Duration)
  /// The request's deadline passed before it was done.
  case deadlineExceeded
  /// The caller has gone.
  case cancelled
  /// The engine is being shut down.
  case shuttingDown
  /// A model could not be used; `reason` says what to do.
  case failed(reason: String)

  public var description: String {
    switch self {
    case .notReady(let reason), .modelsFailed(let reason): "not ready: \(reason)"
    case .unsupportedPair(let source, let target): "no model translates from \(source) to \(target)"
    case .noSummarizer(let language):
      "no model writes summaries of texts in \(language); method extractive needs none"
    case .noModel(let task): "no \(task.rawValue) model is loaded"
    case .emptyText: "the text has no word"
    case .overloaded(let retryAfter): "overloaded; try again in \(retryAfter.components.seconds) s"
    case .deadlineExceeded: "the request took longer than its deadline"
    case .cancelled: "cancelled"
    case .shuttingDown: "shutting down"
    case .failed(let reason): reason
    }
  }
}
