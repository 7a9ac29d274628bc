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
      if case .engine(.failed(let reason)) = error {
        logger.error("\(name) failed", metadata: ["reason": "\(reason)", "id": "\(id)"])
      }
      return self.error(error)
    }
  }

  /// `{"error": …}`, with `detail` where there is one, and Retry-After where it is worth trying again.
  static func error(_ error: APIError) -> HTTPResponse {
    var response = self.error(error.status, error.message, detail: error.detail)
    if let seconds = error.retryAfter { response.headers[.retryAfter] = String(seconds) }
    return response
  }

  /// `{"error": …}` of a status.
  static func error(_ status: HTTPStatus, _ message: String, detail: String? = nil) -> HTTPResponse {
    json(status) { writer in
      writer.object { object in
        object.member("error", message)
        if let detail { object.member("detail", detail) }
      }
    }
  }
}

extension HTTPRequest {
  /// Refuses a request whose Accept names the type of a stream of events.
  func refuseEventStream() throws(APIError) {
    let wantsOne = headers[values: .accept].contains { value in
      value.split(separator: ",").contains { range in
        range.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }.lowercased() == "text/event-stream"
      }
    }
    if wantsOne { throw .notYet("text/event-stream") }
  }
}

/// The fields that stand on every answer.
enum CommonHeaders {
  private static let nosniff = HTTPHeaderName(literal: "X-Content-Type-Options")

  /// What LibreTranslate sends, so that a page of any origin may call (WHATWG Fetch §3.2), and `nosniff`.
  private static let fields: [HTTPField] = [
    HTTPField(name: .accessControlAllowOrigin, value: "*"),
    HTTPField(name: .accessControlAllowHeaders, value: "Authorization, Content-Type"),
    HTTPField(name: .accessControlAllowMethods, value: "GET, POST"),
    HTTPField(name: .accessControlAllowCredentials, value: "true"),
    HTTPField(name: .accessControlMaxAge, value: "1728000"),
    HTTPField(name: nosniff, value: "nosniff"),
  ]

  static func add(to response: inout HTTPResponse) {
    response.headers.append(contentsOf: fields)
  }
}
