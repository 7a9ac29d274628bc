import HTTPTypes

/// The values of a route's `{name}` segments, percent-decoded.
public struct RouteParameters: Sendable, Equatable {
  private var pairs: [(name: String, value: String)] = []

  init() {}

  /// The value of a parameter, or nil when the pattern has none of that name.
  public subscript(name: String) -> String? {
    pairs.first { $0.name == name }?.value
  }

  mutating func append(_ name: String, _ value: String) {
    pairs.append((name, value))
  }

  /// Whether both hold the same names and values in the same order.
  public static func == (left: RouteParameters, right: RouteParameters) -> Bool {
    left.pairs.elementsEqual(right.pairs) { $0 == $1 }
  }
}

/// Chooses the handler of a request by method and path, and answers what has none: 404, 405 with Allow, 501, and
/// OPTIONS. HEAD is answered by GET's handler; the server leaves the body out.
public struct Router: Sendable {
  /// Answers one request; never throws.
  public typealias Handler = @Sendable (HTTPRequest, RouteParameters) async -> HTTPResponse

  /// Makes the answer to a request that no handler gets: status, one sentence, and the path ("" where it is not known).
  /// The server uses it for refusals of the parser too.
  public typealias ErrorResponder = @Sendable (HTTPStatus, String, String) -> HTTPResponse

  /// Makes the answers to errors.
  public let errorResponse: ErrorResponder
  /// Puts on an answer that no handler made what every answer has; gets the request's fields, none where it has no head.
  public var completing: (@Sendable (inout HTTPResponse, HTTPHeaders) -> Void)?
  /// Whether a route has an admission.
  private(set) var hasAdmissions = false
  private var routes: [Route] = []
  private var literalRoutes: [String: Int] = [:]

  /// Makes a router without routes.
  public init(errorResponse: @escaping ErrorResponder = Router.jsonError) {
    self.errorResponse = errorResponse
  }

  /// Answers one request on the I/O queue, without a task of its own: see `immediately(_:_:_:)`.
  public typealias ImmediateHandler = @Sendable (HTTPRequest, RouteParameters) -> HTTPResponse

  /// Adds a route whose handler only looks something up, such as a liveness check: it runs on the I/O queue, so it is
  /// answered even while Swift's thread pool is busy, but must take microseconds and never wait.
  public mutating func immediately(
    _ method: HTTPMethod, _ pattern: String, _ handler: @escaping ImmediateHandler
  ) {
    add(method, pattern, .immediate(handler))
  }

  /// Adds a route.
  ///
  /// - Parameters:
  ///   - pattern: `/segments/like/{this}`; a segment is a literal or one parameter in braces. A literal segment wins over
  ///     a parameter at the same place.
  ///   - handler: answers the requests. A pair of method and pattern must be added once only.
  ///   - admission: see `Admission`.
  public mutating func on(
    _ method: HTTPMethod, _ pattern: String, admission: Admission? = nil, _ handler: @escaping Handler
  ) {
    add(method, pattern, .task(handler, admission))
    if admission != nil { hasAdmissions = true }
  }

  /// Looks at a request whose head has come and whose body has not: the answer that refuses it, or nil to let it come.
  /// A refused body is never kept in memory, and one behind `Expect: 100-continue` is not asked for. It runs on the I/O
  /// queue, only for requests with a body, so the handler must decide again.
  public typealias Admission = @Sendable (HTTPRequest) -> HTTPResponse?

  private mutating func add(_ method: HTTPMethod, _ pattern: String, _ handler: RouteHandler) {
    let parsed = RoutePattern(pattern)
    if let index = routes.firstIndex(where: { $0.pattern.shape == parsed.shape }) {
      precondition(
        routes[index].pattern == parsed, "\(pattern) differs from \(routes[index].pattern.text) in names only")
      precondition(routes[index].handlers[method] == nil, "\(method) \(pattern) is routed twice")
      routes[index].handlers[method] = handler
      return
    }
    let place = routes.firstIndex { parsed.isMoreSpecific(than: $0.pattern) } ?? routes.endIndex
    routes.insert(Route(pattern: parsed, handlers: [method: handler]), at: place)
    literalRoutes = [:]
    for (index, route) in routes.enumerated() where route.pattern.isLiteral {
      literalRoutes[route.pattern.text] = index
    }
  }

  /// Answers one request.
  public func respond(to request: HTTPRequest) async -> HTTPResponse {
    switch route(request) {
    case .call(let call): return await call.respond()
    case .answer(let response): return response
    }
  }

  /// A request with the handler that was chosen for it.
  struct Call: Sendable {
    var request: HTTPRequest
    let parameters: RouteParameters
    let handler: Handler

    func respond() async -> HTTPResponse { await handler(request, parameters) }
  }

  /// What is to be done about a request.
  enum Decision: Sendable {
    case call(Call)
    case answer(HTTPResponse)
  }

  /// Chooses the handler, or has the answer already.
  func route(_ request: HTTPRequest) -> Decision {
    switch choose(method: request.method, path: request.path, rawPath: request.rawPath, request.headers) {
    case .handler(.task(let handler, _), let parameters):
      return .call(Call(request: request, parameters: parameters, handler: handler))
    case .handler(.immediate(let handler), let parameters): return .answer(handler(request, parameters))
    case .answer(let response): return .answer(response)
    }
  }

