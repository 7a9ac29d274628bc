import HTTP

/// `EchoDragoman PORT [queue]`: POST /echo answers the body that came. With `queue` the handler runs on the I/O queue, as /health's
/// does; without, in a task, as those of /translate and of the peers do.
@main
struct EchoDragoman {
  static func main() async throws {
    let arguments = CommandLine.arguments
    var router = Router()
    if arguments.dropFirst(2).first == "queue" {
      router.immediately(.post, "/echo") { request, _ in echo(request) }
    } else {
      router.on(.post, "/echo") { request, _ in echo(request) }
    }
    let port = arguments.dropFirst().first.flatMap { Int($0) } ?? 8_080
    let server = HTTPServer(configuration: ServerConfiguration(port: port), router: router)
    try server.start()
    try await Task.sleep(for: .seconds(86_400))
  }

  private static func echo(_ request: HTTPRequest) -> HTTPResponse {
    HTTPResponse(status: .ok, contentType: "application/json", body: request.body)
  }
}
