/// Reads HTTP/1.1 and HTTP/1.0 requests (RFC 9112) from bytes as they come, strictly: what two readers could take
/// differently is refused. A value without I/O, clock or lock. The events do not depend on how the bytes are cut.
///
/// Only an unfinished line is kept; its length is limited. A refused parser consumes nothing more.
public struct HTTPRequestParser: Sendable {
  /// What was read.
  public enum Event: Sendable {
    /// The head is complete and valid.
    case head(HTTPRequestHead)
    /// These bytes of the input are the next of the body.
    case body(Range<Int>)
    /// The request is complete; the next one may follow.
    case end
    /// The request cannot be read; the connection must close after the answer.
    case refused(HTTPRefusal)
  }

  /// How far one call came.
  public struct Step: Sendable {
    /// The bytes of the input that are done with.
    public var consumed: Int
    /// What was read, or nil when all bytes are consumed and more are needed.
    public var event: Event?
  }

  /// Where in a request the parser stands.
  public enum Position: Sendable, Equatable {
    /// No byte of a request has come.
    case betweenRequests
    /// In the request line or the header fields.
    case inHead
    /// In the body or its trailer section.
    case inBody
    /// The request was refused.
    case refused
  }

  enum State {
    case requestLine, fields, headComplete, fixedBody(Int)
    case chunkSize, chunkData(Int), chunkEnd, trailers, complete
    case refused(HTTPRefusal)
  }

  let limits: HTTPLimits
  private let security: ConnectionSecurity
  var state = State.requestLine
  var head = HeadBuilder()
  /// The bytes of an unfinished line.
  private var line: [UInt8] = []
  private var skippedEmptyLine = false
  /// The bytes of the head, or of the trailer section, that were read so far.
  var sectionBytes = 0
  var trailerCount = 0
  var bodyBytes = 0
  var extensionBytes = 0

  /// Makes a parser that waits for a request line.
  public init(limits: HTTPLimits = HTTPLimits(), security: ConnectionSecurity = .plain) {
    self.limits = limits
    self.security = security
  }

  /// Whether the request that is being read, or was refused, is HEAD as far as its request line came. The answer to
  /// HEAD has no body, a refusal's neither (RFC 9110 §9.3.2).
  public var isHead: Bool { head.isHead }

  /// Where in a request the parser stands.
  public var position: Position {
    switch state {
    case .requestLine: return line.isEmpty && !skippedEmptyLine ? .betweenRequests : .inHead
    case .fields, .headComplete: return .inHead
    case .fixedBody, .chunkSize, .chunkData, .chunkEnd, .trailers, .complete: return .inBody
    case .refused: return .refused
    }
  }

  /// Reads up to the next event. Call again with the rest of the bytes until there is no event.
  public mutating func consume(_ bytes: Span<UInt8>) -> Step {
    var offset = 0
    do throws(HTTPRefusal) {
      while true {
        switch state {
        case .headComplete:
          return Step(consumed: offset, event: .head(try finishHead()))
        case .complete:
          restart()
          return Step(consumed: offset, event: .end)
        case .refused(let refusal):
          return Step(consumed: offset, event: .refused(refusal))
        case .fixedBody(let remaining):
          guard offset < bytes.count else { return Step(consumed: offset, event: nil) }
          let range = offset..<min(bytes.count, offset + remaining)
          state = range.count == remaining ? .complete : .fixedBody(remaining - range.count)
          return Step(consumed: range.upperBound, event: .body(range))
        case .chunkData(let remaining):
          guard offset < bytes.count else { return Step(consumed: offset, event: nil) }
          let range = offset..<min(bytes.count, offset + remaining)
          state = range.count == remaining ? .chunkEnd : .chunkData(remaining - range.count)
          return Step(consumed: range.upperBound, event: .body(range))
        case .requestLine, .fields, .chunkSize, .chunkEnd, .trailers:
          guard try readLine(bytes, at: &offset) else { return Step(consumed: offset, event: nil) }
        }
      }
    } catch {
      state = .refused(error)
      return Step(consumed: offset, event: .refused(error))
    }
  }

