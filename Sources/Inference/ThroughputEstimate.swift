/// How much work a second is being done, as measured over the last busy seconds. The unit is the caller's.
struct ThroughputEstimate {
  typealias Instant = ContinuousClock.Instant

  private static let window = Duration.seconds(1)

  private var rate: Double
  private var windowStart: Instant?
  private var done = 0
  /// Whether a window has been measured; until then the rate is an assumption.
  private(set) var isMeasured = false

  /// - Parameter assumed: work a second, until a window has been measured.
  init(assumed: Double) {
    rate = assumed
  }

  /// Work begins after a pause, which does not count.
  mutating func resume(now: Instant) {
    windowStart = now
    done = 0
  }

  mutating func finished(_ work: Int, now: Instant) {
    done += work
    guard let start = windowStart, now - start >= Self.window else { return }
    let measured = Double(done) / ((now - start) / .seconds(1))
    rate = isMeasured ? (rate + measured) / 2 : measured
    isMeasured = true
    resume(now: now)
  }

  /// How long so much work takes.
  func time(for work: Int) -> Duration { .seconds(Double(work) / max(rate, 0.01)) }
}
