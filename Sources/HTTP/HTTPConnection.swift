import CShims
import Glibc

/// One client connection: reads requests one after the other, has each answered, writes the answers in order.
///
/// One request is answered at a time. Input behind it is kept up to one read and then not read at all, so neither a
/// pipelining client nor a slow reader grows the process. The connection hears of its client's leaving all the same.
///
/// Unchecked: everything is confined to the queue of `loop`; the request's task comes back through `IOLoop.post`.
final class HTTPConnection: @unchecked Sendable {
  enum Stage {
    /// No answer is owed: between requests, or in one.
    case reading
    /// A request's task runs, or its stream.
    case answering(HTTPResponseEncoder.Exchange)
    /// The last response is being written.
    case finishing
    /// All is written and said to be the end; input is thrown away until the client closes (RFC 9112 §9.6).
    case lingering
    case closed
  }

  static let initialInterest = EPOLLIN.rawValue | EPOLLRDHUP.rawValue

  let descriptor: Int32
  let loop: IOLoop
  let remoteAddress: String
  /// What the connection is counted by; nil where it is not.
  let countedAddress: IPAddress?
  /// The connection's TLS; nil where it speaks plain HTTP.
  var tls: TLSSession?
  var handshake: HandshakeProgress
  /// What the connection is told instead of being served.
  var refusalAfterHandshake: HTTPRefusal?
  var stage = Stage.reading
  var deadline: ConnectionDeadline
  var output = OutputBuffer()
  /// Bytes of output that the socket has taken.
  var writtenBytes = 0
  /// The task of the request that is being answered.
  var task: Task<Void, Never>?
  /// The stream's task, waiting for output to drain; true: go on.
  var streamWaiter: CheckedContinuation<Bool, Never>?
  var format = HTTPResponseEncoder.BodyFormat.none

  private var parser: HTTPRequestParser
  private var head: HTTPRequestHead?
  private var body: [UInt8] = []
  /// The answer that the head got already: the body is thrown away as it comes.
  private var settledAnswer: HTTPResponse?
  /// Input that came while an answer was owed, from `backlogStart` on.
  var backlog: [UInt8] = []
  var backlogStart = 0
  var inputEnded = false
  private var lingeredBytes = 0
  private var requestCount = 0
  var interest = HTTPConnection.initialInterest

  init(descriptor: Int32, loop: IOLoop, remoteAddress: String, countedAddress: IPAddress?, tls: TLSSession?) {
    self.descriptor = descriptor
    self.loop = loop
    self.remoteAddress = remoteAddress
    self.countedAddress = countedAddress
    self.tls = tls
    handshake = tls == nil ? .ended : .notBegun
    parser = HTTPRequestParser(limits: loop.context.configuration.limits, security: tls == nil ? .plain : .tls)
    deadline = ConnectionDeadline(loop.context.configuration.deadlines)
    deadline.begin(tls == nil ? .firstByte : .handshake, at: loop.now)
  }

  var isClosed: Bool { if case .closed = stage { true } else { false } }
  var isReading: Bool { if case .reading = stage { true } else { false } }

  // MARK: Events

