extension ConformanceChapter {
  /// RFC 9110 §8.6, RFC 9112 §6.3. Equal lengths may be taken as one: HAProxy 2.6 and h11 do, nginx 1.22 and llhttp refuse
  /// them. Refused here.
  static let contentLength = ConformanceChapter(
    name: "Content-Length",
    [
      .answered("Content-Length: 0", "RFC 9110 §8.6", post("Content-Length: 0"), .got("POST /show")),
      .answered(
        "Content-Length in other letters", "RFC 9110 §5.1", post("cOnTeNt-lEnGtH:3", body: "abc"),
        .got("POST /show abc")),
      .answered(
        "Content-Length with white space around", "RFC 9112 §5", post("Content-Length: \t3 ", body: "abc"),
        .got("POST /show abc")),
      .answered(
        "leading zeros", "RFC 9110 §8.6", post("Content-Length: 0003", body: "abc"), .got("POST /show abc"),
        note: "1*DIGIT"),
      .answered(
        "many leading zeros", "RFC 9110 §8.6", post(joined("Content-Length: ", times("0", 40), "3"), body: "abc"),
        .got("POST /show abc"),
        note: "h11 takes 20 digits at most"),
      .answered(
        "bytes that look like a head as body", "RFC 9112 §6.3", post("Content-Length: 4", body: "\r\n\r\n"),
        .got("POST /show \r\n\r\n")),
      .answered(
        "NUL and 0xFF as body", "RFC 9112 §6", post("Content-Length: 2", body: "\0\u{FF}"), .got("POST /show \0\u{FF}")),
      // RFC 9110 §15.5.12 would allow 411; without either field the length is 0.
      .answered("no length, no body", "RFC 9112 §6.3", post(), .got("POST /show")),
      .answered("a GET with a body", "RFC 9110 §9.3.1", joined(get("Content-Length: 2"), "ab"), .got("GET /show ab")),
      .answered(
        "HTTP/1.0 with Content-Length", "RFC 9112 §6.3", request("POST /show HTTP/1.0", "Content-Length: 1", body: "x"),
        .got("POST /show x"), then: .closes),
      .refused(
        "two different Content-Lengths", "RFC 9112 §6.3", post("Content-Length: 3", "Content-Length: 4", body: "abcd")),
      .refused(
        "two equal Content-Lengths", "RFC 9112 §6.3", post("Content-Length: 3", "Content-Length: 3", body: "abc"),
        note: equal),
      .refused(
        "a list of equal Content-Lengths", "RFC 9112 §6.3", post("Content-Length: 3, 3", body: "abc"), note: equal),
      .refused("a list of different Content-Lengths", "RFC 9112 §6.3", post("Content-Length: 3, 4", body: "abcd")),
      .refused(
        "a Content-Length and an empty one", "RFC 9112 §6.3", post("Content-Length: 3", "Content-Length:", body: "abc")),
      .refused(
        "a Content-Length with a comma behind", "RFC 9112 §6.3", post("Content-Length: 3,", body: "abc"), note: equal),
      .refused(
        "a Content-Length with a comma before", "RFC 9112 §6.3", post("Content-Length: ,3", body: "abc"), note: equal),
    ],
    [
      "", "+3", "-3", "-0", "0x3", "3.0", "3e0", "1 0", "3 x", "3;", "1_0", "\"3\"", "three", "3x", "\u{B2}", "0b11",
      "18446744073709551619", "9223372036854775808", "-9223372036854775808", "4294967299 ", times("9", 100),
    ].map { value in
      let isLarge = value.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x20 } && value.utf8.count > 9
      let status = value == "4294967299 " ? 413 : 400
      return .refused(
        "Content-Length: \(value)", "RFC 9110 §8.6", status, post("Content-Length: \(value)", body: "abc"),
        note: isLarge ? "a length beyond 64 bits can be no length; peers leave a large one to the application" : nil)
    })

  private static let equal = "MAY be taken as one: h11 does"

  /// RFC 9112 §6.1, §6.3: a final chunked, or 400; below it a coding that is not known, 501. nginx 1.22 answers 501 to all
  /// but the plain word (with a tab beside it too), HAProxy 2.6 400 to what does not end in it and 422 to other codings.
  static let transferCodings = ConformanceChapter(
    name: "Transfer-Encoding",
    ["chunked", "Chunked", "CHUNKED", "\tchunked ", "  chunked\t"].map { value in
      .answered(
        "Transfer-Encoding: \(value)", "RFC 9112 §7", post("Transfer-Encoding:\(value)", body: body),
        .got("POST /show x"), note: value.hasSuffix("\t") ? "llhttp takes a tab behind the value for a part of it" : nil
      )
    },
    ["gzip, chunked", "gzip,chunked", "deflate, gzip, chunked", "identity, chunked", "x, chunked"].map { value in
      .refused(
        "Transfer-Encoding: \(value)", "RFC 9112 §6.1", 501, post("Transfer-Encoding: \(value)", body: body),
        note: codings)
    },
    [
      "gzip", "identity", "chunked, gzip", "chunked, identity", "xchunked", "chunkedx", "chunk", "chunked chunked",
      "chunked, chunked", "gzip, chunked, chunked", "chunked, gzip, chunked", "", ",", "chunked,", ",chunked",
      "chunked,,", "chunked;q=1", "chunked; a=b", "\"chunked\"", "'chunked'", "chunked\u{A0}", "ch unked", "c,hunked",
      "chunked=", "(chunked)", "ch\u{FC}nked", "identity, identity", "chunked/1",
    ].map { value in
      .refused(
        "Transfer-Encoding: \(value)", "RFC 9112 §6.3", post("Transfer-Encoding: \(value)", body: body), note: codings
      )
    },
    [
      .refused(
        "chunked in two fields", "RFC 9112 §6.1",
        post("Transfer-Encoding: chunked", "Transfer-Encoding: chunked", body: body),
        note: codings),
      .refused(
        "gzip and chunked in two fields", "RFC 9112 §6.1", 501,
        post("Transfer-Encoding: gzip", "Transfer-Encoding: chunked", body: body), note: codings),
      .refused(
        "chunked and gzip in two fields", "RFC 9112 §6.3",
        post("Transfer-Encoding: chunked", "Transfer-Encoding: gzip", body: body), note: codings),
      .refused(
        "chunked and nothing in two fields", "RFC 9112 §6.3",
        post("Transfer-Encoding: chunked", "Transfer-Encoding:", body: body), note: codings),
      .refused(
        "Transfer-Encoding in HTTP/1.0", "RFC 9112 §6.1",
        request("POST /show HTTP/1.0", "Transfer-Encoding: chunked", body: body),
        note: "MUST be treated as faulty framing; peers read it"),
      .refused(
        "Transfer-Encoding and Content-Length in HTTP/1.0", "RFC 9112 §6.1",
        request("POST /show HTTP/1.0", "Transfer-Encoding: chunked", "Content-Length: 11", body: body),
        note: "MUST be treated as faulty framing; h11 reads it"),
      .answered(
        "TE is not Transfer-Encoding", "RFC 9110 §10.1.4",
        post("TE: chunked, trailers", "Content-Length: 1", body: "x"),
        .got("POST /show x")),
    ])

  private static let codings =
    "readers differ: only one plain chunked is taken; llhttp leaves the other codings to the application"
  private static let body = "1\r\nx\r\n0\r\n\r\n"
}
