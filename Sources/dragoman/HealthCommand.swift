import ArgumentParser
import Foundation
import Service

/// `dragoman health`: exit 0 when a running server is ready; what a container's health check runs.
struct HealthCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "health", abstract: "Exit 0 if the server on this machine is ready, else 1 and the reason.",
    discussion: """
      Over TLS the server's certificate is not verified: it is made for the names that others call the server by, and \
      nothing secret is sent.
      """)

  static let timeout = 5  // seconds

  @Option(help: "Address of the server. Default: DRAGOMAN_LISTEN_HOST, else 127.0.0.1.") var host: String?
  @Option(help: "Port of the server. Default: DRAGOMAN_LISTEN_PORT, else 8080.") var port: UInt16?

  @Flag(help: "Speak TLS. Default: where DRAGOMAN_TLS_CERTIFICATE is set.") var https = false
  @Option(
    help: ArgumentHelp("PEM file for a server that asks clients for a certificate.", valueName: "file"),
    completion: .file())
  var clientCertificate: String?
  @Option(help: ArgumentHelp("PEM file of its private key.", valueName: "file"), completion: .file())
  var clientKey: String?

  func validate() throws {
    if (clientCertificate == nil) != (clientKey == nil) {
      throw ValidationError("--client-certificate and --client-key: give both or neither.")
    }
  }

  func run() async throws {
    let environment = ProcessInfo.processInfo.environment
    let port = port ?? environment["DRAGOMAN_LISTEN_PORT"].flatMap(UInt16.init) ?? 8080
    var host = host ?? environment["DRAGOMAN_LISTEN_HOST"] ?? "127.0.0.1"
    // A server that listens everywhere listens here too.
    if host == "0.0.0.0" { host = "127.0.0.1" }
    if host == "::" { host = "::1" }
    let speaksTLS = https || environment["DRAGOMAN_TLS_CERTIFICATE"]?.isEmpty == false
    let target = HTTPTarget(speaksTLS ? .https : .http, host: host, port: port, path: "/ready")
    var identity: (certificateFile: String, keyFile: String)?
    if let clientCertificate, let clientKey { identity = (clientCertificate, clientKey) }
    let tls = try ClientTLSContext.toward(target, .none, identity: identity)
    let request = "GET /ready HTTP/1.1\r\nHost: \(target.authority)\r\nConnection: close\r\n\r\n"
    let answer = try HTTPClient(target, timeout: Self.timeout, tls: tls).exchange(Array(request.utf8))
    print(String(decoding: answer.body, as: UTF8.self))
    if answer.status != 200 { throw ExitCode.failure }
  }
}
