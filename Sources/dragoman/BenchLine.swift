import Glibc

/// One line of JSON, its keys in the order they were added.
struct BenchLine {
  private(set) var fields: [String]

  /// - Parameter bench: the case's name.
  init(_ bench: String) {
    fields = ["\"bench\": \(Self.quoted(bench))"]
  }

  mutating func add(_ key: String, _ value: String) { fields.append("\(Self.quoted(key)): \(Self.quoted(value))") }
  mutating func add(_ key: String, _ value: Int) { fields.append("\(Self.quoted(key)): \(value)") }
  mutating func add(_ key: String, _ value: Bool) { fields.append("\(Self.quoted(key)): \(value)") }
  mutating func add(_ key: String, _ value: Double) { fields.append("\(Self.quoted(key)): \(Self.rounded(value))") }
  mutating func add(_ key: String, _ values: [Double]) {
    fields.append("\(Self.quoted(key)): [\(values.map { "\(Self.rounded($0))" }.joined(separator: ", "))]")
  }

  var text: String { "{\(fields.joined(separator: ", "))}" }

  private static func rounded(_ value: Double) -> Double { (value * 10_000).rounded() / 10_000 }

  private static func quoted(_ text: String) -> String {
    let escaped = text.unicodeScalars.map { scalar -> String in
      switch scalar {
      case "\"", "\\": "\\\(scalar)"
      case _ where scalar.value < 0x20: " "
      default: String(scalar)
      }
    }
    return "\"\(escaped.joined())\""
  }
}

/// What the operating system says of this process's memory.
enum ProcessMemory {
  /// The largest resident set so far, in MiB.
  static var peakMegabytes: Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss / 1_024
  }
}
