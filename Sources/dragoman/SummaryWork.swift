import Inference
import Service

/// Texts become summaries, each in a request of its own.
struct SummaryWork: BulkWork {
  let engine: InferenceEngine
  /// Everything about the requests but their text.
  let template: SummarizationRequest
  let format: BulkFormat

  /// A summary is written as soon as it and those before it are done. A text may have many segments, so that few texts
  /// keep the batch full, and each waits for its own requests only.
  let limits = BulkLimits(
    chunkTexts: 1, chunkBytes: 1 << 16, chunksInFlight: 8, textsInFlight: 8, bytesInFlight: 1 << 20)

  func results(
    of texts: [InputText], onProgress: @escaping @Sendable (SummaryProgress) -> Void
  ) async throws(InferenceError) -> [BulkResult] {
    var results: [BulkResult] = []
    for text in texts { results.append(result(try await summary(of: text.text, onProgress), of: text)) }
    return results
  }

  /// A text without a word has an empty summary: an error would stop the work on all that follows.
  private func summary(
    of text: String, _ onProgress: @escaping @Sendable (SummaryProgress) -> Void
  ) async throws(InferenceError) -> Summary {
    if SummaryRules.isBlank(text) { return .ofNothing }
    var request = template
    request.text = text
    do throws(InferenceError) {
      return try await engine.summarize(request, onProgress: onProgress)
    } catch {
      guard error == .emptyText else { throw error }
      return .ofNothing
    }
  }

  private func result(_ summary: Summary, of text: InputText) -> BulkResult {
    switch format {
    case .json:
      return BulkResult(output: .json(JSONLine.bytes(of: text) { $0.summary(summary, template.detail) }))
    case .text:
      let notes = summary.flags.compactMap(\.note)
      // A line of input keeps its carriage return.
      let end = text.line != nil && text.text.unicodeScalars.last == "\r" ? "\r" : ""
      return BulkResult(
        output: .text(summary.text.onOneLine + end),
        note: notes.isEmpty ? nil : "\(text.place): the summary has " + notes.joined(separator: ", "))
    }
  }
}

extension Summary {
  /// The summary of a text that has no word: nothing.
  fileprivate static let ofNothing = Summary(
    text: "", sentences: [], coverage: SummaryCoverage(chunks: 0, sourceSentences: 0, coveredSentences: 0),
    method: .extractive, reason: "the text has no word", flags: [.shortText], model: nil)
}

extension SummaryFlag {
  /// What a reader of the summary alone should know; nil where the summary is no worse for it.
  fileprivate var note: String? {
    switch self {
    case .unsupportedNumber: "a number that the text lacks (\(rawValue))"
    case .unsupportedName: "a name that the text lacks (\(rawValue))"
    case .unsupportedQuotation: "a quotation that the text lacks (\(rawValue))"
    case .repetition: "words that stand there again and again (\(rawValue))"
    case .truncated: "an end that a limit made (\(rawValue))"
    case .untranslated: "a sentence that is not translated (\(rawValue))"
    case .copied, .shortText: nil
    }
  }
}

extension String {
  /// The text with a space for each line break and the white space around it.
  fileprivate var onOneLine: String {
    unicodeScalars.split(whereSeparator: \.isLineBreak).map { line in
      let start = line.drop(while: \.properties.isWhitespace)
      let end = start.lastIndex { !$0.properties.isWhitespace }
      return String(end.map { start[...$0] } ?? start[start.endIndex...])
    }.filter { !$0.isEmpty }.joined(separator: " ")
  }
}

extension Unicode.Scalar {
  /// The mandatory breaks of UAX #14.
  fileprivate var isLineBreak: Bool {
    switch value {
    case 0x0A...0x0D, 0x85, 0x2028, 0x2029: true
    default: false
    }
  }
}
