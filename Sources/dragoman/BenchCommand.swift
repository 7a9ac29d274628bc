import ArgumentParser
import Foundation
import Inference
import Kernels
import Service
import Workers

/// `dragoman bench`: one line of JSON a case.
struct BenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure speed on this machine; prints a line of JSON a case.",
    subcommands: [BenchKernelsCommand.self, BenchModelCommand.self, BenchHTTPCommand.self])
}

/// `dragoman bench model`: decoding speed of one model.
struct BenchModelCommand: AsyncParsableCommand {
  /// What is timed.
  enum Case: String, ExpressibleByArgument, CaseIterable, Sendable {
    case bulk, latency, load
  }

  static let configuration = CommandConfiguration(
    commandName: "model", abstract: "Time a model on sentences that are cut into pieces already.")

  @Option(help: "The model's folder.", completion: .directory) var model: String
  @Option(
    help: "JSON list of {\"src\": [pieces], \"tgt_len\": forced target length or absent}.",
    completion: .file(extensions: ["json"]))
  var pieces: String
  @Option(name: .customLong("case"), help: "What to time: bulk, latency or load.") var which: Case = .bulk
  @Option(help: "Threads; default: the processors this process may use.") var threads: Int?
  @Option(help: "int8 or float32.") var quantization: Quantization = .int8
  @Option(help: "Rows in flight (bulk).") var inFlight = 64
  @Option(help: "Hypotheses a search keeps.") var beamSize = 1
  @Option(help: "Source tokens encoded between two steps (bulk).") var encodeBudget = 512
  @Option(help: "Passes; the fastest counts.") var repetitions = 3
  @Option(help: "Sentences timed one by one (latency).") var sentences = 200
  @Flag(help: "Longest sentences first (bulk).") var sorted = false

  func validate() throws {
    try checkFlag("in-flight", inFlight, 1...1_000_000)
    try checkFlag("encode-budget", encodeBudget, 1...1_000_000)
    try checkFlag("repetitions", repetitions, 1...1_000_000)
    try checkFlag("beam-size", beamSize, 1...TranslationRequest.beamLimit)
    try checkFlag("sentences", sentences, 1...1_000_000)
    try checkFlag("threads", threads, 1...1_024)
  }

  func run() async throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: pieces))
    let rows = try JSONDecoder().decode([ModelBenchmark.Sentence].self, from: data)
    guard !rows.isEmpty else { throw CommandFailure("\(pieces): no sentences") }
    let threads = threads ?? ProcessorCount.available
    let kernels = try KernelSet.selected()
    let benchmark = try ModelBenchmark(
      folder: model, sentences: rows, quantization: quantization, kernels: kernels, threads: threads,
      beamSize: beamSize)
    var line = BenchLine(which.rawValue)
    line.add("engine", "dragoman")
    line.add("model", model.split(separator: "/").last.map(String.init) ?? model)
    line.add("quantization", quantization.rawValue)
    line.add("threads", threads)
    line.add("beam_size", beamSize)
    line.add("kernel", kernels.name)
    line.add("load_s", benchmark.loadSeconds)
    switch which {
    case .bulk: addBulk(benchmark, rows.count, &line)
    case .latency: addLatency(benchmark, &line)
    case .load: break
    }
    line.add("peak_rss_mb", ProcessMemory.peakMegabytes)
    line.addOrigin()
    print(line.text)
  }

  private func addBulk(_ benchmark: ModelBenchmark, _ count: Int, _ line: inout BenchLine) {
    let passes = (0..<repetitions).map { _ in
      benchmark.bulk(inFlight: inFlight, encodeBudget: encodeBudget, sorted: sorted)
    }
    guard let best = passes.min(by: { $0.seconds < $1.seconds }) else { return }
    line.add("sentences", count)
    line.add("in_flight", inFlight)
    line.add("sorted", sorted)
    line.add("source_tokens", benchmark.sourceTokens)
    line.add("target_tokens", best.targetTokens)
    line.add("seconds", passes.map(\.seconds))
    line.add("sentences_per_s", Double(count) / best.seconds)
    line.add("target_tokens_per_s", Double(best.targetTokens) / best.seconds)
  }

  private func addLatency(_ benchmark: ModelBenchmark, _ line: inout BenchLine) {
    _ = benchmark.latencies(count: 5)
    let runs = (0..<repetitions).map { _ in benchmark.latencies(count: sentences) }
    let best = runs[0].indices.map { index in (runs.map { $0[index] }.min() ?? 0) * 1_000 }.sorted()
    line.add("sentences", best.count)
    line.add("p50_ms", best.percentile(0.5))
    line.add("p95_ms", best.percentile(0.95))
    line.add("mean_ms", best.reduce(0, +) / Double(best.count))
  }
}
