extension ConformanceChapter {
  /// RFC 9112 §9.3, §9.6.
  static let persistence = ConformanceChapter(
    name: "persistence",
    ["close", "Close", "CLOSE", "x, close", "close, x", "keep-alive, close", "close,", "\tclose ,keep-alive"].map {
      value in
      .answered("Connection: \(value)", "RFC 9112 §9.3", get("Connection: \(value)"), .got("GET /show"), then: .closes)
    },
    ["keep-alive", "x", "closed", "x-close", "\"close\"", "", "upgrade", "close;x"].map { value in
      .answered(
        "Connection: \(value) stays", "RFC 9112 §9.3", get("Connection: \(value)"), .got("GET /show"))
    },
    ["keep-alive", "Keep-Alive", "x, keep-alive"].map { value in
      .answered(
        "HTTP/1.0 with Connection: \(value)", "RFC 9112 §9.3", request("GET /show HTTP/1.0", "Connection: \(value)"),
        .got("GET /show", has: ["Connection: keep-alive"]))
    },
    [
      .answered(
        "HTTP/1.0 with Connection: keep-alive, close", "RFC 9112 §9.3",
        request("GET /show HTTP/1.0", "Connection: keep-alive, close"), .got("GET /show"), then: .closes),
      .answered(
        "close in a second Connection field", "RFC 9110 §5.3", get("Connection: keep-alive", "Connection: close"),
        .got("GET /show"), then: .closes),
      .answered(
        "Proxy-Connection means nothing", "RFC 9112 Appendix C.2.2", get("Proxy-Connection: close"), .got("GET /show")
      ),
      .answered("Keep-Alive means nothing", "RFC 9112 §9.3", get("Keep-Alive: timeout=1, max=1"), .got("GET /show")),
      .answered(
        "no Connection field where it is the default", "RFC 9112 §9.3", get(),
        .got("GET /show", lacks: ["Connection"])),
      .answered(
        "the server closes by its own choice", "RFC 9112 §9.6", request("GET /bye HTTP/1.1", "Host: a"), .empty(200),
        then: .closes),
      .answered(
        "a request behind Connection: close is not answered", "RFC 9112 §9.6", joined(get("Connection: close"), get()),
        .got("GET /show"), then: .closes, note: "the connection stops here, not the parser; llhttp refuses what follows"
      ),
      .answered(
        "a request behind one of HTTP/1.0 is not answered", "RFC 9112 §9.3",
        joined(request("GET /show HTTP/1.0"), get()),
        .got("GET /show"), then: .closes, note: "the connection stops here, not the parser; llhttp refuses what follows"
      ),
      .answered(
        "HTTP/1.1 behind HTTP/1.0 that stays", "RFC 9112 §9.3",
        joined(request("GET /show HTTP/1.0", "Connection: keep-alive"), get()), .got("GET /show"),
        .got("GET /show", lacks: ["Connection"]), note: "h11 and Node end a connection of HTTP/1.0"),
      .answered(
        "404 leaves the connection", "RFC 9112 §9.3", joined(request("GET /none HTTP/1.1", "Host: a"), get()),
        .error(404),
        .got("GET /show")),
      .answered(
        "404 with a body leaves the connection", "RFC 9112 §9.3",
        joined(request("POST /none HTTP/1.1", "Host: a", "Content-Length: 3", body: "abc"), get()), .error(404),
        .got("GET /show")),
    ])

