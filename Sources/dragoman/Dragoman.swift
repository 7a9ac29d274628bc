import ArgumentParser
import Service

/// The `dragoman` command.
@main
struct Dragoman: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dragoman",
    abstract: "Translates and summarizes text with Transformers on ordinary CPUs, and serves that over HTTP.",
    discussion: """
        echo 'Good morning!' | dragoman translate --from en --to de
        dragoman summarize --length short report.txt
        dragoman serve --port 8080
        dragoman doctor

      Exit status: 0 when all went well, 1 after an error, 64 for a wrong flag; `dragoman help translate` names more. \
      `dragoman --generate-completion-script bash` (or zsh, fish) prints completions for that shell.
      """,
    version: ProductVersion.version,
    subcommands: [
      ServeCommand.self, TranslateCommand.self, SummarizeCommand.self, EvaluateCommand.self,
      ModelsCommand.self, KeysCommand.self, DoctorCommand.self, HealthCommand.self, BenchCommand.self,
    ])
}
