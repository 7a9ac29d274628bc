import Glibc

/// A blocking TCP connection with a time limit on every call.
final class ClientSocket {
  private let descriptor: Int32
  private let name: String

  /// Connects to the first address of the host that answers.
  /// - Parameter timeout: seconds that connecting, sending and receiving may take, each.
  init(host: String, port: UInt16, timeout: Int) throws(CommandFailure) {
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

  /// Sends all bytes.
  func send(_ bytes: [UInt8]) throws(CommandFailure) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure() }
      rest = rest.dropFirst(count)
    }
  }

  /// What has come, at most `buffer.count` bytes; 0 where the peer has closed.
  func receive(into buffer: inout [UInt8]) throws(CommandFailure) -> Int {
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
