import HTTPTypes

/// A body that never changes, with its gzip form made once.
public struct FixedBody: Sendable {
  /// As it was given.
  public let plain: [UInt8]
  /// In gzip; nil where there was no memory.
  package let gzip: [UInt8]?

  /// Compresses `bytes`; this takes a millisecond for each 30 KB.
  public init(_ bytes: [UInt8]) {
    plain = bytes
    gzip = HTTPResponse.compressed(bytes, .best)
  }
}

extension HTTPResponse {
  /// Makes a response with a body that is kept in both its forms.
  public init(status: HTTPStatus, contentType: String, fixed body: FixedBody) {
    self.init(status: status, contentType: contentType, body: body.plain)
    keptGzip = body.gzip
  }

  /// Below this an answer is sent as it is: it fits one packet anyway.
  static let compressedFromBytes = 1_400

  /// Whether this answer is to be sent in gzip. Adds Vary where that depended on the request (RFC 9110 §12.5.5).
  ///
  /// Never compressed: streams (what they send must arrive at once), partial content (RFC 9110 §14.2: ranges are of the
  /// coded bytes), what is coded already, and types that do not get smaller.
  mutating func isSentCompressed(to accepted: AcceptedCodings) -> Bool {
    guard case .bytes(let bytes) = body, !bytes.isEmpty else { return false }
    guard bytes.count >= Self.compressedFromBytes || accepted.refusesIdentity else { return false }
    switch status {
    case .noContent, .notModified, .partialContent: return false
    default: break
    }
    guard headers[.contentEncoding] == nil, isCompressible,
      // RFC 9110 §7.7 and RFC 9111 §5.2.2.6 forbid it to intermediaries; a handler that says so means us too.
      !(headers[.cacheControl]?.lowercased().contains("no-transform") ?? false)
    else { return false }
    addVary()
    return accepted.choice == .gzip
  }

  /// Compresses the body, or leaves it where that would not make it smaller. On a task: it takes time.
  mutating func compress(for accepted: AcceptedCodings) async {
    guard case .bytes(let bytes) = body else { return }
    guard let gzip = await Self.compressedInPieces(bytes), gzip.count < bytes.count || accepted.refusesIdentity else {
      return
    }
    setGzip(gzip)
  }

  /// Takes the gzip form that is kept; false where there is none.
  mutating func takeKeptGzip() -> Bool {
    guard let keptGzip else { return false }
    setGzip(keptGzip)
    return true
  }

  private mutating func setGzip(_ gzip: [UInt8]) {
    body = .bytes(gzip)
    headers[.contentEncoding] = "gzip"
    // RFC 9110 §8.8.3.3: a strong tag names bytes, and these are others. A weak one still finds the same content.
    if let tag = headers[.eTag], tag.hasPrefix("\"") { headers[.eTag] = "W/" + tag }
  }

  private mutating func addVary() {
    guard let vary = headers[.vary], !vary.isEmpty else { return headers[.vary] = "Accept-Encoding" }
    let lower = vary.lowercased()
    if lower == "*" || lower.contains("accept-encoding") { return }
    headers[.vary] = vary + ", Accept-Encoding"
  }

  /// Whether the type is one of text. What is not known is left alone.
  private var isCompressible: Bool {
    let type = (headers[.contentType] ?? "").prefix { $0 != ";" && $0 != " " }.lowercased()
    if type.hasPrefix("text/") { return type != "text/event-stream" }
    if type.hasSuffix("+json") || type.hasSuffix("+xml") { return true }
    return Self.compressibleTypes.contains(type)
  }

  private static let compressibleTypes: Set<String> = [
    "application/json", "application/yaml", "application/xml", "application/javascript", "application/x-ndjson",
    "application/openmetrics-text",
  ]

  /// In gzip; nil where there is no memory.
  static func compressed(_ bytes: [UInt8], _ level: Deflater.Level) -> [UInt8]? {
    guard var deflater = Deflater(level, size: bytes.count) else { return nil }
    var output: [UInt8] = []
    bytes.withUnsafeBufferPointer { deflater.deflate($0, .finish, appendingTo: &output) }
    return output
  }

  /// The same for what is sent once; nil also when the client has left meanwhile.
  private static func compressedInPieces(_ bytes: [UInt8]) async -> [UInt8]? {
    guard bytes.count > ContentPieces.bytes else { return compressed(bytes, .fast) }
    guard var deflater = Deflater(.fast, size: bytes.count) else { return nil }
    var output: [UInt8] = []
    var offset = 0
    while offset < bytes.count {
      let end = min(bytes.count, offset + ContentPieces.bytes * ContentPieces.betweenYields / 4)
      bytes.withUnsafeBufferPointer {
        deflater.deflate(
          UnsafeBufferPointer(rebasing: $0[offset..<end]), end < bytes.count ? .more : .finish, appendingTo: &output)
      }
      offset = end
      if Task.isCancelled { return nil }
      if offset < bytes.count { await Task.yield() }
    }
    return output
  }
}
