import ArgumentParser
import Foundation
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

  @OptionGroup var bulk: BulkOptions

  func validate() throws {
    try checkFlag("beam-size", beamSize, 1...TranslationRequest.beamLimit)
  }

  func run() async throws {
    // A reader that goes away is an error of `write`, not the death of the process with the progress line half shown.
    signal(SIGPIPE, SIG_IGN)
    try InputFiles.check(bulk.files)
    var configuration = try self.engine.configuration()
    configuration.deadline = .seconds(1 << 30)  // nobody waits behind a request, however long it takes
    let engine = try InferenceEngine(configuration: configuration)
    defer { engine.shutdown() }
    let languages = LanguageDirectory(try await engine.loaded())
    guard let source = languages.canonical(from) else { throw unknown(from, "--from", languages) }
    guard let target = languages.canonical(to) else { throw unknown(to, "--to", languages) }
    guard source != target, languages.translates(from: source, to: target) else {
      throw InferenceError.unsupportedPair(source: source, target: target)
    }
    let template = TranslationRequest(
      texts: [], source: source, target: target, split: split, maxNewTokens: bulk.maxNewTokens, beamSize: beamSize,
      priority: .bulk, detail: bulk.json ? .aligned : .plain)
    try await BulkTranslation(engine: engine, template: template, options: bulk).run()
  }

  private func unknown(_ code: String, _ flag: String, _ languages: LanguageDirectory) -> CommandFailure {
    CommandFailure(
      "\(flag) \(code): no model knows this language; known: \(languages.codes.sorted().joined(separator: ", "))")
  }
}

extension Split: ExpressibleByArgument {}
