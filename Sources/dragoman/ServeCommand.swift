import ArgumentParser
import Foundation
import Inference
import Kernels
import Logging
import Metrics
import Service
import ServiceLifecycle
import Workers

/// `dragoman serve`: the service.
struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Serve the models of a folder over HTTP.",
    discussion: """
      Every flag has an environment variable (DRAGOMAN_ and the flag in capitals; DRAGOMAN_LISTEN_HOST and \
      DRAGOMAN_LISTEN_PORT for --host and --port) and a key in the JSON file that --config names. A flag comes before \
      the environment, the environment before the file. SIGTERM or SIGINT finishes what was accepted, then exits; a \
      second one exits at once. With --tls-certificate and --tls-key the server speaks TLS 1.2 and 1.3 instead of plain \
      HTTP; SIGHUP has it read both again.
      """)

  @OptionGroup var settings: ServeOptions

  func run() async throws {
    HeapMemory.setUp()
    let resolved = try ServiceConfiguration.resolve(
      flags: settings.given, environment: ProcessInfo.processInfo.environment)
    let configuration = resolved.configuration
    let logger = configuration.logger()
    for warning in resolved.warnings { logger.warning("\(warning)") }
    let engine = try InferenceEngine(configuration: EngineConfiguration(configuration))
    let metrics = PrometheusMetrics()
    // So that libraries which measure something are seen at /metrics too.
    MetricsSystem.bootstrap(metrics)
    let service = DragomanService(
      configuration: configuration,
      service: InferenceService(engine),
      logger: logger, metrics: metrics)
    do {
      try service.loadKeys()
      try service.listen()
    } catch {
      engine.shutdown()
      throw error
    }
    if let url = service.url { invite(to: url) }
    let group = ServiceGroup(
      configuration: .init(
        services: [service], gracefulShutdownSignals: [.sigterm, .sigint],
        logger: Logger(label: "lifecycle") { _ in SwiftLogNoOpLogHandler() }))
    try await group.run()
  }

  /// Shows whoever started the server by hand what to try.
  private func invite(to url: String) {
    try? StandardOutput.write(
      """
      Dragoman listens on \(url) (a page to try it in the browser). Try:

        curl -X POST \(url)/translate -H 'Content-Type: application/json' \\
          -d '{"q": "Good morning! How are you?", "source": "en", "target": "de"}'
        curl -X POST \(url)/summarize -d length=short --data-urlencode q@README.md

      """)
  }
}

