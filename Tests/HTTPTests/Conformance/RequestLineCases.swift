extension ConformanceChapter {
  /// RFC 9112 §3: `method SP request-target SP HTTP-version`. A recipient may be lenient about white space, but those that
  /// are differ: nginx 1.22 and HAProxy 2.6 skip more than one space, HAProxy takes a tab, nginx a space behind the
  /// version and HTTP/1.10. So one space it is, and one digit.
  static let requestLine = ConformanceChapter(
    name: "request line",
    [
      .answered("a plain GET", "RFC 9112 §3", get(), .got("GET /show")),
      .answered("a plain POST", "RFC 9112 §3", post("Content-Length: 3", body: "abc"), .got("POST /show abc")),
      .answered(
        "a query", "RFC 9112 §3", request("GET /show?a=b&c=%20 HTTP/1.1", "Host: a"), .got("GET /show?a=b&c=%20")),
      .answered(
        "a query with a second question mark", "RFC 3986 §3.4", request("GET /show?a?b/c HTTP/1.1", "Host: a"),
        .got("GET /show?a?b/c")),
      .answered("an empty query", "RFC 3986 §3.4", request("GET /show? HTTP/1.1", "Host: a"), .got("GET /show?")),
      .refused("HTTP/0.9: no version", "RFC 9112 §2.3", request("GET /show"), note: "llhttp reads HTTP/0.9"),
      .refused("only a method", "RFC 9112 §3", request("GET")),
      .refused("an empty method", "RFC 9112 §3", request(" /show HTTP/1.1", "Host: a")),
      .refused("an empty target", "RFC 9112 §3", request("GET  HTTP/1.1", "Host: a")),
      .refused("two spaces before the target", "RFC 9112 §3", request("GET  /show HTTP/1.1", "Host: a"), note: lenient),
      .refused(
        "two spaces before the version", "RFC 9112 §3", request("GET /show  HTTP/1.1", "Host: a"), note: lenient),
      .refused("a space after the version", "RFC 9112 §3", request("GET /show HTTP/1.1 ", "Host: a")),
      .refused("a space before the method", "RFC 9112 §3", request(" GET /show HTTP/1.1", "Host: a")),
      .refused("a tab before the target", "RFC 9112 §3", request("GET\t/show HTTP/1.1", "Host: a")),
      .refused("a tab before the version", "RFC 9112 §3", request("GET /show\tHTTP/1.1", "Host: a")),
      .refused("a vertical tab before the target", "RFC 9112 §3", request("GET\u{B}/show HTTP/1.1", "Host: a")),
      .refused("a fourth word", "RFC 9112 §3", request("GET /show HTTP/1.1 x", "Host: a")),
      .refused("two requests' targets", "RFC 9112 §3", request("GET /show /now HTTP/1.1", "Host: a")),
      .answered(
        "a method in small letters is another one", "RFC 9110 §9.1", request("get /show HTTP/1.1", "Host: a"),
        .error(501), note: closedMethods),
      .answered(
        "a method of all token characters", "RFC 9110 §5.6.2",
        request("A!#$%&'*+-.^_`|~9 /show HTTP/1.1", "Host: a"), .error(501), note: closedMethods),
      .refused("a method with a colon", "RFC 9110 §5.6.2", request("GE:T /show HTTP/1.1", "Host: a")),
      .refused("a method with a control character", "RFC 9110 §5.6.2", request("GE\u{1}T /show HTTP/1.1", "Host: a")),
      .refused("a method with NUL", "RFC 9110 §5.6.2", request("GE\0T /show HTTP/1.1", "Host: a")),
      .refused("a method with a byte above ASCII", "RFC 9110 §5.6.2", request("G\u{C9}T /show HTTP/1.1", "Host: a")),
      .refused("a method in quotes", "RFC 9110 §5.6.2", request("\"GET\" /show HTTP/1.1", "Host: a")),
      .refused("NUL first", "RFC 9112 §3", joined("\0", get())),
      .refused("a byte order mark first", "RFC 9112 §3", joined("\u{EF}\u{BB}\u{BF}", get())),
      .refused("a TLS client hello", "RFC 9112 §3", "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\u{1}\u{FC}\u{3}\u{3}"),
      .answered(
        "HTTP/1.0", "RFC 9112 §2.3", request("GET /show HTTP/1.0"), .got("GET /show"), then: .closes),
      .answered(
        "HTTP/1.0 with Host", "RFC 9112 §2.3", request("GET /show HTTP/1.0", "Host: a"), .got("GET /show"),
        then: .closes),
      .answered(
        "HTTP/1.2 is read as HTTP/1.1", "RFC 9110 §2.5", request("GET /show HTTP/1.2", "Host: a"), .got("GET /show"),
        note: "llhttp knows the versions 0.9, 1.0, 1.1 and 2.0 only; §2.5: SHOULD process as the highest known minor"),
      .answered(
        "HTTP/1.9 is read as HTTP/1.1", "RFC 9110 §2.5",
        request("POST /show HTTP/1.9", "Host: a", "Transfer-Encoding: chunked", body: "1\r\nx\r\n0\r\n\r\n"),
        .got("POST /show x"), note: "llhttp knows the versions 0.9, 1.0, 1.1 and 2.0 only"),
      .refused(
        "HTTP/1.2 without Host", "RFC 9112 §3.2", request("GET /show HTTP/1.2"),
        note: "h11 asks for a Host in HTTP/1.1 only"),
      .refused("HTTP/2.0", "RFC 9110 §15.6.6", 505, request("GET /show HTTP/2.0", "Host: a"), note: versions),
      .refused("HTTP/3.0", "RFC 9110 §15.6.6", 505, request("GET /show HTTP/3.0", "Host: a"), note: versions),
      .refused(
        "HTTP/0.9 written out", "RFC 9110 §15.6.6", 505, request("GET /show HTTP/0.9", "Host: a"), note: versions),
      .refused("the preface of HTTP/2", "RFC 9113 §3.4", 505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", note: versions),
      .refused("HTTP/2", "RFC 9112 §2.3", request("GET /show HTTP/2", "Host: a")),
      .refused("HTTP/1.10", "RFC 9112 §2.3", request("GET /show HTTP/1.10", "Host: a")),
      .refused("HTTP/01.1", "RFC 9112 §2.3", request("GET /show HTTP/01.1", "Host: a")),
      .refused("HTTP/1.", "RFC 9112 §2.3", request("GET /show HTTP/1.", "Host: a")),
      .refused("HTTP/.1", "RFC 9112 §2.3", request("GET /show HTTP/.1", "Host: a")),
      .refused("HTTP/1,1", "RFC 9112 §2.3", request("GET /show HTTP/1,1", "Host: a")),
      .refused("HTTP/+1.1", "RFC 9112 §2.3", request("GET /show HTTP/+1.1", "Host: a")),
      .refused("HTTP/a.b", "RFC 9112 §2.3", request("GET /show HTTP/a.b", "Host: a")),
      .refused("http/1.1 in small letters", "RFC 9112 §2.3", request("GET /show http/1.1", "Host: a")),
      .refused("Http/1.1", "RFC 9112 §2.3", request("GET /show Http/1.1", "Host: a")),
      .refused("HTTPS/1.1", "RFC 9112 §2.3", request("GET /show HTTPS/1.1", "Host: a")),
      .refused("HTTP 1.1", "RFC 9112 §2.3", request("GET /show HTTP 1.1", "Host: a")),
      .refused(
        "a version of another protocol", "RFC 9112 §2.3", request("GET /show RTSP/1.0", "Host: a"),
        note: "llhttp reads RTSP too"),
      .unanswered("half a request line", "RFC 9112 §8", "GET /show HTT"),
    ])

  private static let lenient = "llhttp, nginx and HAProxy skip spaces"
  static let closedMethods =
    "llhttp has a closed list of methods; any token is one, and what is not implemented gets 501"
  private static let versions = "h11 leaves the version to the application, llhttp knows 0.9 and 2.0"
}
