import Foundation
import HTTP
import Inference
import Logging
import Workers

/// How the server runs.
public struct ServiceConfiguration: Sendable, Equatable {
  /// How a line of the log is written.
  public enum LogFormat: String, Sendable, CaseIterable { case text, json }

  /// The name or address to listen on.
  public var host = "127.0.0.1"
  /// The port; 0 lets the system choose.
  public var port = 8_080
  /// The folder whose sub-folders are models.
  public var modelsFolder = ServiceConfiguration.defaultModelsFolder
  /// Threads that compute.
  public var threads = ProcessorCount.available
  /// How weights are held in memory.
  public var quantization = EngineConfiguration.Quantization.int8
  /// Hypotheses a search keeps; nil leaves it to the request.
  public var beamSize: Int?
  /// From SIGTERM until connections are no longer accepted.
  public var shutdownDelay = Duration.zero
  /// From then until what is unfinished is cut off.
  public var drainTimeout = Duration.seconds(30)
  /// How long one request may take, its wait included.
  public var requestTimeout = Duration.seconds(300)
  /// Bytes of a body.
  public var bodyLimit = 16 * 1_024 * 1_024
  /// Bytes of all bodies that are held at a time.
  public var bodyMemoryLimit = ServiceConfiguration.defaultBodyMemory
  /// What a request's header may be, and how far a body may inflate; `bodyLimit` stands for the size of the body here.
  public var httpLimits = HTTPLimits()
  /// What one request may ask for.
  public var limits = RequestLimits()
  /// Connections open at a time.
  public var connectionLimit = 10_000
  /// Requests of one connection; 0 is no limit.
  public var connectionRequestLimit = 0
  /// Who may come in.
  public var access = AccessSettings()
  /// The certificate with its chain; nil for plain HTTP.
  public var tlsCertificate: String?
  /// The certificate's key.
  public var tlsKey: String?
  /// The authorities that clients must have a certificate of; nil asks for none.
  public var tlsClientCA: String?
  /// TLS handshakes in progress at a time.
  public var handshakeLimit = 1_000
  /// The server's patience with a client.
  public var deadlines = ServerDeadlines()
  /// The least level that is logged.
  public var logLevel = Logger.Level.info
  /// How a line of the log is written.
  public var logFormat = LogFormat.text

  /// The defaults.
  public init() {}

  /// What the HTTP server is to be made with.
  public var server: ServerConfiguration {
    var server = ServerConfiguration(host: host, port: port)
    server.maxConnections = connectionLimit
    server.cores = ProcessorCount.available
    server.loopCount = ServerConfiguration.loops(cores: ProcessorCount.available)
    server.maxConnectionsPerAddress = access.connectionsPerAddress
    server.trustedProxies = access.trustedProxies
    server.maxConnectionRequests = connectionRequestLimit == 0 ? nil : connectionRequestLimit
    server.bodyMemoryBytes = bodyMemoryLimit
    server.limits = httpLimits
    // What could never be held beside what it was sent as is too large: to try again would not help.
    server.limits.bodyBytes = min(bodyLimit, bodyMemoryLimit / 2)
    server.deadlines = deadlines
    server.tls = tls
    server.handshakeLimit = handshakeLimit
    return server
  }

  /// The files of TLS; nil for plain HTTP.
  public var tls: TLSConfiguration? {
    guard let tlsCertificate, let tlsKey else { return nil }
    return TLSConfiguration(certificateFile: tlsCertificate, keyFile: tlsKey, clientAuthorityFile: tlsClientCA)
  }

  /// A logger to standard error, written in the background, in the format and from the level that are set.
  public func logger(label: String = "dragoman") -> Logger {
    var logger = Logger(label: label) { _ in LineLogHandler(format: logFormat, writer: .standardError) }
    logger.logLevel = logLevel
    return logger
  }

  /// `./models` where it is a folder, else `models` beside the executable where that is one, else `./models`.
  public static var defaultModelsFolder: String {
    let here = "./models"
    if isFolder(here) { return here }
    guard let executable = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"),
      let slash = executable.lastIndex(of: "/")
    else { return here }
    let beside = executable[..<slash] + "/models"
    return isFolder(String(beside)) ? String(beside) : here
  }

  /// A quarter of what the process may use, at most 1 GiB.
  public static let defaultBodyMemory = min(MachineMemory.available / 4, 1 << 30)

  private static func isFolder(_ path: String) -> Bool {
    var isDirectory: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue
  }
}
