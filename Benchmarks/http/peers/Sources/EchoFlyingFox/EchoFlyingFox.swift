import FlyingFox
import FlyingSocks
import Glibc

/// `EchoFlyingFox PORT`: POST /echo answers the body that came. The time-out lets idle connections live as long as the measurement.
@main
struct EchoFlyingFox {
  static func main() async throws {
    let port = CommandLine.arguments.dropFirst().first.flatMap { UInt16($0) } ?? 8_080
    let server = HTTPServer(
      address: try sockaddr_in.inet(ip4: "127.0.0.1", port: port), timeout: 600, logger: .disabled)
    await server.appendRoute("POST /echo") { request in
      HTTPResponse(statusCode: .ok, headers: [.contentType: "application/json"], body: try await request.bodyData)
    }
    try await server.run()
  }
}
