import Hummingbird
import Logging
import NIOCore
import NIOPosix

/// `EchoHummingbird PORT [takeover]`: POST /echo answers the body that came. One event loop, since it gets one core. With `takeover`
/// Swift's tasks run on the event loop too, which spares the change of threads.
@main
struct EchoHummingbird {
  static func main() throws {
    let arguments = CommandLine.arguments
    NIOSingletons.groupLoopCountSuggestion = 1
    if arguments.dropFirst(2).first == "takeover" {
      // Only from the main thread, before the first task.
      NIOSingletons.unsafeTryInstallSingletonPosixEventLoopGroupAsConcurrencyGlobalExecutor()
    }
    let port = arguments.dropFirst().first.flatMap { Int($0) } ?? 8_080
    let done = MultiThreadedEventLoopGroup.singleton.any().makePromise(of: Void.self)
    done.completeWithTask { try await serve(port) }
    try done.futureResult.wait()
  }

  private static func serve(_ port: Int) async throws {
    let router = Router()
    router.post("/echo") { request, _ -> Response in
      let body = try await request.body.collect(upTo: 16 << 20)
      return Response(status: .ok, headers: [.contentType: "application/json"], body: ResponseBody(byteBuffer: body))
    }
    var logger = Logger(label: "echo")
    logger.logLevel = .error
    let application = Application(
      router: router,
      configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port), backlog: 4_096),
      logger: logger)
    try await application.runService()
  }
}
