import Inference

/// The families of one scrape.
struct MetricSamples {
  private var byName: [String: MetricFamily] = [:]

  /// In the order of their names.
  var families: [MetricFamily] { byName.values.sorted { $0.name < $1.name } }

  /// Adds a number that only grows.
  mutating func counter(_ name: MetricName, _ value: Double, _ labels: [(String, String)] = []) {
    add(name, .counter, labels, .number(value))
  }

  /// Adds a number that is so now.
  mutating func gauge(_ name: MetricName, _ value: Double, _ labels: [(String, String)] = []) {
    add(name, .gauge, labels, .number(value))
  }

  /// Adds values by size.
  mutating func histogram(_ name: MetricName, _ histogram: AtomicHistogram, _ labels: [(String, String)] = []) {
    add(name, .histogram, labels, .histogram(bounds: histogram.bounds, histogram.counts))
  }

  /// Adds a family that is complete; one of the same name stays as it is.
  mutating func add(_ family: MetricFamily) {
    if byName[family.name] == nil { byName[family.name] = family }
  }

  private mutating func add(
    _ name: MetricName, _ kind: MetricFamily.Kind, _ labels: [(String, String)], _ value: MetricFamily.Value
  ) {
    let series = MetricFamily.Series(labels: MetricLabels(labels), value: value)
    byName[name.rawValue, default: MetricFamily(name: name.rawValue, kind: kind, help: name.help)].series.append(series)
  }
}
