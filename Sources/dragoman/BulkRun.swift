import ArgumentParser
import Glibc
import Inference

/// What `dragoman translate` reads and writes, and how.
struct BulkOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Limit of each segment's translation, in tokens. Default: the model's.", valueName: "n"))
  var maxNewTokens: Int?

  @Flag(help: "Take each file, or the whole standard input, as one text.")
  var document = false

  @Flag(
    help: "Write a line of JSON for each text: source, translation, segments with scores, flags and word alignment.")
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

  func validate() throws {
    if let maxNewTokens, maxNewTokens < 1 {
      throw ValidationError("--max-new-tokens is \(maxNewTokens); at least 1 is possible.")
    }
  }

  /// The files, the standard input where none is named.
  var inputs: [String] { files.isEmpty ? ["-"] : files }

  var unit: InputReader.Unit { document ? .document : .line }
}

/// The files of one command, translated from the first to the last, unless a signal or a closed pipe ends it.
struct BulkTranslation {
  let engine: InferenceEngine
  let template: TranslationRequest
  let options: BulkOptions

  func run() async throws {
    let output = try OutputFile(path: options.output)
    let interruption = Interruption()
    let work = Task { [engine, template, options] in
      let input = InputReader(
        paths: options.inputs, unit: options.unit, replacesInvalid: options.replaceInvalid,
        interruption: interruption.descriptor)
      var pipeline = TranslationPipeline(
        engine: engine, template: template, input: input,
        writer: TranslationWriter(format: options.json ? .json : .text, output: output),
        progress: ProgressLine(
          isShown: !options.noProgress && ProgressLine.isUseful(outputIsFile: options.output != nil),
          total: InputFiles.size(options.inputs), unit: options.unit))
      return await pipeline.run()
    }
    try interruption.onFirst { work.cancel() }
    try finish(await work.value, output, interruption.signal)
  }

  /// Ends the command as its work ended.
  private func finish(_ report: TranslationPipeline.Report, _ output: OutputFile, _ signal: Int32?) throws {
    if let signal {
      report.describe(signal, unit: options.unit, partName: output.partName)
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

extension TranslationPipeline.Report {
  /// Says on the standard error how far the work came before a signal.
  func describe(_ signal: Int32, unit: InputReader.Unit, partName: String?) {
    let name = unit == .line ? "line" : "document"
    var text = "\(signal == SIGINT ? "Interrupted" : "Terminated"): \(count) \(name)\(count == 1 ? "" : "s") written"
    if let last { text += ", the last is \(last.place)" }
    if let partName { text += "; they are in \(partName)" }
    try? Descriptor.write(Array((text + "\n").utf8), to: STDERR_FILENO, name: "standard error")
  }
}
