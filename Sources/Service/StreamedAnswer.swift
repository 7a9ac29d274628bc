import HTTP
import HTTPTypes
import Logging

/// An answer that is sent while it is made.
struct StreamedAnswer: Sendable {
  /// What the log calls the work: `translation`.
  let name: String
  let id: RequestID
  let logger: Logger
  let patience: StreamPatience
  /// Where the work runs; nil is Swift's pool.
  let executor: (any TaskExecutor)?

  private static let buffering = HTTPHeaderName(literal: "X-Accel-Buffering")

  /// Starts the work and waits for its first event. An error that comes before it is thrown, and answered with its own
  /// status; one that comes later is the last event.
  ///
  /// - Parameter work: sends events and returns the last. It is cancelled when the client goes.
  func response(
    _ work: @escaping @Sendable (EventFeed) async throws(APIError) -> StreamedEvent
  ) async throws(APIError) -> HTTPResponse {
    let streamed = StreamedWork(patience, executor) { feed in
      do throws(APIError) {
        feed.end(try await work(feed))
      } catch {
        id.report?.failed()
        if feed.fail(error) == .event { Answer.log(error, name, id, logger) }
      }
    }
    if let error = await streamed.feed.begun() { throw error }
    return HTTPResponse(
      status: .ok,
      headers: [
        .contentType: EventStream.contentType,
        .cacheControl: "no-store",
        // nginx would keep the events back until its buffer is full.
        Self.buffering: "no",
      ],
      // Holds the work as long as the connection holds the body.
      body: .stream(ResponseStream { await streamed.feed.next() }))
  }
}
