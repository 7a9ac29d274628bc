import ArgumentParser

/// The `dragoman` command.
@main
struct Dragoman: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dragoman", abstract: "Translates and summarizes text with Transformers on ordinary CPUs.",
    subcommands: [BenchCommand.self])
}
