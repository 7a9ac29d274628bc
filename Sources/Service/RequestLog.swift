import HTTP
import HTTPTypes
import Logging
import Synchronization

/// Names one request in the log and in the answer's `X-Request-Id`.
struct RequestID: Sendable, CustomStringConvertible {
  /// Differs from process to process, so that the logs of several can be merged.
  private static let process = UInt32.random(in: 0 ... .max)
  private static let count = Atomic<UInt64>(0)

  let description: String

  init() {
    let number = Self.count.wrappingAdd(1, ordering: .relaxed).newValue
    description = String(Self.process, radix: 36) + "-" + String(number)
  }
}

/// Writes one line a request: what was asked for and how it went; never text, keys or addresses.
struct RequestLog: Sendable {
  let logger: Logger

  /// What a line says.
  struct Entry: Sendable {
    let level: Logger.Level
    let method: HTTPMethod
    /// The route's pattern, not the path that was asked for.
    let route: String
    let status: Int
    let duration: Duration
    let received: Int
    let sent: Int?
    let id: RequestID
  }

  func write(_ entry: @autoclosure () -> Entry, level: Logger.Level) {
    guard logger.logLevel <= level else { return }
    let entry = entry()
    var writer = JSONWriter()
    writer.milliseconds(entry.duration)
    var metadata: Logger.Metadata = [
      "method": "\(entry.method.rawValue)", "route": "\(entry.route)", "status": "\(entry.status)",
      "duration_ms": "\(String(decoding: writer.bytes, as: UTF8.self))", "bytes_in": "\(entry.received)",
      "id": "\(entry.id)",
    ]
    if let sent = entry.sent { metadata["bytes_out"] = "\(sent)" }
    logger.log(level: level, "request", metadata: metadata)
  }

  /// A request that no route got: unknown path, wrong method, or no HTTP at all.
  func refused(_ status: HTTPStatus) {
    logger.info("request refused", metadata: ["status": "\(status.code)"])
  }
}

/// Sees every request before and after its route.
struct RequestObserver: Sendable {
  let log: RequestLog
  let metrics: RequestMetrics

  private static let idHeader = HTTPHeaderName(literal: "X-Request-Id")

  /// One request on its way.
  struct Observation: Sendable {
    let id = RequestID()
    fileprivate let start = ContinuousClock.now
    fileprivate let observer: RequestObserver
    fileprivate let route: Route
    fileprivate let received: Int

    /// Adds the id, writes the line, counts.
    mutating func end(_ response: inout HTTPResponse) {
      response.headers[RequestObserver.idHeader] = id.description
      let duration = ContinuousClock.now - start
      let status = response.status.code
      var sent: Int?
      if case .bytes(let bytes) = response.body { sent = bytes.count }
      observer.metrics.record(route: route.path, method: route.method.rawValue, status: status, duration)
      let entry = RequestLog.Entry(
        level: level(status), method: route.method, route: route.path, status: status, duration: duration,
        received: received, sent: sent, id: id)
      observer.log.write(entry, level: entry.level)
    }

    private func level(_ status: Int) -> Logger.Level {
      if case .probe = route.work { return .debug }
      return status == 500 ? .error : .info
    }
  }

  func begin(_ route: Route, _ request: HTTPRequest) -> Observation {
    Observation(observer: self, route: route, received: request.body.count)
  }

  func refused(_ status: HTTPStatus) {
    log.refused(status)
    metrics.record(route: "none", method: "none", status: status.code, nil)
  }
}
