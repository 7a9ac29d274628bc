import ArgumentParser
import Foundation

/// `dragoman health`: exit 0 when a running server is ready; what a container's health check runs.
struct HealthCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "health", abstract: "Exit 0 if the server on this machine is ready, else 1 and the reason.")

  static let timeout = 5  // seconds

  @Option(help: "Address of the server. Default: DRAGOMAN_LISTEN_HOST, else 127.0.0.1.") var host: String?
  @Option(help: "Port of the server. Default: DRAGOMAN_LISTEN_PORT, else 8080.") var port: UInt16?

  func run() async throws {
    let environment = ProcessInfo.processInfo.environment
    let port = port ?? environment["DRAGOMAN_LISTEN_PORT"].flatMap(UInt16.init) ?? 8080
    var host = host ?? environment["DRAGOMAN_LISTEN_HOST"] ?? "127.0.0.1"
    // A server that listens everywhere listens here too.
    if host == "0.0.0.0" { host = "127.0.0.1" }
    if host == "::" { host = "::1" }
    let target = HTTPTarget(host: host, port: port, path: "/ready")
    let request = "GET /ready HTTP/1.1\r\nHost: \(target.authority)\r\nConnection: close\r\n\r\n"
    let answer = try HTTPClient(target, timeout: Self.timeout).exchange(Array(request.utf8))
    print(String(decoding: answer.body, as: UTF8.self))
    if answer.status != 200 { throw ExitCode.failure }
  }
}
