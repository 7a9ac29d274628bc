import Inference

/// What became of one text.
struct BulkResult: Sendable {
  /// What is written of it.
  enum Output: Sendable {
    /// Text, without what stands between texts.
    case text(String)
    /// A whole line of JSON, its newline included.
    case json([UInt8])
  }

  let output: Output
  /// What its reader should know; a line of the standard error.
  var note: String?
}

/// What a bulk command does with its texts.
protocol BulkWork: Sendable {
  /// How much is done at a time.
  var limits: BulkLimits { get }

  /// One result for each text, in order.
  ///
  /// - Parameter onProgress: may be told how far the work has come; from any thread.
  func results(
    of texts: [InputText], onProgress: @escaping @Sendable (SummaryProgress) -> Void
  ) async throws(InferenceError) -> [BulkResult]
}

/// How much a bulk command does at a time.
struct BulkLimits: Sendable {
  /// Texts that are read, worked on and written in one piece.
  let chunkTexts: Int
  /// A chunk ends with the text that reaches these bytes.
  let chunkBytes: Int
  /// Chunks that are worked on at a time; fewer than the bulk requests that the engine takes.
  let chunksInFlight: Int
  /// Texts that are worked on at a time.
  let textsInFlight: Int
  /// No chunk is started beyond these bytes.
  let bytesInFlight: Int
}
