import ArgumentParser
import Foundation
import Inference
import Kernels
import Service
import Workers

extension Quantization: ExpressibleByArgument {}

/// Something that ends a command with a message and exit code 1.
struct CommandFailure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}

/// The flags that say which models to use and how to compute.
struct EngineOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Folder whose sub-folders are models. Default: ./models, else models beside the executable.",
      valueName: "dir"))
  var models: String?

  @Option(help: ArgumentHelp("Threads. Default: the processors this process may use.", valueName: "n"))
  var threads: Int?

  @Option(help: "How weights are held: int8 (fast, small) or float32 (as trained).")
  var quantization: Quantization = .int8

  func validate() throws {
    if let threads, !(1...1_024).contains(threads) {
      throw ValidationError("--threads is \(threads); 1 to 1024 is possible.")
    }
  }

  /// The configuration that the flags, and for what they leave out the environment, ask for.
  func configuration() throws -> EngineConfiguration {
    EngineConfiguration(
      modelsFolder: models ?? ServiceConfiguration.defaultModelsFolder, threads: threads ?? ProcessorCount.available,
      quantization: quantization, kernels: try KernelSet.selected())
  }
}
