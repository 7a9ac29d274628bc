import Logging

/// What the routes are made of.
public struct ServiceContext: Sendable {
  /// The engine's side.
  public var service: InferenceService
  /// What one request may ask for.
  public var limits: RequestLimits
  /// Whether the server is stopping.
  public var lifecycle: Lifecycle
  /// Where everything but requests is logged.
  public var logger: Logger
  let log: RequestLog
  let metrics: RequestMetrics

  /// Makes a context with a lifecycle of its own.
  public init(service: InferenceService, limits: RequestLimits = RequestLimits(), logger: Logger) {
    self.service = service
    self.limits = limits
    self.logger = logger
    lifecycle = Lifecycle()
    log = RequestLog(logger: logger)
    metrics = RequestMetrics()
  }
}
