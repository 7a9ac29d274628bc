import Dispatch
import Glibc
import HTTP
import Inference
import Logging
import ServiceLifecycle

/// The running server: listens at once, serves while the models load, stops in order.
///
/// On a graceful shutdown /ready says 503 at once; after `shutdownDelay`, in which load balancers notice, no connection
/// is accepted any more, accepted requests get `drainTimeout` to finish, and the engine ends last.
public struct DragomanService: Service, CustomStringConvertible {
  /// What is to happen when SIGTERM or SIGINT comes again while the server stops.
  public enum SecondSignal: Sendable {
    /// The process ends at once, with 128 and the signal's number.
    case ends
    /// Nothing: the process is not this server's alone.
    case ignored
  }

  /// What the log of a group of services calls it.
  public let description = "dragoman"
  private let configuration: ServiceConfiguration
  private let context: ServiceContext
  private let server: HTTPServer
  private let secondSignal: SecondSignal
  /// What is read again on SIGHUP and when it changes, while the server runs.
  private let files: FileReloader
  /// Nil where keys are off.
  private let keys: KeyRing?

  /// Makes a server that does not listen yet.
  public init(
    configuration: ServiceConfiguration, service: InferenceService, logger: Logger,
    secondSignal: SecondSignal = .ends, metrics: PrometheusMetrics = PrometheusMetrics()
  ) {
    self.configuration = configuration
    self.secondSignal = secondSignal
    files = FileReloader(logger: logger)
    let access = configuration.access
    let keys = access.keyFile.map { KeyRing(file: $0) }
    self.keys = keys
    context = ServiceContext(
      service: service, limits: configuration.limits, access: access.control(keys), crossOrigin: access.crossOrigin,
      // RFC 6797 §7.2: never said over plain HTTP.
      transportSecurity: configuration.server.tls == nil ? nil : access.transportSecurity, logger: logger,
      metrics: metrics)
    if let keys { files.watch([keys.file], "API keys") { try keys.load() } }
    server = HTTPServer(configuration: configuration.server, router: Routes.router(context))
    context.observe(server)
  }

  /// New connections get a certificate that was replaced.
  private func watchCertificate() {
    guard let tls = configuration.tls else { return }
    files.watch(tls.files, "certificate") { [server, logger = context.logger] in
      try server.reloadCertificate()
      for warning in server.certificateWarnings { logger.warning("\(warning)") }
    }
  }

  /// Where the server listens, as a client would write it: `https://127.0.0.1:8443`; nil before it does.
  public var url: String? {
    server.boundAddress.map { "\(configuration.tls == nil ? "http" : "https")://\($0)" }
  }

  /// Where the server listens; nil before it does.
  public var boundAddress: SocketAddress? { server.boundAddress }

  /// Reads the file of the keys, where there is one, so that a mistake in it can stop the start. `listen` does it where
  /// it was not done before; it logs the mistake, and nobody has a valid key until the file is repaired.
  public func loadKeys() throws(KeyFileError) {
    guard let keys else { return }
    try keys.load()
    context.logger.info("API keys", metadata: ["keys": "\(keys.count)"])
  }

  /// Binds the address; clients can connect when this returns. `run` does it where it was not done before.
  ///
  /// - Throws: `ServerError` when the address cannot be listened on, or the certificate cannot be used.
  public func listen() throws(ServerError) {
    guard server.boundAddress == nil else { return }
    if keys?.isLoaded == false {
      do throws(KeyFileError) {
        try loadKeys()
      } catch {
        context.logger.error("no API keys: nobody has a valid one", metadata: ["reason": "\(error)"])
      }
    }
    // Before the files are read: what changes from now on is read again.
    watchCertificate()
    try server.start()
    for warning in server.certificateWarnings { context.logger.warning("\(warning)") }
    files.start()
    context.logger.info("listening", metadata: ["url": "\(url ?? "")"])
  }

  /// Serves until the task is cancelled or a graceful shutdown is asked for.
  public func run() async throws {
    do throws(ServerError) {
      try listen()
    } catch {
      await context.service.shutdown()
      throw error
    }
    let announcement = Task { await announceModels() }
    var drain = configuration.drainTimeout
    do {
      try await gracefulShutdown()
      try await delay()
    } catch {
      // Cancelled: somebody wants an end now.
      drain = .zero
    }
    context.lifecycle.stop()
    context.logger.info("stopping", metadata: ["in_flight": "\(server.statistics.requestsInFlight)"])
    await server.shutdown(deadline: drain)
    await context.service.shutdown()
    announcement.cancel()
    files.stop()
    context.logger.info("stopped")
  }

  /// What lies between the signal and the end of accepting.
  private func delay() async throws {
    context.lifecycle.stop()
    if case .ends = secondSignal { endAtNextSignal() }
    guard configuration.shutdownDelay > .zero else { return }
    context.logger.info("not ready any more", metadata: ["delay": "\(configuration.shutdownDelay)"])
    try await Task.sleep(for: configuration.shutdownDelay)
  }

  private func announceModels() async {
    let start = ContinuousClock.now
    await context.service.loaded()
    switch context.service.readiness() {
    case .ready:
      let languages = (try? context.service.languages())?.targets.count ?? 0
      var writer = JSONWriter()
      writer.milliseconds(ContinuousClock.now - start)
      context.logger.info(
        "ready",
        metadata: [
          "languages": "\(languages)", "after_ms": "\(String(decoding: writer.bytes, as: UTF8.self))",
        ])
    case .failed(let reasons):
      for (id, reason) in reasons.sorted(by: { $0.key < $1.key }) {
        context.logger.error("model failed", metadata: ["model": "\(id)", "reason": "\(reason)"])
      }
    case .loading, .stopped: break
    }
  }

  /// The group that runs this service takes the first signal only.
  private func endAtNextSignal() {
    for number in [SIGTERM, SIGINT] {
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      // The source lives as long as its handler, which holds it: as long as the process.
      source.setEventHandler {
        _ = source
        _exit(128 + number)
      }
      source.resume()
    }
  }
}
