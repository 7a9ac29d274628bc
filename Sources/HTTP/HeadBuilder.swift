import HTTPTypes

/// A request head while its lines come. Each line is checked alone; `finish` checks what concerns several.
struct HeadBuilder: Sendable {
  private var method = HTTPMethod.get
  private var target: RequestTarget?
  private var minorVersion = 1
  private var headers = HTTPFields()
  private var hostCount = 0
  private var contentLength: Int?
  private var transferCodings = TransferCodings()
  private var closes = false
  private var keepsAlive = false
  private var expectsContinue = false
  private var expectsUnknown = false
  private var acceptedCodings = AcceptedCodings()
  private var contentForm = ContentForm.plain

  /// Whether the method was read and is HEAD.
  var isHead: Bool { method == .head }

  /// RFC 9112 §3: `method SP request-target SP HTTP-version`, single spaces.
  mutating func readRequestLine(
    _ text: Span<UInt8>, limits: HTTPLimits, security: ConnectionSecurity
  ) throws(HTTPRefusal) {
    var index = 0
    while index < text.count, ByteClass.token.contains(text[index]) { index += 1 }
    guard index > 0, index < text.count, text[index] == .space else { throw .malformedRequestLine }
    // RFC 9112 §3: a method longer than any that is implemented gets 501.
    guard index <= HTTPLimits.methodBytes else { throw .unsupportedMethod }
    method = Self.method(text.extracting(0..<index))
    let start = index + 1
    guard let end = text.firstIndex(of: .space, from: start), end > start else { throw .malformedRequestLine }
    minorVersion = try Self.minorVersion(text.extracting((end + 1)..<text.count))
    // RFC 9112 §3: a target longer than the server wishes to parse gets 414.
    guard end - start <= limits.targetBytes else { throw .targetTooLong(limit: limits.targetBytes) }
    let target = try RequestTarget(parsing: text.extracting(start..<end), method: method)
    // RFC 9110 §7.4: what is asked for under https must come over TLS.
    guard target.scheme != .https || security == .tls else { throw .misdirected }
    self.target = target
  }

  private static func method(_ name: Span<UInt8>) -> HTTPMethod {
    // RFC 9110 §9.1: methods compare with case.
    let text = name.text(0..<name.count)
    switch text {
    case "GET": return .get
    case "POST": return .post
    default: return HTTPMethod(text) ?? .get
    }
  }

  /// RFC 9112 §2.3: `HTTP/` DIGIT `.` DIGIT, with case.
  private static func minorVersion(_ text: Span<UInt8>) throws(HTTPRefusal) -> Int {
    guard text.count == 8, text[0] == UInt8(ascii: "H"), text.extracting(0..<5).equalsIgnoringCase("http/"),
      text[1] == UInt8(ascii: "T"), text[2] == UInt8(ascii: "T"), text[3] == UInt8(ascii: "P"),
      let major = text[5].decimalValue, text[6] == UInt8(ascii: "."), let minor = text[7].decimalValue
    else { throw .malformedRequestLine }
    // RFC 9110 §15.6.6: another major version gets 505. §2.5: a higher minor version is read as the highest known.
    guard major == 1 else { throw .unsupportedVersion }
    return min(minor, 1)
  }

  mutating func readField(_ text: Span<UInt8>, limits: HTTPLimits) throws(HTTPRefusal) {
    let line = try FieldLine(text)
    guard headers.count < limits.fieldCount else { throw .tooManyFields(limit: limits.fieldCount) }
    let value = text.extracting(line.value)
    guard let name = HTTPField.Name.reading(text.extracting(line.name)) else { throw .malformedField }
    headers.append(HTTPField(name: name, value: value))
    switch line.name.count {
    case 4 where name == .hostField: try readHost(value)
    case 6 where name == .expect: readExpectation(value)
    case 10 where name == .connection: readConnection(value)
    case 14 where name == .contentLength: try readContentLength(value, limits: limits)
    case 15 where name == .acceptEncoding: acceptedCodings.read(value)
    case 16 where name == .contentEncoding: contentForm = .coded
    case 17 where name == .transferEncoding: transferCodings.read(value)
    default: return
    }
  }