  /// Acts on what epoll reports.
  func handle(_ events: UInt32) {
    // Reset, or both directions ended: nothing that is sent can arrive.
    guard events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) == 0 else { return close() }
    if events & EPOLLOUT.rawValue != 0 {
      transmit()
      readBacklog()
    }
    if isClosed { return }
    if events & EPOLLIN.rawValue != 0, interest & EPOLLIN.rawValue != 0 {
      readAvailable()
    } else if events & EPOLLRDHUP.rawValue != 0 {
      // Heard although reading is paused.
      endOfInput()
    }
  }

  func checkDeadline() {
    switch deadline.expiry(at: loop.now, taken: takenBytes) {
    case nil: return
    case .close:
      loop.context.statistics.connectionTimedOut()
      close()
    case .refuse(let refusal): refuse(refusal)
    }
  }

  /// Ends the connection when no request has begun on it; otherwise its answer will end it.
  func closeIfIdle() {
    guard isIdle else { return }
    // A request may have come already without having been reported.
    readAvailable()
    if isIdle { close() }
  }

  private var isIdle: Bool {
    isReading && output.isEmpty && parser.position == .betweenRequests && handshake != .begun
  }

  /// Cancels what is owed and closes the descriptor.
  func close() {
    guard !isClosed else { return }
    if handshake != .ended { endHandshake(handshake == .begun ? .failed : .notBegun) }
    sayEnd()
    if case .answering = stage { loop.context.statistics.requestEnded() }
    stage = .closed
    task?.cancel()
    task = nil
    streamWaiter?.resume(returning: false)
    streamWaiter = nil
    output.removeAll()
    tls = nil
    backlog = []
    dropBody()
    loop.remove(self)
  }

  // MARK: Input

  private func readAvailable() {
    for _ in 0..<ConnectionBounds.readsPerEvent {
      let count = recv(descriptor, loop.readBuffer.baseAddress, loop.readBuffer.count, 0)
      if count < 0 {
        if errno == EINTR { continue }
        return errno == EAGAIN ? () : close()
      }
      guard count > 0 else { return endOfInput() }
      let bytes = UnsafeBufferPointer(rebasing: loop.readBuffer.bindMemory(to: UInt8.self)[..<count])
      if let tls { receivedSealed(bytes, tls) } else { received(bytes) }
      // Level-triggered: a short read has most likely emptied the socket, and if not, the loop is told again.
      if isClosed || count < loop.readBuffer.count || interest & EPOLLIN.rawValue == 0 { return }
    }
  }

  /// Acts on what came, opened where it was sealed.
  func received(_ bytes: UnsafeBufferPointer<UInt8>) {
    loop.context.statistics.received(bytes.count)
    switch stage {
    case .reading where backlog.isEmpty:
      let consumed = read(bytes.span)
      guard consumed < bytes.count, !isClosed else { return }
      keepBacklog(bytes[consumed...])
    case .reading, .answering: keepBacklog(bytes[...])
    case .finishing, .lingering:
      lingeredBytes += bytes.count
      if lingeredBytes > ConnectionBounds.lingerBytes { close() }
    case .closed: return
    }
  }

  private func keepBacklog(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) {
    switch stage {
    case .reading, .answering:
      backlog.append(contentsOf: bytes)
      updateInterest()
    case .finishing, .lingering, .closed: return
    }
  }

  /// Feeds the parser until an answer is owed; the number of bytes used.
  func read(_ bytes: Span<UInt8>) -> Int {
    var consumed = 0
    while isReading, output.count <= ConnectionBounds.pendingOutputBytes {
      let rest = bytes.extracting(consumed..<bytes.count)
      let step = parser.consume(rest)
      consumed += step.consumed
      guard let event = step.event else { break }
      switch event {
      case .head(let head): headCame(head, followed: step.consumed < rest.count)
      case .body where settledAnswer != nil: continue
      case .body(let range): bodyCame(rest.extracting(range))
      case .end: requestCame()
      case .refused(let refusal): refuse(refusal)
      }
    }
    if isReading, deadline.wait != .head, parser.position == .inHead { deadline.begin(.head, at: loop.now) }
    return consumed
  }

  private func bodyCame(_ bytes: Span<UInt8>) {
    guard loop.context.bodyMemory.reserve(bytes.count) else { return refuse(.bodyMemoryFull) }
    bytes.withUnsafeBufferPointer { body.append(contentsOf: $0) }
  }

  /// Forgets what came of a body. As many bytes as it has are reserved for it.
  private func dropBody() {
    guard !body.isEmpty else { return }
    loop.context.bodyMemory.release(body.count)
    body = []
  }

  private func headCame(_ head: HTTPRequestHead, followed: Bool) {
    self.head = head
    guard head.framing != .none else { return }
    deadline.begin(.body, at: loop.now)
    let router = loop.context.router
    // RFC 9110 §10.1.1: where there is no content, nobody waits for 100.
    guard head.expectsContinue, head.framing != .length(0) else {
      // The client sends the body whatever it is told, so the connection can go on behind it.
      if router.hasAdmissions { settledAnswer = router.admissionAnswer(to: head, from: remoteAddress) }
      // A body that nobody keeps needs no memory.
      if settledAnswer == nil, head.framing != .length(0), !loop.context.bodyMemory.admitsAnother {
        refuse(.bodyMemoryFull)
      }
      return
    }
    guard loop.context.bodyMemory.admitsAnother else { return refuse(.bodyMemoryFull) }
    // RFC 9110 §10.1.1: a final answer may take the place of 100, and then the body need not come.
    if let response = router.answerWithoutBody(to: head, from: remoteAddress) ?? codingRefusal(head) {
      let exchange = HTTPResponseEncoder.Exchange(
        isHead: head.method == .head, minorVersion: head.minorVersion, persistence: .close)
      send(response, answering: exchange)
      finish()
    } else if !followed {
      // RFC 9110 §10.1.1: 100 may be left out when the body has begun to come.
      output.append(HTTPResponseEncoder.continueResponse)
      transmit()
    }
  }

  private func requestCame() {
    guard let head else { return }
    self.head = nil
    var request = HTTPRequest(
      method: head.method, target: head.target, headers: head.headers, body: body, remoteAddress: remoteAddress,
      acceptedCodings: head.acceptedCodings, contentForm: head.contentForm)
    if body.count > ConnectionBounds.shortBodyBytes(head.contentForm) { request.executor = loop.context.longWork }
    requestCount += 1
    let isLast = requestCount == loop.context.configuration.maxConnectionRequests
    stage = .answering(
      HTTPResponseEncoder.Exchange(
        isHead: head.method == .head, minorVersion: head.minorVersion, persistence: isLast ? .close : head.persistence))
    deadline.begin(.nothing, at: loop.now)
    loop.context.statistics.requestBegan()
    if let settledAnswer {
      self.settledAnswer = nil
      return answerAtOnce(settledAnswer)
    }
    if head.acceptedCodings.choice == .nothing {
      dropBody()
      return answerAtOnce(notAcceptable(head))
    }
    switch loop.context.router.route(request) {
    case .call(let call):
      // From here on the task has the body and its reservation.
      body = []
      loop.startSoon(self, call)
    case .answer(let response):
      dropBody()
      answerAtOnce(response, acceptedIn: head.acceptedCodings)
    }
  }

  /// Tells a connection beyond its address's limit so, and ends it.
  func refuseForItsAddress() {
    guard !isClosed, let limit = loop.context.configuration.maxConnectionsPerAddress else { return }
    let refusal = HTTPRefusal.tooManyConnections(limit: limit)
    // An answer can be sealed when the handshake is over.
    if handshake == .ended { refuse(refusal) } else { refusalAfterHandshake = refusal }
  }

  /// Answers what cannot be read, and closes.
  func refuse(_ refusal: HTTPRefusal) {
    loop.context.statistics.requestRefused(refusal.status.code)
    dropBody()
    var response = loop.context.router.refusalAnswer(refusal, to: head)
    if let seconds = refusal.retryAfter { response.headers[.retryAfter] = String(seconds) }
    let exchange = HTTPResponseEncoder.Exchange(
      isHead: parser.isHead, minorVersion: head?.minorVersion ?? 1, persistence: .close)
    send(response, answering: exchange)
    finish()
  }

  func endOfInput() {
    guard !inputEnded else { return }
    inputEnded = true
    switch stage {
    // The client left, or closed its half: what it is owed is cancelled.
    case .answering, .lingering, .closed: close()
    // The last response may still be taken by a client that closed only its half.
    case .reading, .finishing:
      if output.isEmpty { close() } else { finish() }
    }
  }
}
