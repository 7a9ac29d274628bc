import HTTP
import Logging

/// What the routes are made of.
public struct ServiceContext: Sendable {
  /// The engine's side.
  public var service: InferenceService
  /// What one request may ask for.
  public var limits: RequestLimits
  /// How long a streamed answer may be silent.
  public var patience = StreamPatience()
  /// Whether the server is stopping.
  public var lifecycle: Lifecycle
  /// Who may have work done.
  public var access: AccessControl
  /// Which pages of other origins may read answers, and what else stands on all of them.
  let headers: CommonHeaders
  /// Where everything but requests is logged.
  public var logger: Logger
  /// What GET /metrics shows.
  public let metrics: PrometheusMetrics
  let log: RequestLog
  let requests: RequestMetrics

  /// Makes a context with a lifecycle of its own.
  ///
  /// - Parameter metrics: where requests are counted; this service's alone, so that two in one process do not add up.
  public init(
    service: InferenceService, limits: RequestLimits = RequestLimits(), access: AccessControl = AccessControl(),
    crossOrigin: CrossOrigin = .any, transportSecurity: Int? = nil, logger: Logger,
    metrics: PrometheusMetrics = PrometheusMetrics()
  ) {
    self.service = service
    self.limits = limits
    self.access = access
    headers = CommonHeaders(crossOrigin, transportSecurity: transportSecurity)
    self.logger = logger
    self.metrics = metrics
    let lifecycle = Lifecycle()
    self.lifecycle = lifecycle
    log = RequestLog(logger: logger)
    requests = RequestMetrics(factory: metrics)
    metrics.add { $0.add(service, lifecycle) }
  }

  /// Shows what a server counts beside it.
  package func observe(_ server: HTTPServer) {
    // The server holds the routes, and they the metrics.
    metrics.add { [weak server] samples in if let server { samples.add(server) } }
  }
}
