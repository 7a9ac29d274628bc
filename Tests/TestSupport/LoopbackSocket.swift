import Glibc

/// A blocking client's socket; the caller closes it.
public enum LoopbackSocket {
  /// The call that failed, and errno.
  public struct Failure: Error {
    public let call: String
    public let code: Int32
  }

  /// Connects to a port of 127.0.0.1.
  ///
  /// - Parameters:
  ///   - receiveBuffer: bytes; a small one lets the server feel at once that nobody reads.
  ///   - patience: seconds that one call may take.
  public static func connected(port: Int, receiveBuffer: Int32? = nil, patience: Int = 60) throws(Failure) -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw Failure(call: "socket", code: errno) }
    if var size = receiveBuffer {
      setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
    }
    var timeout = timeval(tv_sec: patience, tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(descriptor, SOL_SOCKET, option, &timeout, socklen_t(MemoryLayout<timeval>.size))
    }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else {
      defer { close(descriptor) }
      throw Failure(call: "connect", code: errno)
    }
    return descriptor
  }
}
