/// How many segments a second are being finished, as measured over the last busy seconds.
struct ThroughputEstimate {
  typealias Instant = ContinuousClock.Instant

  private static let window = Duration.seconds(1)

  private var rate: Double
  private var windowStart: Instant?
  private var finished = 0

  /// - Parameter assumed: segments a second, until a window has been measured.
  init(assumed: Double) {
    rate = assumed
  }

  /// Work begins after a pause, which does not count.
  mutating func resume(now: Instant) {
    windowStart = now
    finished = 0
  }

  mutating func segmentFinished(now: Instant) {
    finished += 1
    guard let start = windowStart, now - start >= Self.window else { return }
    let measured = Double(finished) / ((now - start) / .seconds(1))
    rate = (rate + measured) / 2
    resume(now: now)
  }

  /// How long `count` segments take.
  func time(for count: Int) -> Duration { .seconds(Double(count) / max(rate, 0.01)) }
}
