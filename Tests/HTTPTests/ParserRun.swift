import HTTP

/// Everything that a parser made of some bytes.
struct ParserRun: Equatable {
  enum Outcome: Equatable {
    case accept, incomplete
    case refuse(Int)
  }

  /// Method, target and body of each whole request; a byte is a character (ISO 8859-1).
  var requests: [[String]] = []
  var outcome = Outcome.accept
  var refusal: HTTPRefusal?

  var isRefused: Bool { refusal != nil }

  /// Feeds `bytes` cut at `cuts` (ascending).
  init(_ bytes: [UInt8], cuts: [Int] = [], limits: HTTPLimits = HTTPLimits()) {
    var parser = HTTPRequestParser(limits: limits)
    var head: HTTPRequestHead?
    var body: [UInt8] = []
    var start = 0
    for end in cuts + [bytes.count] {
      let piece = Array(bytes[start..<end])
      start = end
      var offset = 0
      while true {
        let step = parser.consume(piece.span.extracting(offset..<piece.count))
        switch step.event {
        case .head(let new): head = new
        case .body(let range): body += piece[(offset + range.lowerBound)..<(offset + range.upperBound)]
        case .end:
          let text = String(String.UnicodeScalarView(body.map { Unicode.Scalar($0) }))
          requests.append([head?.method.rawValue ?? "", head?.target.text ?? "", text])
          head = nil
          body = []
        case .refused(let refusal):
          self.refusal = refusal
          outcome = .refuse(refusal.status.code)
          return
        case nil: break
        }
        offset += step.consumed
        if step.event == nil { break }
      }
    }
    if parser.position != .betweenRequests || requests.isEmpty { outcome = .incomplete }
  }
}
