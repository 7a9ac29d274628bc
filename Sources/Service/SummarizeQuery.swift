import Inference

/// The fields of POST /summarize.
package enum SummarizeField: String, RequestField {
  case q, length
  case maxSentences = "max_sentences"
  case maxTokens = "max_tokens"
  case method, query, language, target, details, priority
  case apiKey = "api_key"
}

/// A request for a summary that keeps every rule. Nothing behind it sees JSON or a form.
struct SummarizeQuery: Sendable {
  let request: SummarizationRequest

  /// Checks the text, then the other fields one after the other, the languages last.
  ///
  /// - Parameter languages: the directory; asked only when all that can be said without it is right.
  init(
    validating fields: RequestFields<SummarizeField>, limits: RequestLimits,
    languages: () throws(InferenceError) -> LanguageDirectory
  ) throws(APIError) {
    let text = try fields.text(limit: limits.summaryCharacters)
    let length = try fields.length()
    let method: SummaryMethod? = try fields.choice(.method)
    let query = try fields.query()
    let detail: SummaryDetail = try fields.flag(.details) ? .attention : .plain
    let priority: Priority? = try fields.choice(.priority)
    let code = try fields.language()
    let targetCode = try fields.text(.target, expected: "a language code")
    let directory = try APIError.ofEngine(languages)
    let language = SummaryRules.language(code, in: directory) ?? code
    request = SummarizationRequest(
      text: text, length: length, method: method ?? .automatic, query: query, language: language,
      target: try Self.target(targetCode ?? language, from: language, directory), priority: priority ?? .interactive,
      detail: detail)
  }

  /// The summary's language, which is the text's or one that a model translates it to.
  private static func target(
    _ code: String, from language: String, _ directory: LanguageDirectory
  ) throws(APIError) -> String {
    guard let target = SummaryRules.language(code, in: directory) else { throw .unsupportedLanguage(code: code) }
    if target == language { return target }
    guard directory.codes.contains(target) else { throw .unsupportedLanguage(code: code) }
    guard directory.translates(from: language, to: target) else {
      throw .unavailableTarget(target: target, source: language)
    }
    return target
  }
}

extension RequestFields<SummarizeField> {
  /// `q`: one text.
  fileprivate func text(limit: Int) throws(APIError) -> String {
    if self[.q] == .array([]) { throw .missing(parameter: "q") }
    guard let text = try text(.q, expected: "a string") else { throw .missing(parameter: "q") }
    try RequestLimits.checkCharacters(of: [text], limit: limit)
    if SummaryRules.isBlank(text) { throw .invalid(parameter: "q", expected: "a text with at least one word") }
    return text
  }

  /// The one length that is asked for, or medium.
  fileprivate func length() throws(APIError) -> SummaryLength {
    let given = [SummarizeField.length, .maxSentences, .maxTokens].filter { self[$0] != .absent }
    if given.count > 1 { throw .contradictory(parameters: given.map(\.rawValue)) }
    if let count = try integer(.maxSentences, SummaryRules.sentences) { return .sentences(count) }
    if let count = try integer(.maxTokens, SummaryRules.tokens) { return .tokens(count) }
    let named: NamedLength? = try choice(.length)
    return named?.length ?? .medium
  }

  fileprivate func query() throws(APIError) -> String? {
    let limit = SummaryRules.queryCharacters
    let expected = "a string of at most \(limit) characters"
    guard let query = try text(.query, expected: expected) else { return nil }
    guard query.unicodeScalars.count <= limit else { throw .invalid(parameter: "query", expected: expected) }
    return SummaryRules.query(query)
  }

  fileprivate func language() throws(APIError) -> String {
    let code = try text(.language, expected: "a language code") ?? "en"
    guard SummaryRules.isCode(code) else { throw .invalid(parameter: "language", expected: "a language code") }
    if code.lowercased() == "auto" { throw .notYet("language auto") }
    return code
  }
}
