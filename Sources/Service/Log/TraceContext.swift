import HTTP

/// A place in a distributed trace, as the `traceparent` field says it (W3C Trace Context, level 1, §3.2).
///
/// The trace is logged and told back with a span of this server's own. `tracestate` is neither read nor sent back: §3.3 is
/// for those who call on, and this server calls nobody. Without a valid `traceparent` there is no trace (§3.2.2: one that
/// cannot be parsed is ignored); none is begun here, because nothing would collect it.
package struct TraceContext: Sendable, Equatable {
  static let header = HTTPHeaderName(literal: "traceparent")

  /// 32 lowercase hexadecimal digits, not all 0.
  package let traceID: String
  /// 16 lowercase hexadecimal digits, not all 0.
  package let spanID: String
  /// Whether the caller may have recorded it. The other flags are not defined and go out as 0 (§3.2.2.5).
  package let isSampled: Bool

  /// Reads `version-trace-span-flags`.
  ///
  /// - Returns: nil where a part is malformed, all-zero, or the version is `ff`. A version above 00 may have more behind a
  ///   hyphen, which is not looked at (§3.2.4).
  package init?(traceparent text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count >= Self.length, let version = Self.byte(bytes[0...1]), version != 0xFF,
      bytes[2] == Self.hyphen, Self.isID(bytes[3..<35]), bytes[35] == Self.hyphen, Self.isID(bytes[36..<52]),
      bytes[52] == Self.hyphen, let flags = Self.byte(bytes[53..<55]),
      bytes.count == Self.length || version > 0 && bytes[Self.length] == Self.hyphen
    else { return nil }
    self.init(
      traceID: String(decoding: bytes[3..<35], as: UTF8.self), spanID: String(decoding: bytes[36..<52], as: UTF8.self),
      isSampled: flags & 1 == 1)
  }

  private init(traceID: String, spanID: String, isSampled: Bool) {
    self.traceID = traceID
    self.spanID = spanID
    self.isSampled = isSampled
  }

  /// The same trace with a new span.
  package func child() -> TraceContext {
    let digits = String(UInt64.random(in: 1 ... .max), radix: 16)
    let span = String(repeating: "0", count: 16 - digits.utf8.count) + digits
    return TraceContext(traceID: traceID, spanID: span, isSampled: isSampled)
  }

  /// In version 00, the one that this server knows (§3.2.4).
  package var traceparent: String { "00-\(traceID)-\(spanID)-\(isSampled ? "01" : "00")" }

  private static let length = 55
  private static let hyphen = UInt8(ascii: "-")

  /// §3.2.2: HEXDIGLC, so capitals are malformed.
  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    default: nil
    }
  }

  private static func byte(_ pair: ArraySlice<UInt8>) -> UInt8? {
    guard let high = pair.first.flatMap(digit), let low = pair.last.flatMap(digit) else { return nil }
    return high << 4 | low
  }

  private static func isID(_ digits: ArraySlice<UInt8>) -> Bool {
    digits.allSatisfy { digit($0) != nil } && digits.contains { $0 != UInt8(ascii: "0") }
  }
}
