import HTTP
import HTTPTypes
import Logging

/// The answers that endpoints share.
enum Answer {
  static let json = "application/json"

  /// A body of JSON.
  static func json(_ status: HTTPStatus = .ok, _ write: (inout JSONWriter) -> Void) -> HTTPResponse {
    var writer = JSONWriter()
    write(&writer)
    return HTTPResponse(status: status, contentType: json, body: writer.bytes)
  }

  /// What `work` answers, or its error; what the engine failed at stands in the log, beside the request's id.
  ///
  /// - Parameter name: what the log calls the work: `translation`.
  static func working(
    _ name: String, _ id: RequestID, _ logger: Logger, _ work: () async throws(APIError) -> HTTPResponse
  ) async -> HTTPResponse {
    do throws(APIError) {
      return try await work()
    } catch {
      log(error, name, id, logger)
      return self.error(error)
    }
  }

  /// Writes down what the engine failed at: the client is not told.
  static func log(_ error: APIError, _ name: String, _ id: RequestID, _ logger: Logger) {
    guard case .engine(.failed(let reason)) = error else { return }
    logger.error("\(name) failed", metadata: ["reason": "\(reason)", "id": "\(id)"])
  }

  /// `{"error": …}`, with `detail` where there is one, and Retry-After where it is worth trying again.
  static func error(_ error: APIError) -> HTTPResponse {
    var response = self.error(error.status, error.message, detail: error.detail)
    if let seconds = error.retryAfter { response.headers[.retryAfter] = String(seconds) }
    if case .slowDown(let limit, _, let wait) = error { RateFields.add(limit: limit, wait: wait, to: &response) }
    return response
  }

  /// `{"error": …}` of a status.
  static func error(_ status: HTTPStatus, _ message: String, detail: String? = nil) -> HTTPResponse {
    json(status) { write(message, detail, &$0) }
  }

  /// The same JSON for a stream, which has its status already.
  static func bytes(of error: APIError) -> [UInt8] {
    var writer = JSONWriter()
    write(error.message, error.detail, &writer)
    return writer.bytes
  }

  private static func write(_ message: String, _ detail: String?, _ writer: inout JSONWriter) {
    writer.object { object in
      object.member("error", message)
      if let detail { object.member("detail", detail) }
    }
  }
}

/// The limit that a request ran into (draft-ietf-httpapi-ratelimit-headers-03 §3).
private enum RateFields {
  private static let limit = HTTPHeaderName(literal: "RateLimit-Limit")
  private static let remaining = HTTPHeaderName(literal: "RateLimit-Remaining")
  private static let reset = HTTPHeaderName(literal: "RateLimit-Reset")

  static func add(limit: Int, wait: Duration, to response: inout HTTPResponse) {
    response.headers[Self.limit] = String(limit)
    response.headers[remaining] = "0"
    response.headers[reset] = String(wait.wholeSecondsUp)
  }
}
