import ArgumentParser
import Evaluation
import Glibc
import Service

/// `dragoman evaluate`: how close texts come to references.
struct EvaluateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Score translations or summaries against references: BLEU, chrF, ROUGE.",
    discussion: """
      One segment a line; line N of each file of references belongs to line N of the hypotheses. The figures are those \
      of sacrebleu 2.6.0 (bleu, chrf, chrf++; 0 to 100) and of rouge-score 0.1.2 (rouge; 0 to 1, means over the \
      segments).

        dragoman translate --from en --to de a.en | dragoman evaluate --references a
        dragoman evaluate --metric rouge --use-stemmer --references a --hypotheses b
        dragoman evaluate --references a b --hypotheses c --json | jq .bleu.score

      With several references BLEU counts an n-gram as often as any of them has it; chrF and ROUGE take the best one. \
      ROUGE sees ASCII letters and digits only, and ROUGE-Lsum takes the lines of a segment for its sentences: name \
      what separates them with --sentence-separator, or let something else than a newline end a segment with \
      --delimiter.

      Exit status: 0 when the segments were scored, 1 after an error, 64 for a wrong flag, 141 where the reader of \
      the output has gone (`| head`).
      """)

  @Option(
    parsing: .upToNextOption, help: ArgumentHelp("What to compute; one or several.", valueName: "metric"),
    completion: .choice(Metric.self))
  var metric: [Metric] = [.bleu, .chrf]

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Files of references, each with a line for every hypothesis.", valueName: "file"),
    completion: .file())
  var references: [String]

  @Option(help: ArgumentHelp("File to score; - is the standard input.", valueName: "file"), completion: .file())
  var hypotheses = "-"

  @Flag(help: "Compare in lower case (bleu, chrf, chrf++); rouge always does.")
  var lowercase = false

  @Flag(help: "Compare stems of English words (rouge).")
  var useStemmer = false

  @Flag(help: "Add the bounds of 95 % of 1,000 resampled means (rouge).")
  var confidence = false

  @Flag(help: "Score each segment on its own: a line for each, BLEU over the orders that it has.")
  var sentence = false

  @Flag(help: "Write JSON: one object, with --sentence one for each segment.")
  var json = false

  @Option(help: ArgumentHelp("Decimals of a percent in text.", valueName: "n"))
  var width = 1

  @Option(help: ArgumentHelp("What ends a segment. Default: a newline.", valueName: "text"))
  var delimiter: String?

  @Option(help: ArgumentHelp("What separates a segment's sentences (rouge), such as <n>.", valueName: "text"))
  var sentenceSeparator: String?

  func validate() throws {
    try checkFlag("width", width, 0...15)
    let usesROUGE = metric.contains(.rouge)
    let flags: KeyValuePairs = [
      "use-stemmer": useStemmer, "confidence": confidence, "sentence-separator": sentenceSeparator != nil,
    ]
    for (flag, isSet) in flags where isSet && !usesROUGE {
      throw ValidationError("--\(flag) is for --metric rouge.")
    }
    if lowercase, metric.allSatisfy({ $0 == .rouge }) {
      throw ValidationError("--lowercase is for --metric bleu, chrf and chrf++; rouge always compares in lower case.")
    }
    if confidence, sentence {
      throw ValidationError("--confidence is about all segments, --sentence about each: give one of them.")
    }
    if delimiter?.isEmpty ?? false { throw ValidationError("--delimiter is empty.") }
    if sentenceSeparator?.isEmpty ?? false { throw ValidationError("--sentence-separator is empty.") }
    if (references + [hypotheses]).filter({ $0 == "-" }).count > 1 {
      throw ValidationError("Only one of the files can be the standard input: name --hypotheses or --references.")
    }
  }

  func run() async throws {
    // A reader that goes away is an error of `write`, as in translate.
    signal(SIGPIPE, SIG_IGN)
    do {
      try evaluate()
    } catch OutputError.closed {
      throw ExitCode(128 + SIGPIPE)
    } catch OutputError.failed(let failure) {
      throw failure
    }
  }

  private func evaluate() throws {
    let paths = [hypotheses] + references
    try InputFiles.check(paths)
    var files = try SegmentFiles(paths: paths, delimiter: delimiter)
    defer { files.close() }
    var corpus = CorpusEvaluation(
      metrics: metric,
      options: .init(
        casing: lowercase ? .lowered : .kept, stemming: useStemmer ? .porter : .none,
        sentenceSeparator: sentenceSeparator, bounds: confidence ? .resampled : .none, references: references.count))
    while let segments = try files.next() {
      let scores = corpus.add(hypothesis: segments[0], references: Array(segments.dropFirst()))
      guard sentence else { continue }
      let report = EvaluationReport(scores: scores, width: width)
      try StandardOutput.write(json ? report.json("segment", corpus.segments) : report.line)
    }
    guard corpus.segments > 0 else { throw CommandFailure("\(files.names): nothing to score") }
    guard !sentence else { return }
    let report = EvaluationReport(scores: corpus.scores, width: width)
    try StandardOutput.write(json ? report.json("segments", corpus.segments) : report.lines)
  }
}
