import Synchronization

/// Counts of values by size, and their sum. Any thread may record or read; none waits for another, and recording allocates
/// nothing.
///
/// Values are recorded in ticks, a whole number of which is `unit`: nanoseconds, say, of which 1e9 are a second. Sums of
/// whole ticks are exact up to 2^53.
///
/// Unchecked: `cells` points to Atomics, and to nothing else.
package final class AtomicHistogram: @unchecked Sendable {
  /// The upper bounds of the buckets in units, ascending, inclusive. What is above the last has a bucket of its own.
  package let bounds: [Double]
  /// Ticks of one unit.
  package let ticks: Double
  private let limits: [Double]
  private let cells: UnsafeMutablePointer<Atomic<Int>>
  private let sum = Atomic<Double>(0)

  /// What was recorded.
  package struct Counts: Sendable, Equatable {
    /// Values in each bucket alone; one more than there are bounds.
    package let buckets: [Int]
    /// In units.
    package let sum: Double

    package init(buckets: [Int], sum: Double) {
      self.buckets = buckets
      self.sum = sum
    }

    /// How many values there are.
    package var count: Int { buckets.reduce(0, +) }
  }

  package init(bounds: [Double], ticks: Double = 1) {
    precondition(zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }, "bounds \(bounds) do not ascend")
    self.bounds = bounds
    self.ticks = ticks
    limits = bounds.map { $0 * ticks }
    cells = .allocate(capacity: bounds.count + 1)
    for index in 0...bounds.count { (cells + index).initialize(to: Atomic(0)) }
  }

  deinit {
    cells.deinitialize(count: bounds.count + 1)
    cells.deallocate()
  }

  /// Counts a value, in ticks; one that is no number is left out.
  package func record(_ value: Double) {
    guard !value.isNaN else { return }
    var index = 0
    while index < limits.count, value > limits[index] { index += 1 }
    cells[index].wrappingAdd(1, ordering: .relaxed)
    var old = sum.load(ordering: .relaxed)
    while true {
      let (exchanged, original) = sum.weakCompareExchange(expected: old, desired: old + value, ordering: .relaxed)
      if exchanged { return }
      old = original
    }
  }

  /// Counts a time, where a tick is a nanosecond.
  package func record(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    record(Double(seconds) * 1e9 + (Double(attoseconds) / 1e9).rounded())
  }

  /// Forgets what was recorded.
  package func reset() {
    for index in 0...bounds.count { cells[index].store(0, ordering: .relaxed) }
    sum.store(0, ordering: .relaxed)
  }

  /// What was recorded so far. A value that comes meanwhile may be in the sum and in no bucket yet, or the reverse.
  package var counts: Counts {
    Counts(
      buckets: (0...bounds.count).map { cells[$0].load(ordering: .relaxed) },
      sum: sum.load(ordering: .relaxed) / ticks)
  }

  /// Seconds, from a millisecond to the longest that a request may take unless its server says otherwise.
  package static let seconds: [Double] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300,
  ]

  /// One of times, told in seconds.
  package static func times() -> AtomicHistogram { AtomicHistogram(bounds: seconds, ticks: 1e9) }
}
