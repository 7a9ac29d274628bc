import HTTP
import HTTPTypes
import Inference

/// Why a request gets no translation or summary. Texts and codes are LibreTranslate's wherever LibreTranslate has the case.
public enum APIError: Error, Equatable, Sendable {
  /// A parameter that every request needs is absent or empty.
  case missing(parameter: String)
  /// A parameter is not a number.
  case notANumber(parameter: String)
  /// A parameter has another type or value than it may have; `expected` says which it may.
  case invalid(parameter: String, expected: String)
  /// Parameters of which a request may have one only.
  case contradictory(parameters: [String])
  /// More items or characters than the limit.
  case overTextLimit(size: Int, limit: Int)
  /// A language that no model knows.
  case unsupportedLanguage(code: String)
  /// A `format` that LibreTranslate does not have either.
  case unsupportedFormat(String)
  /// Both languages are known, but no model translates from one to the other.
  case unavailableTarget(target: String, source: String)
  /// The body is not a JSON object.
  case malformedJSON(detail: String)
  /// Query or body are not form data.
  case malformedForm(FormError)
  /// A body of a kind that this endpoint does not read.
  case unsupportedMedia(String)
  /// Something that the API has, but this version does not.
  case notYet(String)
  /// Work needs a key, and the request has none.
  case keyNeeded
  /// The request's key is none of this server's, or no longer valid.
  case invalidKey
  /// More than a minute's worth of requests or characters.
  case slowDown(limit: Int, unit: RateLimits.Unit, wait: Duration)
  /// The engine gave no translation or summary.
  case engine(InferenceError)

  /// The status that says so; the one place where an error of the engine becomes one.
  public var status: HTTPStatus {
    switch self {
    case .missing, .notANumber, .invalid, .contradictory, .overTextLimit, .unsupportedLanguage, .unsupportedFormat,
      .unavailableTarget, .malformedJSON, .malformedForm, .notYet, .keyNeeded:
      return .badRequest
    case .invalidKey: return .forbidden
    case .slowDown: return .tooManyRequests
    case .unsupportedMedia: return .unsupportedMediaType
    case .engine(let error):
      switch error {
      case .notReady, .modelsFailed, .overloaded, .shuttingDown: return .serviceUnavailable
      case .unsupportedPair, .noSummarizer, .noModel, .emptyText: return .badRequest
      // Not 503: the request was taken and worked on, and sent again it would take as long.
      case .deadlineExceeded: return .gatewayTimeout
      // Nobody reads it; the log shows it. Other servers use the same number for "client closed request".
      case .cancelled: return HTTPStatus(code: 499, reasonPhrase: "Client Closed Request")
      case .failed: return .internalServerError
      }
    }
  }

  /// What a call of the engine returns; its error becomes the API's.
  static func ofEngine<Value>(_ call: () throws(InferenceError) -> Value) throws(APIError) -> Value {
    do {
      return try call()
    } catch {
      throw .engine(error)
    }
  }

  /// What a call of the engine returns; its error becomes the API's.
  static func ofEngine<Value: Sendable>(
    _ call: () async throws(InferenceError) -> Value
  ) async throws(APIError) -> Value {
    do {
      return try await call()
    } catch {
      throw .engine(error)
    }
  }

  /// One sentence for the client.
  public var message: String {
    switch self {
    case .missing(let parameter): return "Invalid request: missing \(parameter) parameter"
    case .notANumber(let parameter): return "Invalid request: \(parameter) parameter is not a number"
    case .invalid(let parameter, let expected): return "Invalid request: \(parameter) parameter must be \(expected)"
    case .contradictory(let parameters):
      return "Invalid request: \(parameters.inWords("and")) parameters exclude each other"
    case .overTextLimit(let size, let limit):
      return "Invalid request: request (\(size)) exceeds text limit (\(limit))"
    case .unsupportedLanguage(let code): return "\(Self.clipped(code)) is not supported"
    case .unsupportedFormat(let format): return "\(Self.clipped(format)) format is not supported"
    case .unavailableTarget(let target, let source):
      return "\(Self.named(target)) is not available as a target language from \(Self.named(source))"
    case .malformedJSON: return "Invalid JSON format"
    case .malformedForm(let error): return error.message
    case .unsupportedMedia(let reason): return reason
    case .notYet(let name): return "\(name) is not supported yet"
    case .keyNeeded: return "Please contact the server operator to get an API key"
    case .invalidKey: return "Invalid API key"
    case .slowDown(let limit, .requests, _): return "Slowdown: \(limit) per 1 minute"
    case .slowDown(let limit, .characters, _): return "Slowdown: \(limit) characters per 1 minute"
    case .engine(let error): return Self.message(error)
    }
  }

  /// What helps to find the mistake; a second key of the answer.
  public var detail: String? {
    if case .malformedJSON(let detail) = self { detail } else { nil }
  }

  /// Seconds after which it is worth trying again; nil where it is not.
  public var retryAfter: Int? {
    if case .slowDown(_, _, let wait) = self { return wait.wholeSecondsUp }
    guard case .engine(let error) = self else { return nil }
    switch error {
    case .notReady: return 1
    case .modelsFailed: return 60
    case .overloaded(let wait): return wait.wholeSecondsUp
    // By then another process listens, or none.
    case .shuttingDown: return 5
    case .unsupportedPair, .noSummarizer, .noModel, .emptyText, .deadlineExceeded, .cancelled, .failed: return nil
    }
  }

  /// What a client wrote, short enough to be sent back.
  private static func clipped(_ text: String) -> String {
    let limit = 40
    let scalars = text.unicodeScalars.prefix(limit + 1)
    return scalars.count > limit ? String(String.UnicodeScalarView(scalars.prefix(limit))) + "…" : text
  }

  private static func named(_ code: String) -> String {
    "\(LanguageNames.name(of: code)) (\(LanguageDirectory.shown(code)))"
  }

  private static func message(_ error: InferenceError) -> String {
    switch error {
    case .notReady(let reason), .modelsFailed(let reason): return "Not ready: \(reason)"
    case .shuttingDown: return "The server is shutting down"
    case .unsupportedPair(let source, let target):
      return APIError.unavailableTarget(target: target, source: source).message
    case .noSummarizer(let language):
      return APIError.invalid(
        parameter: "method", expected: "extractive or auto: no model writes summaries of texts in \(clipped(language))"
      ).message
    case .noModel: return "This server has no model for it"
    case .emptyText: return APIError.invalid(parameter: "q", expected: "a text with at least one word").message
    case .overloaded: return "Too many requests are waiting; try again after the seconds that Retry-After names"
    case .deadlineExceeded: return "The request took longer than this server allows; send less text at once"
    case .cancelled: return "The client closed the connection"
    // What failed may name folders of this machine: it stands in the log, beside the request's id.
    case .failed: return "The model could not be used; the server's log says why"
    }
  }
}

extension [String] {
  /// `a, b WORD c`.
  func inWords(_ word: String) -> String {
    count < 2 ? first ?? "" : dropLast().joined(separator: ", ") + " \(word) " + self[count - 1]
  }
}

extension Duration {
  /// In seconds, rounded up, at least 1 and at most a day.
  var wholeSecondsUp: Int {
    let seconds = components.seconds
    let up = components.attoseconds > 0 ? seconds.addingReportingOverflow(1).partialValue : seconds
    return Int(Swift.min(Swift.max(up, 1), 86_400))
  }
}
