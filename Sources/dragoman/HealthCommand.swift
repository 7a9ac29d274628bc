import ArgumentParser
import Foundation
import Glibc

/// `dragoman health`: exit 0 when a running server is ready; what a container's health check runs.
struct HealthCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "health", abstract: "Exit 0 if the server on this machine is ready, else 1 and the reason.")

  @Option(help: "Address of the server. Default: DRAGOMAN_LISTEN_HOST, else 127.0.0.1.") var host: String?
  @Option(help: "Port of the server. Default: DRAGOMAN_LISTEN_PORT, else 8080.") var port: UInt16?

  func run() async throws {
    let environment = ProcessInfo.processInfo.environment
    let port = port ?? environment["DRAGOMAN_LISTEN_PORT"].flatMap(UInt16.init) ?? 8080
    var host = host ?? environment["DRAGOMAN_LISTEN_HOST"] ?? "127.0.0.1"
    // A server that listens everywhere listens here too.
    if host == "0.0.0.0" { host = "127.0.0.1" }
    if host == "::" { host = "::1" }
    let answer = try ReadinessProbe.get(host: host, port: port)
    print(answer.body)
    if answer.status != 200 { throw ExitCode.failure }
  }
}

/// One GET /ready over a blocking socket with a time limit.
enum ReadinessProbe {
  static let timeout = 5  // seconds
  static let answerLimit = 65_536  // bytes

  static func get(host: String, port: UInt16) throws(CommandFailure) -> (status: Int, body: String) {
    let descriptor = try connect(host: host, port: port)
    defer { close(descriptor) }
    let authority = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
    let request = "GET /ready HTTP/1.1\r\nHost: \(authority)\r\nConnection: close\r\n\r\n"
    var bytes = Array(request.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard count > 0 else { throw CommandFailure("\(host):\(port): \(String(cString: strerror(errno)))") }
      bytes = bytes.dropFirst(count)
    }
    var answer: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4_096)
    while answer.count < answerLimit {
      let count = recv(descriptor, &chunk, chunk.count, 0)
      if count <= 0 { break }
      answer += chunk[..<count]
    }
    let text = String(decoding: answer, as: UTF8.self)
    // The standard library's search; Foundation's would link its tables of all languages.
    guard let head = text.firstRange(of: "\r\n\r\n"),
      let status = text.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
    else { throw CommandFailure("\(host):\(port): no HTTP answer within \(timeout) s") }
    return (status, String(text[head.upperBound...]))
  }

  private static func connect(host: String, port: UInt16) throws(CommandFailure) -> Int32 {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, "\(port)", &hints, &list)
    guard code == 0, let first = list else { throw CommandFailure("\(host): \(String(cString: gai_strerror(code)))") }
    defer { freeaddrinfo(list) }
    var reason = ECONNREFUSED
    for address in sequence(first: first, next: { $0.pointee.ai_next }) {
      let descriptor = socket(address.pointee.ai_family, address.pointee.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), 0)
      guard descriptor >= 0 else { continue }
      var limit = timeval(tv_sec: timeout, tv_usec: 0)
      setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
      setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
      if Glibc.connect(descriptor, address.pointee.ai_addr, address.pointee.ai_addrlen) == 0 { return descriptor }
      reason = errno
      close(descriptor)
    }
    throw CommandFailure("\(host):\(port): \(String(cString: strerror(reason)))")
  }
}
