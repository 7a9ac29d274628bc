import ArgumentParser
import Inference
import Service

/// `dragoman summarize`: documents in, summaries out.
struct SummarizeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "summarize",
    abstract: "Summarize files or the standard input, each as a whole.",
    discussion: """
      Each file (or the whole standard input) is one document, and its summary is one paragraph of output; a blank line \
      stands between two. With --lines each line is a document and its summary a line, in the same order; an empty line \
      stays empty. The whole of a document is read, however long it is. Without a length the summary is of medium \
      length.

        dragoman summarize report.txt
        dragoman summarize --length short --to de report.txt
        dragoman summarize --max-sentences 5 --query 'costs and dates' minutes/*.txt
        dragoman summarize --lines --max-tokens 40 -o short.txt articles.txt
        dragoman summarize --json --details report.txt | jq .sentences

      Method auto lets a model write where the text suits it and what it wrote passes every check, and else chooses \
      sentences of the text, unchanged. Something that a reader should know, such as a name that the text lacks, is \
      said on the standard error, a line for each document; with --json it is in `flags`, and why which method was used \
      is in `reason`.

      Where the standard error is a terminal and the standard output is not, a line there counts, and tells how far the \
      document is. What cannot be read stops with file and line, behind the summaries of everything before it. Ctrl-C \
      (or SIGTERM) writes what is finished and says how far it came; a second one ends at once.

      Exit status: 0 when everything was summarized, 1 after an error, 64 for a wrong flag, 130 after Ctrl-C, 143 \
      after SIGTERM, 141 where the reader of the output has gone (`| head`).
      """)

  @OptionGroup var engine: EngineOptions

  @Option(help: "How long: short (a sentence), medium (about three) or long (about eight). Default: medium.")
  var length: NamedLength?

  @Option(help: ArgumentHelp("How many sentences; a model writes at most as many.", valueName: "n"))
  var maxSentences: Int?

  @Option(help: ArgumentHelp("How many tokens at most; sentences stay whole where one fits.", valueName: "n"))
  var maxTokens: Int?

  @Option(help: "Who writes: abstractive (a model), extractive (sentences of the text) or auto.")
  var method: SummaryMethod = .automatic

  @Option(help: ArgumentHelp("What the summary is to be about.", valueName: "text"))
  var query: String?

  @Option(
    help: ArgumentHelp("Language of the input, a code such as en.", valueName: "code"), completion: .textLanguage)
  var language = "en"

  @Option(
    help: ArgumentHelp("Language of the summary, a code such as de. Default: the input's.", valueName: "code"),
    completion: .targetLanguage)
  var to: String?

  @Flag(help: "Take each line as one document.")
  var lines = false

  @Flag(help: "With --json, tell which sentences of the text each sentence rests on, and how much on each.")
  var details = false

  @OptionGroup var bulk: BulkOptions

  func validate() throws {
    let given = [
      ("--length", length != nil), ("--max-sentences", maxSentences != nil), ("--max-tokens", maxTokens != nil),
    ]
    .filter(\.1).map(\.0)
    if given.count > 1 { throw ValidationError("\(given.joined(separator: " and ")) exclude each other.") }
    try checkFlag("max-sentences", maxSentences, SummaryRules.sentences)
    try checkFlag("max-tokens", maxTokens, SummaryRules.tokens)
    if let query, query.unicodeScalars.count > SummaryRules.queryCharacters {
      throw ValidationError("--query is longer than \(SummaryRules.queryCharacters) characters.")
    }
    if details, !bulk.json { throw ValidationError("--details needs --json.") }
    guard SummaryRules.isCode(language) else { throw ValidationError("--language \(language) is not a language code.") }
    if language.lowercased() == "auto" { throw ValidationError("--language auto is not supported yet.") }
  }

  func run() async throws {
    try BulkRun.prepare(bulk)
    let engine = try self.engine.bulkEngine()
    defer { engine.shutdown() }
    let languages = LanguageDirectory(try await engine.loaded())
    let source = SummaryRules.language(language, in: languages) ?? language
    let template = SummarizationRequest(
      text: "", length: summaryLength, method: method, query: SummaryRules.query(query), language: source,
      target: try target(from: source, languages), priority: .bulk, detail: details ? .attention : .plain)
    let work = SummaryWork(engine: engine, template: template, format: bulk.format)
    try await BulkRun(work: work, unit: lines ? .line : .document, separator: .blankLine, options: bulk).run()
  }

  private var summaryLength: SummaryLength {
    if let maxSentences { return .sentences(maxSentences) }
    if let maxTokens { return .tokens(maxTokens) }
    return length?.length ?? .medium
  }

  /// The summary's language, which is the input's or one that a model translates it to.
  private func target(from source: String, _ languages: LanguageDirectory) throws -> String {
    guard let to, SummaryRules.language(to, in: languages) != source else { return source }
    let target = try languages.known(to, flag: "--to")
    guard languages.translates(from: source, to: target) else {
      throw InferenceError.unsupportedPair(source: source, target: target)
    }
    return target
  }
}

extension NamedLength: ExpressibleByArgument {}
extension SummaryMethod: ExpressibleByArgument {}
