import ArgumentParser
import Foundation
import Inference
import Kernels
import Workers

/// `dragoman doctor`: what this machine is and whether the models work on it.
struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Show processor, instruction set, memory, and whether each model passes its self-test.",
    discussion: "Exit status 1 where a model fails.")

  @OptionGroup var engine: EngineOptions

  func run() async throws {
    let configuration = try engine.configuration()
    print("processor     \(ProcessorName.current)")
    print("kernels       \(configuration.kernels) (of \(KernelSet.all.map(\.name).joined(separator: ", ")))")
    print("threads       \(configuration.threads) of \(ProcessorCount.available) processors")
    print("memory        \(SystemMemory.total.map { "\($0 / 1_024) MiB" } ?? "unknown")")
    print("models        \(configuration.modelsFolder)")
    try ModelVerification(configuration: configuration).report(configuration, indentation: "  ")
  }
}

/// The machine's memory, or the cgroup's where that is less.
enum SystemMemory {
  /// KiB.
  static var total: Int? {
    let lines = (try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8))?.split(separator: "\n") ?? []
    let physical = lines.first { $0.hasPrefix("MemTotal:") }.flatMap { line in
      line.split(separator: " ").dropFirst().first.flatMap { Int($0) }
    }
    let group = (try? String(contentsOfFile: "/sys/fs/cgroup/memory.max", encoding: .utf8)).flatMap {
      Int($0.filter(\.isNumber))
    }
    return [physical, group.map { $0 / 1_024 }].compactMap { $0 }.min()
  }
}
