import ArgumentParser

/// The `dragoman` command.
@main
struct Dragoman: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dragoman", abstract: "Translates text with Transformers on ordinary CPUs, and serves that over HTTP.",
    version: "0.1.0",
    subcommands: [
      ServeCommand.self, TranslateCommand.self,
      ModelsCommand.self, DoctorCommand.self, HealthCommand.self, BenchCommand.self,
    ])
}
