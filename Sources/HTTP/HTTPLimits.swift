/// What a request may at most be. Above a limit it is refused before more of it is read.
public struct HTTPLimits: Sendable, Equatable {
  /// Bytes of the request line and the header fields together, and of a trailer section (431).
  public var headBytes = 16 * 1_024
  /// Header fields, and trailer fields (431).
  public var fieldCount = 100
  /// Bytes of the request target (414).
  public var targetBytes = 8 * 1_024
  /// Bytes of the body (413).
  public var bodyBytes = 16 * 1_024 * 1_024
  /// How many times the size of what was sent a decompressed body may be (413). Text gets 3 to 10 times as large, text of
  /// repetitions up to 1,000 times; what is refused can be sent uncompressed.
  public var inflationRatio = 100
  /// Bytes of a decompressed body for which the ratio does not count: repetitions are harmless in what is small. It holds
  /// the longest text that the service takes by default.
  public var inflationFreeBytes = 2 * 1_024 * 1_024

  /// Bytes of a method; longer ones name none that exists (501, RFC 9112 §3).
  static let methodBytes = 32
  /// Bytes of a line that begins a chunk, extensions included (400, RFC 9112 §7.1.1).
  static let chunkLineBytes = 256
  /// Bytes of all chunk extensions of one body (400).
  static let chunkExtensionBytes = 8 * 1_024

  /// The defaults.
  public init() {}

  /// Bytes of a request line with the longest method and target, without its line end.
  var requestLineBytes: Int { Self.methodBytes + targetBytes + 10 }
}
