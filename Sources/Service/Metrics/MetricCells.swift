import Metrics
import Inference
import Synchronization

/// A series that swift-metrics writes to. Writing never waits, allocates nothing, and takes some nanoseconds.
protocol MetricCell: AnyObject, Sendable {
  /// Where the registry has it.
  var place: MetricPlace { get }
  /// What it says now.
  var value: MetricFamily.Value { get }
}

/// A series' family and labels.
struct MetricPlace: Sendable, Hashable {
  let family: String
  let labels: MetricLabels
}

/// Whole numbers that grow.
final class IntegerCell: MetricCell, CounterHandler {
  let place: MetricPlace
  private let count = Atomic<Int64>(0)

  init(_ place: MetricPlace) { self.place = place }

  var value: MetricFamily.Value { .number(Double(count.load(ordering: .relaxed))) }

  /// A counter never falls: what is negative is left out.
  func increment(by amount: Int64) {
    if amount > 0 { count.wrappingAdd(amount, ordering: .relaxed) }
  }

  func reset() { count.store(0, ordering: .relaxed) }
}

/// Numbers that grow.
final class DoubleCell: MetricCell, FloatingPointCounterHandler {
  let place: MetricPlace
  private let sum = Atomic<Double>(0)

  init(_ place: MetricPlace) { self.place = place }

  var value: MetricFamily.Value { .number(sum.load(ordering: .relaxed)) }

  func increment(by amount: Double) {
    if amount > 0 { sum.add(amount) }
  }

  func reset() { sum.store(0, ordering: .relaxed) }
}

/// A number that rises and falls.
final class GaugeCell: MetricCell, MeterHandler, RecorderHandler {
  let place: MetricPlace
  private let level = Atomic<Double>(0)

  init(_ place: MetricPlace) { self.place = place }

  var value: MetricFamily.Value { .number(level.load(ordering: .relaxed)) }

  func set(_ value: Int64) { level.store(Double(value), ordering: .relaxed) }
  func set(_ value: Double) { level.store(value, ordering: .relaxed) }
  func increment(by amount: Double) { level.add(amount) }
  func decrement(by amount: Double) { level.add(-amount) }
  func record(_ value: Int64) { set(value) }
  func record(_ value: Double) { set(value) }
}

/// Times, or other values, by size.
final class HistogramCell: MetricCell, TimerHandler, RecorderHandler {
  /// For values of which nothing is known: 1, 2, 5, 10, … a million.
  static let anyValues: [Double] = [1, 10, 100, 1_000, 10_000, 100_000].flatMap { [$0, 2 * $0, 5 * $0] } + [1_000_000]

  let place: MetricPlace
  let histogram: AtomicHistogram

  init(_ place: MetricPlace, _ histogram: AtomicHistogram) {
    self.place = place
    self.histogram = histogram
  }

  var value: MetricFamily.Value { .histogram(bounds: histogram.bounds, histogram.counts) }

  func recordNanoseconds(_ duration: Int64) { histogram.record(Double(duration)) }
  func record(_ value: Int64) { histogram.record(Double(value)) }
  func record(_ value: Double) { histogram.record(value) }
}

extension Atomic<Double> {
  fileprivate func add(_ amount: Double) {
    var old = load(ordering: .relaxed)
    while true {
      let (exchanged, original) = weakCompareExchange(expected: old, desired: old + amount, ordering: .relaxed)
      if exchanged { return }
      old = original
    }
  }
}
