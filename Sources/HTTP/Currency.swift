import HTTPTypes

// The currency types are swift-http-types': names, values, methods and status codes that other Swift libraries share.
// What they cost: a 200-byte JSON POST echoed, `wrk -t1 -c64`, server and client on a core each of an AMD EPYC that was
// busy with other work; thousands of requests a server CPU second, means of three rounds taken in turn with a stand-in
// that keeps a request's field bytes once and a range for each name and value, and has no look-up yet:
//
//                                 this    stand-in   lost
//   3 fields, I/O queue            115         124    7 %
//   3 fields, task                  73          77    5 %
//   10 fields as browsers send      79         101   22 %   (I/O queue)
//   10 fields as browsers send      61          73   17 %   (task)
//
// The three fields that wrk sends lose less than the 15 % that would speak against the library, so it stays. Ten lose
// more (a string for each value): some 3 microseconds a request, to be had back, without another currency type, by
// making the fields when a handler first reads them. Reserving the list and knowing more names by heart gained nothing.

/// The fields of a message: an ordered list of names and values.
public typealias HTTPHeaders = HTTPFields

/// The name of a field; compares without case (RFC 9110 §5.1).
public typealias HTTPHeaderName = HTTPField.Name

/// A request method (RFC 9110 §9); compares with case.
public typealias HTTPMethod = HTTPTypes.HTTPRequest.Method

/// A status code with its reason phrase (RFC 9110 §15).
public typealias HTTPStatus = HTTPTypes.HTTPResponse.Status

extension HTTPField.Name {
  /// The `Host` field, which swift-http-types keeps out of its constants because HTTP/2 has none.
  public static let hostField = HTTPField.Name(literal: "Host")

  /// A name written in the source. It must be a token (RFC 9110 §5.1).
  public init(literal name: StaticString) {
    guard let made = HTTPField.Name(name.description) else {
      preconditionFailure("\(name) is not a header field name: letters, digits and hyphens only")
    }
    self = made
  }
}
