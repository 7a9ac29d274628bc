import CShims
import Glibc

/// Opens listening sockets.
enum ListeningSocket {
  /// A bound, listening, non-blocking descriptor and the address it has. Names try IPv4 before IPv6.
  static func open(_ configuration: ServerConfiguration) throws(ServerError) -> (
    descriptor: Int32, address: SocketAddress
  ) {
    let (host, port) = (configuration.host, configuration.port)
    guard (0...65_535).contains(port) else { throw .invalidPort(host: host, port: port) }
    var failure: ServerError?
    for candidate in try resolve(host: host, port: port) {
      do throws(ServerError) {
        return try open(candidate, configuration)
      } catch {
        failure = failure ?? error
      }
    }
    throw failure ?? .unknownHost(host: host, reason: "no address found")
  }

  private struct Candidate {
    var family: Int32
    var storage: sockaddr_storage
    var length: socklen_t
  }

  private static func resolve(host: String, port: Int) throws(ServerError) -> [Candidate] {
    let name = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
    guard !name.isEmpty else { throw .unknownHost(host: "\"\"", reason: "the host is empty") }
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_PASSIVE
    var list: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(name, String(port), &hints, &list)
    guard code == 0 else { throw .unknownHost(host: host, reason: String(cString: gai_strerror(code))) }
    defer { freeaddrinfo(list) }
    var candidates: [Candidate] = []
    var next = list
    while let entry = next {
      next = entry.pointee.ai_next
      guard let address = entry.pointee.ai_addr else { continue }
      var storage = sockaddr_storage()
      let length = min(Int(entry.pointee.ai_addrlen), MemoryLayout<sockaddr_storage>.size)
      withUnsafeMutableBytes(of: &storage) {
        $0.copyMemory(from: UnsafeRawBufferPointer(start: address, count: length))
      }
      candidates.append(Candidate(family: entry.pointee.ai_family, storage: storage, length: socklen_t(length)))
    }
    return candidates.filter { $0.family == AF_INET } + candidates.filter { $0.family == AF_INET6 }
  }

  private static func open(
    _ candidate: Candidate, _ configuration: ServerConfiguration
  ) throws(ServerError) -> (descriptor: Int32, address: SocketAddress) {
    let (host, port) = (configuration.host, configuration.port)
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let descriptor = socket(candidate.family, kind, 0)
    guard descriptor >= 0 else { throw ServerError(call: "socket", code: errno, host: host, port: port) }
    // A server that restarts must not wait for the old connections' TIME_WAIT.
    Socket.set(descriptor, level: SOL_SOCKET, option: SO_REUSEADDR, value: 1)
    if candidate.family == AF_INET6 {
      Socket.set(descriptor, level: Int32(IPPROTO_IPV6), option: Int32(IPV6_V6ONLY), value: 0)
    }
    var storage = candidate.storage
    let bound = storage.withSocketAddress { address, _ in bind(descriptor, address, candidate.length) }
    guard bound == 0 else { throw failure("bind", descriptor, configuration) }
    guard listen(descriptor, Int32(clamping: configuration.backlog)) == 0 else {
      throw failure("listen", descriptor, configuration)
    }
    var own = sockaddr_storage()
    let named = own.withSocketAddress { address, length in getsockname(descriptor, address, &length) }
    guard named == 0 else { throw failure("getsockname", descriptor, configuration) }
    return (descriptor, SocketAddress(own))
  }

  private static func failure(_ call: String, _ descriptor: Int32, _ configuration: ServerConfiguration) -> ServerError
  {
    let code = errno
    close(descriptor)
    return ServerError(call: call, code: code, host: configuration.host, port: configuration.port)
  }
}

/// Small calls on sockets and descriptors.
enum Socket {
  static func set(_ descriptor: Int32, level: Int32, option: Int32, value: Int32) {
    var value = value
    setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
  }

  /// Raises the soft limit of open descriptors to the hard one.
  static func raiseDescriptorLimit() {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < limit.rlim_max else {
      return
    }
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }
}
