import HTTP

/// The routes that the cases ask for.
enum ConformanceSite {
  static let limits: HTTPLimits = {
    var limits = HTTPLimits()
    limits.headBytes = 2_048
    limits.fieldCount = 30
    limits.targetBytes = 512
    limits.bodyBytes = 1_024
    return limits
  }()

  static func router() -> Router {
    var router = Router()
    for method in [HTTPMethod.get, .post, .put] { router.on(method, "/show", show) }
    router.on(.get, "/", show)
    router.on(.get, "/items/{id}") { _, parameters in text(parameters["id"] ?? "") }
    router.on(.get, "/field") { request, _ in
      let name = HTTPHeaderName(literal: "X")
      return text(request.headers[values: name].joined(separator: "|"), request.headers.first { $0.name == name })
    }
    router.on(.get, "/slow") { _, _ in
      try? await Task.sleep(for: .milliseconds(20))
      return text("slow")
    }
    router.on(.get, "/never") { _, _ in
      try? await Task.sleep(for: .seconds(3_600))
      return text("never")
    }
    router.on(.get, "/stream") { _, _ in stream(["one ", "", "two ", "three"]) }
    router.on(.get, "/stream/empty") { _, _ in stream([]) }
    router.immediately(.get, "/stream/now") { _, _ in stream(["at ", "once"]) }
    router.immediately(.get, "/now") { _, _ in text("now") }
    router.on(.get, "/bye") { _, _ in HTTPResponse(status: .ok, headers: [.connection: "close"]) }
    router.on(.get, "/empty") { _, _ in HTTPResponse(status: .noContent, body: .bytes(Array("lost".utf8))) }
    router.on(.get, "/unchanged") { _, _ in
      HTTPResponse(status: .notModified, headers: [.eTag: "\"1\""], body: .bytes(Array("lost".utf8)))
    }
    router.on(.get, "/framed") { _, _ in
      HTTPResponse(
        status: .ok, headers: [.contentLength: "4711", .transferEncoding: "gzip", .date: "never"],
        body: .bytes(Array("framed".utf8)))
    }
    return router
  }

  /// What the server understood: `POST /show?query body`.
  @Sendable private static func show(_ request: HTTPRequest, _ parameters: RouteParameters) -> HTTPResponse {
    var text = "\(request.method.rawValue) \(request.path)"
    if let query = request.query { text += "?" + query }
    if !request.body.isEmpty { text += " " }
    return HTTPResponse(status: .ok, contentType: "text/plain", body: Array(text.utf8) + request.body)
  }

  private static func text(_ text: String, _ field: HTTPHeaders.Element? = nil) -> HTTPResponse {
    var bytes = Array(text.utf8)
    // A value as it came, bytes that are no UTF-8 included.
    if let field { bytes = field.withUnsafeBytesOfValue { Array($0) } }
    return HTTPResponse(status: .ok, contentType: "text/plain", body: bytes)
  }

  private static func stream(_ pieces: [String]) -> HTTPResponse {
    let sent = Counter()
    return HTTPResponse(
      status: .ok, headers: [.contentType: "text/plain"],
      body: .stream(
        ResponseStream {
          guard sent.count < pieces.count else { return nil }
          sent.add()
          return Array(pieces[sent.count - 1].utf8)
        }))
  }
}
