extension HTTPConnection {
  // MARK: On the request's task

  /// Has a request answered and brings the answer to the loop.
  private func answer(_ call: Router.Call) async {
    // As long as the task runs it holds the body.
    var held = BodyReservation(loop.context.bodyMemory, reserved: call.request.body.count)
    let response = await respond(to: call, holding: &held)
    guard case .stream(let stream) = response.body else {
      return loop.post { self.complete(response) }
    }
    await self.stream(stream, in: response)
  }

  /// Sends a response piece by piece.
  private func stream(_ stream: ResponseStream, in response: HTTPResponse) async {
    // One chunk at a time: the producer is asked again when the client has taken the last.
    guard await resumeWhenDrained({ self.beginStream(response) }) else { return }
    while !Task.isCancelled, let chunk = await stream.next() {
      if chunk.isEmpty { continue }
      guard await resumeWhenDrained({ self.sendChunk(chunk) }) else { return }
    }
    let isWhole = !Task.isCancelled
    loop.post { self.endStream(isWhole: isWhole) }
  }

  /// Does `work` on the loop and waits until its output has drained; false when the stream must not go on.
  private func resumeWhenDrained(_ work: @escaping @Sendable () -> Bool) async -> Bool {
    await withCheckedContinuation { continuation in
      loop.post {
        guard case .answering = self.stage, work(), !self.isClosed else { return continuation.resume(returning: false) }
        guard !self.output.isEmpty else { return continuation.resume(returning: true) }
        self.streamWaiter = continuation
      }
    }
  }

  // MARK: On the loop's queue

  /// Starts the task that answers a request.
  func start(_ call: Router.Call) {
    guard case .answering = stage else { return loop.context.bodyMemory.release(call.request.body.count) }
    task = Task(executorPreference: call.request.executor) { await self.answer(call) }
  }

  /// Sends a response that was made while its request was read; the reading goes on afterwards.
  func answerAtOnce(_ response: HTTPResponse, acceptedIn accepted: AcceptedCodings = AcceptedCodings()) {
    guard case .answering(let exchange) = stage else { return }
    var response = response
    if response.isSentCompressed(to: accepted), !response.takeKeptGzip() {
      return compressAside(response, for: accepted)
    }
    guard case .stream(let stream) = response.body else {
      return settle(send(response, answering: exchange))
    }
    task = Task { await self.stream(stream, in: response) }
  }

  /// Sends a response whose body is complete.
  func complete(_ response: HTTPResponse) {
    guard case .answering(let exchange) = stage else { return }
    responseCompleted(send(response, answering: exchange))
  }

  /// Sends the head and, where it is complete, the body; what the connection must do afterwards.
  @discardableResult
  func send(
    _ response: HTTPResponse, answering exchange: HTTPResponseEncoder.Exchange
  ) -> ConnectionPersistence {
    var exchange = exchange
    if loop.isDraining { exchange.persistence = .close }
    // The scratch array leaves the loop for the while, so that it is never shared and never copied.
    var bytes = loop.scratch
    loop.scratch = []
    bytes.removeAll(keepingCapacity: true)
    format = loop.encoder.appendHead(of: response, answering: &exchange, at: loop.unixTime, to: &bytes)
    if format == .plain, case .bytes(let body) = response.body {
      if body.count <= ConnectionBounds.copiedBodyBytes {
        bytes.append(contentsOf: body)
        transmit(bytes)
      } else {
        output.append(bytes)
        output.append(body)
        transmit()
      }
    } else {
      transmit(bytes)
    }
    if loop.scratch.isEmpty { loop.scratch = bytes }
    return exchange.persistence
  }

  private func beginStream(_ response: HTTPResponse) -> Bool {
    guard case .answering(var exchange) = stage else { return false }
    exchange.persistence = send(response, answering: exchange)
    if isClosed { return false }
    stage = .answering(exchange)
    if format == .none {
      // HEAD, 204 or 304: nothing is produced.
      responseCompleted(exchange.persistence)
      return false
    }
    return true
  }

  private func sendChunk(_ chunk: [UInt8]) -> Bool {
    if format == .chunked {
      var head: [UInt8] = []
      head.reserveCapacity(chunk.count <= ConnectionBounds.copiedBodyBytes ? chunk.count + 20 : 20)
      HTTPResponseEncoder.appendChunkHead(chunk.count, to: &head)
      if chunk.count <= ConnectionBounds.copiedBodyBytes {
        head.append(contentsOf: chunk)
        head.append(literal: "\r\n")
        transmit(head)
      } else {
        output.append(head)
        output.append(chunk)
        output.append([.carriageReturn, .lineFeed])
        transmit()
      }
    } else {
      output.append(chunk)
      transmit()
    }
    return !isClosed
  }

  private func endStream(isWhole: Bool) {
    guard case .answering(let exchange) = stage else { return }
    // A client must not take a part for the whole: only the end of the connection says that it was cut off.
    guard isWhole else { return close() }
    if format == .chunked { transmit(HTTPResponseEncoder.lastChunk) }
    responseCompleted(exchange.persistence)
  }
}
