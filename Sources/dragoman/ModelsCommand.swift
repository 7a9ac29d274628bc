import ArgumentParser
import Foundation
import Inference
import Kernels
import Models
import Service

/// `dragoman models`.
struct ModelsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models", abstract: "List, inspect and verify models.",
    subcommands: [ModelsListCommand.self, ModelsInspectCommand.self, ModelsVerifyCommand.self])
}

/// `dragoman models list`.
struct ModelsListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the models of a folder and what they are for.")

  @Option(help: SettingHelp.text(.models), completion: .directory) var models: String?

  func run() async throws {
    for folder in try ModelCatalog.folders(in: models ?? ServiceConfiguration.defaultModelsFolder) {
      do throws(ModelError) {
        let card = try ModelCard(folder: folder)
        let directions = card.languages.map { "\($0.from)→\($0.to)" }.joined(separator: " ")
        let size = card.files.reduce(0) { $0 + $1.bytes }
        print(
          "\(card.id)\t\(card.task.rawValue)\t\(card.architecture)\t\(directions)\t\(size / 1_000_000) MB\t\(folder)")
      } catch {
        print("\(folder)\tunusable: \(error)")
      }
    }
  }
}

/// `dragoman models verify`.
struct ModelsVerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Check the models' files against their cards and run their self-tests.",
    discussion: "Exit status 1 where a model fails.")

  @OptionGroup var engine: EngineOptions

  func run() async throws {
    let configuration = try engine.configuration()
    try ModelVerification(configuration: configuration).report(configuration)
  }
}

/// `dragoman models inspect`.
struct ModelsInspectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract:
      "Print a model's architecture, sizes, tensors and vocabulary; for a folder without a card, one to complete.")

  @Argument(help: ArgumentHelp("The model's folder.", valueName: "dir"), completion: .directory) var folder: String

  func run() async throws {
    let folder = folder.hasSuffix("/") && folder.count > 1 ? String(folder.dropLast()) : folder
    let source = try WeightSource(folder: folder)
    if FileManager.default.fileExists(atPath: folder + "/model.json") {
      let card = try ModelCard(folder: folder)
      print("id            \(card.id)")
      print("task          \(card.task.rawValue)")
      print("architecture  \(card.architecture)")
      print("languages     \(card.languages.map { "\($0.from)→\($0.to)" }.joined(separator: " "))")
      if !card.lengths.isEmpty { print("lengths       \(card.lengths.map(\.name).joined(separator: " "))") }
      print("licence       \(card.license ?? "not named")")
    } else {
      print(try ModelCardDraft(folder: folder).text)
      return
    }
    let parameters = source.summary.reduce(0) { $0 + ($1.shape.count ?? 0) }
    print("parameters    \(parameters) in \(source.summary.count) tensors")
    for tensor in source.summary { print("  \(tensor.type)\t\(tensor.shape)\t\(tensor.name)") }
  }
}
