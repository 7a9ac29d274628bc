import Glibc
import Service

/// A blocking TCP connection with a time limit on every call; with TLS or without.
final class ClientSocket {
  private let descriptor: Int32
  private let name: String
  private var tls: ClientTLSSession?
  /// What came sealed; none without TLS.
  private var sealed: [UInt8] = []

  /// Connects to the first address of the host that answers.
  /// - Parameters:
  ///   - timeout: seconds that connecting, sending and receiving may take, each.
  ///   - tls: what is asked of the server's certificate; nil speaks without TLS.
  convenience init(host: String, port: UInt16, timeout: Int, tls: ClientTLSContext?) throws(CommandFailure) {
    try self.init(host: host, port: port, timeout: timeout)
    guard let tls else { return }
    guard let session = ClientTLSSession(tls, .client(host: host)) else {
      throw CommandFailure("\(name): no memory for TLS")
    }
    self.tls = session
    sealed = [UInt8](repeating: 0, count: 2 * ClientTLSSession.recordBytes)
    try shakeHands(session)
  }

  private init(host: String, port: UInt16, timeout: Int) throws(CommandFailure) {
    name = "\(host):\(port)"
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, "\(port)", &hints, &list)
    guard code == 0, let first = list else { throw CommandFailure("\(host): \(String(cString: gai_strerror(code)))") }
    defer { freeaddrinfo(list) }
    var reason = ECONNREFUSED
    for address in sequence(first: first, next: { $0.pointee.ai_next }) {
      let descriptor = socket(address.pointee.ai_family, address.pointee.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), 0)
      guard descriptor >= 0 else {
        reason = errno
        continue
      }
      var limit = timeval(tv_sec: timeout, tv_usec: 0)
      setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
      setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
      var on: Int32 = 1
      setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
      if Glibc.connect(descriptor, address.pointee.ai_addr, address.pointee.ai_addrlen) == 0 {
        self.descriptor = descriptor
        return
      }
      reason = errno
      Glibc.close(descriptor)
    }
    throw CommandFailure("\(name): \(String(cString: strerror(reason)))")
  }

  deinit {
    close(descriptor)
  }

  private func shakeHands(_ tls: ClientTLSSession) throws(CommandFailure) {
    var opened = [UInt8](repeating: 0, count: 4 * ClientTLSSession.recordBytes)
    // A client speaks first.
    _ = opened.withUnsafeMutableBytes { tls.open(UnsafeRawBufferPointer(start: nil, count: 0), into: $0) }
    while true {
      try sendSealed(tls)
      switch tls.phase {
      case .established: return
      case .handshaking:
        guard try receive(opening: tls, into: &opened) != nil else {
          throw CommandFailure("\(name): closed during the TLS handshake; is it https?")
        }
      case .ended, .failed: throw failure(of: tls)
      }
    }
  }

  /// Sends all bytes.
  func send(_ bytes: [UInt8]) throws(CommandFailure) {
    guard let tls else { return try sendRaw(bytes) }
    guard bytes.withUnsafeBytes(tls.seal) else { throw failure(of: tls) }
    try sendSealed(tls)
  }

  private func sendSealed(_ tls: ClientTLSSession) throws(CommandFailure) {
    let bytes = tls.sealed
    tls.sealed = []
    try sendRaw(bytes)
  }

  private func sendRaw(_ bytes: [UInt8]) throws(CommandFailure) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure() }
      rest = rest.dropFirst(count)
    }
  }

  /// What has come, at most `buffer.count` bytes, of which there must be 65,536; 0 where the peer has closed.
  func receive(into buffer: inout [UInt8]) throws(CommandFailure) -> Int {
    guard let tls else { return try receiveRaw(into: &buffer) }
    while true {
      guard let count = try receive(opening: tls, into: &buffer) else { return 0 }
      if count > 0 { return count }
      if case .ended = tls.phase { return 0 }
    }
  }

  /// Receives once; the number of bytes opened, or nil where the peer has closed.
  private func receive(opening tls: ClientTLSSession, into buffer: inout [UInt8]) throws(CommandFailure) -> Int? {
    let count = try receiveRaw(into: &sealed)
    guard count > 0 else { return nil }
    let opened = sealed.withUnsafeBytes { sealed in
      buffer.withUnsafeMutableBytes { tls.open(UnsafeRawBufferPointer(rebasing: sealed[..<count]), into: $0) }
    }
    try sendSealed(tls)
    if opened == 0, case .failed = tls.phase { throw failure(of: tls) }
    return opened
  }

  private func failure(of tls: ClientTLSSession) -> CommandFailure {
    guard case .failed(let reason) = tls.phase else { return CommandFailure("\(name): TLS has ended") }
    return CommandFailure("\(name): TLS: \(reason)")
  }

  private func receiveRaw(into buffer: inout [UInt8]) throws(CommandFailure) -> Int {
    while true {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      if count >= 0 { return count }
      guard errno == EINTR else { throw failure() }
    }
  }

  private func failure() -> CommandFailure {
    CommandFailure("\(name): \(errno == EAGAIN ? "no answer in time" : String(cString: strerror(errno)))")
  }
}
