import Glibc

/// Why a server cannot start.
public enum ServerError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Another process listens there.
  case addressInUse(host: String, port: Int)
  /// The port needs a privilege that the process lacks.
  case permissionDenied(host: String, port: Int)
  /// The host is not an address of this machine.
  case addressNotAvailable(host: String, port: Int)
  /// The host is no address and no name that resolves; the system's reason.
  case unknownHost(host: String, reason: String)
  /// The port is not in 0…65535.
  case invalidPort(host: String, port: Int)
  /// The server was started before; a server starts once.
  case alreadyStarted(host: String, port: Int)
  /// The files for TLS cannot be used.
  case tls(TLSError)
  /// Another system call failed.
  case system(call: String, code: Int32, host: String, port: Int)

  init(call: String, code: Int32, host: String, port: Int) {
    switch code {
    case EADDRINUSE: self = .addressInUse(host: host, port: port)
    case EACCES, EPERM: self = .permissionDenied(host: host, port: port)
    case EADDRNOTAVAIL: self = .addressNotAvailable(host: host, port: port)
    default: self = .system(call: call, code: code, host: host, port: port)
    }
  }

  /// What is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .addressInUse(let host, let port):
      return
        "Cannot listen on \(host) port \(port): the address is in use. Stop the other server or choose another port."
    case .permissionDenied(let host, let port):
      return
        "Cannot listen on \(host) port \(port): permission denied. Ports below 1024 need a privilege; choose a higher one."
    case .addressNotAvailable(let host, let port):
      return
        "Cannot listen on \(host) port \(port): this machine does not have that address. 0.0.0.0 or :: listens on all."
    case .unknownHost(let host, let reason):
      return
        "Cannot listen on \(host): \(reason). Give an address such as 127.0.0.1, ::1 or 0.0.0.0, or a name that resolves."
    case .invalidPort(let host, let port):
      return "Cannot listen on \(host) port \(port): a port is a number from 0 to 65535."
    case .alreadyStarted(let host, let port):
      return "The server on \(host) port \(port) was started before; make a new one."
    case .tls(let error): return error.description
    case .system(let call, let code, let host, let port):
      return "Cannot listen on \(host) port \(port): \(call) failed: \(String(cString: strerror(code))) (\(code))."
    }
  }
}