  /// The answer that is known before the body is read, so that a client which waits for 100-continue need not send it.
  func answerWithoutBody(to head: HTTPRequestHead, from peer: String) -> HTTPResponse? {
    switch choose(method: head.method, path: head.target.path, rawPath: head.target.rawPath, head.headers) {
    case .answer(let response): return response
    case .handler(.task(_, let admission), _): return admission?(HTTPRequest(head, from: peer))
    case .handler(.immediate, _): return nil
    }
  }

  /// The answer of the route's admission; nil where the request is let in, or no route has it.
  func admissionAnswer(to head: HTTPRequestHead, from peer: String) -> HTTPResponse? {
    guard let (handler, _) = find(head.method, head.target.rawPath), case .task(_, let admission) = handler else {
      return nil
    }
    return admission?(HTTPRequest(head, from: peer))
  }

  /// The answer to what cannot be read.
  func refusalAnswer(_ refusal: HTTPRefusal, to head: HTTPRequestHead?) -> HTTPResponse {
    error(refusal.status, refusal.message, head?.target.path ?? "", head?.headers ?? HTTPHeaders())
  }

  /// The answer to a request that no handler gets, with what every answer has.
  func error(
    _ status: HTTPStatus, _ message: String, _ path: String, _ fields: HTTPHeaders
  ) -> HTTPResponse {
    var response = errorResponse(status, message, path)
    completing?(&response, fields)
    return response
  }

  private enum Choice {
    case handler(RouteHandler, RouteParameters)
    case answer(HTTPResponse)
  }

  private func choose(method: HTTPMethod, path: String, rawPath: String, _ fields: HTTPHeaders) -> Choice {
    // RFC 9110 §15.6.2: a method that the server does not recognize at all gets 501, not 405.
    guard Self.recognized.contains(method) else {
      return .answer(error(.notImplemented, "Method \(method.rawValue) is not implemented", path, fields))
    }
    if rawPath == "*" {
      // RFC 9110 §9.3.7: OPTIONS * asks about the server as a whole.
      return .answer(optionsResponse(allowing: routes, fields))
    }
    if let (handler, parameters) = find(method, rawPath) { return .handler(handler, parameters) }
    let matching = routes.filter { $0.pattern.match(rawPath) != nil }
    guard !matching.isEmpty else { return .answer(error(.notFound, "Not found", path, fields)) }
    if method == .options { return .answer(optionsResponse(allowing: matching, fields)) }
    var response = error(
      .methodNotAllowed, "The method \(method.rawValue) is not allowed for this URL", path, fields)
    // RFC 9110 §15.5.6: 405 must say what is allowed.
    response.headers[.allow] = Self.allow(matching)
    return .answer(response)
  }

  private func find(_ method: HTTPMethod, _ rawPath: String) -> (RouteHandler, RouteParameters)? {
    if let index = literalRoutes[rawPath], let handler = routes[index].handler(for: method) {
      return (handler, RouteParameters())
    }
    for route in routes {
      guard let handler = route.handler(for: method), let parameters = route.pattern.match(rawPath) else { continue }
      return (handler, parameters)
    }
    return nil
  }

  private func optionsResponse(allowing routes: [Route], _ fields: HTTPHeaders) -> HTTPResponse {
    var response = HTTPResponse(status: .noContent, headers: [.allow: Self.allow(routes)])
    completing?(&response, fields)
    return response
  }

  private static func allow(_ routes: [Route]) -> String {
    var names: Set<String> = ["OPTIONS"]
    for route in routes { for method in route.handlers.keys { names.insert(method.rawValue) } }
    if names.contains("GET") { names.insert("HEAD") }
    return names.sorted().joined(separator: ", ")
  }

  private static let recognized: Set<HTTPMethod> = [
    .get, .head, .post, .put, .delete, .connect, .options, .trace, .patch,
  ]

  /// `{"error": message}` as application/json (RFC 8259 §7 says what is escaped).
  public static let jsonError: ErrorResponder = { status, message, _ in
    var body: [UInt8] = []
    body.append(literal: "{\"error\": \"")
    for byte in message.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        body.append(UInt8(ascii: "\\"))
        body.append(byte)
      case 0..<0x20:
        body.append(literal: "\\u00")
        for digit in [byte >> 4, byte & 15] { body.append(digit < 10 ? 0x30 + digit : 0x61 + digit - 10) }
      default: body.append(byte)
      }
    }
    body.append(literal: "\"}")
    return HTTPResponse(status: status, contentType: "application/json", body: body)
  }
}

/// Where a handler runs.
private enum RouteHandler: Sendable {
  case task(Router.Handler, Router.Admission?)
  case immediate(Router.ImmediateHandler)
}

/// One pattern with the handlers of its methods.
private struct Route: Sendable {
  let pattern: RoutePattern
  var handlers: [HTTPMethod: RouteHandler]

  /// RFC 9110 §9.3.2: HEAD is GET without the body.
  func handler(for method: HTTPMethod) -> RouteHandler? {
    handlers[method] ?? (method == .head ? handlers[.get] : nil)
  }
}
