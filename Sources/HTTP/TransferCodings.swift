/// The `Transfer-Encoding` of a request while its lines come (RFC 9112 §6.1). Only `chunked`, once, is implemented.
struct TransferCodings: Sendable {
  /// The members of all lines together.
  private var count = 0
  private var chunkedCount = 0
  private var isLastChunked = false
  private var isMalformed = false

  /// Whether the field did not come.
  var isEmpty: Bool { count == 0 }

  /// Reads one line's value: a list of codings. An empty member, which RFC 9110 §5.6.1.2 would skip, counts as
  /// malformed: readers differ about `chunked,`, and nobody who frames honestly sends it.
  mutating func read(_ value: Span<UInt8>) {
    var start = 0
    while start <= value.count {
      let end = value.firstIndex(of: UInt8(ascii: ","), from: start) ?? value.count
      let coding = value.extracting(value.trimmed(start..<end))
      count += 1
      isLastChunked = coding.equalsIgnoringCase("chunked")
      if isLastChunked { chunkedCount += 1 } else if !coding.isToken { isMalformed = true }
      start = end + 1
    }
  }

  /// Refuses everything but one `chunked`.
  func check() throws(HTTPRefusal) {
    // RFC 9112 §6.3: without a final `chunked` the length of a request cannot be known, which must get 400. §6.1:
    // `chunked` must not be applied twice. A parameter, which the grammar has, `chunked` does not (§7.1).
    guard !isMalformed, isLastChunked, chunkedCount == 1 else { throw .malformedTransferEncoding }
    // RFC 9112 §6.1: a coding that is not understood gets 501.
    guard count == 1 else { throw .unsupportedTransferCoding }
  }
}

extension Span<UInt8> {
  /// RFC 9110 §5.6.2: one or more token characters.
  var isToken: Bool {
    for index in 0..<count where !ByteClass.token.contains(self[index]) { return false }
    return count > 0
  }
}
