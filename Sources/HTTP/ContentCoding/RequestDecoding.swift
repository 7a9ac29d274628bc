import HTTPTypes

extension HTTPRequest {
  /// Undoes the codings of the body (RFC 9110 §8.4: in the reverse of the order in which they were applied). Afterwards the
  /// request reads as if it had been sent without.
  ///
  /// On the request's task: it takes time, and lets others in between pieces.
  mutating func decodeContent(
    _ limits: HTTPLimits, holding held: inout BodyReservation
  ) async throws(ContentCodingError) {
    let codings = try ContentCoding.applied(headers)
    // Without content there is nothing that could have been coded.
    if !body.isEmpty {
      var decoder = ContentDecoder(limits: limits, receivedBytes: body.count)
      for coding in codings.reversed() {
        let before = decoder.heldBytes
        body = try await decoder.decode(body, coding, holding: &held)
        // What came between two codings is not needed any more.
        held.shrink(by: before)
        decoder.heldBytes -= before
      }
    }
    headers[.contentEncoding] = nil
    if headers[.contentLength] != nil { headers[.contentLength] = String(body.count) }
  }
}

extension HTTPRequest {
  /// This request as a handler would get it, with memory for one body.
  package func decoded(_ limits: HTTPLimits = HTTPLimits()) async throws(ContentCodingError) -> HTTPRequest {
    let memory = BodyMemory(limit: .max)
    var held = BodyReservation(memory, reserved: 0)
    var request = self
    try await request.decodeContent(limits, holding: &held)
    return request
  }
}

/// Decodes within limits.
private struct ContentDecoder {
  let limits: HTTPLimits
  /// Bytes of the body as it came; the ratio is to these, however many codings lie on top of one another.
  let receivedBytes: Int
  /// Bytes decoded that are reserved.
  var heldBytes = 0

  mutating func decode(
    _ body: [UInt8], _ coding: ContentCoding, holding held: inout BodyReservation
  ) async throws(ContentCodingError) -> [UInt8] {
    var inflater = try Inflater(Inflater.Format(coding, body))
    let piece = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: ContentPieces.bytes)
    defer { piece.deallocate() }
    var output: [UInt8] = []
    var offset = 0
    var steps = 0
    while true {
      let end = min(body.count, offset + ContentPieces.bytes)
      let step = try Self.step(&inflater, body, offset..<end, piece)
      offset += step.consumed
      try take(step.produced, after: output.count, holding: &held)
      output.append(contentsOf: piece[..<step.produced])
      if step.isEnd {
        if offset == body.count { return output }
        // RFC 1952 §2.2: members may follow one another. What is none is found to be none.
        guard coding == .gzip, body[offset] == 0x1F else { throw .trailingBytes }
        inflater.restart()
      } else if offset == body.count, step.produced < piece.count {
        throw .truncated
      }
      steps += 1
      guard steps % ContentPieces.betweenYields == 0 else { continue }
      if Task.isCancelled { throw .cancelled }
      await Task.yield()
    }
  }

  private static func step(
    _ inflater: inout Inflater, _ body: [UInt8], _ range: Range<Int>, _ piece: UnsafeMutableBufferPointer<UInt8>
  ) throws(ContentCodingError) -> Inflater.Step {
    try body.withUnsafeBufferPointer { bytes throws(ContentCodingError) in
      try inflater.step(UnsafeBufferPointer(rebasing: bytes[range]), into: piece)
    }
  }

  /// Whether so many bytes more may be decoded.
  private mutating func take(
    _ count: Int, after decoded: Int, holding held: inout BodyReservation
  ) throws(ContentCodingError) {
    let total = decoded + count
    guard total <= limits.bodyBytes else { throw .tooLarge(limit: limits.bodyBytes) }
    guard total <= limits.inflationFreeBytes || total / max(1, limits.inflationRatio) <= receivedBytes else {
      throw .tooDense(ratio: limits.inflationRatio)
    }
    guard held.grow(by: count) else { throw .noMemory }
    heldBytes += count
  }
}
