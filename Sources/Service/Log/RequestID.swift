import HTTP
import Synchronization

/// Names one request in the log and in the answer's `X-Request-Id`.
package struct RequestID: Sendable, CustomStringConvertible {
  static let header = HTTPHeaderName(literal: "X-Request-Id")
  /// Characters of an id that a client chose.
  static let lengthLimit = 128

  /// Differs from process to process, so that the logs of several can be merged.
  private static let process = UInt32.random(in: 0 ... .max)
  private static let count = Atomic<UInt64>(0)

  package let description: String
  /// What the request's line in the log is to say of the work; nil for a request that is answered from what is known.
  package let report: RequestReport?

  /// A new name.
  init(report: RequestReport? = nil) {
    let number = Self.count.wrappingAdd(1, ordering: .relaxed).newValue
    description = String(Self.process, radix: 36) + "-" + String(number)
    self.report = report
  }

  /// The name that a client or a proxy gave: 1 to 128 of `A-Z a-z 0-9 . _ ~ + / = : -`. Nil where it is another text: it goes
  /// into the log, where nothing may stand that could be taken for something else.
  package init?(_ text: String, report: RequestReport? = nil) {
    guard (1...Self.lengthLimit).contains(text.utf8.count), text.utf8.allSatisfy(Self.isAllowed) else { return nil }
    description = text
    self.report = report
  }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"),
      UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="), UInt8(ascii: ":"), UInt8(ascii: "-"):
      true
    default: false
    }
  }
}

/// How a request names itself: in its answer and in every line of the log about it.
struct RequestIdentity: Sendable {
  let id: RequestID
  /// The trace that the request belongs to, this server's span in it; nil where the client sent none.
  let trace: TraceContext?

  /// Takes over what the fields say, in one pass: a look-up by name would build an index for two fields that most requests
  /// do not have. A field that stands there twice says nothing.
  init(_ fields: HTTPHeaders, report: RequestReport? = nil) {
    var ids: [String] = []
    var traces: [String] = []
    for field in fields {
      if field.name == RequestID.header { ids.append(field.value) }
      if field.name == TraceContext.header { traces.append(field.value) }
    }
    id = (ids.count == 1 ? RequestID(ids[0], report: report) : nil) ?? RequestID(report: report)
    trace = (traces.count == 1 ? TraceContext(traceparent: traces[0]) : nil)?.child()
  }

  func add(to response: inout HTTPResponse) {
    response.headers[RequestID.header] = id.description
    if let trace { response.headers[TraceContext.header] = trace.traceparent }
  }
}
