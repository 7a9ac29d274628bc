import HTTP
import HTTPTypes

/// The API on one screen.
package enum Routes {
  package static func all(_ context: ServiceContext) -> [Route] {
    let translate = TranslateEndpoint(service: context.service, limits: context.limits, logger: context.logger)
    let languages = LanguagesEndpoint(service: context.service)
    let ready = ReadyEndpoint(service: context.service, lifecycle: context.lifecycle)
    return [
      Route(.post, "/translate", .working { await translate.respond(to: $0, id: $1) }),
      Route(.get, "/languages", .lookup { languages.respond() }),
      Route(.get, "/health", .probe { HealthEndpoint().respond() }),
      Route(.get, "/ready", .probe { ready.respond() }),
      Route(.get, "/version", .lookup { VersionEndpoint().respond() }),
      Route(.get, "/openapi.yaml", .lookup { SpecificationEndpoint().respond() }),
      Route(.get, "/", .lookup { WebPage.response() }),
    ]
  }

  /// The router of all routes; every answer passes the log, the metrics and the common header fields.
  package static func router(_ context: ServiceContext) -> Router {
    let observer = RequestObserver(log: context.log, metrics: context.metrics)
    var router = Router { status, message, _ in
      var response = Answer.error(status, message)
      CommonHeaders.add(to: &response)
      observer.refused(status)
      return response
    }
    let routes = all(context)
    for route in routes { add(route, to: &router, observer) }
    for (path, methods) in Dictionary(grouping: routes, by: \.path).mapValues({ $0.map(\.method) }) {
      router.immediately(.options, path) { _, _ in preflight(methods) }
    }
    return router
  }

  private static func add(_ route: Route, to router: inout Router, _ observer: RequestObserver) {
    switch route.work {
    case .lookup(let respond), .probe(let respond):
      router.immediately(route.method, route.path) { request, _ in
        var observation = observer.begin(route, request)
        var response = respond()
        observation.end(&response)
        return response
      }
    case .working(let respond):
      router.on(route.method, route.path) { request, _ in
        var observation = observer.begin(route, request)
        var response = await respond(request, observation.id)
        observation.end(&response)
        return response
      }
    }
  }

  /// What a browser asks before a request of another origin (WHATWG Fetch §4.8).
  private static func preflight(_ methods: [HTTPMethod]) -> HTTPResponse {
    var names = Set(methods.map(\.rawValue)).union(["OPTIONS"])
    if names.contains("GET") { names.insert("HEAD") }
    var response = HTTPResponse(status: .noContent, headers: [.allow: names.sorted().joined(separator: ", ")])
    CommonHeaders.add(to: &response)
    return response
  }
}

/// A method and a path with what answers them.
package struct Route: Sendable {
  /// How it is answered.
  enum Work: Sendable {
    /// At once, from what is known.
    case lookup(@Sendable () -> HTTPResponse)
    /// The same, asked every few seconds by machines: logged at debug level.
    case probe(@Sendable () -> HTTPResponse)
    /// In a task of its own.
    case working(@Sendable (HTTPRequest, RequestID) async -> HTTPResponse)
  }

  package let method: HTTPMethod
  package let path: String
  let work: Work

  init(_ method: HTTPMethod, _ path: String, _ work: Work) {
    self.method = method
    self.path = path
    self.work = work
  }
}
