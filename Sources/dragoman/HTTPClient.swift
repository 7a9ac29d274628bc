import Foundation
import Service

/// Where an `http` or `https` URL points.
struct HTTPTarget: Sendable {
  enum Scheme: String { case http, https }

  let scheme: Scheme
  let host: String
  let port: UInt16
  /// Path and query.
  let path: String

  /// What stands in the Host field.
  var authority: String { "\(host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host):\(port)" }

  /// Whether the host is this machine.
  var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }

  init(_ scheme: Scheme, host: String, port: UInt16, path: String) {
    self.scheme = scheme
    self.host = host
    self.port = port
    self.path = path
  }

  /// - Parameter url: `http://host[:port][/path][?query]`, or `https://…`.
  init(url: String) throws(CommandFailure) {
    guard let parts = URLComponents(string: url), let scheme = parts.scheme.flatMap(Scheme.init), let host = parts.host,
      !host.isEmpty, let port = UInt16(exactly: parts.port ?? (scheme == .http ? 80 : 443)), port > 0
    else { throw CommandFailure("\(url): a URL such as http://127.0.0.1:8080/translate is needed") }
    self.scheme = scheme
    self.host = String(host.drop { $0 == "[" }.prefix { $0 != "]" })
    self.port = port
    path =
      (parts.percentEncodedPath.isEmpty ? "/" : parts.percentEncodedPath)
      + (parts.percentEncodedQuery.map { "?" + $0 } ?? "")
  }
}

extension ClientTLSContext {
  /// For the servers of a target; nil where it speaks plain HTTP.
  ///
  /// - Parameter identity: PEM files that the client proves itself with.
  static func toward(
    _ target: HTTPTarget, _ verification: ServerVerification,
    identity: (certificateFile: String, keyFile: String)? = nil
  ) throws(CommandFailure) -> ClientTLSContext? {
    guard target.scheme == .https else { return nil }
    do {
      return try client(verification, identity: identity)
    } catch {
      throw CommandFailure("\(error)")
    }
  }
}

/// One HTTP/1.1 connection of a client that waits for each answer.
final class HTTPClient {
  /// What came back.
  struct Answer {
    let status: Int
    let body: [UInt8]
    /// Bytes of header and body.
    let bytes: Int
    /// Whether the connection takes another request.
    let keepsAlive: Bool
  }

  static let headLimit = 65_536  // bytes
  static let bodyLimit = 64 << 20  // bytes

  private let socket: ClientSocket
  private let name: String
  private var buffer: [UInt8] = []
  private var chunk = [UInt8](repeating: 0, count: 65_536)

  /// Connects.
  /// - Parameters:
  ///   - timeout: seconds that any one wait for the server may take.
  ///   - tls: what is asked of an `https` server's certificate.
  init(_ target: HTTPTarget, timeout: Int, tls: ClientTLSContext?) throws(CommandFailure) {
    socket = try ClientSocket(host: target.host, port: target.port, timeout: timeout, tls: tls)
    name = "\(target.host):\(target.port)"
  }

  /// Sends a request, head and body, and waits for its answer.
  func exchange(_ request: [UInt8]) throws(CommandFailure) -> Answer {
    try socket.send(request)
    while true {
      // The standard library's search; Foundation's would link its tables of all languages.
      if let head = buffer.firstRange(of: Array("\r\n\r\n".utf8)) {
        return try answer(String(decoding: buffer[..<head.lowerBound], as: UTF8.self), bodyAt: head.upperBound)
      }
      guard buffer.count <= Self.headLimit, try receive() else { throw CommandFailure("\(name): no HTTP answer") }
    }
  }

  private func answer(_ head: String, bodyAt start: Int) throws(CommandFailure) -> Answer {
    let lines = head.split(separator: "\r\n")
    guard let first = lines.first, first.hasPrefix("HTTP/1."),
      let status = first.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
    else { throw CommandFailure("\(name): no HTTP answer") }
    var length: Int?
    var keepsAlive = first.hasPrefix("HTTP/1.1")
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2 else { continue }
      let value = parts[1].drop { $0 == " " }.lowercased()
      switch parts[0].lowercased() {
      case "content-length":
        guard let number = Int(value), (0...Self.bodyLimit).contains(number) else {
          throw CommandFailure(
            "\(name): an answer of Content-Length \(value.prefix(40)); 0 to \(Self.bodyLimit) is taken")
        }
        length = number
      case "connection": keepsAlive = keepsAlive && value != "close"
      case "transfer-encoding": throw CommandFailure("\(name): an answer in transfer-encoding \(value), unknown here")
      default: break
      }
    }
    keepsAlive = keepsAlive && length != nil
    let end = length.map { start + $0 }
    while buffer.count < end ?? .max {
      guard buffer.count <= Self.bodyLimit else { throw CommandFailure("\(name): an answer that is too long") }
      if try receive() { continue }
      guard end == nil else { throw CommandFailure("\(name): closed in the middle of an answer") }
      break
    }
    let answer = Answer(
      status: status, body: Array(buffer[start..<(end ?? buffer.count)]), bytes: end ?? buffer.count,
      keepsAlive: keepsAlive)
    buffer.removeFirst(answer.bytes)
    return answer
  }

  /// Waits for more bytes; false where the server has closed.
  private func receive() throws(CommandFailure) -> Bool {
    let count = try socket.receive(into: &chunk)
    buffer += chunk[..<count]
    return count > 0
  }
}
