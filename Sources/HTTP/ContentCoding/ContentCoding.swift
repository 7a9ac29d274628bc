import HTTPTypes

/// A content coding that this server undoes in requests (RFC 9110 §8.4.1).
enum ContentCoding: Sendable, Equatable {
  /// RFC 1952; `x-gzip` is the same (RFC 9110 §8.4.1.3).
  case gzip
  /// RFC 1950, and bare RFC 1951 as well: see `Inflater.Format`.
  case deflate

  /// Codings on top of one another that are undone. Nobody needs two; each costs a whole body in memory.
  static let depthLimit = 2

  /// The codings of a request in the order in which they were applied; `identity` is none.
  static func applied(_ headers: HTTPHeaders) throws(ContentCodingError) -> [ContentCoding] {
    var codings: [ContentCoding] = []
    for value in headers[values: .contentEncoding] {
      for member in value.utf8.split(separator: UInt8(ascii: ",")) {
        let name = String(decoding: member, as: UTF8.self).lowercased().trimmingOptionalWhitespace()
        switch name {
        // RFC 9110 §5.6.1.2: empty list members are ignored.
        case "", "identity": continue
        case "gzip", "x-gzip": codings.append(.gzip)
        case "deflate": codings.append(.deflate)
        default: throw .unsupported(coding: name)
        }
        if codings.count > depthLimit { throw .tooManyCodings(limit: depthLimit) }
      }
    }
    return codings
  }
}

/// Why the content of a request cannot be decoded. The request itself was read whole, so the connection stays open.
public enum ContentCodingError: Error, Sendable, Equatable {
  /// A coding that is not undone here.
  case unsupported(coding: String)
  /// More codings on top of one another than the limit.
  case tooManyCodings(limit: Int)
  /// The bytes are not what the coding makes, or a checksum or length is wrong.
  case corrupt
  /// The bytes end before the coding's end.
  case truncated
  /// Bytes follow the coding's end.
  case trailingBytes
  /// The decoded content is over the limit (bytes).
  case tooLarge(limit: Int)
  /// The decoded content is more than `ratio` times what was sent.
  case tooDense(ratio: Int)
  /// All requests together hold as many bytes as they may, or zlib got no memory.
  case noMemory
  /// The client has left.
  case cancelled

  /// The status that says so.
  public var status: HTTPStatus {
    switch self {
    // RFC 9110 §15.5.16: also for a coding.
    case .unsupported, .tooManyCodings: return .unsupportedMediaType
    case .corrupt, .truncated, .trailingBytes, .cancelled: return .badRequest
    // RFC 9110 §15.5.14: content larger than the server is willing to process; sent as it is it may be small enough.
    case .tooLarge, .tooDense: return .contentTooLarge
    case .noMemory: return .serviceUnavailable
    }
  }

  /// One sentence for the body of the answer: what was wrong and what would be right.
  public var message: String {
    switch self {
    case .unsupported(let coding):
      return "Content-Encoding \(coding.clipped) is not supported: send gzip, deflate or no Content-Encoding"
    case .tooManyCodings(let limit): return "Content-Encoding names too many codings: at most \(limit)"
    case .corrupt: return "The body is not what its Content-Encoding says, or it was damaged on the way"
    case .truncated: return "The body ends before its Content-Encoding does: it was cut off"
    case .trailingBytes: return "Bytes follow the end of the compressed body"
    case .tooLarge(let limit): return "Request body too large: at most \(limit) bytes when it is decompressed"
    case .tooDense(let ratio):
      return "The body decompresses to more than \(ratio) times its size: send it without Content-Encoding"
    case .noMemory: return "Request bodies fill the memory they may have; try again after the seconds of Retry-After"
    case .cancelled: return "The client closed the connection"
    }
  }

  /// The fields of the answer that say what would be taken, and when.
  var headers: HTTPHeaders {
    switch self {
    // RFC 9110 §12.5.3: tells a coding that is not supported from a media type that is not.
    case .unsupported, .tooManyCodings: return [.acceptEncoding: "gzip, deflate"]
    case .noMemory: return [.retryAfter: "1"]
    default: return [:]
    }
  }
}

extension String {
  /// What a client wrote, short enough to be sent back.
  fileprivate var clipped: String {
    let limit = 40
    return unicodeScalars.count > limit ? String(String.UnicodeScalarView(unicodeScalars.prefix(limit))) + "…" : self
  }

  fileprivate func trimmingOptionalWhitespace() -> String {
    var text = self[...]
    while text.utf8.first?.isOptionalWhitespace == true { text.removeFirst() }
    while text.utf8.last?.isOptionalWhitespace == true { text.removeLast() }
    return String(text)
  }
}
