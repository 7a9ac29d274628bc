import ArgumentParser
import Service

/// The `dragoman` command.
@main
struct Dragoman: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dragoman", abstract: "Translates text with Transformers on ordinary CPUs, and serves that over HTTP.",
    version: ProductVersion.version,
    subcommands: [
      ServeCommand.self, TranslateCommand.self,
      ModelsCommand.self, DoctorCommand.self, HealthCommand.self, BenchCommand.self,
    ])
}
