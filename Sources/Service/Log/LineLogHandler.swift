import Glibc
import Logging

/// Makes each event one line, so that lines of several threads stay whole.
public struct LineLogHandler: LogHandler {
  /// The least level that is written.
  public var logLevel = Logger.Level.info
  /// What stands on every line.
  public var metadata: Logger.Metadata = [:]
  private let format: ServiceConfiguration.LogFormat
  private let write: @Sendable ([UInt8]) -> Void
  private let takeUntold: @Sendable () -> Int

  /// Makes a handler.
  ///
  /// - Parameter write: takes a line, its line end included.
  public init(format: ServiceConfiguration.LogFormat, write: @escaping @Sendable ([UInt8]) -> Void) {
    self.format = format
    self.write = write
    takeUntold = { 0 }
  }

  /// Makes a handler whose lines are written in the background.
  public init(format: ServiceConfiguration.LogFormat, writer: LogWriter) {
    self.format = format
    write = { writer.write($0) }
    takeUntold = { writer.takeUntold() }
  }

  /// One value that stands on every line.
  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  /// Writes one event.
  public func log(event: LogEvent) {
    let lost = takeUntold()
    if lost > 0 { write(line(.warning, "lines of this log were dropped", [("lines", "\(lost)")])) }
    let fields = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
    write(line(event.level, event.message.description, fields.map { ($0.key, $0.value.description) }))
  }

  private func line(_ level: Logger.Level, _ message: String, _ fields: [(key: String, value: String)]) -> [UInt8] {
    var line: [UInt8]
    switch format {
    case .text:
      line = Array(Timestamp.now.description.utf8) + Array(" \(level) ".utf8)
      line.append(contentsOf: Self.plain(message))
      for (key, value) in fields {
        line.append(contentsOf: " \(key)=".utf8)
        line.append(contentsOf: Self.quoted(value))
      }
    case .json:
      var writer = JSONWriter()
      writer.object { object in
        object.member("time", Timestamp.now.description)
        object.member("level", level.rawValue)
        object.member("message", message)
        for (key, value) in fields { object.member(key, value) }
      }
      line = writer.bytes
    }
    line.append(0x0A)
    return line
  }

  /// Text on one line: control characters become spaces.
  private static func plain(_ text: String) -> [UInt8] { text.utf8.map { $0 < 0x20 || $0 == 0x7F ? 0x20 : $0 } }

  /// A value as it is where it is one word, else in quotation marks.
  private static func quoted(_ text: String) -> [UInt8] {
    let isWord = !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x22 && $0 != 0x3D && $0 != 0x7F }
    if isWord { return Array(text.utf8) }
    var writer = JSONWriter()
    writer.string(text)
    return writer.bytes
  }
}

/// A moment in UTC as RFC 3339 writes it, to the millisecond.
struct Timestamp: CustomStringConvertible {
  let unixMilliseconds: Int64

  static var now: Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(unixMilliseconds: Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000)
  }

  var description: String {
    var seconds = time_t(unixMilliseconds / 1_000)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    let date = [Int(parts.tm_year) + 1_900, Int(parts.tm_mon) + 1, Int(parts.tm_mday)].map { Self.padded($0, 2) }
    let time = [parts.tm_hour, parts.tm_min, parts.tm_sec].map { Self.padded(Int($0), 2) }
    let fraction = Self.padded(Int(unixMilliseconds % 1_000), 3)
    return date.joined(separator: "-") + "T" + time.joined(separator: ":") + "." + fraction + "Z"
  }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }
}
