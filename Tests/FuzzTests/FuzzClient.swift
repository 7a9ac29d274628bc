import Glibc
import HTTP
import TestSupport

/// A blocking client.
final class FuzzClient {
  private let talk: FuzzTalk
  private let descriptor: Int32
  private let tls: TLSSession?
  private var received: [UInt8] = []
  /// Bytes that were sent as the socket got them.
  private var sentCount = 0
  /// Nothing more is sent.
  private var isMute = false
  /// Where a client that does not leave stops reading: an endless stream would be read for ever.
  private static let readLimit = 1 << 20

  init(port: UInt16, _ talk: FuzzTalk) throws {
    self.talk = talk
    tls = try talk.tls.map { context in
      guard let session = TLSSession(context, .client(host: "localhost")) else { throw Finding("no session") }
      return session
    }
    do throws(LoopbackSocket.Failure) {
      descriptor = try LoopbackSocket.connected(port: Int(port), receiveBuffer: 16_384)
    } catch {
      throw Finding("\(error.call): \(error.code)")
    }
  }

  deinit { close(descriptor) }

  /// Sends, reads what comes, and leaves as it should.
  func play() -> FuzzAnswers {
    if tls != nil { shakeHands() }
    for piece in talk.pieces {
      guard send(piece) else { break }
      _ = read(wait: 0)
    }
    switch talk.leaving {
    case .close: return FuzzAnswers(received)
    case .reset:
      var linger = Glibc.linger(l_onoff: 1, l_linger: 0)
      setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
      return FuzzAnswers(received)
    case .halfClose:
      // With a goodbye under TLS or without one.
      if let tls, talk.readSize > 1_024, tls.end() { sendSealed() }
      shutdown(descriptor, Int32(SHUT_WR))
    case .none: break
    }
    var isOpen = true
    while isOpen, received.count < Self.readLimit { isOpen = read(wait: 5) }
    return FuzzAnswers(received)
  }

  /// Until the session is established, the server ends it, or this client has become mute.
  private func shakeHands() {
    open([])
    while tls?.phase == .handshaking, !isMute, read(wait: 1_000) {}
  }

  /// Sends one piece; false when the server takes no more of it.
  private func send(_ piece: [UInt8]) -> Bool {
    guard let tls else { return sendRaw(piece) }
    guard tls.phase == .established else { return false }
    guard !piece.isEmpty else { return true }
    return piece.withUnsafeBytes(tls.seal) && sendSealed()
  }

  @discardableResult private func sendSealed() -> Bool {
    guard let tls, !tls.sealed.isEmpty else { return true }
    defer { tls.sealed = [] }
    return sendRaw(tls.sealed)
  }

  private func sendRaw(_ bytes: [UInt8]) -> Bool {
    var bytes = bytes
    if let damage = talk.damage, (sentCount..<(sentCount + bytes.count)).contains(damage.offset) {
      let place = damage.offset - sentCount
      switch damage.kind {
      case .bit: bytes[place] ^= 1 << UInt8(place & 7)
      case .stop:
        bytes.removeLast(bytes.count - place)
        isMute = true
      case .garbage: bytes.insert(contentsOf: [22, 3, 3, 0, 2, 0, 0, 255], at: place)
      }
    }
    sentCount += bytes.count
    // Without blocking: a server that waits for its answers to be read takes no more, and the rest is let go.
    let count = bytes.withUnsafeBytes {
      Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
    }
    return count == bytes.count && !isMute
  }

  private func open(_ bytes: ArraySlice<UInt8>) {
    guard let tls else {
      received += bytes
      return
    }
    received += FuzzTLS.open(bytes, tls)
    sendSealed()
  }

  /// Reads once, if anything comes within `wait` milliseconds; false at the end or where nothing comes.
  private func read(wait: Int32) -> Bool {
    var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard Glibc.poll(&poll, 1, wait) > 0 else { return false }
    var piece = [UInt8](repeating: 0, count: talk.readSize)
    let count = recv(descriptor, &piece, piece.count, 0)
    guard count > 0 else { return false }
    open(piece[..<count])
    return true
  }
}

/// What a client was sent, read as answers; the last may be cut off.
struct FuzzAnswers: Sendable {
  private(set) var statuses: [Int] = []
  private(set) var problem: String?
  private static let known: Set<Int> = [
    100, 200, 204, 400, 404, 405, 406, 408, 413, 414, 415, 417, 421, 431, 501, 503, 505,
  ]

  init(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while problem == nil, !rest.isEmpty, let head = Self.takeHead(&rest) {
      let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n", omittingEmptySubsequences: false)
      let status = Int(lines[0].split(separator: " ").dropFirst().first ?? "") ?? 0
      guard lines[0].hasPrefix("HTTP/1.1 "), Self.known.contains(status) else {
        problem = "no status line: \(lines[0])"
        return
      }
      statuses.append(status)
      if status == 100 || status == 204 { continue }
      if !takeBody(&rest, lines) { return }
    }
  }

  private static func takeHead(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    let end: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A]
    guard let range = rest.firstRange(of: end) else { return nil }
    defer { rest = rest[range.upperBound...] }
    return rest[..<range.lowerBound]
  }

  /// Takes a body; false where it is cut off or lasts until the end. After HEAD another head, or nothing, follows at once.
  private mutating func takeBody(_ rest: inout ArraySlice<UInt8>, _ lines: [Substring]) -> Bool {
    if rest.isEmpty || rest.starts(with: "HTTP/1.1 ".utf8) { return true }
    if let line = lines.first(where: { $0.hasPrefix("Content-Length: ") }), let count = Int(line.dropFirst(16)) {
      guard rest.count >= count else { return false }
      rest = rest.dropFirst(count)
      return true
    }
    guard lines.contains("Transfer-Encoding: chunked") else { return false }
    while let lineEnd = rest.firstIndex(of: 0x0D) {
      guard let size = Int(String(decoding: rest[..<lineEnd], as: UTF8.self), radix: 16) else {
        problem = "no chunk: \(String(decoding: rest.prefix(40), as: UTF8.self))"
        return false
      }
      rest = rest[lineEnd...].dropFirst(2)
      guard rest.count >= size + 2 else { return false }
      rest = rest.dropFirst(size + 2)
      if size == 0 { return true }
    }
    return false
  }
}
