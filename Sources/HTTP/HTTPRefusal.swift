/// Why a request cannot be read. Each has a status (RFC 9110 §15.5, §15.6); after each the connection closes, because
/// where the next request would begin is not certain.
public enum HTTPRefusal: Error, Sendable, Equatable {
  /// The request line is not `method SP target SP HTTP/d.d CRLF`.
  case malformedRequestLine
  /// A version other than HTTP/1.0 and HTTP/1.1.
  case unsupportedVersion
  /// The method is longer than any that exists (limit in bytes), or CONNECT.
  case unsupportedMethod
  /// The target has a form or a character that it must not have.
  case malformedTarget
  /// The path holds `%` without two hexadecimal digits, or decodes to NUL or to bytes that are not UTF-8.
  case malformedPath
  /// The request line is over the limit (bytes of target).
  case targetTooLong(limit: Int)
  /// A header or trailer line is not `name: value CRLF`.
  case malformedField
  /// A line begins with white space: obsolete folding, or white space before the first field.
  case foldedField
  /// The head, or the trailer section, is over the limit (bytes).
  case fieldsTooLarge(limit: Int)
  /// More fields than the limit.
  case tooManyFields(limit: Int)
  /// No `Host`, or more than one.
  case hostCount(Int)
  /// `Host`, or the authority of an absolute target, is not `host[:port]`.
  case malformedHost
  /// An `https` target on a connection without TLS.
  case misdirected
  /// `Content-Length` is repeated, or is not one decimal number.
  case malformedContentLength
  /// Both `Content-Length` and `Transfer-Encoding`.
  case twoFramings
  /// `Transfer-Encoding` that is not a list ending in one `chunked`, or in an HTTP/1.0 request.
  case malformedTransferEncoding
  /// A transfer coding other than `chunked` below it.
  case unsupportedTransferCoding
  /// An expectation other than `100-continue`.
  case unknownExpectation
  /// The body is over the limit (bytes).
  case bodyTooLarge(limit: Int)
  /// A chunk is not `size [extensions] CRLF data CRLF`, its size overflows, or its extensions are over the limit.
  case malformedChunk
  /// Plain HTTP where TLS is spoken.
  case plainOnTLSPort
  /// The request line and the fields did not come in time.
  case headTimedOut
  /// The body did not come in time.
  case bodyTimedOut
  /// The client's address has as many connections as it may have.
  case tooManyConnections(limit: Int)
  /// All bodies together fill the memory that they may have.
  case bodyMemoryFull

  /// The status that says so.
  public var status: HTTPStatus {
    switch self {
    case .malformedRequestLine, .malformedTarget, .malformedPath, .malformedField, .foldedField, .hostCount,
      .malformedHost, .malformedContentLength, .twoFramings, .malformedTransferEncoding, .malformedChunk,
      .plainOnTLSPort:
      return .badRequest
    case .headTimedOut, .bodyTimedOut: return .requestTimeout
    case .bodyTooLarge: return .contentTooLarge
    case .misdirected: return .misdirectedRequest
    case .targetTooLong: return .uriTooLong
    case .unknownExpectation: return .expectationFailed
    case .fieldsTooLarge, .tooManyFields: return .requestHeaderFieldsTooLarge
    case .unsupportedMethod, .unsupportedTransferCoding: return .notImplemented
    case .unsupportedVersion: return .httpVersionNotSupported
    case .tooManyConnections: return .tooManyRequests
    case .bodyMemoryFull: return .serviceUnavailable
    }
  }

  /// Seconds after which it is worth trying again; nil where it is not.
  public var retryAfter: Int? { self == .bodyMemoryFull ? 1 : nil }

  /// One sentence for the body of the answer: what was wrong and what would be right.
  public var message: String {
    switch self {
    case .malformedRequestLine:
      return "Malformed request line: send \"METHOD target HTTP/1.1\" ended by CRLF, single spaces between"
    case .unsupportedVersion: return "HTTP version not supported: send HTTP/1.1 or HTTP/1.0"
    case .unsupportedMethod: return "Method not implemented"
    case .malformedTarget:
      return "Malformed request target: send an absolute path or an http URL, without fragment, space or user name"
    case .malformedPath: return "Malformed path: \"%\" needs two hexadecimal digits, and the path must be UTF-8"
    case .targetTooLong(let limit): return "Request target too long: at most \(limit) bytes"
    case .malformedField:
      return "Malformed header field: send \"Name: value\" ended by CRLF, without control characters"
    case .foldedField: return "A header line must not begin with white space"
    case .fieldsTooLarge(let limit): return "Header too large: at most \(limit) bytes"
    case .tooManyFields(let limit): return "Too many header fields: at most \(limit)"
    case .hostCount(let count): return "Send exactly one Host header, not \(count)"
    case .malformedHost: return "Malformed host: send a name or an address, and a port if it is not the default one"
    case .misdirected: return "An https URL must be asked for over TLS, and this connection has none"
    case .malformedContentLength: return "Malformed Content-Length: send one decimal number once"
    case .twoFramings: return "Send either Content-Length or Transfer-Encoding, not both"
    case .malformedTransferEncoding: return "Malformed Transfer-Encoding: send \"chunked\" once, in HTTP/1.1 only"
    case .unsupportedTransferCoding: return "Transfer coding not implemented: only \"chunked\" is"
    case .unknownExpectation: return "Unknown expectation: only \"100-continue\" can be met"
    case .bodyTooLarge(let limit): return "Request body too large: at most \(limit) bytes"
    case .malformedChunk: return "Malformed chunk: send its size in hexadecimal, CRLF, the data, CRLF"
    case .plainOnTLSPort: return "Plain HTTP came, but this port speaks TLS; use https:// in the URL"
    case .headTimedOut: return "The request header did not arrive in time"
    case .bodyTimedOut: return "The request body did not arrive in time"
    case .tooManyConnections(let limit): return "Too many connections of one address: at most \(limit)"
    case .bodyMemoryFull: return ContentCodingError.noMemory.message
    }
  }
}
