import ArgumentParser
import Glibc

/// What a bulk command reads and writes, and how.
struct BulkOptions: ParsableArguments {
  @Flag(help: "Write a line of JSON for each text, with everything that is known of it.")
  var json = false

  @Flag(help: "Replace bytes that are no UTF-8 by U+FFFD instead of stopping.")
  var replaceInvalid = false

  @Flag(help: "Show no progress on the terminal.")
  var noProgress = false

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "File to write instead of the standard output. It is FILE.part until it is complete.", valueName: "file"),
    completion: .file())
  var output: String?

  @Argument(help: ArgumentHelp("Files; - or none is the standard input.", valueName: "file"), completion: .file())
  var files: [String] = []

  /// The files, the standard input where none is named.
  var inputs: [String] { files.isEmpty ? ["-"] : files }

  var format: BulkFormat { json ? .json : .text }
}

/// The files of one command, worked on from the first to the last, unless a signal or a closed pipe ends it.
struct BulkRun {
  let work: any BulkWork
  let unit: InputReader.Unit
  let separator: DocumentSeparator
  let options: BulkOptions

  /// What every bulk command does before it loads a model: a reader that goes away is an error of `write`, not the
  /// death of the process with the progress line half shown; and files that cannot be read are named.
  static func prepare(_ options: BulkOptions) throws {
    signal(SIGPIPE, SIG_IGN)
    try InputFiles.check(options.files)
  }

  func run() async throws {
    let output = try OutputFile(path: options.output)
    let interruption = Interruption()
    let task = Task { [work, unit, separator, options] in
      let input = InputReader(
        paths: options.inputs, unit: unit, limits: work.limits, replacesInvalid: options.replaceInvalid,
        interruption: interruption.descriptor)
      let line = ProgressLine(
        isShown: !options.noProgress && ProgressLine.isUseful(outputIsFile: options.output != nil),
        total: InputFiles.size(options.inputs), unit: unit)
      var pipeline = BulkPipeline(
        work: work, input: input, writer: BulkWriter(output: output, separator: separator),
        progress: ProgressDisplay(line))
      return await pipeline.run()
    }
    try interruption.onFirst { task.cancel() }
    try finish(await task.value, output, interruption.signal)
  }

  /// Ends the command as its work ended.
  private func finish(_ report: BulkPipeline.Report, _ output: OutputFile, _ signal: Int32?) throws {
    if let signal {
      report.describe(signal, unit: unit, partName: output.partName)
      throw ExitCode(128 + signal)
    }
    do {
      if let failure = report.failure { throw failure }
      try output.finish()
    } catch OutputError.closed {
      throw ExitCode(128 + SIGPIPE)
    } catch OutputError.failed(let failure) {
      throw failure
    }
  }
}

extension BulkPipeline.Report {
  /// Says on the standard error how far the work came before a signal.
  func describe(_ signal: Int32, unit: InputReader.Unit, partName: String?) {
    let name = unit == .line ? "line" : "document"
    var text = "\(signal == SIGINT ? "Interrupted" : "Terminated"): \(count) \(name)\(count == 1 ? "" : "s") written"
    if let last { text += ", the last is \(last.place)" }
    if let partName { text += "; they are in \(partName)" }
    try? Descriptor.write(Array((text + "\n").utf8), to: STDERR_FILENO, name: "standard error")
  }
}
