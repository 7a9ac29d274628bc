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
      Order is kept, all processors work, memory stays bounded however long the input is. \
      With --document each file (or the whole standard input) is one text, in which sentences may run over line \
      breaks. Text that is not UTF-8 stops with file and line.

        echo 'Good morning!' | dragoman translate --from en --to de
        dragoman translate --from en --to fr notes.txt > notes.fr.txt
      """)

  @OptionGroup var engine: EngineOptions

  @Option(help: ArgumentHelp("Language of the input, a code such as en.", valueName: "code"))
  var from: String

  @Option(help: ArgumentHelp("Language to translate to, a code such as de.", valueName: "code"))
  var to: String

  @Option(help: ArgumentHelp("Hypotheses kept while decoding; 1 is greedy. Default: the model's.", valueName: "n"))
  var beamSize: Int?

  @Option(help: "Where text is cut: sentence, paragraph or none.")
  var split: Split = .sentence

  @Flag(help: "Take each file, or the whole standard input, as one text.")
  var document = false

  @Flag(help: "Replace bytes that are no UTF-8 by U+FFFD instead of stopping.")
  var replaceInvalid = false

  @Argument(help: ArgumentHelp("Files; - or none is the standard input.", valueName: "file"))
  var files: [String] = []

  func validate() throws {
    if let beamSize, !(1...TranslationRequest.beamLimit).contains(beamSize) {
      throw ValidationError("--beam-size is \(beamSize); 1 to \(TranslationRequest.beamLimit) is possible.")
    }
  }

  func run() async throws {
    let engine = try InferenceEngine(configuration: self.engine.configuration())
    defer { engine.shutdown() }
    let languages = LanguageDirectory(try await engine.loaded())
    guard let source = languages.canonical(from) else { throw unknown(from, "--from", languages) }
    guard let target = languages.canonical(to) else { throw unknown(to, "--to", languages) }
    let template = TranslationRequest(
      texts: [], source: source, target: target, split: split, beamSize: beamSize, priority: .bulk)
    let pipeline = TranslationPipeline(engine: engine, template: template, progress: Progress())
    for file in files.isEmpty ? ["-"] : files {
      var input = try InputText(path: file, replacesInvalid: replaceInvalid)
      defer { input.close() }
      if document {
        try await pipeline.translateDocument(&input)
      } else {
        try await pipeline.translateLines(&input)
      }
    }
    pipeline.progress.finish()
  }

  private func unknown(_ code: String, _ flag: String, _ languages: LanguageDirectory) -> CommandFailure {
    CommandFailure(
      "\(flag) \(code): no model knows this language; known: \(languages.codes.sorted().joined(separator: ", "))")
  }
}

extension Split: ExpressibleByArgument {}
