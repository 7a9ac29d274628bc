/// How far a connection's TLS handshake is.
enum HandshakeProgress {
  /// No byte has come.
  case notBegun
  case begun
  /// Over, whatever came of it; or none is needed.
  case ended
}

/// How a TLS handshake ended.
enum HandshakeOutcome {
  case completed
  /// Completed, with an earlier session's keys.
  case resumed
  /// The client sent something else, had no certificate that is wanted, left, or was too slow.
  case failed
  /// The client left, or was too slow, without having sent a byte.
  case notBegun
}

extension HTTPConnection {
  // MARK: TLS, on the loop's queue

  /// Whether the connection's handshake is not over; false where TLS is not spoken.
  var isHandshaking: Bool { tls?.phase == .handshaking }

  /// Opens what came and has the plaintext go the way of a plain connection's bytes.
  func receivedSealed(_ bytes: UnsafeBufferPointer<UInt8>, _ session: TLSSession) {
    switch stage {
    case .reading, .answering: break
    // No longer read: it counts only.
    case .finishing, .lingering, .closed: return received(bytes)
    }
    if handshake == .notBegun {
      if let first = bytes.first, Self.beginsPlainRequest(first) { return refusePlainRequest() }
      handshake = .begun
    }
    let count = session.open(UnsafeRawBufferPointer(bytes), into: loop.openedBuffer)
    output.append(sealedBy: session)
    if handshake == .begun, session.phase != .handshaking { handshakeEnded(session) }
    if count > 0 {
      received(UnsafeBufferPointer(rebasing: loop.openedBuffer.bindMemory(to: UInt8.self)[..<count]))
    }
    if isClosed { return }
    switch session.phase {
    case .handshaking, .established: if !output.isEmpty { transmit() }
    // Like the end of a plain connection's input: an answer that is owed is cancelled.
    case .ended: endOfInput()
    case .failed: fail()
    }
  }

  /// A request's first byte, or the empty line that may stand before it, where a TLS record begins with its type (RFC 8446
  /// §5.1: 20 to 23).
  private static func beginsPlainRequest(_ byte: UInt8) -> Bool {
    byte == .carriageReturn || byte == .lineFeed || ByteClass.token.contains(byte)
  }

  /// Answers plain HTTP in kind.
  private func refusePlainRequest() {
    endHandshake(.failed)
    tls = nil
    refuse(.plainOnTLSPort)
  }

  private func handshakeEnded(_ session: TLSSession) {
    if case .failed = session.phase { return endHandshake(.failed) }
    endHandshake(session.isResumed ? .resumed : .completed)
    if let refusalAfterHandshake { return refuse(refusalAfterHandshake) }
    // During a shutdown a client that was let in gets a moment for its request, but not the patience of other times.
    deadline.begin(loop.isDraining ? .linger : .firstByte, at: loop.now)
  }

  /// Counts the handshake, once, and makes room for the next one.
  func endHandshake(_ outcome: HandshakeOutcome) {
    guard handshake != .ended else { return }
    handshake = .ended
    loop.context.statistics.handshakeEnded(outcome)
    loop.context.connectionClosed()
  }

  /// Sends the alert that OpenSSL has made, and ends. Nothing else can be sealed any more.
  private func fail() {
    output.removeUnsealed()
    guard isReading else {
      transmit()
      return close()
    }
    finish()
    if !output.isEmpty { transmit() }
  }

  /// Says goodbye where nothing is owed and nothing pending, without waiting for anything. A client that was cut off must not
  /// be told that it has all.
  func sayEnd() {
    guard let tls else { return }
    switch stage {
    case .reading, .finishing, .lingering: break
    case .answering, .closed: return
    }
    guard output.isEmpty, tls.end() else { return }
    _ = OutputBuffer.send(tls.sealed, from: 0, to: descriptor)
  }
}
