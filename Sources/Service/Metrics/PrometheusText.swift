import Inference

/// Writes families as Prometheus' text format 0.0.4 has them
/// (https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format).
struct PrometheusText {
  static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  private(set) var bytes: [UInt8] = []
  /// The bounds of the last histogram, and how they are written: most have the same.
  private var lastBounds: [Double] = []
  private var boundTexts: [String] = []

  init() { bytes.reserveCapacity(64 * 1_024) }

  /// Writes a family, its series in the order of their labels. One without series is left out.
  mutating func write(_ family: MetricFamily) {
    guard !family.series.isEmpty else { return }
    if let help = family.help { line("# HELP \(family.name) \(Self.escapedHelp(help))") }
    line("# TYPE \(family.name) \(family.kind.rawValue)")
    for series in family.series.sorted(by: { $0.labels < $1.labels }) {
      switch series.value {
      case .number(let value): sample(family.name, series.labels.text, value)
      case .histogram(let bounds, let counts): histogram(family.name, series.labels.text, bounds, counts)
      }
    }
  }

  private mutating func histogram(
    _ name: String, _ labels: String, _ bounds: [Double], _ counts: AtomicHistogram.Counts
  ) {
    if bounds != lastBounds {
      lastBounds = bounds
      boundTexts = bounds.map(Self.text) + ["+Inf"]
    }
    var cumulated = 0
    for (bound, count) in zip(boundTexts, counts.buckets) {
      cumulated += count
      append(name)
      append(labels.isEmpty ? "_bucket{le=\"" : "_bucket{")
      if !labels.isEmpty {
        append(labels)
        append(",le=\"")
      }
      append(bound)
      append("\"} ")
      append(String(cumulated))
      bytes.append(UInt8(ascii: "\n"))
    }
    sample(name + "_sum", labels, counts.sum)
    // The last bucket's, not counted anew: both lines must say the same while others go on recording.
    sample(name + "_count", labels, Double(cumulated))
  }

  private mutating func sample(_ name: String, _ labels: String, _ value: Double) {
    append(name)
    if !labels.isEmpty {
      append("{")
      append(labels)
      append("}")
    }
    append(" ")
    line(Self.text(value))
  }

  private mutating func line(_ text: String) {
    append(text)
    bytes.append(UInt8(ascii: "\n"))
  }

  private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

  /// A number as Go's ParseFloat reads it back.
  static func text(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    // Beyond 2^53 not every integer is a Double.
    return value.rounded() == value && value.magnitude < 0x1p53 ? String(Int(value)) : value.description
  }

  private static func escapedHelp(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 == UInt8(ascii: "\\") || $0 == UInt8(ascii: "\n") }) else { return text }
    return text.replacing("\\", with: #"\\"#).replacing("\n", with: #"\n"#)
  }
}
