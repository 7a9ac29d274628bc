import Inference

/// The fields of POST /translate.
package enum TranslateField: String, RequestField {
  case q, source, target, format, alternatives
  case apiKey = "api_key"
  case secret
  case details, glossary, split
  case beamSize = "beam_size"
  case maxNewTokens = "max_new_tokens"
  case priority
}

/// A request for a translation that keeps every rule. Nothing behind it sees JSON or a form.
struct TranslateQuery: Sendable {
  /// Whether `q` was one string or an array; the answer has the same shape.
  enum Shape: Sendable, Equatable { case single, array }

  /// Whether the answer tells about segments.
  enum Details: Sendable, Equatable { case plain, detailed }

  let shape: Shape
  let details: Details
  /// Whether the answer holds alternatives, be there any or none.
  let wantsAlternatives: Bool
  let request: TranslationRequest

  /// Whether `q` comes back as it is.
  var isUnchanged: Bool { request.source == request.target }

  /// Applies LibreTranslate's checks in LibreTranslate's order, then those of the fields that it does not have.
  ///
  /// - Parameter languages: the directory; asked only when all that can be said without it is right.
  init(
    validating fields: RequestFields<TranslateField>, limits: RequestLimits,
    languages: () throws(InferenceError) -> LanguageDirectory
  ) throws(APIError) {
    let texts: [String]
    (texts, shape) = try fields.texts()
    let source = try fields.code(.source)
    let target = try fields.code(.target)
    let alternatives = try fields.alternatives()
    wantsAlternatives = alternatives > 0
    try Self.check(texts, shape, limits)
    if source.lowercased() == "auto" { throw .notYet("source auto") }
    let directory = try APIError.ofEngine(languages)
    guard let from = directory.canonical(source) else { throw .unsupportedLanguage(code: source) }
    guard let to = directory.canonical(target) else { throw .unsupportedLanguage(code: target) }
    try fields.checkFormat()
    guard from == to || directory.translates(from: from, to: to) else {
      throw .unavailableTarget(target: to, source: from)
    }
    guard fields[.glossary] == .absent else { throw .notYet("glossary") }
    details = try fields.flag(.details) ? .detailed : .plain
    request = TranslationRequest(
      texts: texts, source: from, target: to,
      split: try fields.choice(.split) ?? .sentence,
      maxNewTokens: try fields.integer(.maxNewTokens, 1...Int.max),
      beamSize: try fields.integer(.beamSize, 1...TranslationRequest.beamLimit),
      alternatives: alternatives,
      priority: try fields.choice(.priority) ?? .interactive,
      detail: details == .detailed ? .aligned : .plain)
  }

  /// The number of items, then of characters.
  private static func check(_ texts: [String], _ shape: Shape, _ limits: RequestLimits) throws(APIError) {
    if shape == .array, texts.count > limits.items { throw .overTextLimit(size: texts.count, limit: limits.items) }
    try RequestLimits.checkCharacters(of: texts, limit: limits.characters)
  }
}

extension RequestFields<TranslateField> {
  /// `q`; what Python calls false counts as missing, as in LibreTranslate.
  fileprivate func texts() throws(APIError) -> (texts: [String], shape: TranslateQuery.Shape) {
    switch self[.q] {
    case .absent, .string(""), .form(""), .array([]): throw .missing(parameter: "q")
    case .string(let text), .form(let text): return ([text], .single)
    case .array(let elements):
      var texts: [String] = []
      texts.reserveCapacity(elements.count)
      for (index, element) in elements.enumerated() {
        guard case .string(let text) = element else {
          throw .invalid(parameter: "q", expected: "an array of strings only; element \(index) is none")
        }
        texts.append(text)
      }
      return (texts, .array)
    case .number, .bool, .object: throw .invalid(parameter: "q", expected: "a string or an array of strings")
    }
  }

  fileprivate func code(_ field: TranslateField) throws(APIError) -> String {
    guard let code = try text(field, expected: "a language code") else { throw .missing(parameter: field.rawValue) }
    return code
  }

  /// As Python's `max(0, int(…))` reads it: digits in a string count too, and a fraction is cut off.
  fileprivate func alternatives() throws(APIError) -> Int {
    let count: Int?
    switch self[.alternatives] {
    case .absent: return 0
    case .number(let value): count = value.isFinite && abs(value) < 1e15 ? Int(value) : nil
    case .string(let text), .form(let text): count = Int(text)
    case .bool, .array, .object: count = nil
    }
    guard let count else { throw .notANumber(parameter: "alternatives") }
    guard count <= TranslationRequest.alternativeLimit else {
      throw .invalid(parameter: "alternatives", expected: "<= \(TranslationRequest.alternativeLimit)")
    }
    return max(0, count)
  }

  fileprivate func checkFormat() throws(APIError) {
    switch self[.format] {
    case .absent, .string(""), .form(""), .string("text"), .form("text"): return
    case .string("html"), .form("html"): throw .notYet("format html")
    case .string(let format), .form(let format): throw .unsupportedFormat(format)
    case .number, .bool, .array, .object: throw .invalid(parameter: "format", expected: "text or html")
    }
  }
}
