extension ConformanceChapter {
  /// Messages of which two readers could see two different ends (RFC 9112 §11.2): CL.TE, TE.CL, TE.TE, CL.CL and hidden
  /// fields. Each is refused with one answer and a close, so what stands behind it is never read as a request. nginx 1.22
  /// and llhttp refuse both fields together, HAProxy 2.6 lets Transfer-Encoding win and closes, h11 reads on; an ALB calls
  /// it ambiguous (its documentation) and refuses it in its strictest mode only. nginx drops names that are no tokens.
  static let smuggling = ConformanceChapter(
    name: "smuggling",
    [
      .refused(
        "CL.TE", "RFC 9112 §6.1", post("Content-Length: 6", "Transfer-Encoding: chunked", body: "0\r\n\r\nG"),
        note: both),
      .refused(
        "TE.CL", "RFC 9112 §6.1",
        post("Transfer-Encoding: chunked", "Content-Length: 4", body: joined("1c\r\n", get(), "\r\n0\r\n\r\n")),
        note: both),
      .refused(
        "CL.TE with a whole request behind", "RFC 9112 §6.1",
        joined(post("Content-Length: 5", "Transfer-Encoding: chunked", body: "0\r\n\r\n"), get()), note: both),
      .refused(
        "Content-Length: 0 and chunked", "RFC 9112 §6.1",
        post("Content-Length: 0", "Transfer-Encoding: chunked", body: "0\r\n\r\n"), note: both),
      .refused(
        "an invalid Content-Length and chunked", "RFC 9112 §6.3",
        post("Content-Length: x", "Transfer-Encoding: chunked", body: "0\r\n\r\n")),
      .refused(
        "Content-Length and an unknown coding", "RFC 9112 §6.3",
        post("Content-Length: 3", "Transfer-Encoding: x", body: "abc")),
      .refused(
        "Content-Length and identity", "RFC 9112 §6.3",
        post("Content-Length: 3", "Transfer-Encoding: identity", body: "abc")),
      .refused(
        "Content-Length and an empty Transfer-Encoding", "RFC 9112 §6.3",
        post("Content-Length: 3", "Transfer-Encoding:", body: "abc"), note: both),
      .refused(
        "Content-Length in a GET and chunked", "RFC 9112 §6.1",
        joined(get("Content-Length: 5", "Transfer-Encoding: chunked"), "0\r\n\r\n"), note: both),
      .refused(
        "two Content-Lengths, the second long", "RFC 9112 §6.3",
        joined(post("Content-Length: 0", "Content-Length: 44"), get())),
      .refused(
        "two Content-Lengths, one with a space before the colon", "RFC 9112 §5.1",
        post("Content-Length: 3", "Content-Length : 30", body: "abc")),
    ],
    hiding("Transfer-Encoding", "chunked").map { name, lines in
      .refused(
        "TE hidden by \(name)", "RFC 9112 §5.1", post("Content-Length: 4", lines, body: "1\r\nZ\r\nQ"), note: hidden)
    },
    hiding("Content-Length", "4").map { name, lines in
      .refused("CL hidden by \(name)", "RFC 9112 §5.1", post(lines, "X: y", body: "abcd"), note: hidden)
    },
    obfuscated.map { name, lines in
      .refused("TE.TE: \(name)", "RFC 9112 §6.3", joined(post(lines, body: "0\r\n\r\n"), get()), note: hidden)
    },
    [
      .answered(
        "a name that only resembles Transfer-Encoding", "RFC 9110 §5.1",
        post("Transfer_Encoding: chunked", "Content-Length: 3", body: "0\r\n"), .got("POST /show 0\r\n"),
        note: "another name is another field; a gateway that makes one of them must refuse it itself"),
      .answered(
        "a name that only resembles Content-Length", "RFC 9110 §5.1",
        post("Content_Length: 9", "Content-Length-: 9", "XContent-Length: 9", "Content-Length: 1", body: "x"),
        .got("POST /show x")),
      .answered(
        "a whole request as body", "RFC 9112 §6.3",
        post("Content-Length: 30", body: request("GET /now HTTP/1.1", "Host: b")),
        .got("POST /show GET /now HTTP/1.1\r\nHost: b\r\n\r\n")),
      .answered(
        "the body of a 404 is no request", "RFC 9112 §9.3",
        request(
          "POST /none HTTP/1.1", "Host: a", "Content-Length: 30", body: request("GET /now HTTP/1.1", "Host: b")),
        .error(404)),
      .answered(
        "the body of a GET is no request", "RFC 9110 §9.3.1",
        request("GET /now HTTP/1.1", "Host: a", "Content-Length: 30", body: request("GET /now HTTP/1.1", "Host: b")),
        .got("now")),
      .answered(
        "the body of an OPTIONS is no request", "RFC 9110 §9.3.7",
        request(
          "OPTIONS /show HTTP/1.1", "Host: a", "Content-Length: 30", body: request("GET /now HTTP/1.1", "Host: b")),
        .empty(204)),
      .answered(
        "the body of a HEAD is no request", "RFC 9110 §9.3.2",
        request("HEAD /now HTTP/1.1", "Host: a", "Content-Length: 30", body: request("GET /now HTTP/1.1", "Host: b")),
        .head(200), note: "Node's answer to HEAD does not show the body that it read"),
      .answered(
        "an upgrade is not followed", "RFC 9110 §7.8",
        get("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"),
        .got("GET /show")),
      .answered(
        "a WebSocket is not opened", "RFC 9110 §7.8",
        get(
          "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
          "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="),
        .got("GET /show")),
    ])

