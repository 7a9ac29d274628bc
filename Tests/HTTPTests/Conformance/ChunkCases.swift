extension ConformanceChapter {
  /// RFC 9112 §7.1. No white space behind a size, no lenient line ends, no text that is not an extension: nginx 1.22 and
  /// HAProxy 2.6 take all three, llhttp none; each such difference has been a way to smuggle.
  static let chunks = ConformanceChapter(name: "chunked bodies", valid, invalid, extensions, trailers)

  private static let valid: [ConformanceCase] = [
    .answered("one chunk", "RFC 9112 §7.1", chunked("3\r\nabc\r\n0\r\n\r\n"), .got("POST /show abc")),
    .answered(
      "three chunks", "RFC 9112 §7.1", chunked("1\r\na\r\n2\r\nbc\r\n3\r\ndef\r\n0\r\n\r\n"), .got("POST /show abcdef")),
    .answered("no chunk", "RFC 9112 §7.1", chunked("0\r\n\r\n"), .got("POST /show")),
    .answered(
      "a size in capital letters", "RFC 9112 §7.1", chunked("A\r\n0123456789\r\n0\r\n\r\n"),
      .got("POST /show 0123456789")),
    .answered(
      "a size in small letters", "RFC 9112 §7.1", chunked("c\r\n0123456789ab\r\n0\r\n\r\n"),
      .got("POST /show 0123456789ab")),
    .answered(
      "a size of two digits", "RFC 9112 §7.1", chunked(joined("1f\r\n", times("x", 31), "\r\n0\r\n\r\n")),
      .got(joined("POST /show ", times("x", 31)))),
    .answered(
      "a size with leading zeros", "RFC 9112 §7.1", chunked("0003\r\nabc\r\n0\r\n\r\n"), .got("POST /show abc")),
    .answered(
      "a size with 200 leading zeros", "RFC 9112 §7.1", chunked(joined(times("0", 200), "3\r\nabc\r\n0\r\n\r\n")),
      .got("POST /show abc"),
      note: "h11 takes 20 digits at most"),
    .answered("a last chunk of many zeros", "RFC 9112 §7.1", chunked("1\r\nx\r\n00000\r\n\r\n"), .got("POST /show x")),
    .answered("CR and LF as data", "RFC 9112 §7.1", chunked("4\r\n\r\n\r\n\r\n0\r\n\r\n"), .got("POST /show \r\n\r\n")),
    .answered(
      "a last chunk as data", "RFC 9112 §7.1", chunked("5\r\n0\r\n\r\n\r\n0\r\n\r\n"), .got("POST /show 0\r\n\r\n")),
    .answered(
      "a chunked GET", "RFC 9110 §9.3.1", joined(get("Transfer-Encoding: chunked"), "1\r\nx\r\n0\r\n\r\n"),
      .got("GET /show x")
    ),
    .unanswered("chunks without the last", "RFC 9112 §8", chunked("3\r\nabc\r\n")),
    .unanswered("a last chunk without its end", "RFC 9112 §8", chunked("3\r\nabc\r\n0\r\n")),
  ]

  private static let invalid = flat(
    [
      "", "0x3", "+3", "-3", "g", " 3", "3 ", "3\t", "\t3", "3.", "3h", "3 3", "3,3", "3:", "\"3\"", "3\u{B}", "3\0",
      "\u{B3}",
      "10000000000000003", "3=", "_3",
    ].map { size in
      .refused(
        "a chunk size of “\(size)”", "RFC 9112 §7.1", chunked("\(size)\r\nabc\r\n0\r\n\r\n"),
        note: sizeNotes[size])
    },
    [
      .refused("a size ended by LF", "RFC 9112 §7.1", chunked("3\nabc\r\n0\r\n\r\n")),
      .refused("a size ended by CR", "RFC 9112 §7.1", chunked("3\rabc\r\n0\r\n\r\n")),
      .refused("a size ended by CR CR LF", "RFC 9112 §7.1", chunked("3\r\r\nabc\r\n0\r\n\r\n")),
      .refused("data ended by LF", "RFC 9112 §7.1", chunked("3\r\nabc\n0\r\n\r\n")),
      .refused("data ended by CR", "RFC 9112 §7.1", chunked("3\r\nabc\r0\r\n\r\n")),
      .refused("data without its end", "RFC 9112 §7.1", chunked("3\r\nabc0\r\n\r\n")),
      .refused("data longer than its size", "RFC 9112 §7.1", chunked("3\r\nabcd\r\n0\r\n\r\n")),
      .refused("data shorter than its size", "RFC 9112 §7.1", chunked("5\r\nabc\r\n0\r\n\r\n")),
      .refused("two line ends behind data", "RFC 9112 §7.1", chunked("3\r\nabc\r\n\r\n0\r\n\r\n")),
      .refused("a last chunk ended by LF", "RFC 9112 §7.1", chunked("3\r\nabc\r\n0\n\r\n")),
      .refused("the end of the trailers by LF", "RFC 9112 §7.1", chunked("3\r\nabc\r\n0\r\n\n"), note: bareLF),
      .refused("data behind the last chunk", "RFC 9112 §7.1", chunked("0\r\nabc\r\n\r\n")),
      .refused("a body without chunks", "RFC 9112 §7.1", chunked("hello\r\n\r\n")),
    ])

  private static let sizeNotes = [
    "3 ": "h11 skips white space behind a size", "3\t": "h11 skips white space behind a size",
    "10000000000000003": "h11 knows no size that is too large",
  ]

  /// RFC 9112 §7.1.1: what is not known is ignored, but it must have the form of an extension.
  private static let extensions = flat(
    [";a", ";a=b", ";a=\"b c\"", ";a=\"b;c\\\"d\"", ";a;b=c;d", ";a=\"\"", " ; a = b", "\t;\ta\t=\tb", ";a=\"\u{E9}\""]
      .map { text in
        .answered(
          "the chunk extension “\(text)”", "RFC 9112 §7.1.1", chunked("3\(text)\r\nabc\r\n0\(text)\r\n\r\n"),
          .got("POST /show abc"), note: bws)
      },
    [
      ";", " ;", ";;", ";=b", ";a=", ";a b", ";a=b c", ";a=\"b", ";a=b\"", ";a=\"b\"c", ";a=\"\\", ";a ", "; ", ";a,b",
      ";\u{E9}=a", ";a\0", ";a=\"\0\"", ";a=\"\u{1}\"", ";a\nb", ";a\rb", ";a=\"\n\"", ",a", "x", ";a=\"\\\u{7F}\"",
    ].map { text in
      .refused("the chunk extension “\(text)”", "RFC 9112 §7.1.1", chunked("3\(text)\r\nabc\r\n0\r\n\r\n"), note: bws)
    },
    [
      .refused(
        "a chunk extension over 256 bytes", "RFC 9112 §7.1.1",
        chunked(joined("3;", times("a", 260), "\r\nabc\r\n0\r\n\r\n")),
        note: size),
      .refused(
        "chunk extensions over 8 KiB together", "RFC 9112 §7.1.1",
        chunked(joined(times(joined("1;", times("a", 240), "\r\nx\r\n"), 40), "0\r\n\r\n")), note: size),
      .refused("a chunk line without end", "RFC 9112 §7.1.1", chunked(times("0", 400)), note: size),
    ])

  /// RFC 9110 §6.5.1: fields in trailers are not merged into the header, and here they are dropped.
  private static let trailers = flat(
    [
      .answered(
        "trailers", "RFC 9112 §7.1.2", chunked("1\r\nx\r\n0\r\nX-Sum: 1\r\nX-Two:\r\n\r\n"), .got("POST /show x")),
      .answered(
        "announced trailers", "RFC 9110 §6.6.2",
        post("Transfer-Encoding: chunked", "Trailer: X-Sum", body: "1\r\nx\r\n0\r\nX-Sum: 1\r\n\r\n"),
        .got("POST /show x")),
      .answered(
        "trailers never become fields", "RFC 9110 §6.5.1",
        request("GET /field HTTP/1.1", "Host: a", "Transfer-Encoding: chunked", body: "0\r\nX: y\r\n\r\n"), .got("")),
    ],
    ["Content-Length: 9", "Transfer-Encoding: gzip", "Host: b", "Connection: close", "Expect: x", "Authorization: y"]
      .map { line in
        .answered(
          "the forbidden trailer \(line) is dropped", "RFC 9110 §6.5.1", chunked("1\r\nx\r\n0\r\n\(line)\r\n\r\n"),
          .got("POST /show x"), note: dropped)
      },
    ["X Y: 1", "X : 1", ": 1", "X", " X: 1", "X: a\0b", "X: a\rb", "X: a\nY: b", "X: 1\r\n 2"].map { line in
      .refused("the trailer “\(line)”", "RFC 9112 §7.1.2", chunked("1\r\nx\r\n0\r\n\(line)\r\n\r\n"), note: fold)
    },
    [
      .refused("31 trailers", "RFC 6585 §5", 431, chunked(joined("0\r\n", times("X: y\r\n", 31), "\r\n")), note: size),
      .refused(
        "trailers over 2 KiB", "RFC 6585 §5", 431, chunked(joined("0\r\nX: ", times("y", 2_050), "\r\n\r\n")),
        note: size),
    ])

  private static let bws =
    "§7.1.1: bad white space must be skipped, which a peer does not; what else is no extension, a peer takes"
  private static let bareLF = "h11 and llhttp differ about a bare LF"
  private static let fold = "h11 joins folded lines and takes a bare LF; llhttp takes it here and there"
  private static let size = "limits: peers have others"
  private static let dropped = "trailers do not frame; llhttp looks at some of them"
}
