import HTTPTypes

/// Writes response heads and chunks (RFC 9112 §4, §7.1). A value without I/O or clock.
public struct HTTPResponseEncoder: Sendable {
  /// What the encoder must know of the request that is answered.
  public struct Exchange: Sendable, Equatable {
    /// Whether the answer is to HEAD and so has no body (RFC 9110 §9.3.2).
    public var isHead: Bool
    /// The `y` of the request's `HTTP/1.y`.
    public var minorVersion: Int
    /// What the connection does afterwards.
    public var persistence: ConnectionPersistence

    /// Describes one request.
    public init(isHead: Bool, minorVersion: Int, persistence: ConnectionPersistence) {
      self.isHead = isHead
      self.minorVersion = minorVersion
      self.persistence = persistence
    }
  }

  /// How the body must follow the head.
  public enum BodyFormat: Sendable, Equatable {
    /// No body.
    case none
    /// As it is; its length was announced.
    case plain
    /// In chunks.
    case chunked
    /// As it is; the end of the connection ends it (RFC 9112 §6.3, HTTP/1.0 clients).
    case untilClose
  }

  private var date = HTTPDate()

  /// Makes an encoder.
  public init() {}

  /// Appends the head of `response` to `output`.
  ///
  /// - Parameters:
  ///   - exchange: the request that is answered; `persistence` becomes `.close` when the response asks for it or needs it.
  ///   - unixTime: seconds since 1970, for the Date field.
  /// - Returns: how the body must follow.
  public mutating func appendHead(
    of response: HTTPResponse, answering exchange: inout Exchange, at unixTime: Int64, to output: inout [UInt8]
  ) -> BodyFormat {
    // A handler can only send a final status (RFC 9110 §15.2: 1xx is interim).
    let status: HTTPStatus = (200...599).contains(response.status.code) ? response.status : .internalServerError
    output.append(literal: "HTTP/1.1 ")
    output.append(decimal: status.code)
    output.append(.space)
    for byte in status.reasonPhrase.utf8 where byte == .space || byte.isVisible { output.append(byte) }
    output.append(literal: "\r\nDate: ")
    date.append(at: unixTime, to: &output)
    output.append(literal: "\r\n")
    var lineExchange = exchange
    appendFields(response.headers, persistence: &lineExchange.persistence, to: &output)
    let format = appendFraming(of: response.body, status: status, exchange: &lineExchange, to: &output)
    if lineExchange.persistence == .close {
      output.append(literal: "Connection: close\r\n")
    } else if lineExchange.minorVersion == 0 {
      // RFC 9112 §9.3: an HTTP/1.0 client that asked must be told that the connection stays.
      output.append(literal: "Connection: keep-alive\r\n")
    }
    output.append(literal: "\r\n")
    exchange = lineExchange
    return format
  }

  private func appendFields(
    _ fields: HTTPHeaders, persistence: inout ConnectionPersistence, to output: inout [UInt8]
  ) {
    for field in fields {
      switch field.name {
      case .connection:
        if field.value.lowercased().contains("close") { persistence = .close }
      // The server frames the message; a second opinion about it would be a way to smuggle.
      case .contentLength, .transferEncoding, .date: continue
      default: output.append(field: field)
      }
    }
  }

  /// RFC 9110 §8.6 and RFC 9112 §6.1: which framing field a response must, may and must not have.
  private func appendFraming(
    of body: HTTPResponse.Body, status: HTTPStatus, exchange: inout Exchange, to output: inout [UInt8]
  ) -> BodyFormat {
    // RFC 9110 §15.3.5, §15.4.5: 204 and 304 have no content; 204 must not have Content-Length.
    if status == .noContent || status == .notModified { return .none }
    switch body {
    case .bytes(let bytes):
      output.append(literal: "Content-Length: ")
      output.append(decimal: bytes.count)
      output.append(literal: "\r\n")
      return exchange.isHead ? .none : .plain
    case .stream:
      if exchange.minorVersion >= 1 {
        output.append(literal: "Transfer-Encoding: chunked\r\n")
        return exchange.isHead ? .none : .chunked
      }
      // RFC 9112 §6.1: no transfer coding to a client of HTTP/1.0.
      if exchange.isHead { return .none }
      exchange.persistence = .close
      return .untilClose
    }
  }

  /// Appends the line that begins a chunk of `count` bytes (RFC 9112 §7.1); `count` is at least 1.
  public static func appendChunkHead(_ count: Int, to output: inout [UInt8]) {
    var shift = 60
    while shift > 0, count >> shift == 0 { shift -= 4 }
    while shift >= 0 {
      let digit = UInt8(truncatingIfNeeded: (count >> shift) & 15)
      output.append(digit < 10 ? 0x30 + digit : 0x61 + digit - 10)
      shift -= 4
    }
    output.append(literal: "\r\n")
  }

  /// What ends a chunked body (RFC 9112 §7.1).
  public static let lastChunk: [UInt8] = Array("0\r\n\r\n".utf8)

  /// The interim response that asks for the body (RFC 9110 §15.2.1).
  public static let continueResponse: [UInt8] = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)
}

extension [UInt8] {
  mutating func append(literal text: StaticString) {
    text.withUTF8Buffer { append(contentsOf: $0) }
  }

  mutating func append(decimal number: Int) {
    var divisor = 1
    while number / divisor >= 10 { divisor *= 10 }
    while divisor > 0 {
      append(0x30 + UInt8(truncatingIfNeeded: (number / divisor) % 10))
      divisor /= 10
    }
  }

  /// Appends a field line. A value with CR, LF, NUL or another control character would let its writer add fields or a
  /// second response; such a field is left out (RFC 9110 §5.5).
  mutating func append(field: HTTPField) {
    let start = count
    append(contentsOf: field.name.rawName.utf8)
    append(literal: ": ")
    let isValid = field.withUnsafeBytesOfValue { value in
      for byte in value where !byte.isFieldValue { return false }
      append(contentsOf: value)
      return true
    }
    if isValid { append(literal: "\r\n") } else { removeSubrange(start...) }
  }
}