  /// Ways to write a field that a careless reader takes for one and a careful one does not, or the other way round.
  private static func hiding(_ name: String, _ value: String) -> [(String, String)] {
    [
      ("a space before the colon", "\(name) : \(value)"), ("a tab before the colon", "\(name)\t: \(value)"),
      ("a space before the name", " \(name): \(value)"), ("a tab before the name", "\t\(name): \(value)"),
      ("a fold before the value", "\(name):\r\n \(value)"), ("a fold by a tab", "\(name):\r\n\t\(value)"),
      ("a bare LF before", "X: y\n\(name): \(value)"), ("a bare CR before", "X: y\r\(name): \(value)"),
      ("LF CR before", "X: y\n\r\(name): \(value)"), ("NUL before the name", "\0\(name): \(value)"),
      ("NUL behind the name", "\(name)\0: \(value)"), ("NUL before the value", "\(name): \0\(value)"),
      ("NUL behind the value", "\(name): \(value)\0"), ("a vertical tab before the value", "\(name):\u{B}\(value)"),
      ("a form feed behind the value", "\(name): \(value)\u{C}"),
      ("a carriage return before the value", "\(name):\r\(value)"),
      ("a no-break space before the value", "\(name):\u{A0}\(value)"), ("quotes", "\(name): \"\(value)\""),
      ("a quoted name", "\"\(name)\": \(value)"), ("a byte above ASCII in the name", "\(name)\u{80}: \(value)"),
      ("an equals sign", "\(name)= \(value)"), ("no colon", "\(name) \(value)"),
      ("a colon before", ":\(name): \(value)"),
    ]
  }

  private static let obfuscated: [(String, String)] = [
    ("two fields, one cow", "Transfer-Encoding: chunked\r\nTransfer-Encoding: cow"),
    ("two fields, cow first", "Transfer-Encoding: cow\r\nTransfer-Encoding: x"),
    ("two fields of other letters", "Transfer-Encoding: chunked\r\ntransfer-encoding: identity"),
    ("a list with identity behind", "Transfer-Encoding: chunked , identity"),
    ("chunked with a CR", "Transfer-Encoding: chunked\r\r"),
    ("chunked with a backslash", "Transfer-Encoding: \\chunked"),
    ("chunked escaped", "Transfer-Encoding: %63hunked"),
    ("chunked with a comment", "Transfer-Encoding: chunked (x)"),
    ("chunked with a semicolon", "Transfer-Encoding: chunked;"),
    ("a Kelvin sign for k", "Transfer-Encoding: chun\u{E2}\u{84}\u{AA}ed"),
    ("a full-width c", "Transfer-Encoding: \u{EF}\u{BD}\u{83}hunked"),
    ("a second word", "Transfer-Encoding: x chunked"),
  ]

  private static let both = "both fields at once MAY be served with Transfer-Encoding winning: h11 does so"
  private static let hidden =
    "refused by the name, the value or the line end; peers differ about obs-fold, bare LF and control characters"
}