/// The flags of `dragoman serve`, as text: the configuration checks them together with the environment and the file.
struct ServeOptions: ParsableArguments {
  @Option(help: SettingHelp.text(.host)) var host: String?
  @Option(help: SettingHelp.text(.port)) var port: String?
  @Option(help: SettingHelp.text(.models), completion: .directory) var models: String?
  @Option(help: SettingHelp.text(.threads)) var threads: String?
  @Option(help: SettingHelp.text(.quantization), completion: .choice(Quantization.self)) var quantization: String?
  @Option(help: SettingHelp.text(.beamSize)) var beamSize: String?
  @Option(help: SettingHelp.text(.config), completion: .file(extensions: ["json"])) var config: String?
  @Option(help: SettingHelp.text(.shutdownDelay)) var shutdownDelay: String?
  @Option(help: SettingHelp.text(.drainTimeout)) var drainTimeout: String?
  @Option(help: SettingHelp.text(.requestTimeout)) var requestTimeout: String?
  @Option(help: SettingHelp.text(.bodyLimit)) var bodyLimit: String?
  @Option(help: SettingHelp.text(.bodyMemoryLimit)) var bodyMemoryLimit: String?
  @Option(help: SettingHelp.text(.headerLimit)) var headerLimit: String?
  @Option(help: SettingHelp.text(.headerCountLimit)) var headerCountLimit: String?
  @Option(help: SettingHelp.text(.targetLimit)) var targetLimit: String?
  @Option(help: SettingHelp.text(.itemLimit)) var itemLimit: String?
  @Option(help: SettingHelp.text(.characterLimit)) var characterLimit: String?
  @Option(help: SettingHelp.text(.summaryCharacterLimit)) var summaryCharacterLimit: String?
  @Option(help: SettingHelp.text(.connectionLimit)) var connectionLimit: String?
  @Option(help: SettingHelp.text(.connectionRequestLimit)) var connectionRequestLimit: String?
  @Option(help: SettingHelp.text(.addressConnectionLimit)) var addressConnectionLimit: String?
  @Option(help: SettingHelp.text(.apiKeys), completion: .file()) var apiKeys: String?
  @Option(help: SettingHelp.text(.anonymous), completion: .choice(AnonymousAccess.self)) var anonymous: String?
  @Option(help: SettingHelp.text(.rateLimit)) var rateLimit: String?
  @Option(help: SettingHelp.text(.characterRateLimit)) var characterRateLimit: String?
  @Option(help: SettingHelp.text(.trustedProxies)) var trustedProxies: String?
  @Option(help: SettingHelp.text(.corsOrigins)) var corsOrigins: String?
  @Option(help: SettingHelp.text(.strictTransportSecurity)) var strictTransportSecurity: String?
  @Option(help: SettingHelp.text(.headerTimeout)) var headerTimeout: String?
  @Option(help: SettingHelp.text(.bodyTimeout)) var bodyTimeout: String?
  @Option(help: SettingHelp.text(.idleTimeout)) var idleTimeout: String?
  @Option(help: SettingHelp.text(.writeTimeout)) var writeTimeout: String?
  @Option(help: SettingHelp.text(.tlsCertificate), completion: .file()) var tlsCertificate: String?
  @Option(help: SettingHelp.text(.tlsKey), completion: .file()) var tlsKey: String?
  @Option(name: .customLong("tls-client-ca"), help: SettingHelp.text(.tlsClientCA), completion: .file())
  var tlsClientCA: String?
  @Option(help: SettingHelp.text(.handshakeTimeout)) var handshakeTimeout: String?
  @Option(help: SettingHelp.text(.handshakeLimit)) var handshakeLimit: String?
  @Option(help: SettingHelp.text(.logLevel), completion: .choice(Logger.Level.self)) var logLevel: String?
  @Option(help: SettingHelp.text(.logFormat), completion: .choice(ServiceConfiguration.LogFormat.self)) var logFormat:
    String?

  /// The flags that were given, by name without hyphens in front.
  var given: [String: String] {
    let values: [(Setting.Name, String?)] = [
      (.host, host), (.port, port), (.models, models), (.threads, threads), (.quantization, quantization),
      (.beamSize, beamSize), (.config, config), (.shutdownDelay, shutdownDelay), (.drainTimeout, drainTimeout),
      (.requestTimeout, requestTimeout), (.bodyLimit, bodyLimit), (.bodyMemoryLimit, bodyMemoryLimit),
      (.headerLimit, headerLimit), (.headerCountLimit, headerCountLimit), (.targetLimit, targetLimit),
      (.itemLimit, itemLimit),
      (.characterLimit, characterLimit), (.summaryCharacterLimit, summaryCharacterLimit),
      (.connectionLimit, connectionLimit), (.connectionRequestLimit, connectionRequestLimit),
      (.addressConnectionLimit, addressConnectionLimit), (.apiKeys, apiKeys),
      (.anonymous, anonymous), (.rateLimit, rateLimit), (.characterRateLimit, characterRateLimit),
      (.trustedProxies, trustedProxies), (.corsOrigins, corsOrigins),
      (.strictTransportSecurity, strictTransportSecurity), (.headerTimeout, headerTimeout),
      (.bodyTimeout, bodyTimeout), (.idleTimeout, idleTimeout), (.writeTimeout, writeTimeout),
      (.tlsCertificate, tlsCertificate), (.tlsKey, tlsKey), (.tlsClientCA, tlsClientCA),
      (.handshakeTimeout, handshakeTimeout), (.handshakeLimit, handshakeLimit),
      (.logLevel, logLevel), (.logFormat, logFormat),
    ]
    var given: [String: String] = [:]
    for (name, value) in values {
      if let value, let setting = Setting.named(name) { given[setting.flag] = value }
    }
    return given
  }
}
