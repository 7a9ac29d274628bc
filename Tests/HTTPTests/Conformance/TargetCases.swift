extension ConformanceChapter {
  /// RFC 9112 §3.2, RFC 3986. What is no URI is refused; h11 and llhttp leave that to the application, nginx 1.22 passes on
  /// fragments and other schemes, HAProxy 2.6 bad escapes and user names. Dot segments are not removed and empty segments
  /// not joined: RFC 3986 §5.2.4 is for references, a route is found by the path as it was sent, and nothing here maps
  /// paths to files. nginx refuses only those that lead above the root.
  static let targets = ConformanceChapter(name: "request target", forms, paths)

  private static let forms: [ConformanceCase] = [
    .answered("the path /", "RFC 9112 §3.2.1", request("GET / HTTP/1.1", "Host: a"), .got("GET /")),
    .answered(
      "an absolute target", "RFC 9112 §3.2.2", request("GET http://b.example:81/show?y HTTP/1.1", "Host: b.example:81"),
      .got("GET /show?y")),
    .answered(
      "an absolute target is above another Host", "RFC 9112 §3.2.2",
      request("GET http://b/show HTTP/1.1", "Host: other"), .got("GET /show"),
      note: "the Host MUST be ignored; HAProxy 2.6 refuses the difference"),
    .answered(
      "a scheme in capital letters", "RFC 3986 §3.1", request("GET HTTP://b/show HTTP/1.1", "Host: b"),
      .got("GET /show")),
    .answered(
      "an absolute target without path", "RFC 9110 §4.2.3", request("GET http://b HTTP/1.1", "Host: b"), .got("GET /")),
    .answered(
      "an absolute target with a query and no path", "RFC 9110 §4.2.3", request("GET http://b?q HTTP/1.1", "Host: b"),
      .got("GET /?q")),
    .answered(
      "an absolute target with an IPv6 address", "RFC 3986 §3.2.2",
      request("GET http://[::1]:8080/show HTTP/1.1", "Host: [::1]:8080"), .got("GET /show")),
    .answered(
      "an absolute target in HTTP/1.0", "RFC 9112 §3.2.2", request("GET http://b/show HTTP/1.0"), .got("GET /show"),
      then: .closes),
    .refused("an absolute target without Host", "RFC 9112 §3.2", request("GET http://b/show HTTP/1.1")),
    .refused(
      "an https target without TLS", "RFC 9110 §7.4", 421, request("GET https://b/show HTTP/1.1", "Host: b"),
      note: "MUST be rejected unless it came over a secured connection; peers leave it to the application"
    )
    .overPlain,
    .refused(
      "an absolute target with an empty host", "RFC 9110 §4.2.1", request("GET http:///x HTTP/1.1", "Host: a"),
      note: uris),
    .refused(
      "an absolute target with a user name", "RFC 9110 §4.2.4", request("GET http://u:p@b/show HTTP/1.1", "Host: b"),
      note: uris),
    .refused("an absolute target of ftp", "RFC 9110 §4.2", request("GET ftp://b/show HTTP/1.1", "Host: b"), note: uris),
    .refused("an absolute target of ws", "RFC 9110 §4.2", request("GET ws://b/show HTTP/1.1", "Host: b"), note: uris),
    .refused(
      "an absolute target with one slash", "RFC 9110 §4.2.1", request("GET http:/show HTTP/1.1", "Host: b"), note: uris),
    .refused(
      "an absolute target with a port too large", "RFC 3986 §3.2.3", request("GET http://b:65536/ HTTP/1.1", "Host: b"),
      note: uris),
    .refused(
      "an absolute target with a fragment", "RFC 9112 §3.2.2", request("GET http://b/show#x HTTP/1.1", "Host: b"),
      note: uris),
    .refused("GET *", "RFC 9112 §3.2.4", request("GET * HTTP/1.1", "Host: a"), note: uris),
    .refused("OPTIONS *x", "RFC 9112 §3.2.4", request("OPTIONS *x HTTP/1.1", "Host: a"), note: uris),
    .refused("the authority form with GET", "RFC 9112 §3.2.3", request("GET b:443 HTTP/1.1", "Host: b"), note: uris),
    .refused("a relative path", "RFC 9112 §3.2", request("GET show HTTP/1.1", "Host: a"), note: uris),
    .refused("a query alone", "RFC 9112 §3.2", request("GET ?show HTTP/1.1", "Host: a"), note: uris),
    .refused("a fragment", "RFC 9112 §3.2.1", request("GET /show#b HTTP/1.1", "Host: a"), note: uris),
    .refused("a fragment behind a query", "RFC 9112 §3.2.1", request("GET /show?a#b HTTP/1.1", "Host: a"), note: uris),
  ]

  private static let paths: [ConformanceCase] = [
    .answered(
      "an escape that stands for a letter", "RFC 3986 §6.2.2.2", request("GET /sh%6Fw HTTP/1.1", "Host: a"),
      .got("GET /show")),
    .answered(
      "UTF-8 in escapes", "RFC 3986 §2.5", request("GET /items/%C3%A9%e2%82%ac HTTP/1.1", "Host: a"),
      .got("\u{C3}\u{A9}\u{E2}\u{82}\u{AC}")),
    .answered(
      "%2F never separates segments", "RFC 3986 §2.2", request("GET /items/a%2Fb HTTP/1.1", "Host: a"), .got("a/b")),
    .answered(
      "%2F in place of a separator is another path", "RFC 3986 §2.2", request("GET /items%2Fa HTTP/1.1", "Host: a"),
      .error(404)),
    .answered(
      "%3F begins no query", "RFC 3986 §2.2", request("GET /items/a%3Fb HTTP/1.1", "Host: a"), .got("a?b")),
    .answered(
      "%0D%0A is data", "RFC 3986 §2.1", request("GET /items/a%0D%0AX:%20y HTTP/1.1", "Host: a"), .got("a\r\nX: y")),
    .answered("%25 is decoded once", "RFC 3986 §2.4", request("GET /items/%252F HTTP/1.1", "Host: a"), .got("%2F")),
    .answered(
      "a plus in a path is a plus", "RFC 3986 §3.3", request("GET /items/a+b HTTP/1.1", "Host: a"), .got("a+b")),
    .answered(
      "all characters of a segment", "RFC 3986 §3.3", request("GET /items/-._~!$&'()*+,;=:@ HTTP/1.1", "Host: a"),
      .got("-._~!$&'()*+,;=:@")),
    .answered("an empty first segment", "RFC 9110 §4.1", request("GET //show HTTP/1.1", "Host: a"), .error(404)),
    .answered("an empty last segment", "RFC 9110 §4.1", request("GET /show/ HTTP/1.1", "Host: a"), .error(404)),
    .answered("dot segments stay", "RFC 3986 §5.2.4", request("GET /x/../show HTTP/1.1", "Host: a"), .error(404)),
    .answered(
      "dot segments above the root stay", "RFC 3986 §5.2.4", request("GET /../../etc/passwd HTTP/1.1", "Host: a"),
      .error(404)),
    .answered(
      "escaped dot segments stay", "RFC 3986 §5.2.4", request("GET /%2e%2e/show HTTP/1.1", "Host: a"), .error(404)),
    .answered("a dot segment stays", "RFC 3986 §5.2.4", request("GET /./show HTTP/1.1", "Host: a"), .error(404)),
    .answered("a path's case counts", "RFC 9110 §4.2.3", request("GET /SHOW HTTP/1.1", "Host: a"), .error(404)),
    .answered(
      "braces and bars in a query", "RFC 3986 §3.4", request("GET /show?a={b|c}[\"]^`\\<> HTTP/1.1", "Host: a"),
      .got("GET /show?a={b|c}[\"]^`\\<>"),
      note: "no characters of a URI, but browsers send them and nothing else can be meant"),
    .answered(
      "an escape without digits in a query", "RFC 3986 §3.4", request("GET /show?a=%zz HTTP/1.1", "Host: a"),
      .got("GET /show?a=%zz"), note: "the query is the handler's to decode; FormFields refuses it"),
    .refused("an escape without digits", "RFC 3986 §2.1", request("GET /%zz HTTP/1.1", "Host: a"), note: uris),
    .refused("an escape that is cut off", "RFC 3986 §2.1", request("GET /show%4 HTTP/1.1", "Host: a"), note: uris),
    .refused("a percent sign at the end", "RFC 3986 §2.1", request("GET /show% HTTP/1.1", "Host: a"), note: uris),
    .refused("an escaped NUL", "RFC 3986 §7.3", request("GET /show%00 HTTP/1.1", "Host: a"), note: uris),
    .refused("an escape that is not UTF-8", "RFC 3986 §2.5", request("GET /%ff HTTP/1.1", "Host: a"), note: uris),
    .refused("an overlong UTF-8 slash", "RFC 3629 §10", request("GET /items/%C0%AF HTTP/1.1", "Host: a"), note: uris),
    .refused("an escaped surrogate", "RFC 3629 §3", request("GET /items/%ED%A0%80 HTTP/1.1", "Host: a"), note: uris),
    .refused("a space in the target", "RFC 9112 §3.2", request("GET /sh ow HTTP/1.1", "Host: a")),
    .refused("NUL in the path", "RFC 3986 §2", request("GET /show\0 HTTP/1.1", "Host: a")),
    .refused("NUL in the query", "RFC 3986 §2", request("GET /show?\0 HTTP/1.1", "Host: a")),
    .refused("DEL in the target", "RFC 3986 §2", request("GET /show\u{7F} HTTP/1.1", "Host: a")),
    .refused("a bare CR in the target", "RFC 9112 §2.2", request("GET /sh\row HTTP/1.1", "Host: a")),
    .refused(
      "a byte above ASCII in the path", "RFC 3986 §2", request("GET /\u{C3}\u{A9} HTTP/1.1", "Host: a"), note: uris),
    .refused(
      "a byte above ASCII in the query", "RFC 3986 §2", request("GET /show?\u{C3}\u{A9} HTTP/1.1", "Host: a"),
      note: uris),
    .refused("a backslash in the path", "RFC 3986 §3.3", request("GET /items\\a HTTP/1.1", "Host: a"), note: uris),
    .refused("braces in the path", "RFC 3986 §3.3", request("GET /items/{a} HTTP/1.1", "Host: a"), note: uris),
    .refused("brackets in the path", "RFC 3986 §3.3", request("GET /items/[a] HTTP/1.1", "Host: a"), note: uris),
    .refused("quotes in the path", "RFC 3986 §3.3", request("GET /items/\"a\" HTTP/1.1", "Host: a"), note: uris),
  ]

  private static let uris = "peers leave the form of the target and its escapes to the application"
}
