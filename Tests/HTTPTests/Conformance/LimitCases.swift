extension ConformanceChapter {
  /// RFC 9110 §15.5.14, §15.5.15, RFC 6585 §5. Times (408) are in ServerEndingsTests.
  static let limits = ConformanceChapter(
    name: "limits",
    [
      .answered(
        "a method of 32 bytes", "RFC 9112 §3", request(joined(times("M", 32), " /show HTTP/1.1"), "Host: a"),
        .error(501),
        note: closedMethods),
      .refused(
        "a method of 33 bytes", "RFC 9112 §3", 501, request(joined(times("M", 33), " /show HTTP/1.1"), "Host: a"),
        note: limit),
      .refused("a method without end", "RFC 9112 §3", 501, times("M", 600), note: limit),
      .answered(
        "a target of 512 bytes", "RFC 9110 §15.5.15",
        request(joined("GET /items/", times("a", 505), " HTTP/1.1"), "Host: a"),
        .got(times("a", 505))),
      .refused(
        "a target of 513 bytes", "RFC 9110 §15.5.15", 414,
        request(joined("GET /items/", times("a", 506), " HTTP/1.1"), "Host: a"),
        note: limit),
      .refused(
        "a query over the limit", "RFC 9110 §15.5.15", 414,
        request(joined("GET /show?", times("a", 600), " HTTP/1.1"), "Host: a"),
        note: limit),
      .refused("a target without end", "RFC 9110 §15.5.15", 414, joined("GET /", times("a", 600)), note: limit),
      .answered("30 fields", "RFC 6585 §5", fields("X: y", 29), .got("GET /show")),
      .refused("31 fields", "RFC 6585 §5", 431, fields("X: y", 30), note: limit),
      // The request line and Host take 29 bytes, the name of X and the line ends 7.
      .answered("a head of 2048 bytes", "RFC 6585 §5", get(joined("X: ", times("y", 2_012))), .got("GET /show")),
      .refused("a head of 2049 bytes", "RFC 6585 §5", 431, get(joined("X: ", times("y", 2_013))), note: limit),
      .refused(
        "fields over 2 KiB together", "RFC 6585 §5", 431, fields(joined("X: ", times("y", 100)), 20), note: limit),
      .refused(
        "a value without end", "RFC 6585 §5", 431, joined("GET /show HTTP/1.1\r\nHost: a\r\nX: ", times("y", 2_100)),
        note: limit),
      .refused(
        "a name without end", "RFC 6585 §5", 431, joined("GET /show HTTP/1.1\r\nHost: a\r\n", times("X", 2_100)),
        note: limit),
      .answered(
        "a body of 1024 bytes", "RFC 9110 §15.5.14", post("Content-Length: 1024", body: times("x", 1_024)),
        .got(joined("POST /show ", times("x", 1_024)))),
      .refused(
        "a body of 1025 bytes", "RFC 9110 §15.5.14", 413, post("Content-Length: 1025", body: times("x", 1_025)),
        note: limit),
      .refused(
        "a body that will not come", "RFC 9110 §15.5.14", 413, post("Content-Length: 1000000000000"), note: limit),
      .answered(
        "chunks of 1024 bytes", "RFC 9110 §15.5.14",
        chunked(joined("200\r\n", times("x", 512), "\r\n200\r\n", times("y", 512), "\r\n0\r\n\r\n")),
        .got(joined("POST /show ", times("x", 512), times("y", 512)))),
      .refused("a chunk of 1025 bytes", "RFC 9110 §15.5.14", 413, chunked("401\r\n"), note: limit),
      .refused("chunks of 1025 bytes together", "RFC 9110 §15.5.14", 413, chunked("1\r\nx\r\n400\r\n"), note: limit),
      .refused("a chunk of 64 bits", "RFC 9112 §7.1", 413, chunked("FFFFFFFFFFFFFFFF\r\nabc"), note: limit),
      .refused(
        "a target of 521 bytes in HTTP/1.0", "RFC 9110 §15.5.15", 414,
        request(joined("GET /", times("a", 520), " HTTP/1.0")), note: limit),
    ])

  private static let limit = "limits: peers have others, or leave them to the application"

  /// A GET with a field line some times.
  private static func fields(_ line: String, _ count: Int) -> String {
    joined("GET /show HTTP/1.1\r\nHost: a\r\n", times(joined(line, "\r\n"), count), "\r\n")
  }

  /// What answers have and have not; beside these, what `ConformanceTests` asserts of every answer: one Date, one
  /// framing, a status line, Connection: close just where the server closes.
  static let answers = ConformanceChapter(
    name: "answers",
    [
      .answered(
        "204 has no length", "RFC 9110 §8.6", request("GET /empty HTTP/1.1", "Host: a"),
        .empty(204, lacks: ["Content-Length", "Transfer-Encoding"])),
      .answered(
        "204, then another", "RFC 9110 §15.3.5", joined(request("GET /empty HTTP/1.1", "Host: a"), get()),
        .empty(204), .got("GET /show")),
      .answered(
        "304 has no body", "RFC 9110 §15.4.5", request("GET /unchanged HTTP/1.1", "Host: a"),
        .empty(304, has: ["ETag: \"1\""], lacks: ["Content-Length", "Transfer-Encoding"])),
      .answered(
        "304, then another", "RFC 9110 §15.4.5",
        joined(request("GET /unchanged HTTP/1.1", "Host: a"), get()), .empty(304), .got("GET /show")),
      .answered(
        "204 in HTTP/1.0 that stays", "RFC 9112 §9.3", request("GET /empty HTTP/1.0", "Connection: keep-alive"),
        .empty(204, has: ["Connection: keep-alive"])),
      .answered(
        "204 to HEAD", "RFC 9110 §9.3.2", request("HEAD /empty HTTP/1.1", "Host: a"),
        .head(204, lacks: ["Content-Length"])),
      .answered(
        "a stream is chunked", "RFC 9112 §7.1", request("GET /stream HTTP/1.1", "Host: a"),
        .got("one two three", has: ["Transfer-Encoding: chunked"], lacks: ["Content-Length"])),
      .answered(
        "a stream of nothing", "RFC 9112 §7.1", request("GET /stream/empty HTTP/1.1", "Host: a"),
        .got("", has: ["Transfer-Encoding: chunked"])),
      .answered(
        "a stream begun at once", "RFC 9112 §7.1", request("GET /stream/now HTTP/1.1", "Host: a"),
        .got("at once", has: ["Transfer-Encoding: chunked"])),
      .answered(
        "a stream to a client that closes", "RFC 9112 §9.6",
        request("GET /stream HTTP/1.1", "Host: a", "Connection: close"),
        .got("one two three", has: ["Transfer-Encoding: chunked"]), then: .closes),
      .answered(
        "a stream to HTTP/1.0 ends with the connection", "RFC 9112 §6.1", request("GET /stream HTTP/1.0"),
        .got("one two three", lacks: ["Transfer-Encoding", "Content-Length"]), then: .closes),
      .answered(
        "a stream to HTTP/1.0 that would stay", "RFC 9112 §6.1",
        request("GET /stream HTTP/1.0", "Connection: keep-alive"), .got("one two three", lacks: ["Transfer-Encoding"]),
        then: .closes),
      .answered(
        "a stream to HTTP/1.2 is chunked", "RFC 9110 §2.5", request("GET /stream HTTP/1.2", "Host: a"),
        .got("one two three", has: ["Transfer-Encoding: chunked"]),
        note: "llhttp knows the versions 0.9, 1.0, 1.1 and 2.0 only"),
      .answered(
        "a handler cannot frame", "RFC 9112 §6.1", request("GET /framed HTTP/1.1", "Host: a"),
        .got("framed", has: ["Content-Length: 6"], lacks: ["Transfer-Encoding"])),
      .answered(
        "an answer to HTTP/1.0 says HTTP/1.1", "RFC 9110 §2.5", request("GET /now HTTP/1.0"),
        .got("now", has: ["Content-Length: 3"]), then: .closes),
      .answered(
        "404 is JSON with a length", "RFC 9110 §15.5.5", request("GET /none HTTP/1.1", "Host: a"),
        .error(404, lacks: ["Transfer-Encoding"])),
    ])
}
