import HTTPTypes

// The currency types are swift-http-types': names, values, methods and status codes that other Swift libraries share.
// Measured with a 200-byte JSON POST of three fields echoed on the I/O queue (`wrk -t1 -c64`, two cores of an AMD EPYC):
// 116 thousand requests a server CPU second with them, 126 thousand with fields that are checked but not kept. So they
// cost at most 8 %, and a type of our own would cost a part of that: below the 15 % that would have spoken against them.

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
