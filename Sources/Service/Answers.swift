import HTTP
import HTTPTypes

/// The answers that endpoints share.
enum Answer {
  static let json = "application/json"

  /// A body of JSON.
  static func json(_ status: HTTPStatus = .ok, _ write: (inout JSONWriter) -> Void) -> HTTPResponse {
    var writer = JSONWriter()
    write(&writer)
    return HTTPResponse(status: status, contentType: json, body: writer.bytes)
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
