import HTTP
import HTTPTypes
import Logging

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
    /// Bytes of the body.
    let received: Int
    let sent: Int
    let identity: RequestIdentity
    var stream: Stream?
  }

  /// What is said of a streamed answer too.
  struct Stream: Sendable {
    let outcome: StreamOutcome
    /// Until its first piece; nil where there was none.
    let firstByte: Duration?
  }

  func write(_ entry: @autoclosure () -> Entry, level: Logger.Level) {
    guard logger.logLevel <= level else { return }
    let entry = entry()
    var metadata: Logger.Metadata = [
      "method": .string(entry.method.rawValue), "route": .string(entry.route), "status": "\(entry.status)",
      "duration_ms": .milliseconds(entry.duration), "bytes_in": "\(entry.received)", "bytes_out": "\(entry.sent)",
    ]
    metadata.add(entry.identity)
    if let stream = entry.stream {
      metadata["outcome"] = .string(stream.outcome.rawValue)
      metadata["first_byte_ms"] = stream.firstByte.map { .milliseconds($0) }
    }
    if let work = entry.identity.id.report?.work {
      metadata["queue_ms"] = work.timings.map { .milliseconds($0.queue) }
      metadata["inference_ms"] = work.timings.map { .milliseconds($0.inference) }
      metadata["segments"] = work.segments.map { "\($0)" }
      metadata["source_tokens"] = work.tokens.map { "\($0.source)" }
      metadata["target_tokens"] = work.tokens.map { "\($0.target)" }
    }
    logger.log(level: level, "request", metadata: metadata)
  }

  /// A request that no route got: unknown path, wrong method, or no HTTP at all.
  func refused(_ status: HTTPStatus, _ identity: RequestIdentity) {
    guard logger.logLevel <= .info else { return }
    var metadata: Logger.Metadata = ["status": "\(status.code)"]
    metadata.add(identity)
    logger.info("request refused", metadata: metadata)
  }
}

extension Logger.Metadata {
  fileprivate mutating func add(_ identity: RequestIdentity) {
    self["id"] = .string(identity.id.description)
    guard let trace = identity.trace else { return }
    self["trace"] = .string(trace.traceID)
    self["span"] = .string(trace.spanID)
  }
}

extension Logger.MetadataValue {
  fileprivate static func milliseconds(_ duration: Duration) -> Logger.MetadataValue {
    var writer = JSONWriter()
    writer.milliseconds(duration)
    return .string(String(decoding: writer.bytes, as: UTF8.self))
  }
}
