import Metrics
import Synchronization

/// Counts requests and times them, by route, method and status: labels that no client can choose.
struct RequestMetrics: Sendable {
  let factory: any MetricsFactory
  private let unrouted: RouteMetrics

  init(factory: any MetricsFactory) {
    self.factory = factory
    unrouted = RouteMetrics(factory, route: "none", method: "none", statuses: [], .counted)
  }

  /// The instruments of one route and method.
  func route(_ path: String, method: String, statuses: Set<Int>) -> RouteMetrics {
    RouteMetrics(factory, route: path, method: method, statuses: statuses, .timed)
  }

  /// A request that no route had.
  func refused(_ status: Int) { unrouted.record(status, .zero) }
}

/// The instruments of one route and method; those of a status are made when it is first answered.
final class RouteMetrics: Sendable {
  enum Measure { case counted, timed }

  private struct Instruments: Sendable {
    let requests: Counter
    let duration: Metrics.Timer?
  }

  /// A status with its instruments, found without a lock.
  private final class Slot: Sendable {
    let status: Int
    let made = AtomicLazyReference<Made>()

    init(_ status: Int) { self.status = status }
  }

  private final class Made: Sendable {
    let instruments: Instruments

    init(_ instruments: Instruments) { self.instruments = instruments }
  }

  private let factory: any MetricsFactory
  private let dimensions: [(String, String)]
  private let measure: Measure
  private let slots: [Slot]
  /// Statuses that nobody announced.
  private let others: Mutex<[Int: Instruments]> = Mutex([:])

  init(_ factory: any MetricsFactory, route: String, method: String, statuses: Set<Int>, _ measure: Measure) {
    self.factory = factory
    dimensions = [("route", route), ("method", method)]
    self.measure = measure
    slots = statuses.sorted().map(Slot.init)
  }

  /// A request was answered.
  func record(_ status: Int, _ duration: Duration) {
    let instruments = instruments(status)
    instruments.requests.increment()
    instruments.duration?.recordNanoseconds(duration.nanoseconds)
  }

  /// A stream has its first piece.
  func streamBegan(after duration: Duration) {
    Metrics.Timer(label: MetricName.firstByte.rawValue, dimensions: dimensions, factory: factory)
      .recordNanoseconds(duration.nanoseconds)
  }

  /// A stream has ended. The counter is looked up: a stream takes milliseconds.
  func streamEnded(_ outcome: StreamOutcome) {
    Counter(
      label: MetricName.streams.rawValue, dimensions: dimensions + [("outcome", outcome.rawValue)], factory: factory
    ).increment()
  }

  private func instruments(_ status: Int) -> Instruments {
    for slot in slots where slot.status == status {
      if let made = slot.made.load() { return made.instruments }
      return slot.made.storeIfNil(Made(make(status))).instruments
    }
    return others.withLock { others in
      if let instruments = others[status] { return instruments }
      let instruments = make(status)
      others[status] = instruments
      return instruments
    }
  }

  private func make(_ status: Int) -> Instruments {
    let dimensions = dimensions + [("status", String(status))]
    return Instruments(
      requests: Counter(label: MetricName.requests.rawValue, dimensions: dimensions, factory: factory),
      duration: measure == .timed
        ? Metrics.Timer(label: MetricName.duration.rawValue, dimensions: dimensions, factory: factory) : nil)
  }
}

extension Duration {
  fileprivate var nanoseconds: Int64 {
    let (scaled, overflow) = components.seconds.multipliedReportingOverflow(by: 1_000_000_000)
    return overflow ? .max : scaled.addingReportingOverflow(components.attoseconds / 1_000_000_000).partialValue
  }
}
