import DequeModule
import Glibc

/// Bytes that a socket has not taken yet: arrays one behind the other, none of them copied.
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
  /// Bytes pending.
  private(set) var count = 0

  var isEmpty: Bool { count == 0 }

  mutating func append(_ bytes: [UInt8]) {
    guard !bytes.isEmpty else { return }
    segments.append(bytes)
    count += bytes.count
  }

  mutating func removeAll() {
    segments = []
    offset = 0
    count = 0
  }

  /// Writes until all is taken or the socket is full.
  mutating func write(to descriptor: Int32) -> Outcome {
    while let segment = segments.first {
      let more = segments.count > 1 ? Int32(MSG_MORE) : 0
      let sent = Self.send(segment, from: offset, to: descriptor, flags: more)
      guard sent >= 0 else { return errno == EAGAIN ? .blocked : .failed }
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
