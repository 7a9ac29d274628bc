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
  let log: RequestLog
  let metrics: RequestMetrics

  /// Makes a context with a lifecycle of its own.
  public init(
    service: InferenceService, limits: RequestLimits = RequestLimits(), access: AccessControl = AccessControl(),
    crossOrigin: CrossOrigin = .any, transportSecurity: Int? = nil, logger: Logger
  ) {
    self.service = service
    self.limits = limits
    self.access = access
    headers = CommonHeaders(crossOrigin, transportSecurity: transportSecurity)
    self.logger = logger
    lifecycle = Lifecycle()
    log = RequestLog(logger: logger)
    metrics = RequestMetrics()
  }
}
