import DequeModule
import Glibc

/// Bytes that a socket has not taken yet: arrays one behind the other, none of them copied. With TLS they are sealed when
/// the socket takes them, a few records at a time.
struct OutputBuffer {
  /// How a write ended.
  enum Outcome: Equatable {
    /// All was taken.
    case drained
    /// The socket is full.
    case blocked
    /// The connection is gone.
    case failed
  }

  private var segments: Deque<[UInt8]> = []
  private var offset = 0
  /// Records that go before `segments`, from `sealedOffset` on.
  private var sealed: [UInt8] = []
  private var sealedOffset = 0
  /// Bytes pending.
  private(set) var count = 0
  /// Bytes that the socket has taken since the beginning, records and all.
  private(set) var writtenCount = 0

  var isEmpty: Bool { count == 0 }

  mutating func append(_ bytes: [UInt8]) {
    guard !bytes.isEmpty else { return }
    segments.append(bytes)
    count += bytes.count
  }

  mutating func removeAll() {
    segments = []
    offset = 0
    sealed = []
    sealedOffset = 0
    count = 0
  }

  // MARK: TLS

  /// Bytes sealed at once.
  private static let sealedAtOnce = 4 * TLSSession.recordBytes

  /// Takes what a session has sealed by itself: handshake, alerts.
  mutating func append(sealedBy session: TLSSession) {
    guard !session.sealed.isEmpty else { return }
    count += session.sealed.count
    if sealed.isEmpty {
      swap(&sealed, &session.sealed)
    } else {
      sealed.append(contentsOf: session.sealed)
      session.sealed = []
    }
  }

  /// Bytes pending that are not sealed yet; without TLS all.
  var unsealedCount: Int { count - (sealed.count - sealedOffset) }

  /// Gives up what is not sealed yet.
  mutating func removeUnsealed() {
    segments = []
    offset = 0
    count = sealed.count - sealedOffset
  }

  /// Seals and writes until all is taken or the socket is full.
  mutating func write(through session: TLSSession, to descriptor: Int32) -> Outcome {
    while true {
      guard seal(session) else { return .failed }
      guard sealedOffset < sealed.count else { break }
      let sent = Self.send(sealed, from: sealedOffset, to: descriptor)
      guard sent >= 0 else { return errno == EAGAIN ? .blocked : .failed }
      writtenCount += sent
      sealedOffset += sent
      count -= sent
      if sealedOffset == sealed.count {
        sealed.removeAll(keepingCapacity: true)
        sealedOffset = 0
      }
    }
    // An idle connection keeps no buffer.
    segments = []
    sealed = []
    session.sealed = []
    return .drained
  }

  /// Has some of the plaintext sealed where little is; false when the session cannot.
  private mutating func seal(_ session: TLSSession) -> Bool {
    while sealed.count - sealedOffset + session.sealed.count < Self.sealedAtOnce, let segment = segments.first {
      let piece = offset..<min(segment.count, offset + TLSSession.recordBytes)
      guard segment.withUnsafeBytes({ session.seal(UnsafeRawBufferPointer(rebasing: $0[piece])) }) else { return false }
      count -= piece.count
      offset = piece.upperBound
      if offset == segment.count {
        segments.removeFirst()
        offset = 0
      }
    }
    append(sealedBy: session)
    return true
  }

  /// Writes until all is taken or the socket is full.
  mutating func write(to descriptor: Int32) -> Outcome {
    while let segment = segments.first {
      let more = segments.count > 1 ? Int32(MSG_MORE) : 0
      let sent = Self.send(segment, from: offset, to: descriptor, flags: more)
      guard sent >= 0 else { return errno == EAGAIN ? .blocked : .failed }
      writtenCount += sent
      offset += sent
      count -= sent
      if offset == segment.count {
        segments.removeFirst()
        offset = 0
      }
    }
    // An idle connection keeps no buffer.
    segments = []
    return .drained
  }

  /// Sends once, again only after a signal. The number of bytes taken, or −1 and errno.
  static func send(_ bytes: [UInt8], from offset: Int, to descriptor: Int32, flags: Int32 = 0) -> Int {
    bytes.withUnsafeBytes { buffer in
      while true {
        let rest = UnsafeRawBufferPointer(rebasing: buffer[offset...])
        // MSG_NOSIGNAL: a client that is gone must not end the process by SIGPIPE.
        let sent = Glibc.send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL) | flags)
        if sent >= 0 || errno != EINTR { return sent }
      }
    }
  }
}
