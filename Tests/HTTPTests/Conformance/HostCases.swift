extension ConformanceChapter {
  /// RFC 9112 §3.2: exactly one Host, and a valid one, else 400; the target's authority is above it. h11 counts Hosts
  /// but does not read them, llhttp does neither. Of the invalid ones nginx 1.22 refuses a third (white space, a slash, no
  /// name), HAProxy 2.6 none; two equal Hosts HAProxy makes one, and a Host that differs from an absolute target it refuses.
  static let hosts = ConformanceChapter(
    name: "Host",
    valid.map { value in
      .answered("Host: \(value)", "RFC 3986 §3.2.2", request("GET /show HTTP/1.1", "Host: \(value)"), .got("GET /show"))
    },
    invalid.map { value, section in
      .refused("invalid Host: \(value)", section, request("GET /show HTTP/1.1", "Host: \(value)"), note: note)
    },
    invalid.prefix(8).filter { !$0.0.contains(" ") && !$0.0.contains("/") && $0.0 != "" }.map { value, section in
      .refused(
        "invalid authority: \(value)", section, request("GET http://\(value)/show HTTP/1.1", "Host: a"), note: note)
    },
    [
      .refused("no Host", "RFC 9112 §3.2", request("GET /show HTTP/1.1"), note: note),
      .refused("two Hosts", "RFC 9112 §3.2", request("GET /show HTTP/1.1", "Host: a", "Host: b"), note: note),
      .refused("two equal Hosts", "RFC 9112 §3.2", request("GET /show HTTP/1.1", "Host: a", "Host: a"), note: note),
      .refused(
        "two Hosts of other letters", "RFC 9112 §3.2", request("GET /show HTTP/1.1", "Host: a", "hOST: a"), note: note
      ),
      .refused(
        "two Hosts in HTTP/1.0", "RFC 9112 §3.2", request("GET /show HTTP/1.0", "Host: a", "Host: b"), note: note),
      .refused(
        "an invalid Host in HTTP/1.0", "RFC 9112 §3.2", request("GET /show HTTP/1.0", "Host: a b"), note: note),
      .refused(
        "an invalid Host behind an absolute target", "RFC 9112 §3.2",
        request("GET http://b/show HTTP/1.1", "Host: a/b"), note: note),
      .refused(
        "two Hosts behind an absolute target", "RFC 9112 §3.2",
        request("GET http://b/show HTTP/1.1", "Host: b", "Host: b"), note: note),
      .refused(
        "Host only in the trailers", "RFC 9110 §6.5.1",
        request(
          "POST /show HTTP/1.1", "Transfer-Encoding: chunked", body: "0\r\nHost: a\r\n\r\n"), note: note),
      .answered(
        "Host last", "RFC 9110 §5.3", request("GET /show HTTP/1.1", "X: y", "Accept: */*", "hOsT:a"),
        .got("GET /show")),
      .answered(
        "a Host with a tab and spaces around", "RFC 9112 §5", request("GET /show HTTP/1.1", "Host:\t a \t"),
        .got("GET /show")),
    ])

  private static let note = "peers leave the Host to the application, or only count it"

  private static let valid = [
    "a", "a.example", "a.example.", "a.example:8080", "a:", "a:0", "a:65535", "a:00080", "A.EXAMPLE", "a_b", "a-b.c~d",
    "%61%2e", "127.0.0.1", "127.0.0.1:80", "[::1]", "[::1]:8080", "[2001:db8::192.0.2.1]", "[v1.a:b]", "!$&'()*+,;=",
  ]

  private static let invalid: [(String, section: String)] = [
    // RFC 9112 §3.3 lets a server refuse an empty Host or put its own name in its place; nginx refuses it too.
    ("", "RFC 9112 §3.3"),
    ("u@a", "RFC 9110 §4.2.4"), ("u:p@a", "RFC 9110 §4.2.4"), ("[::1", "RFC 3986 §3.2.2"),
    ("[::1]x", "RFC 3986 §3.2.2"), ("[]", "RFC 3986 §3.2.2"), ("a:x", "RFC 3986 §3.2.3"),
    ("a:65536", "RFC 3986 §3.2.3"),
    ("a b", "RFC 3986 §3.2.2"), ("a/b", "RFC 3986 §3.2.2"), ("a?b", "RFC 3986 §3.2.2"), ("a#b", "RFC 3986 §3.2.2"),
    ("http://a", "RFC 3986 §3.2.2"), ("a\\b", "RFC 3986 §3.2.2"), ("a\tb", "RFC 3986 §3.2.2"),
    ("a, b", "RFC 9112 §3.2"),
    ("<a>", "RFC 3986 §3.2.2"), ("\"a\"", "RFC 3986 §3.2.2"), ("a|b", "RFC 3986 §3.2.2"),
    ("\u{C3}\u{A9}", "RFC 3986 §3.2.2"), (":80", "RFC 9110 §4.2.1"), ("a:80:80", "RFC 3986 §3.2.3"),
    ("a:+80", "RFC 3986 §3.2.3"), ("a:-1", "RFC 3986 §3.2.3"), ("a:8 0", "RFC 3986 §3.2.3"),
    ("a:99999999999999999999", "RFC 3986 §3.2.3"), ("%", "RFC 3986 §2.1"), ("%zz", "RFC 3986 §2.1"),
    ("::1", "RFC 3986 §3.2.2"),
    ("[::1%25lo]", "RFC 3986 §3.2.2"), ("[1::2::3]", "RFC 3986 §3.2.2"), ("[12345::]", "RFC 3986 §3.2.2"),
    ("[zz]", "RFC 3986 §3.2.2"), ("[127.0.0.1]", "RFC 3986 §3.2.2"), ("[v.a]", "RFC 3986 §3.2.2"),
    ("[v1.]", "RFC 3986 §3.2.2"),
  ]
}