  private mutating func readHost(_ value: Span<UInt8>) throws(HTTPRefusal) {
    hostCount += 1
    // RFC 9112 §3.2: a Host line with an invalid value gets 400.
    try Authority.check(value)
  }

  /// RFC 9110 §8.6: one decimal number. A list of equal numbers may be taken as one; here it is refused.
  private mutating func readContentLength(_ value: Span<UInt8>, limits: HTTPLimits) throws(HTTPRefusal) {
    guard contentLength == nil, value.count > 0 else { throw .malformedContentLength }
    var number = 0
    for index in 0..<value.count {
      guard let digit = value[index].decimalValue else { throw .malformedContentLength }
      let (product, overflow) = number.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(digit)
      guard !overflow, !carry else { throw .malformedContentLength }
      number = sum
    }
    contentLength = number
  }

  /// RFC 9110 §7.6.1: a list of options, which compare without case.
  private mutating func readConnection(_ value: Span<UInt8>) {
    forEachMember(of: value) { option in
      if option.equalsIgnoringCase("close") { closes = true }
      if option.equalsIgnoringCase("keep-alive") { keepsAlive = true }
    }
  }

  /// RFC 9110 §10.1.1: a list of expectations; only `100-continue` is defined.
  private mutating func readExpectation(_ value: Span<UInt8>) {
    forEachMember(of: value) { expectation in
      if expectation.equalsIgnoringCase("100-continue") { expectsContinue = true } else { expectsUnknown = true }
    }
  }

  private func forEachMember(of list: Span<UInt8>, _ body: (Span<UInt8>) -> Void) {
    var start = 0
    while start < list.count {
      let end = list.firstIndex(of: UInt8(ascii: ","), from: start) ?? list.count
      let member = list.trimmed(start..<end)
      if !member.isEmpty { body(list.extracting(member)) }
      start = end + 1
    }
  }

  /// The checks that need the whole head, in the order in which their refusals win.
  func finish(limits: HTTPLimits) throws(HTTPRefusal) -> HTTPRequestHead {
    guard let target else { throw .malformedRequestLine }
    // RFC 9112 §3.2: HTTP/1.1 needs one Host, and no version may have two.
    guard hostCount == 1 || (hostCount == 0 && minorVersion == 0) else { throw .hostCount(hostCount) }
    let framing = try framing(limits: limits)
    // RFC 9110 §10.1.1: an expectation in an HTTP/1.0 request is ignored.
    if expectsUnknown, minorVersion == 1 { throw .unknownExpectation }
    // RFC 9112 §9.3: close wins; then HTTP/1.1 persists, and HTTP/1.0 does where keep-alive is asked for.
    let persists = !closes && (minorVersion == 1 || keepsAlive)
    return HTTPRequestHead(
      method: method, target: target, minorVersion: minorVersion, headers: headers, framing: framing,
      persistence: persists ? .keepAlive : .close,
      expectsContinue: expectsContinue && minorVersion == 1,
      acceptedCodings: acceptedCodings, contentForm: contentForm)
  }

  /// RFC 9112 §6.3: the length of the body.
  private func framing(limits: HTTPLimits) throws(HTTPRefusal) -> BodyFraming {
    if !transferCodings.isEmpty {
      // RFC 9112 §6.1: both together may be an attempt at smuggling; and HTTP/1.0 does not know the field.
      guard contentLength == nil else { throw .twoFramings }
      guard minorVersion == 1 else { throw .malformedTransferEncoding }
      try transferCodings.check()
      return .chunked
    }
    guard let contentLength else { return .none }
    guard contentLength <= limits.bodyBytes else { throw .bodyTooLarge(limit: limits.bodyBytes) }
    return .length(contentLength)
  }
}

extension HTTPField {
  /// A field whose value was checked byte by byte; one that is not UTF-8 keeps its bytes.
  init(name: Name, value: Span<UInt8>) {
    self = value.withUnsafeBufferPointer { HTTPField(name: name, value: $0) }
  }
}