  /// RFC 9112 §9.3.2: answers come in the order of the requests.
  static let pipelining = ConformanceChapter(
    name: "pipelining",
    [
      .answered(
        "three in order, the first the slowest", "RFC 9112 §9.3.2",
        joined(request("GET /slow HTTP/1.1", "Host: a"), request("GET /now HTTP/1.1", "Host: a"), get()),
        .got("slow"), .got("now"), .got("GET /show")),
      .answered(
        "GET behind POST", "RFC 9112 §9.3.2", joined(post("Content-Length: 3", body: "abc"), get()),
        .got("POST /show abc"),
        .got("GET /show")),
      .answered(
        "GET behind chunks", "RFC 9112 §9.3.2", joined(chunked("1\r\nx\r\n0\r\n\r\n"), get()), .got("POST /show x"),
        .got("GET /show")),
      .answered(
        "GET behind trailers", "RFC 9112 §9.3.2", joined(chunked("1\r\nx\r\n0\r\nX: y\r\n\r\n"), get()),
        .got("POST /show x"),
        .got("GET /show")),
      .answered(
        "a stream between", "RFC 9112 §9.3.2", joined(get(), request("GET /stream HTTP/1.1", "Host: a"), get()),
        .got("GET /show"), .got("one two three"), .got("GET /show")),
      .answered(
        "an error in the second answers the first", "RFC 9112 §9.3.2",
        joined(request("GET /slow HTTP/1.1", "Host: a"), request("GET /show HTTP/1.1")),
        .got("slow"), .error(400), then: .closes, note: "peers leave the Host to the application"),
      .answered(
        "an error in the second ends the third", "RFC 9112 §9.3.2", joined(get(), get("X : y"), get()),
        .got("GET /show"),
        .error(400), then: .closes, note: "Node answers the error before it has answered what came first"),
      .answered(
        "an error behind a body", "RFC 9112 §6.3", post("Content-Length: 1", body: "x(y)"), .got("POST /show x"),
        .error(400), then: .closes,
        note: "no method begins so: refused at once, h11 waits for the line"),
      .answered(
        "an error in a chunk of the second", "RFC 9112 §7.1", joined(get(), chunked("z\r\n\r\n")), .got("GET /show"),
        .error(400), then: .closes, note: "Node answers the error before it has answered what came first"),
      .answered(
        "a limit in the second", "RFC 9110 §15.5.14", joined(get(), post("Content-Length: 9999"), get()),
        .got("GET /show"),
        .error(413),
        then: .closes, note: "limits: peers leave them to the application"),
      .answered(
        "a body longer than its length begins a request", "RFC 9112 §6.3",
        joined(post("Content-Length: 1", body: "xG"), "ET /show HTTP/1.1\r\nHost: a\r\n\r\n"), .got("POST /show x"),
        .got("GET /show")),
      .answered(
        "twenty at once", "RFC 9112 §9.3.2", (0..<20).map { request("GET /items/\($0) HTTP/1.1", "Host: a") }.joined(),
        .got("0"), .got("1"), .got("2"), .got("3"), .got("4"), .got("5"), .got("6"), .got("7"), .got("8"), .got("9"),
        .got("10"), .got("11"), .got("12"), .got("13"), .got("14"), .got("15"), .got("16"), .got("17"), .got("18"),
        .got("19")),
    ])

  /// A client that closes its half, RFC 9112 §8, §9.6: what it asked for and was not answered is given up (README), because
  /// TCP does not tell half a close from a whole one. Half a request is given up without a word (§8 lets it).
  static let endings = ConformanceChapter(
    name: "half-closed connections",
    [
      .unanswered("nothing at all", "RFC 9112 §9.6", ""),
      .unanswered("an empty line", "RFC 9112 §9.6", "\r\n", note: "h11 refuses an empty line"),
      .unanswered("half a head", "RFC 9112 §8", "GET /show HTTP/1.1\r\nHost: a\r\n"),
      .unanswered("half a field", "RFC 9112 §8", "GET /show HTTP/1.1\r\nHo"),
      .unanswered("a CR without its LF", "RFC 9112 §8", "GET /show HTTP/1.1\r\nHost: a\r\n\r"),
      .unanswered("half a body", "RFC 9112 §8", post("Content-Length: 3", body: "ab")),
      .unanswered("no body", "RFC 9112 §8", post("Content-Length: 3")),
      .unanswered("half a chunk", "RFC 9112 §8", chunked("3\r\nab")),
      .unanswered("half a chunk size", "RFC 9112 §8", chunked("3")),
      .unanswered("half a trailer", "RFC 9112 §8", chunked("0\r\nX: y")),
      .unanswered("a request whose answer takes long", "RFC 9112 §9.6", request("GET /never HTTP/1.1", "Host: a")),
      .unanswered(
        "two requests, the first taking long", "RFC 9112 §9.6", joined(request("GET /never HTTP/1.1", "Host: a"), get())
      ),
      .scripted(
        "half a close behind the answer", "RFC 9112 §9.6", [.send(get()), .answer(.got("GET /show")), .endOutput],
        then: .endsWithClient),
      .scripted(
        "half a close behind an answer made at once", "RFC 9112 §9.6",
        [.send(request("GET /now HTTP/1.1", "Host: a")), .endOutput, .answer(.got("now"))], then: .endsWithClient),
      .scripted(
        "half a close behind what is refused", "RFC 9112 §9.6",
        [.send(get("X : y")), .endOutput, .answer(.error(400))], then: .closes),
      .scripted(
        "half a close in the second request", "RFC 9112 §8",
        [.send(get()), .answer(.got("GET /show")), .send("GET /sh"), .endOutput], then: .endsWithClient),
    ])
}
