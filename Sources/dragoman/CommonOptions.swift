import ArgumentParser
import Foundation
import Inference
import Kernels
import Service

extension Quantization: ExpressibleByArgument {}

/// Something that ends a command with a message and exit code 1.
struct CommandFailure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}

/// Refuses a flag's value outside its range.
func checkFlag(_ name: String, _ value: Int?, _ range: ClosedRange<Int>) throws {
  if let value, !range.contains(value) {
    throw ValidationError("--\(name) is \(value); \(range.lowerBound) to \(range.upperBound) is possible.")
  }
}

/// The flags that say which models to use and how to compute; the environment's settings stand in for those left out.
struct EngineOptions: ParsableArguments {
  @Option(help: SettingHelp.text(.models), completion: .directory) var models: String?
  @Option(help: SettingHelp.text(.threads)) var threads: String?
  @Option(help: SettingHelp.text(.quantization), completion: .choice(Quantization.self)) var quantization: String?

  /// The configuration that the flags and the environment ask for.
  func configuration() throws -> EngineConfiguration {
    var flags: [String: String] = [:]
    flags["models"] = models
    flags["threads"] = threads
    flags["quantization"] = quantization
    let environment = ProcessInfo.processInfo.environment
    return try EngineConfiguration(
      ServiceConfiguration.resolve(flags: flags, environment: environment).configuration)
  }
}

extension EngineOptions {
  /// An engine for a bulk command, which starts loading.
  func bulkEngine() throws -> InferenceEngine {
    var configuration = try configuration()
    configuration.deadline = .seconds(1 << 30)  // nobody waits behind a request, however long it takes
    return try InferenceEngine(configuration: configuration)
  }
}

extension LanguageDirectory {
  /// The code of the catalog for what was given behind a flag.
  func known(_ code: String, flag: String) throws(CommandFailure) -> String {
    guard let known = canonical(code) else {
      throw CommandFailure(
        "\(flag) \(code): no model knows this language; known: \(codes.sorted().joined(separator: ", "))")
    }
    return known
  }
}

extension EngineConfiguration {
  /// The part of the service's configuration that concerns the engine.
  init(_ configuration: ServiceConfiguration) throws {
    self.init(
      modelsFolder: configuration.modelsFolder, threads: configuration.threads,
      quantization: configuration.quantization, kernels: try KernelSet.selected())
    deadline = configuration.requestTimeout
    beamSize = configuration.beamSize
  }
}

extension ModelVerification {
  /// Verifies every model of the configured folder and prints a line for each; a failure ends the command with 1.
  func report(_ configuration: EngineConfiguration, indentation: String = "") throws {
    var failed = 0
    for folder in try ModelCatalog.folders(in: configuration.modelsFolder) {
      do {
        print("\(indentation)ok      \(try verify(folder: folder))")
      } catch {
        failed += 1
        print("\(indentation)failed  \(folder): \(error)")
      }
    }
    if failed > 0 { throw ExitCode.failure }
  }
}

/// Help from the one table of settings.
enum SettingHelp {
  static func text(_ name: Setting.Name) -> ArgumentHelp {
    let setting = Setting.named(name)
    return ArgumentHelp(
      "\(setting?.help ?? ""). Default: \(setting?.defaultText ?? "").", valueName: setting?.placeholder.lowercased())
  }
}
