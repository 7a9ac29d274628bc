import HTTP
import HTTPTypes

/// The API on one screen.
package enum Routes {
  package static func all(_ context: ServiceContext) -> [Route] {
    let (access, patience) = (context.access, context.patience)
    let translate = TranslateEndpoint(
      service: context.service, limits: context.limits, access: access, logger: context.logger, patience: patience)
    let summarize = SummarizeEndpoint(
      service: context.service, limits: context.limits, access: access, logger: context.logger, patience: patience)
    // Both are compressed here, once, and not when they are first asked for.
    let (page, specification) = (WebPage(keys: access.keyUse), SpecificationEndpoint())
    let working: Set = [200, 400, 403, 415, 429, 500, 503, 504]
    let languages = LanguagesEndpoint(service: context.service)
    let ready = ReadyEndpoint(service: context.service, lifecycle: context.lifecycle)
    let metrics = MetricsEndpoint(metrics: context.metrics)
    return [
      Route(.post, "/translate", working, .working { await translate.respond(to: $0, id: $1) }),
      Route(.post, "/summarize", working, .working { await summarize.respond(to: $0, id: $1) }),
      Route(.get, "/languages", [200, 503], .lookup { languages.respond() }),
      Route(.get, "/health", [200], .probe { HealthEndpoint().respond() }),
      Route(.get, "/ready", [200, 503], .probe { ready.respond() }),
      Route(.get, "/metrics", [200], .probe { metrics.respond() }),
      Route(.get, "/version", [200], .lookup { VersionEndpoint().respond() }),
      Route(.get, "/openapi.yaml", [200], .lookup { specification.respond() }),
      Route(.get, "/", [200], .lookup { page.response() }),
    ]
  }

  /// The router of all routes; every answer passes the log, the metrics and the common header fields.
  package static func router(_ context: ServiceContext) -> Router { router(context, all(context)) }

  /// The same of some routes.
  package static func router(_ context: ServiceContext, _ routes: [Route]) -> Router {
    let observer = RequestObserver(log: context.log, metrics: context.requests)
    var router = Router { status, message, _ in Answer.error(status, message) }
    router.completing = { response, fields in
      // What else no handler made is the answer to OPTIONS.
      if response.status != .noContent { observer.refused(&response, fields) }
      context.headers.add(to: &response, answering: fields)
    }
    for route in routes { add(route, to: &router, observer.observing(route), context) }
    for (path, methods) in Dictionary(grouping: routes, by: \.path).mapValues({ $0.map(\.method) }) {
      router.immediately(.options, path) { request, _ in
        var response = preflight(methods)
        context.headers.add(toPreflight: &response, answering: request.headers)
        return response
      }
    }
    return router
  }

  private static func add(
    _ route: Route, to router: inout Router, _ observer: RouteObserver, _ context: ServiceContext
  ) {
    let (access, headers) = (context.access, context.headers)
    switch route.work {
    case .lookup(let respond), .probe(let respond):
      router.immediately(route.method, route.path) { request, _ in
        let observation = observer.begin(request)
        var response = respond()
        observation.end(&response)
        headers.add(to: &response, answering: request.headers)
        return response
      }
    case .working(let respond):
      let admission: Router.Admission = { request in
        guard let error = access.refusal(of: request) else { return nil }
        let observation = observer.begin(request)
        var response = Answer.error(error)
        observation.end(&response)
        headers.add(to: &response, answering: request.headers)
        return response
      }
      router.on(route.method, route.path, admission: access.isOn ? admission : nil) { request, _ in
        let observation = observer.begin(request)
        var response = await respond(request, observation.identity.id)
        observation.end(&response)
        headers.add(to: &response, answering: request.headers)
        return response
      }
    }
  }

  /// The methods of a path.
  private static func preflight(_ methods: [HTTPMethod]) -> HTTPResponse {
    var names = Set(methods.map(\.rawValue)).union(["OPTIONS"])
    if names.contains("GET") { names.insert("HEAD") }
    return HTTPResponse(status: .noContent, headers: [.allow: names.sorted().joined(separator: ", ")])
  }
}

/// A method and a path with what answers them.
package struct Route: Sendable {
  /// How it is answered.
  package enum Work: Sendable {
    /// At once, from what is known.
    case lookup(@Sendable () -> HTTP.HTTPResponse)
    /// The same, asked every few seconds by machines: logged at debug level.
    case probe(@Sendable () -> HTTP.HTTPResponse)
    /// In a task of its own.
    case working(@Sendable (HTTP.HTTPRequest, RequestID) async -> HTTP.HTTPResponse)
  }

  package let method: HTTPMethod
  package let path: String
  /// The codes it answers with; those of malformed HTTP come from below it.
  package let statuses: Set<Int>
  let work: Work

  package init(_ method: HTTPMethod, _ path: String, _ statuses: Set<Int>, _ work: Work) {
    self.method = method
    self.path = path
    self.statuses = statuses
    self.work = work
  }
}
