import ArgumentParser
import Inference
import Service

/// `dragoman translate`: lines in, lines out.
struct TranslateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "translate",
    abstract: "Translate files or the standard input, a line of output for each line of input.",
    discussion: """
      Order is kept, all processors work, memory stays bounded however long the input is, and what can be translated \
      is written before more input is waited for. With --document each file (or the whole standard input) is one text, \
      in which sentences may run over line breaks. What cannot be read stops with file and line, behind the \
      translations of everything before it.

        echo 'Good morning!' | dragoman translate --from en --to de
        dragoman translate --from en --to fr -o notes.fr.txt notes.txt
        dragoman translate --from en --to es --json notes.txt | jq .translatedText

      Where the standard error is a terminal and the standard output is not, a line there counts; with the share and \
      the time left where all input is in files. Ctrl-C (or SIGTERM) writes what is finished, in whole lines, and says \
      how far it came; a second one ends at once.

      Exit status: 0 when everything was translated, 1 after an error, 64 for a wrong flag, 130 after Ctrl-C, 143 \
      after SIGTERM, 141 where the reader of the output has gone (`| head`).
      """)

  @OptionGroup var engine: EngineOptions

  @Option(
    help: ArgumentHelp("Language of the input, a code such as en.", valueName: "code"), completion: .sourceLanguage)
  var from: String

  @Option(
    help: ArgumentHelp("Language to translate to, a code such as de.", valueName: "code"), completion: .targetLanguage)
  var to: String

  @Option(help: ArgumentHelp("Hypotheses kept while decoding; 1 is greedy. Default: the model's.", valueName: "n"))
  var beamSize: Int?

  @Option(help: "Where text is cut: sentence, paragraph or none.")
  var split: Split = .sentence

  @Option(help: ArgumentHelp("Limit of each segment's translation, in tokens. Default: the model's.", valueName: "n"))
  var maxNewTokens: Int?

  @Flag(help: "Take each file, or the whole standard input, as one text.")
  var document = false

  @OptionGroup var bulk: BulkOptions

  func validate() throws {
    if let maxNewTokens, maxNewTokens < 1 {
      throw ValidationError("--max-new-tokens is \(maxNewTokens); at least 1 is possible.")
    }
    try checkFlag("beam-size", beamSize, 1...TranslationRequest.beamLimit)
  }

  func run() async throws {
    try BulkRun.prepare(bulk)
    let engine = try self.engine.bulkEngine()
    defer { engine.shutdown() }
    let languages = LanguageDirectory(try await engine.loaded())
    let source = try languages.known(from, flag: "--from")
    let target = try languages.known(to, flag: "--to")
    guard source != target, languages.translates(from: source, to: target) else {
      throw InferenceError.unsupportedPair(source: source, target: target)
    }
    let template = TranslationRequest(
      texts: [], source: source, target: target, split: split, maxNewTokens: maxNewTokens, beamSize: beamSize,
      priority: .bulk, detail: bulk.json ? .aligned : .plain)
    let work = TranslationWork(engine: engine, template: template, format: bulk.format)
    try await BulkRun(work: work, unit: document ? .document : .line, separator: .lineBreak, options: bulk).run()
  }
}

extension Split: ExpressibleByArgument {}
