/// A stream of server-sent events as bytes (WHATWG HTML §9.2.5). No byte order mark stands before it; it is UTF-8.
package enum EventStream {
  /// Its media type.
  static let contentType = "text/event-stream"

  /// What an event is called.
  package enum Name: String, Sendable, CaseIterable {
    /// How far long work has come.
    case progress
    /// A part of the answer.
    case segment
    /// The whole answer; the last event.
    case done
    /// Why there is no whole answer; the last event.
    case error
  }

  /// Appends an event. Each line of `data`, ended by CR, LF or both, becomes a line of its own; a reader gets them joined
  /// by LF.
  package static func append(_ name: Name, data: [UInt8], to bytes: inout [UInt8]) {
    bytes.reserveCapacity(bytes.count + data.count + 32)
    bytes.append(contentsOf: "event: ".utf8)
    bytes.append(contentsOf: name.rawValue.utf8)
    bytes.append(contentsOf: "\ndata: ".utf8)
    var previous: UInt8 = 0
    for byte in data {
      switch byte {
      case lineFeed where previous == carriageReturn: break
      case lineFeed, carriageReturn: bytes.append(contentsOf: "\ndata: ".utf8)
      default: bytes.append(byte)
      }
      previous = byte
    }
    bytes.append(contentsOf: "\n\n".utf8)
  }

  /// What is sent when there is nothing to tell, so that nobody on the way takes the connection for dead; a reader drops
  /// it as a comment.
  static let stillThere: [UInt8] = Array(": waiting\n\n".utf8)

  private static let lineFeed: UInt8 = 0x0A
  private static let carriageReturn: UInt8 = 0x0D
}
