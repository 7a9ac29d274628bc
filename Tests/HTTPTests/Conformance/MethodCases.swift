extension ConformanceChapter {
  /// RFC 9110 §9, §15.5.6, §15.6.2.
  static let methods = ConformanceChapter(
    name: "methods",
    [
      .answered(
        "PUT", "RFC 9110 §9.3.4", request("PUT /show HTTP/1.1", "Host: a", "Content-Length: 1", body: "x"),
        .got("PUT /show x")),
      .answered(
        "GET, for HEAD to be compared with", "RFC 9110 §9.3.2", request("GET /now HTTP/1.1", "Host: a"),
        .got("now", has: ["Content-Length: 3", "Content-Type: text/plain"])),
      .answered(
        "HEAD has GET's fields and no body", "RFC 9110 §9.3.2", request("HEAD /now HTTP/1.1", "Host: a"),
        .head(200, has: ["Content-Length: 3", "Content-Type: text/plain"])),
      .answered(
        "HEAD of what is made by a task", "RFC 9110 §9.3.2", request("HEAD /show HTTP/1.1", "Host: a"),
        .head(200, has: ["Content-Length: 10"])),
      .answered(
        "HEAD of a stream", "RFC 9110 §9.3.2", request("HEAD /stream HTTP/1.1", "Host: a"),
        .head(200, has: ["Transfer-Encoding: chunked"], lacks: ["Content-Length"])),
      .answered(
        "HEAD of a stream in HTTP/1.0", "RFC 9112 §6.1", request("HEAD /stream HTTP/1.0"),
        .head(200, lacks: ["Transfer-Encoding"]), then: .closes),
      .answered(
        "HEAD of nothing", "RFC 9110 §9.3.2", request("HEAD /none HTTP/1.1", "Host: a"),
        .head(404, has: ["Content-Type: application/json"])),
      .answered(
        "HEAD of what has no GET", "RFC 9110 §15.5.6", request("HEAD /items HTTP/1.1", "Host: a"), .head(404)),
      .answered(
        "a refused HEAD has no body either", "RFC 9110 §9.3.2", request("HEAD /now HTTP/1.1"), .head(400),
        then: .closes,
        note: "peers leave the Host to the application"),
      .answered(
        "HEAD, then GET", "RFC 9110 §9.3.2",
        joined(request("HEAD /now HTTP/1.1", "Host: a"), request("GET /now HTTP/1.1", "Host: a")),
        .head(200), .got("now")),
      .answered(
        "OPTIONS of a path", "RFC 9110 §9.3.7", request("OPTIONS /show HTTP/1.1", "Host: a"),
        .empty(204, has: ["Allow: GET, HEAD, OPTIONS, POST, PUT"])),
      .answered("OPTIONS of nothing", "RFC 9110 §9.3.7", request("OPTIONS /none HTTP/1.1", "Host: a"), .error(404)),
      .answered(
        "OPTIONS *", "RFC 9112 §3.2.4", request("OPTIONS * HTTP/1.1", "Host: a"),
        .empty(204, has: ["Allow: GET, HEAD, OPTIONS, POST, PUT"])),
      .answered(
        "OPTIONS of an absolute target without path is OPTIONS *", "RFC 9112 §3.2.4",
        request("OPTIONS http://a HTTP/1.1", "Host: a"), .empty(204, has: ["Allow: GET, HEAD, OPTIONS, POST, PUT"])),
      .answered(
        "OPTIONS of an absolute target with the path /", "RFC 9110 §4.2.3",
        request("OPTIONS http://a/ HTTP/1.1", "Host: a"), .empty(204, has: ["Allow: GET, HEAD, OPTIONS"])),
      .refused(
        "OPTIONS * without Host", "RFC 9112 §3.2", request("OPTIONS * HTTP/1.1"),
        note: "peers leave the Host to the application"),
      .answered(
        "405 says what is allowed", "RFC 9110 §15.5.6", request("DELETE /now HTTP/1.1", "Host: a"),
        .error(405, has: ["Allow: GET, HEAD, OPTIONS"])),
      .answered(
        "405 of a path with a parameter", "RFC 9110 §15.5.6",
        request("POST /items/a HTTP/1.1", "Host: a", "Content-Length: 1", body: "x"),
        .error(405, has: ["Allow: GET, HEAD, OPTIONS"])),
      .answered(
        "PATCH is known but not here", "RFC 9110 §15.5.6", request("PATCH /show HTTP/1.1", "Host: a"), .error(405)),
      .answered(
        "TRACE reflects nothing", "RFC 9110 §9.3.8", request("TRACE /show HTTP/1.1", "Host: a", "Cookie: a"),
        .error(405)),
      .answered(
        "an unknown method", "RFC 9110 §15.6.2", request("BREW /show HTTP/1.1", "Host: a"), .error(501),
        note: closedMethods),
      .answered(
        "an unknown method of nothing", "RFC 9110 §15.6.2", request("BREW /none HTTP/1.1", "Host: a"), .error(501),
        note: closedMethods),
      .answered("a method of WebDAV", "RFC 9110 §15.6.2", request("PROPFIND / HTTP/1.1", "Host: a"), .error(501)),
      .answered(
        "an unknown method with a body", "RFC 9110 §15.6.2",
        joined(request("BREW /show HTTP/1.1", "Host: a", "Content-Length: 3", body: "abc"), get()),
        .error(501), .got("GET /show"), note: closedMethods),
      .refused("CONNECT", "RFC 9110 §9.3.6", 501, request("CONNECT a:443 HTTP/1.1", "Host: a:443"), note: tunnel),
      .refused(
        "CONNECT with a path", "RFC 9110 §9.3.6", 501, request("CONNECT /show HTTP/1.1", "Host: a"), note: tunnel),
      .refused(
        "CONNECT with a body", "RFC 9110 §9.3.6", 501,
        request("CONNECT a:443 HTTP/1.1", "Host: a", "Content-Length: 3", body: "abc"), note: tunnel),
    ])

  private static let tunnel =
    "an origin server that opens no tunnels; 405 would do as well; h11 leaves it to the application, llhttp hands over the connection"

  /// RFC 9110 §10.1.1.
  static let expectations = ConformanceChapter(
    name: "Expect",
    [
      .scripted(
        "100-continue", "RFC 9110 §10.1.1",
        [
          .send(post("Expect: 100-continue", "Content-Length: 4")), .answer(.goOn), .send("body"),
          .answer(.got("POST /show body")),
        ]),
      .scripted(
        "100-continue before chunks", "RFC 9110 §10.1.1",
        [
          .send(post("Expect: 100-continue", "Transfer-Encoding: chunked")), .answer(.goOn),
          .send("4\r\nbody\r\n0\r\n\r\n"), .answer(.got("POST /show body")),
        ]),
      .scripted(
        "100-Continue in other letters", "RFC 9110 §10.1.1",
        [
          .send(post("expect: 100-CONTINUE", "Content-Length: 1")), .answer(.goOn), .send("x"),
          .answer(.got("POST /show x")),
        ]),
      .scripted(
        "100-continue twice on one connection", "RFC 9110 §10.1.1",
        [
          .send(post("Expect: 100-continue", "Content-Length: 1")), .answer(.goOn), .send("x"),
          .answer(.got("POST /show x")),
          .send(post("Expect: 100-continue", "Content-Length: 1")), .answer(.goOn), .send("y"),
          .answer(.got("POST /show y")),
        ]),
      .answered(
        "100-continue with the body right behind", "RFC 9110 §10.1.1",
        post("Expect: 100-continue", "Content-Length: 4", body: "body"),
        .got("POST /show body"), interim: .allowed),
      .answered("100-continue without a body", "RFC 9110 §10.1.1", get("Expect: 100-continue"), .got("GET /show")),
      .answered(
        "100-continue with a body of nothing", "RFC 9110 §10.1.1", post("Expect: 100-continue", "Content-Length: 0"),
        .got("POST /show")),
      .answered(
        "100-continue in HTTP/1.0 is ignored", "RFC 9110 §10.1.1",
        request("POST /show HTTP/1.0", "Expect: 100-continue", "Content-Length: 1", body: "x"), .got("POST /show x"),
        then: .closes),
      .answered(
        "another expectation in HTTP/1.0 is ignored", "RFC 9110 §10.1.1", request("GET /show HTTP/1.0", "Expect: x"),
        .got("GET /show"), then: .closes),
      .answered(
        "an empty Expect", "RFC 9110 §5.6.1", get("Expect:"), .got("GET /show"),
        note: "a list without members; Node answers 417"),
      .answered(
        "404 in place of 100", "RFC 9110 §10.1.1",
        request("POST /none HTTP/1.1", "Host: a", "Expect: 100-continue", "Content-Length: 4"),
        .error(404), then: .closes),
      .answered(
        "405 in place of 100", "RFC 9110 §10.1.1",
        request("POST /now HTTP/1.1", "Host: a", "Expect: 100-continue", "Content-Length: 4"),
        .error(405), then: .closes),
      .answered(
        "501 in place of 100", "RFC 9110 §10.1.1",
        request("BREW /now HTTP/1.1", "Host: a", "Expect: 100-continue", "Content-Length: 4"),
        .error(501), then: .closes, note: closedMethods),
      .refused(
        "413 in place of 100", "RFC 9110 §10.1.1", 413, post("Expect: 100-continue", "Content-Length: 1025"),
        note: limit),
      .refused(
        "400 in place of 100", "RFC 9110 §10.1.1", 400,
        request("POST /show HTTP/1.1", "Expect: 100-continue", "Content-Length: 4"),
        note: "peers leave the Host to the application"),
      .scripted(
        "413 behind 100", "RFC 9110 §10.1.1",
        [
          .send(post("Expect: 100-continue", "Transfer-Encoding: chunked")), .answer(.goOn), .send("401\r\n"),
          .answer(.error(413)),
        ],
        then: .closes, note: limit),
    ],
    ["x", "100-continue, x", "100-continued", "100", "100-continue;q=1", "\"100-continue\"", "y 100-continue"].map {
      value in
      .refused(
        "Expect: \(value)", "RFC 9110 §10.1.1", 417, post("Expect: \(value)", "Content-Length: 1", body: "x"),
        note: expectation)
    })

  private static let limit = "limits: peers leave them to the application"
  private static let expectation = "MAY be answered 417, and is; peers leave it to the application"
}
