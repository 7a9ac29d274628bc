import HTTPTypes

/// One request as a handler sees it: the framing is gone, the path is decoded and the body is complete.
public struct HTTPRequest: Sendable {
  /// The method, as it was sent.
  public var method: HTTPMethod
  /// The request target, as it was sent (RFC 9112 §3.2).
  public var target: String
  /// The path of the target, percent-decoded; `*` for the asterisk form. Routes match it segment by segment, before decoding.
  public var path: String
  /// What follows the first `?` of the target, not decoded; nil where there is none.
  public var query: String?
  /// The header fields in the order they came. Trailer fields are dropped.
  public var headers: HTTPHeaders
  /// The whole body, without chunk framing.
  public var body: [UInt8]
  /// The address of the peer, without its port: `192.0.2.1` or `2001:db8::1`.
  public var remoteAddress: String
  /// Where the request's task runs, and what it starts should: nil is Swift's pool, on which long work would hold up short
  /// requests. A task that is started does not inherit it.
  public internal(set) var executor: (any TaskExecutor)?

  /// Makes a request; `path` and `query` are those of `target`.
  ///
  /// - Throws: `HTTPRefusal` when `target` is not one that a server may be sent with `method`.
  public init(
    method: HTTPMethod, target: String, headers: HTTPHeaders = HTTPHeaders(), body: [UInt8] = [],
    remoteAddress: String = "127.0.0.1"
  ) throws(HTTPRefusal) {
    let parsed = try RequestTarget(parsing: Array(target.utf8), method: method)
    self.init(method: method, target: parsed, headers: headers, body: body, remoteAddress: remoteAddress)
  }

  init(
    method: HTTPMethod, target: RequestTarget, headers: HTTPHeaders, body: [UInt8], remoteAddress: String,
    acceptedCodings: AcceptedCodings = AcceptedCodings(), contentForm: ContentForm = .plain
  ) {
    self.method = method
    self.target = target.text
    self.path = target.path
    self.query = target.query
    self.rawPath = target.rawPath
    self.headers = headers
    self.body = body
    self.remoteAddress = remoteAddress
    self.acceptedCodings = acceptedCodings
    self.contentForm = contentForm
  }

  /// The request whose body has not come yet.
  init(_ head: HTTPRequestHead, from peer: String) {
    self.init(method: head.method, target: head.target, headers: head.headers, body: [], remoteAddress: peer)
  }

  /// The path as it was sent; the router splits it at `/` before it decodes, so that `%2F` never makes a segment.
  let rawPath: String
  /// What the client takes its answer in.
  let acceptedCodings: AcceptedCodings
  /// Whether the body came with a Content-Encoding.
  let contentForm: ContentForm
}

/// Whether a body must be decoded before it is read.
public enum ContentForm: Sendable, Equatable {
  /// No Content-Encoding.
  case plain
  /// A Content-Encoding (RFC 9110 §8.4), whichever.
  case coded
}

/// What protects a connection: an `https` URI may be asked for over TLS only (RFC 9110 §7.4).
public enum ConnectionSecurity: Sendable, Equatable {
  /// Nothing.
  case plain
  /// TLS.
  case tls
}

/// How the end of a request's body is known (RFC 9112 §6.3).
public enum BodyFraming: Sendable, Equatable {
  /// No body.
  case none
  /// Exactly this many bytes.
  case length(Int)
  /// Chunks up to one of size 0.
  case chunked
}

/// What a connection does after an exchange (RFC 9112 §9.3).
public enum ConnectionPersistence: Sendable, Equatable {
  /// The next request may follow.
  case keepAlive
  /// The connection ends after the response.
  case close
}

/// The request line and the header fields of one request, checked.
public struct HTTPRequestHead: Sendable {
  /// The method, as it was sent.
  public var method: HTTPMethod
  /// The request target in its parts.
  public var target: RequestTarget
  /// The `y` of `HTTP/1.y`: 0 or 1.
  public var minorVersion: Int
  /// The header fields in the order they came.
  public var headers: HTTPHeaders
  /// How the body ends.
  public var framing: BodyFraming
  /// Whether the client means to send another request.
  public var persistence: ConnectionPersistence
  /// Whether the client waits for `100 Continue` before it sends the body (RFC 9110 §10.1.1).
  public var expectsContinue: Bool
  /// What the client takes its answer in.
  public var acceptedCodings: AcceptedCodings
  /// Whether the body comes with a Content-Encoding.
  public var contentForm: ContentForm
}
