import CShims
import Glibc

extension HTTPConnection {
  /// Writes what is pending and goes on with what waited for that.
  func transmit() {
    guard !isClosed else { return }
    let (unsealed, written) = (output.unsealedCount, output.writtenCount)
    let outcome = tls.map { output.write(through: $0, to: descriptor) } ?? output.write(to: descriptor)
    loop.context.statistics.sent(unsealed - output.unsealedCount)
    writtenBytes += output.writtenCount - written
    switch outcome {
    case .failed: return close()
    case .blocked: deadline.outputPending(at: loop.now, taken: takenBytes)
    case .drained: deadline.outputDrained()
    }
    afterOutput()
  }

  /// Sends the first bytes of a response directly; keeps what the socket does not take.
  func transmit(_ bytes: [UInt8]) {
    guard output.isEmpty, tls == nil else {
      output.append(bytes)
      return transmit()
    }
    let sent = OutputBuffer.send(bytes, from: 0, to: descriptor)
    loop.context.statistics.sent(max(0, sent))
    writtenBytes += max(0, sent)
    if sent == bytes.count { return }
    guard sent >= 0 || errno == EAGAIN else { return close() }
    output.append(Array(bytes[max(0, sent)...]))
    deadline.outputPending(at: loop.now, taken: takenBytes)
    updateInterest()
  }

  /// Bytes of output that the client has acknowledged. Those that the socket took are not enough: its buffer may hold
  /// megabytes, and it reports no room again before a third of them is gone.
  var takenBytes: Int { writtenBytes - max(0, Int(shim_unacknowledged_bytes(descriptor))) }

  private func afterOutput() {
    if output.isEmpty, let waiter = streamWaiter {
      streamWaiter = nil
      waiter.resume(returning: true)
    }
    if output.isEmpty { outputDrained() }
    updateInterest()
  }

  private func outputDrained() {
    switch stage {
    case .finishing: linger()
    // The time between requests counts from here, not from when the response was handed over.
    case .reading where deadline.wait == .nothing:
      if loop.isDraining, backlog.isEmpty { finish() } else { deadline.begin(.keepAlive, at: loop.now) }
    default: return
    }
  }

  /// The response is written or pending: the next request, or the end.
  func responseCompleted(_ persistence: ConnectionPersistence) {
    settle(persistence)
    readBacklog()
    updateInterest()
  }

  /// The answer is no longer owed.
  func settle(_ persistence: ConnectionPersistence) {
    guard !isClosed else { return }
    task = nil
    loop.context.statistics.requestEnded()
    guard persistence == .keepAlive else { return finish() }
    stage = .reading
    deadline.begin(output.isEmpty ? .keepAlive : .nothing, at: loop.now)
  }

  /// The requests that came behind the one that was answered, while little output is pending.
  func readBacklog() {
    while isReading, !backlog.isEmpty, output.count <= ConnectionBounds.pendingOutputBytes {
      let held = backlog
      let end = backlogStart + read(held.span.extracting(backlogStart..<held.count))
      backlogStart = end
      // Refused or closed meanwhile: the rest is of no use.
      if end == held.count || backlog.isEmpty {
        backlog = []
        backlogStart = 0
      }
    }
  }

  /// No further request: writes what is pending, then lingers.
  func finish() {
    guard !isClosed else { return }
    stage = .finishing
    backlog = []
    backlogStart = 0
    deadline.begin(.nothing, at: loop.now)
    if output.isEmpty { linger() }
    updateInterest()
  }

  private func linger() {
    if let tls, tls.end() {
      // The end of TLS goes before the end of TCP; this is called again when it has gone.
      output.append(sealedBy: tls)
      return transmit()
    }
    // A close with unread input would send a reset, and the client might lose the response to it.
    guard !inputEnded, shutdown(descriptor, Int32(SHUT_WR)) == 0 else { return close() }
    stage = .lingering
    deadline.begin(.linger, at: loop.now)
  }

  func updateInterest() {
    guard !isClosed else { return }
    var wanted: UInt32 = 0
    if !inputEnded {
      wanted = EPOLLRDHUP.rawValue
      if backlog.isEmpty, output.count <= ConnectionBounds.pendingOutputBytes { wanted |= EPOLLIN.rawValue }
    }
    if !output.isEmpty { wanted |= EPOLLOUT.rawValue }
    guard wanted != interest else { return }
    interest = wanted
    loop.watch(descriptor, for: wanted)
  }
}
