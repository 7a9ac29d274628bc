extension ConformanceChapter {
  /// RFC 9112 §2.2, §5.2. A bare LF may be read as a line end and obs-fold as a space; nginx 1.22 does the first, HAProxy 2.6
  /// and h11 both, llhttp neither. Two readers that differ here see two messages, so all of it is refused.
  static let lines = ConformanceChapter(
    name: "white space and line ends",
    [
      .answered(
        "one empty line before the request", "RFC 9112 §2.2", joined("\r\n", get()), .got("GET /show"),
        note: "h11 refuses it; a server SHOULD ignore at least one"),
      .answered(
        "an empty line behind a body", "RFC 9112 §2.2", joined(post("Content-Length: 1", body: "x\r\n"), get()),
        .got("POST /show x"), .got("GET /show"), note: "h11 refuses it; old clients send it"),
      .refused(
        "two empty lines before the request", "RFC 9112 §2.2", joined("\r\n\r\n", get()),
        note: "llhttp skips any number"),
      .refused("a bare LF before the request", "RFC 9112 §2.2", joined("\n", get()), note: "llhttp skips it"),
      .refused("a bare CR before the request", "RFC 9112 §2.2", joined("\r", get()), note: "llhttp skips it"),
      .refused("white space before the request", "RFC 9112 §2.2", joined("\t", get())),
      .refused(
        "a bare LF behind the request line", "RFC 9112 §2.2", "GET /show HTTP/1.1\nHost: a\r\n\r\n", note: bareLF),
      .refused("a bare LF behind a field", "RFC 9112 §2.2", "GET /show HTTP/1.1\r\nHost: a\n\r\n", note: bareLF),
      .refused(
        "a bare LF between fields", "RFC 9112 §2.2", "GET /show HTTP/1.1\r\nHost: a\nX: y\r\n\r\n", note: bareLF),
      .refused(
        "a bare LF at the end of the head", "RFC 9112 §2.2", "GET /show HTTP/1.1\r\nHost: a\r\n\n", note: bareLF),
      .refused("bare LFs throughout", "RFC 9112 §2.2", "GET /show HTTP/1.1\nHost: a\n\n", note: bareLF),
      .refused("a bare CR behind the request line", "RFC 9112 §2.2", "GET /show HTTP/1.1\rHost: a\r\n\r\n"),
      .refused("a bare CR between fields", "RFC 9112 §2.2", "GET /show HTTP/1.1\r\nHost: a\rX: b\r\n\r\n"),
      .refused(
        "a bare CR at the end of the head", "RFC 9112 §2.2",
        "GET /show HTTP/1.1\r\nHost: a\r\n\rGET /now HTTP/1.1\r\n\r\n"),
      .refused("CR CR LF behind the request line", "RFC 9112 §2.2", "GET /show HTTP/1.1\r\r\nHost: a\r\n\r\n"),
      .refused("CR CR LF behind a field", "RFC 9112 §2.2", "GET /show HTTP/1.1\r\nHost: a\r\r\n\r\n"),
      .refused("a CR in a value", "RFC 9110 §5.5", get("X: a\rb")),
      .refused("a CR in a name", "RFC 9110 §5.1", get("X\rY: b")),
      .refused("a folded value", "RFC 9112 §5.2", get("X: a", " b"), note: fold),
      .refused("a value folded with a tab", "RFC 9112 §5.2", get("X: a", "\tb"), note: fold),
      .refused("a value folded twice", "RFC 9112 §5.2", get("X: a", " b", " c"), note: fold),
      .refused("a folded Host", "RFC 9112 §5.2", request("GET /show HTTP/1.1", "Host:", " a"), note: fold),
      .refused("white space before the first field", "RFC 9112 §2.2", request("GET /show HTTP/1.1", " Host: a")),
      .refused("a tab before the first field", "RFC 9112 §2.2", request("GET /show HTTP/1.1", "\tX: y", "Host: a")),
      .refused("a line of white space", "RFC 9112 §2.2", get(" "), note: fold),
      .refused("a line of white space first", "RFC 9112 §2.2", request("GET /show HTTP/1.1", " ", "Host: a")),
      .refused("a space before the colon", "RFC 9112 §5.1", get("X : y")),
      .refused("a tab before the colon", "RFC 9112 §5.1", get("X\t: y")),
      .refused("a space before Host's colon", "RFC 9112 §5.1", request("GET /show HTTP/1.1", "Host : a")),
      .answered("no space behind the colon", "RFC 9112 §5", field("X:y"), .got("y")),
      .answered("white space around a value", "RFC 9112 §5", field("X: \t y \t "), .got("y")),
      .answered("an empty value", "RFC 9112 §5", field("X:"), .got("")),
      .answered("a value of white space", "RFC 9112 §5", field("X:  \t "), .got("")),
      .answered("white space inside a value", "RFC 9110 §5.5", field("X: a \t b"), .got("a \t b")),
    ])

  private static let bareLF = "MAY be read as a line end: llhttp and h11 do at some places or all"
  private static let fold = "MAY be replaced by spaces: h11 does"

  private static func field(_ lines: String) -> String { request("GET /field HTTP/1.1", "Host: a", lines) }

  /// RFC 9110 §5.1, §5.5, §5.6.2.
  static let fields = ConformanceChapter(
    name: "field names and values",
    [
      .answered(
        "a name in other letters", "RFC 9110 §5.1", request("GET /field HTTP/1.1", "hOsT: a", "x: y"), .got("y")),
      .answered("a name of all token characters", "RFC 9110 §5.6.2", get("!#$%&'*+-.^_`|~0aZ: x"), .got("GET /show")),
      .answered("an underscore in a name", "RFC 9110 §5.6.2", get("X_Y: x"), .got("GET /show")),
      .answered("a value with colons", "RFC 9110 §5.5", field("X: a: b:c"), .got("a: b:c")),
      .answered("a value with quotes", "RFC 9110 §5.6.4", field("X: \"a, b\", c"), .got("\"a, b\", c")),
      .answered("all visible characters in a value", "RFC 9110 §5.5", field(joined("X: ", visible)), .got(visible)),
      .answered(
        "bytes above ASCII in a value", "RFC 9110 §5.5", field("X: \u{80}\u{E9}\u{FF}"), .got("\u{80}\u{E9}\u{FF}")),
      .answered("UTF-8 in a value", "RFC 9110 §5.5", field("X: \u{C3}\u{A9}"), .got("\u{C3}\u{A9}")),
      .refused("an empty name", "RFC 9112 §5", get(": x")),
      .refused("a field without colon", "RFC 9112 §5", get("X")),
      .refused("a request line among the fields", "RFC 9112 §5", get("GET /now HTTP/1.1")),
      .refused("a name with a space", "RFC 9112 §5", get("X Y: z")),
    ],
    "\"(),/;<=>?@[\\]{}".map { character in
      .refused("a name with \(character)", "RFC 9110 §5.6.2", get("X\(character)Y: z"))
    },
    [
      ("NUL", "\0"), ("SOH", "\u{1}"), ("a tab", "\t"), ("a vertical tab", "\u{B}"), ("ESC", "\u{1B}"),
      ("DEL", "\u{7F}"),
      ("a byte above ASCII", "\u{E9}"), ("UTF-8", "\u{C3}\u{A9}"), ("a no-break space", "\u{A0}"),
    ].map { name, character in
      .refused("a name with \(name)", "RFC 9110 §5.6.2", get("X\(character): z"))
    },
    [
      ("NUL", "\0"), ("SOH", "\u{1}"), ("BS", "\u{8}"), ("a vertical tab", "\u{B}"), ("a form feed", "\u{C}"),
      ("US", "\u{1F}"), ("ESC", "\u{1B}"), ("DEL", "\u{7F}"),
    ].map { name, character in
      .refused(
        "a value with \(name)", "RFC 9110 §5.5", get("X: a\(character)b"),
        note: "§5.5: CR, LF and NUL MUST NOT pass, others are invalid; h11 lets the others pass")
    },
    [
      .refused("a value that begins with a form feed", "RFC 9110 §5.6.3", get("X: \u{C}a"), note: "h11 trims it"),
      .refused("a value that is NUL", "RFC 9110 §5.5", get("X: \0")),
    ])

  private static let visible = String(String.UnicodeScalarView((0x21...0x7E).map { Unicode.Scalar(UInt8($0)) }))
}
