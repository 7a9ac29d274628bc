import Foundation
import TestSupport
import Testing

/// What a reader made of an input.
enum Reading {
  case accepted, refused
}

/// An input for which something does not hold that must always hold.
struct Finding: Error {
  let text: String

  init(_ text: String) { self.text = text }

  /// Throws where `condition` is false.
  static func unless(_ condition: Bool, _ text: @autoclosure () -> String) throws(Finding) {
    if !condition { throw Finding(text()) }
  }
}

/// One target's inputs, one after the other. Numbers come from the environment: FUZZ_INPUTS (how many), FUZZ_SEED,
/// FUZZ_ITERATION (only this one, to see a failure again).
enum FuzzRun {
  static let inputs = number("FUZZ_INPUTS") ?? 2_000
  static let seed = UInt64(number("FUZZ_SEED") ?? 1)
  static let iteration = number("FUZZ_ITERATION")
  /// Whether the process runs nothing else, so that its memory is the readers' own.
  static let isAlone = number("FUZZ_INPUTS") != nil
  /// Bytes that the process may hold more at the end of a run than after its first tenth.
  static let growthLimit = 64 << 20
  /// Bytes that the process may at any time hold more than before a run.
  static let peakLimit = 512 << 20
  private static let findingLimit = 5

  private static func number(_ name: String) -> Int? {
    ProcessInfo.processInfo.environment[name].flatMap { Int($0) }.flatMap { $0 >= 0 ? $0 : nil }
  }

  /// Reads `inputs` inputs of the mutator.
  /// - Parameters:
  ///   - repair: makes an input whole again in what would else always be refused at once, such as a length in front.
  ///   - check: reads one input; throws a `Finding` where an invariant breaks.
  static func run(
    _ name: String, _ mutator: Mutator,
    repair: (inout [UInt8], inout FuzzGenerator) -> Void = { _, _ in },
    check: ([UInt8], inout FuzzGenerator) async throws -> Reading
  ) async throws {
    try #require(!mutator.seeds.isEmpty, "\(name) has no seeds")
    var tally = Tally(name: name)
    let range = iteration.map { $0..<($0 + 1) } ?? 0..<inputs
    for iteration in range {
      var random = FuzzGenerator(seed: seed, iteration: iteration)
      var input = mutator.input(&random)
      repair(&input, &random)
      FuzzWatch.begin(name, seed: seed, iteration: iteration, input)
      do {
        tally.add(try await check(input, &random))
      } catch {
        tally.findings += 1
        let text = (error as? Finding)?.text ?? "\(error)"
        Issue.record("\(text)\n\(FuzzWatch.label(name, seed, iteration))\n\(Data(input).base64EncodedString())")
        if tally.findings == findingLimit { break }
      }
      FuzzWatch.end()
      if iteration == range.count / 10 { tally.settled = Memory.resident }
    }
    FuzzWatch.end()
    tally.report()
    guard iteration == nil, inputs >= 1_000 else { return }
    // Where all or nothing is refused, the seeds or the mutations are no good.
    #expect(tally.accepted > 0 && tally.refused > 0, "\(name): \(tally.accepted) accepted, \(tally.refused) refused")
    guard isAlone else { return }
    #expect(Memory.resident - tally.settled < growthLimit, "\(name): memory grew from \(tally.settled)")
    #expect(Memory.peak - tally.before < peakLimit, "\(name): peak \(Memory.peak), before \(tally.before)")
  }
}

/// What a run came to.
private struct Tally {
  let name: String
  var accepted = 0
  var refused = 0
  var findings = 0
  let before: Int
  var settled: Int
  private let start = ContinuousClock.now

  init(name: String) {
    self.name = name
    Memory.resetPeak()
    before = Memory.resident
    settled = before
  }

  mutating func add(_ reading: Reading) {
    switch reading {
    case .accepted: accepted += 1
    case .refused: refused += 1
    }
  }

  func report() {
    let seconds = max((ContinuousClock.now - start) / .seconds(1), 1e-6)
    let count = accepted + refused + findings
    let share = Int((100 * Double(accepted) / Double(max(count, 1))).rounded())
    print(
      "fuzz \(name): \(count) inputs from seed \(FuzzRun.seed), \(share) % accepted, \(Int(Double(count) / seconds)) a "
        + "second, peak \(Memory.peak >> 20) MiB, \(findings) findings")
  }
}

/// The process's memory (proc_pid_status(5)).
enum Memory {
  static var resident: Int { field("VmRSS:") }
  static var peak: Int { field("VmHWM:") }

  /// Makes the peak the present size (proc_pid_clear_refs(5)).
  static func resetPeak() { try? Data("5".utf8).write(to: URL(fileURLWithPath: "/proc/self/clear_refs")) }

  private static func field(_ name: String) -> Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix(name) }
    return (line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0) << 10
  }
}

/// The committed corpus.
enum Corpus {
  /// The files of a folder of `Tests/Fixtures`, by name.
  static func files(_ folder: String) throws -> [[UInt8]] {
    let names = try FileManager.default.contentsOfDirectory(atPath: Fixtures.url(folder).path).sorted()
    return try names.map { try Fixtures.bytes(folder + "/" + $0) }
  }

  /// The lines of a file of `Tests/Fixtures`.
  static func lines(_ file: String) throws -> [[UInt8]] {
    try Fixtures.bytes(file).split(separator: 0x0A).map(Array.init)
  }
}
