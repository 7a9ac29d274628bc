import Inference

/// Time series of one name.
struct MetricFamily: Sendable {
  /// What a scraper may do with the numbers.
  enum Kind: String, Sendable {
    case counter, gauge, histogram
  }

  /// One series as it stands now.
  struct Series: Sendable {
    let labels: MetricLabels
    let value: Value
  }

  enum Value: Sendable {
    case number(Double)
    case histogram(bounds: [Double], AtomicHistogram.Counts)
  }

  let name: String
  let kind: Kind
  /// One sentence; nil where nobody described it.
  let help: String?
  var series: [Series] = []

  /// The names of the lines that the family is written in.
  var lineNames: [String] {
    switch kind {
    case .counter, .gauge: [name]
    case .histogram: [name, name + "_bucket", name + "_sum", name + "_count"]
    }
  }

  /// A name that the format allows (`[a-zA-Z_:][a-zA-Z0-9_:]*`): every other byte becomes `_`.
  static func legalName(_ text: String) -> String { legal(text) { $0 == UInt8(ascii: ":") } }

  fileprivate static func legal(_ text: String, _ allowed: (UInt8) -> Bool) -> String {
    var bytes = text.utf8.map { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
        byte
      default: allowed(byte) ? byte : UInt8(ascii: "_")
      }
    }
    if let first = bytes.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) {
      return String(decoding: bytes, as: UTF8.self)
    }
    bytes.insert(UInt8(ascii: "_"), at: 0)
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// The labels of a series in the order of their names, as the format writes them: `method="GET",route="/ready"`.
struct MetricLabels: Sendable, Hashable, Comparable {
  let text: String

  static let none = MetricLabels([])

  /// Names that the format does not allow are changed (`[a-zA-Z_][a-zA-Z0-9_]*`; `le` is a histogram's own); of two equal
  /// names the first counts.
  init(_ pairs: [(String, String)]) {
    var seen: Set<String> = []
    var parts: [(name: String, value: String)] = []
    for (name, value) in pairs {
      var legal = MetricFamily.legal(name) { _ in false }
      if legal == "le" { legal = "exported_le" }
      if seen.insert(legal).inserted { parts.append((legal, value)) }
    }
    text = parts.sorted { $0.name < $1.name }.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }.joined(separator: ",")
  }

  static func < (left: MetricLabels, right: MetricLabels) -> Bool { left.text < right.text }

  private static func isSpecial(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\n")
  }

  private static func escaped(_ value: String) -> String {
    guard value.utf8.contains(where: isSpecial) else { return value }
    var bytes: [UInt8] = []
    for byte in value.utf8 {
      switch byte {
      case UInt8(ascii: "\\"): bytes.append(contentsOf: #"\\"#.utf8)
      case UInt8(ascii: "\""): bytes.append(contentsOf: #"\""#.utf8)
      case UInt8(ascii: "\n"): bytes.append(contentsOf: #"\n"#.utf8)
      default: bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