  /// Reads one line and acts on it; false when it is not complete.
  private mutating func readLine(_ bytes: Span<UInt8>, at offset: inout Int) throws(HTTPRefusal) -> Bool {
    guard offset < bytes.count else { return false }
    if line.isEmpty { try checkFirst(bytes[offset]) }
    // One byte above the limit stands for the CR.
    let room = lineLimit + 1 - line.count
    let end = min(bytes.count, offset + room + 1)
    guard let lineFeed = bytes.firstLineFeed(in: offset..<end) else {
      guard bytes.count - offset <= room else { throw tooLong(bytes.extracting(offset..<bytes.count)) }
      for index in offset..<bytes.count { line.append(bytes[index]) }
      offset = bytes.count
      return false
    }
    let start = offset
    offset = lineFeed + 1
    if line.isEmpty {
      try act(on: bytes.extracting(start..<lineFeed))
    } else {
      for index in start..<lineFeed { line.append(bytes[index]) }
      let whole = line
      line = []
      try act(on: whole.span)
    }
    return true
  }

  /// Refuses at once what can only be another protocol: no byte that must not begin a line is waited behind.
  private func checkFirst(_ byte: UInt8) throws(HTTPRefusal) {
    switch state {
    case .requestLine where byte != .carriageReturn && !ByteClass.token.contains(byte): throw .malformedRequestLine
    // RFC 9112 §7.1: nothing stands between the data of a chunk and its CRLF.
    case .chunkEnd where byte != .carriageReturn: throw .malformedChunk
    default: return
    }
  }

  /// The bytes that the present line may have before its CRLF.
  private var lineLimit: Int {
    switch state {
    case .requestLine: return limits.requestLineBytes
    case .chunkSize: return HTTPLimits.chunkLineBytes
    case .chunkEnd: return 0
    default: return max(0, limits.headBytes - sectionBytes)
    }
  }

  /// Why a line that began in `line` and goes on in `rest` is refused.
  private func tooLong(_ rest: Span<UInt8>) -> HTTPRefusal {
    switch state {
    case .requestLine:
      // RFC 9112 §3: a method longer than any that is implemented gets 501, a target 414.
      for index in 0...HTTPLimits.methodBytes where index < line.count + rest.count {
        if (index < line.count ? line[index] : rest[index - line.count]) == .space {
          return .targetTooLong(limit: limits.targetBytes)
        }
      }
      return .unsupportedMethod
    case .chunkSize, .chunkEnd: return .malformedChunk
    default: return .fieldsTooLarge(limit: limits.headBytes)
    }
  }

  /// Acts on a line that ended in LF.
  private mutating func act(on ended: Span<UInt8>) throws(HTTPRefusal) {
    // RFC 9112 §2.2: a line ends in CRLF. A bare LF may be taken as an end; here it is refused, as is a bare CR, which
    // is no member of any character class below.
    guard ended.count > 0, ended[ended.count - 1] == .carriageReturn else { throw malformed }
    let text = ended.extracting(0..<(ended.count - 1))
    switch state {
    case .requestLine:
      if text.count == 0, !skippedEmptyLine {
        // RFC 9112 §2.2: at least one empty line before the request line is ignored; no more than one here.
        skippedEmptyLine = true
        return
      }
      try head.readRequestLine(text, limits: limits, security: security)
      sectionBytes = text.count + 2
      state = .fields
    case .fields: try actOnField(text)
    case .chunkSize: try readChunkSize(text)
    case .chunkEnd:
      guard text.count == 0 else { throw .malformedChunk }
      state = .chunkSize
    default: try readTrailer(text)
    }
  }

  private var malformed: HTTPRefusal {
    switch state {
    case .requestLine: return .malformedRequestLine
    case .chunkSize, .chunkEnd: return .malformedChunk
    default: return .malformedField
    }
  }

  private mutating func actOnField(_ text: Span<UInt8>) throws(HTTPRefusal) {
    sectionBytes += text.count + 2
    guard sectionBytes <= limits.headBytes else { throw .fieldsTooLarge(limit: limits.headBytes) }
    guard text.count > 0 else {
      state = .headComplete
      return
    }
    try head.readField(text, limits: limits)
  }

  private mutating func finishHead() throws(HTTPRefusal) -> HTTPRequestHead {
    let finished = try head.finish(limits: limits)
    switch finished.framing {
    case .none, .length(0): state = .complete
    case .length(let count): state = .fixedBody(count)
    case .chunked: state = .chunkSize
    }
    sectionBytes = 0
    return finished
  }

  private mutating func restart() {
    state = .requestLine
    head = HeadBuilder()
    skippedEmptyLine = false
    sectionBytes = 0
    trailerCount = 0
    bodyBytes = 0
    extensionBytes = 0
  }
}
