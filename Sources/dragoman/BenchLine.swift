import Glibc
import Service

/// One line of JSON, its keys in the order they are added.
struct BenchLine {
  private var members: [(key: String, write: (inout JSONWriter) -> Void)] = []

  /// - Parameter bench: the case's name.
  init(_ bench: String) {
    add("bench", bench)
  }

  mutating func add(_ key: String, _ value: String) { members.append((key, { $0.string(value) })) }
  mutating func add(_ key: String, _ value: Int) { members.append((key, { $0.integer(value) })) }
  mutating func add(_ key: String, _ value: Bool) { members.append((key, { $0.bool(value) })) }
  mutating func add(_ key: String, _ value: Double) { members.append((key, { $0.number(Self.rounded(value)) })) }
  mutating func add(_ key: String, _ values: [Double]) {
    members.append((key, { $0.array(values) { $0.number(Self.rounded($1)) } }))
  }
  mutating func add(_ key: String, _ counts: [(name: String, count: Int)]) {
    members.append(
      (
        key,
        {
          $0.object { object in
            for (name, count) in counts { object.member(name) { $0.integer(count) } }
          }
        }
      ))
  }

  /// What ran, and where.
  mutating func addOrigin() {
    add("version", ProductVersion.version)
    add("commit", ProductVersion.commit)
    add("cpu", ProcessorName.current)
  }

  var text: String {
    var writer = JSONWriter()
    writer.object { object in
      for (key, write) in members { object.member(key, write) }
    }
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  private static func rounded(_ value: Double) -> Double { (value * 10_000).rounded() / 10_000 }
}

extension [Double] {
  /// The value that a share of sorted values does not exceed (nearest rank); 0 where there are none.
  func percentile(_ share: Double) -> Double {
    isEmpty ? 0 : self[Swift.min(count, Swift.max(1, Int((share * Double(count)).rounded(.up)))) - 1]
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
