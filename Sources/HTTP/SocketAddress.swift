import CShims
import Glibc

/// An IP address and a port.
public struct SocketAddress: Sendable, Equatable, CustomStringConvertible {
  /// The address as text: `127.0.0.1` or `::1`. An IPv4 address that came over an IPv6 socket is written as IPv4.
  public let host: String
  /// The port.
  public let port: Int

  /// `127.0.0.1:8080` or `[::1]:8080`.
  public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

  init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  init(_ storage: sockaddr_storage) {
    var storage = storage
    switch Int32(storage.ss_family) {
    case AF_INET:
      var address = storage.rebound(as: sockaddr_in.self)
      self.init(host: Self.text(AF_INET, &address.sin_addr), port: Int(UInt16(bigEndian: address.sin_port)))
    case AF_INET6:
      var address = storage.rebound(as: sockaddr_in6.self)
      let text = Self.text(AF_INET6, &address.sin6_addr)
      let mapped = "::ffff:"
      let isMapped = text.hasPrefix(mapped) && text.contains(".")
      self.init(
        host: isMapped ? String(text.dropFirst(mapped.count)) : text, port: Int(UInt16(bigEndian: address.sin6_port)))
    default: self.init(host: "unknown", port: 0)
    }
  }

  private static func text(_ family: Int32, _ address: UnsafeRawPointer) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { buffer in
      guard let base = buffer.baseAddress, let text = inet_ntop(family, address, base, socklen_t(buffer.count)) else {
        return "unknown"
      }
      return String(cString: text)
    }
  }
}

extension sockaddr_storage {
  mutating func rebound<Address>(as type: Address.Type) -> Address {
    withUnsafePointer(to: &self) { $0.withMemoryRebound(to: type, capacity: 1) { $0.pointee } }
  }

  /// Calls `body` with this as what the socket calls take.
  mutating func withSocketAddress<Result>(
    _ body: (UnsafeMutablePointer<sockaddr>, inout socklen_t) -> Result
  ) -> Result {
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    return withUnsafeMutablePointer(to: &self) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, &length) }
    }
  }
}
