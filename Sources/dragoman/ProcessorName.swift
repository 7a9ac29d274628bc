import Foundation

/// What the processor calls itself.
enum ProcessorName {
  static var current: String {
    let lines = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.split(separator: "\n") ?? []
    let line = lines.first { $0.hasPrefix("model name") || $0.hasPrefix("CPU part") }
    guard let value = line?.split(separator: ":", maxSplits: 1).last else { return "unknown" }
    return String(value.drop { $0 == " " })
  }
}
