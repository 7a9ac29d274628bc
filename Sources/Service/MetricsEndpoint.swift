import HTTP

/// GET /metrics: every number of the server, for Prometheus. It is answered on the connection's loop, so that a full queue
/// or busy threads do not keep it waiting.
struct MetricsEndpoint: Sendable {
  let metrics: PrometheusMetrics

  func respond() -> HTTPResponse {
    HTTPResponse(status: .ok, contentType: PrometheusText.contentType, body: metrics.render())
  }
}
