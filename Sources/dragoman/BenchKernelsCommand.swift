import ArgumentParser
import Kernels
import Service
import Workers

/// `dragoman bench kernels`: the operations of a forward pass, one by one.
struct BenchKernelsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kernels", abstract: "Time each operation of a forward pass on shapes of real models.",
    discussion: """
      A line of JSON an operation and shape: us is the median time of a call in microseconds, us_min the least, then \
      gflops (a multiply-add is two operations) and gb_per_s of the median. Weights stay in the caches.

        dragoman bench kernels --set all --threads 1
      """)

  @Option(
    help: ArgumentHelp("Kernel set, or all that this processor can run.", valueName: "name"),
    completion: .list(["all"] + KernelSet.all.map(\.name)))
  var set = "all"

  @Option(help: ArgumentHelp("Threads.", valueName: "n")) var threads = ProcessorCount.available
  @Option(help: ArgumentHelp("How long each case is repeated, in seconds.", valueName: "s")) var seconds = 0.2

  func validate() throws {
    try checkFlag("threads", threads, 1...1_024)
    guard seconds >= 0, seconds <= 3_600 else {
      throw ValidationError("--seconds is \(seconds); 0 to 3600 is possible.")
    }
    if chosen.isEmpty {
      let names = KernelSet.all.map(\.name).joined(separator: ", ")
      throw ValidationError("--set \(set): all or one of \(names) is possible here.")
    }
  }

  func run() async throws {
    for kernels in chosen {
      try KernelBenchmark(kernels: kernels, threads: threads, seconds: seconds) { item, timing in
        print(line(item, timing, kernels).text)
      }.run()
    }
  }

  private var chosen: [KernelSet] { KernelSet.all.filter { set == "all" || $0.name == set } }

  private func line(_ item: KernelBenchmark.Case, _ timing: KernelBenchmark.Timing, _ kernels: KernelSet) -> BenchLine {
    var line = BenchLine("kernel")
    line.add("kernel", item.kernel)
    for (name, value) in item.shape { line.add(name, value) }
    line.add("set", kernels.name)
    line.add("threads", threads)
    line.add("calls", timing.calls)
    line.add("us", timing.median * 1e6)
    line.add("us_min", timing.fastest * 1e6)
    if let operations = item.operations { line.add("gflops", Double(operations) / timing.median / 1e9) }
    line.add("gb_per_s", Double(item.bytes) / timing.median / 1e9)
    line.addOrigin()
    return line
  }
}
