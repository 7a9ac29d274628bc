import Metrics
import Synchronization

/// Counts requests and times them, by route, method and status.
final class RequestMetrics: Sendable {
  private struct Key: Hashable {
    let route: String
    let method: String
    let status: Int
  }

  private struct Instruments {
    let requests: Counter
    let duration: Metrics.Timer
  }

  /// As many as there are pairs of route and status: no name comes from a request.
  private let made: Mutex<[Key: Instruments]> = Mutex([:])

  /// - Parameter duration: nil for a request that was refused before a route had it.
  func record(route: String, method: String, status: Int, _ duration: Duration?) {
    let key = Key(route: route, method: method, status: status)
    let instruments = made.withLock { made in
      if let instruments = made[key] { return instruments }
      let dimensions = [("route", route), ("method", method), ("status", String(status))]
      let instruments = Instruments(
        requests: Counter(label: "dragoman_http_requests_total", dimensions: dimensions),
        duration: Metrics.Timer(label: "dragoman_http_request_duration_seconds", dimensions: dimensions))
      made[key] = instruments
      return instruments
    }
    instruments.requests.increment()
    if let duration { instruments.duration.recordNanoseconds(duration.nanoseconds) }
  }
}

extension Duration {
  fileprivate var nanoseconds: Int64 {
    let (scaled, overflow) = components.seconds.multipliedReportingOverflow(by: 1_000_000_000)
    return overflow ? .max : scaled.addingReportingOverflow(components.attoseconds / 1_000_000_000).partialValue
  }
}
