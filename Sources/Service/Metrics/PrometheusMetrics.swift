import Metrics
import Inference
import Synchronization

/// A factory of swift-metrics whose series are read by Prometheus: counters, gauges, and histograms for timers and for
/// recorders that aggregate. A series is found under a lock once; what is recorded afterwards takes none.
///
/// A family has one kind. What asks for a taken name as another kind gets the name with the kind behind it. Series beyond
/// `seriesLimit` are counted as dropped and shown nowhere, so that a library with unbounded labels costs no memory.
public final class PrometheusMetrics: MetricsFactory {
  fileprivate struct Family {
    let kind: MetricFamily.Kind
    var cells: [MetricLabels: any MetricCell] = [:]
  }

  fileprivate struct Registry {
    var families: [String: Family] = [:]
    /// Of all lines, so that no counter is called as a histogram's `_sum` is.
    var lineNames: Set<String> = []
    var seriesCount = 0
    var dropped = 0
    var sources: [@Sendable (inout MetricSamples) -> Void] = []
  }

  private let registry = Mutex(Registry())
  private let seriesLimit: Int

  /// Makes a registry without series.
  ///
  /// - Parameter seriesLimit: series that may be made through swift-metrics.
  public init(seriesLimit: Int = 10_000) {
    self.seriesLimit = seriesLimit
  }

  /// Has `source` asked at every scrape for numbers that are counted elsewhere. It must take microseconds.
  func add(_ source: @escaping @Sendable (inout MetricSamples) -> Void) {
    registry.withLock { $0.sources.append(source) }
  }

  /// Every series, by family and labels, in the text format 0.0.4.
  package func render() -> [UInt8] {
    let (families, sources, dropped) = registry.withLock { ($0.families, $0.sources, $0.dropped) }
    var samples = MetricSamples()
    for source in sources { source(&samples) }
    samples.counter(.seriesDropped, Double(dropped))
    for (name, family) in families {
      let series = family.cells.map { MetricFamily.Series(labels: $0.key, value: $0.value.value) }
      samples.add(
        MetricFamily(name: name, kind: family.kind, help: MetricName(rawValue: name)?.help, series: series))
    }
    var text = PrometheusText()
    for family in samples.families { text.write(family) }
    return text.bytes
  }

  private func cell<Cell: MetricCell>(
    _ label: String, _ dimensions: [(String, String)], _ kind: MetricFamily.Kind, _ make: (MetricPlace) -> Cell
  ) -> Cell {
    let labels = MetricLabels(dimensions)
    return registry.withLock { registry in
      let name = registry.claim(MetricFamily.legalName(label), kind)
      // Another type of the same kind, a meter beside a recorder say, is a series that nothing shows.
      if let known = registry.families[name]?.cells[labels] as? Cell { return known }
      let made = make(MetricPlace(family: name, labels: labels))
      guard registry.families[name]?.cells[labels] == nil, registry.seriesCount < seriesLimit else {
        registry.dropped += 1
        return made
      }
      registry.families[name]?.cells[labels] = made
      registry.seriesCount += 1
      return made
    }
  }

  private func destroy(_ handler: AnyObject) {
    guard let cell = handler as? any MetricCell else { return }
    registry.withLock { registry in
      guard registry.families[cell.place.family]?.cells[cell.place.labels] === cell else { return }
      registry.families[cell.place.family]?.cells[cell.place.labels] = nil
      registry.seriesCount -= 1
    }
  }
}

extension PrometheusMetrics.Registry {
  /// The name of the family that a kind gets.
  fileprivate mutating func claim(_ name: String, _ kind: MetricFamily.Kind) -> String {
    if let family = families[name], family.kind == kind { return name }
    let lines = MetricFamily(name: name, kind: kind, help: nil).lineNames
    guard lineNames.isDisjoint(with: lines) else { return claim(name + "_" + kind.rawValue, kind) }
    lineNames.formUnion(lines)
    families[name] = PrometheusMetrics.Family(kind: kind)
    return name
  }
}

extension PrometheusMetrics {
  public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
    cell(label, dimensions, .counter) { IntegerCell($0) }
  }

  public func makeFloatingPointCounter(
    label: String, dimensions: [(String, String)]
  ) -> any FloatingPointCounterHandler {
    cell(label, dimensions, .counter) { DoubleCell($0) }
  }

  public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
    cell(label, dimensions, .gauge) { GaugeCell($0) }
  }

  public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
    guard aggregate else { return cell(label, dimensions, .gauge) { GaugeCell($0) } }
    return cell(label, dimensions, .histogram) {
      HistogramCell($0, AtomicHistogram(bounds: HistogramCell.anyValues))
    }
  }

  /// Its series are in seconds.
  public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    cell(label, dimensions, .histogram) { HistogramCell($0, .times()) }
  }

  public func destroyCounter(_ handler: any CounterHandler) { destroy(handler) }
  public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { destroy(handler) }
  public func destroyMeter(_ handler: any MeterHandler) { destroy(handler) }
  public func destroyRecorder(_ handler: any RecorderHandler) { destroy(handler) }
  public func destroyTimer(_ handler: any TimerHandler) { destroy(handler) }
}
