import HTTPTypes

/// One response as a handler makes it. Framing (`Content-Length`, `Transfer-Encoding`, `Connection`, `Date`) is the server's.
public struct HTTPResponse: Sendable {
  /// What follows the head.
  public enum Body: Sendable {
    /// All of it, sent with `Content-Length`.
    case bytes([UInt8])
    /// Piece by piece, sent chunked (to an HTTP/1.0 client: until the connection closes).
    case stream(ResponseStream)
  }

  /// The status; one outside 200…599 is sent as 500.
  public var status: HTTPStatus
  /// The header fields. `Connection: close` is honoured; the other framing fields are dropped.
  public var headers: HTTPHeaders
  /// The body; not sent in answer to HEAD, nor with 204 and 304.
  public var body: Body {
    didSet { keptGzip = nil }
  }
  /// The body in gzip, where whoever made it keeps it so.
  var keptGzip: [UInt8]?

  /// Makes a response of its three parts.
  public init(status: HTTPStatus, headers: HTTPHeaders = HTTPHeaders(), body: Body = .bytes([])) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// Makes a response with a body of one media type, such as `application/json`.
  public init(status: HTTPStatus, contentType: String, body: [UInt8]) {
    self.init(status: status, headers: [.contentType: contentType], body: .bytes(body))
  }
}

/// A body that is made while it is sent.
///
/// `next` is asked for the next chunk only when the connection's output has drained, so a slow reader holds at most one
/// chunk in memory. It is called by one task, never twice at a time. When the client leaves, that task is cancelled
/// and `next` is not called again: whatever it captures is released.
public struct ResponseStream: Sendable {
  /// The next chunk, or nil at the end; an empty chunk is skipped.
  public let next: @Sendable () async -> [UInt8]?

  /// Makes a stream of a closure that is called for each chunk.
  public init(next: @escaping @Sendable () async -> [UInt8]?) {
    self.next = next
  }
}
