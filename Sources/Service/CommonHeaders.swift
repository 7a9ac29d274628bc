import HTTP
import HTTPTypes

/// Which pages of other origins may read answers (WHATWG Fetch §3.2).
public enum CrossOrigin: Sendable, Equatable {
  /// Any page's, as with LibreTranslate.
  case any
  /// Pages of these origins, as browsers write them: `https://example.org`.
  case origins([String])
  /// None but the server's own.
  case none
}

/// The fields that stand on every answer.
struct CommonHeaders: Sendable {
  private static let nosniff = HTTPHeaderName(literal: "X-Content-Type-Options")
  private static let transportSecurity = HTTPHeaderName(literal: "Strict-Transport-Security")

  /// What a page may read beside the body.
  private static let exposed = HTTPField(
    name: .accessControlExposeHeaders,
    value: "X-Request-Id, Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset")
  private static let methods = HTTPField(name: .accessControlAllowMethods, value: "GET, POST")
  private static let maxAge = HTTPField(name: .accessControlMaxAge, value: "1728000")
  /// What a page may send, as the answer to a preflight says.
  private static let allowed = "Authorization, Content-Type, X-Request-ID, traceparent, tracestate"

  private let crossOrigin: CrossOrigin
  /// Those that do not depend on the request.
  private let fixed: [HTTPField]

  /// - Parameter transportSecurity: seconds for which browsers are to use TLS only (RFC 6797 §6.1); nil says nothing.
  init(_ crossOrigin: CrossOrigin = .any, transportSecurity seconds: Int? = nil) {
    self.crossOrigin = crossOrigin
    var fields = [HTTPField(name: Self.nosniff, value: "nosniff")]
    if let seconds { fields.append(HTTPField(name: Self.transportSecurity, value: "max-age=\(seconds)")) }
    if case .any = crossOrigin {
      // LibreTranslate's, field for field. Browsers ignore the credentials beside the asterisk, so it permits nothing.
      fields += [
        HTTPField(name: .accessControlAllowOrigin, value: "*"),
        HTTPField(name: .accessControlAllowHeaders, value: "Authorization, Content-Type"), Self.methods,
        HTTPField(name: .accessControlAllowCredentials, value: "true"), Self.maxAge, Self.exposed,
      ]
    }
    fixed = fields
  }

  /// Adds them to the answer to a request with these fields.
  func add(to response: inout HTTPResponse, answering request: HTTPHeaders) {
    response.headers.append(contentsOf: fixed)
    guard case .origins(let origins) = crossOrigin else { return }
    // Caches must not give one origin's answer to another.
    response.headers.append(HTTPField(name: .vary, value: "Origin"))
    guard let origin = request[.origin], origins.contains(origin) else { return }
    response.headers.append(HTTPField(name: .accessControlAllowOrigin, value: origin))
    response.headers.append(Self.exposed)
  }

  /// Adds them, and what a browser asks for before a request of another origin (WHATWG Fetch §4.8).
  func add(toPreflight response: inout HTTPResponse, answering request: HTTPHeaders) {
    add(to: &response, answering: request)
    // Without a permitted origin, or from who is no browser's preflight, nothing more is to be said.
    guard response.headers[.accessControlAllowOrigin] != nil, request[.accessControlRequestMethod] != nil else {
      return
    }
    response.headers[.accessControlAllowHeaders] = Self.allowed
    response.headers[.accessControlAllowMethods] = Self.methods.value
    response.headers[.accessControlMaxAge] = Self.maxAge.value
  }
}

extension CrossOrigin {
  /// Reads `*`, `none`, or origins with commas between them; nil where one is none that a browser would send.
  init?(_ text: String) {
    switch text {
    case "*": self = .any
    case "none": self = .none
    default:
      var origins: [String] = []
      for entry in text.split(separator: ",", omittingEmptySubsequences: false) {
        let origin = String(entry.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        guard Self.isOrigin(origin) else { return nil }
        origins.append(origin)
      }
      self = .origins(origins)
    }
  }

  /// `scheme://host[:port]` in lower case, without the scheme's own port, which browsers leave out (RFC 6454 §6.2).
  private static func isOrigin(_ text: String) -> Bool {
    guard let mark = text.firstRange(of: "://") else { return false }
    let (scheme, host) = (text[..<mark.lowerBound], text[mark.upperBound...])
    let isLower: (UInt8) -> Bool = { (0x61...0x7A).contains($0) }
    let isDigit: (UInt8) -> Bool = { (0x30...0x39).contains($0) }
    guard let first = scheme.utf8.first, isLower(first),
      scheme.utf8.allSatisfy({ isLower($0) || isDigit($0) || [0x2B, 0x2D, 0x2E].contains($0) }), !host.isEmpty,
      // Letters, digits and - . _ : [ ].
      host.utf8.allSatisfy({ isLower($0) || isDigit($0) || [0x2D, 0x2E, 0x5F, 0x3A, 0x5B, 0x5D].contains($0) })
    else { return false }
    return !(scheme == "http" && host.hasSuffix(":80") || scheme == "https" && host.hasSuffix(":443"))
  }
}
