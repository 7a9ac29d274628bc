import ArgumentParser
import Foundation
import Inference
import Kernels
import Logging
import Service
import ServiceLifecycle

/// `dragoman serve`: the service.
struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Serve the models of a folder over HTTP.",
    discussion: """
      Every flag has an environment variable (DRAGOMAN_ and the flag in capitals; DRAGOMAN_LISTEN_HOST and \
      DRAGOMAN_LISTEN_PORT for --host and --port) and a key in the JSON file that --config names. A flag comes before \
      the environment, the environment before the file. SIGTERM or SIGINT finishes what was accepted, then exits; a \
      second one exits at once.
      """)

  @OptionGroup var settings: ServeOptions

  func run() async throws {
    let resolved = try ServiceConfiguration.resolve(
      flags: settings.given, environment: ProcessInfo.processInfo.environment)
    let configuration = resolved.configuration
    let logger = configuration.logger()
    for warning in resolved.warnings { logger.warning("\(warning)") }
    let engine = try InferenceEngine(configuration: engineConfiguration(configuration))
    let service = DragomanService(
      configuration: configuration,
      service: TranslationService(engine) { request throws(InferenceError) in try await engine.translate(request) },
      logger: logger)
    do {
      try service.listen()
    } catch {
      engine.shutdown()
      throw error
    }
    if let address = service.boundAddress { invite(to: address.description) }
    let group = ServiceGroup(
      configuration: .init(
        services: [service], gracefulShutdownSignals: [.sigterm, .sigint],
        logger: Logger(label: "lifecycle") { _ in SwiftLogNoOpLogHandler() }))
    try await group.run()
  }

  private func engineConfiguration(_ configuration: ServiceConfiguration) throws -> EngineConfiguration {
    var engine = EngineConfiguration(
      modelsFolder: configuration.modelsFolder, threads: configuration.threads,
      quantization: configuration.quantization == .int8 ? .int8 : .float32, kernels: try KernelSet.selected())
    engine.deadline = configuration.requestTimeout
    return engine
  }

  /// Shows whoever started the server by hand what to try.
  private func invite(to address: String) {
    try? StandardOutput.write(
      """
      Dragoman listens on http://\(address) (a page to try it in the browser). Try:

        curl -X POST http://\(address)/translate -H 'Content-Type: application/json' \\
          -d '{"q": "Good morning! How are you?", "source": "en", "target": "de"}'

      """)
  }
}

/// The flags of `dragoman serve`, as text: the configuration checks them together with the environment and the file.
struct ServeOptions: ParsableArguments {
  @Option(help: help(.host)) var host: String?
  @Option(help: help(.port)) var port: String?
  @Option(help: help(.models)) var models: String?
  @Option(help: help(.threads)) var threads: String?
  @Option(help: help(.quantization)) var quantization: String?
  @Option(help: help(.beamSize)) var beamSize: String?
  @Option(help: help(.config)) var config: String?
  @Option(help: help(.shutdownDelay)) var shutdownDelay: String?
  @Option(help: help(.drainTimeout)) var drainTimeout: String?
  @Option(help: help(.requestTimeout)) var requestTimeout: String?
  @Option(help: help(.bodyLimit)) var bodyLimit: String?
  @Option(help: help(.itemLimit)) var itemLimit: String?
  @Option(help: help(.characterLimit)) var characterLimit: String?
  @Option(help: help(.connectionLimit)) var connectionLimit: String?
  @Option(help: help(.headerTimeout)) var headerTimeout: String?
  @Option(help: help(.bodyTimeout)) var bodyTimeout: String?
  @Option(help: help(.idleTimeout)) var idleTimeout: String?
  @Option(help: help(.writeTimeout)) var writeTimeout: String?
  @Option(help: help(.logLevel)) var logLevel: String?
  @Option(help: help(.logFormat)) var logFormat: String?

  /// The flags that were given, by name without hyphens in front.
  var given: [String: String] {
    let values: [(Setting.Name, String?)] = [
      (.host, host), (.port, port), (.models, models), (.threads, threads), (.quantization, quantization),
      (.beamSize, beamSize), (.config, config), (.shutdownDelay, shutdownDelay), (.drainTimeout, drainTimeout),
      (.requestTimeout, requestTimeout), (.bodyLimit, bodyLimit), (.itemLimit, itemLimit),
      (.characterLimit, characterLimit), (.connectionLimit, connectionLimit), (.headerTimeout, headerTimeout),
      (.bodyTimeout, bodyTimeout), (.idleTimeout, idleTimeout), (.writeTimeout, writeTimeout),
      (.logLevel, logLevel), (.logFormat, logFormat),
    ]
    var given: [String: String] = [:]
    for (name, value) in values {
      if let value, let setting = Setting.named(name) { given[setting.flag] = value }
    }
    return given
  }

  private static func help(_ name: Setting.Name) -> ArgumentHelp {
    let setting = Setting.named(name)
    return ArgumentHelp(
      "\(setting?.help ?? ""). Default: \(setting?.defaultText ?? "").", valueName: setting?.placeholder.lowercased())
  }
}
