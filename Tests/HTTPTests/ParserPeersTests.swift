import HTTP
import Testing

/// Where h11 0.16.0 or httptools 0.9.0 (llhttp) decides otherwise, and why Dragoman does not follow.
private let deliberateDifferences: [(reason: String, cases: [String])] = [
  (
    "llhttp has a closed list of methods; here the router answers 501 or 405 with the list of what is allowed",
    [
      "an unknown method that is a token", "a method in small letters is another method",
      "a method of 32 bytes",
    ]
  ),
  (
    "a limit: the peers leave it to the application, or have another one",
    [
      "a method of 33 bytes", "a target of 8193 bytes", "a request line without end", "101 fields",
      "a field over 16 KiB", "fields over 16 KiB together", "a head of 16 KiB and a byte",
      "a field without end over 16 KiB", "a Content-Length of 16 MiB and a byte",
      "a Content-Length over 63 bits", "a Content-Length over 64 bits", "a chunk size of 64 bits",
      "a chunk size over 64 bits", "a chunk size of 16 MiB and a byte", "chunks of 16 MiB and a byte together",
      "a chunk line without end", "a chunk extension over 256 bytes", "chunk extensions over 8 KiB together",
      "101 trailers", "trailers over 16 KiB",
    ]
  ),
  (
    "RFC 9112 §3: single spaces and a version; llhttp is lenient",
    [
      "a request line without version (HTTP/0.9)", "two spaces before the target",
      "two spaces before the version",
    ]
  ),
  (
    "RFC 9112 §2.2: a server should ignore one empty line before a request; h11 does not",
    [
      "one empty line before the request", "an empty line between two requests",
    ]
  ),
  (
    "one empty line, ended by CRLF, is tolerated, because old clients send one; llhttp skips any number",
    [
      "two empty lines before the request", "a bare LF before the request",
    ]
  ),
  (
    "RFC 9110 §15.6.6: only HTTP/1.0 and HTTP/1.1 are served; the peers leave the version to the application",
    [
      "HTTP/1.2", "HTTP/2.0", "the preface of HTTP/2", "HTTP/0.9 written out",
    ]
  ),
  (
    "RFC 9112 §2.2 lets a reader take a bare LF for a line end; a proxy in front may not, so it is refused",
    [
      "a bare LF after the request line", "a bare LF after a field", "a bare LF at the end of the head",
      "bare LFs throughout", "a chunk extension with a bare CR", "a trailer ended by LF",
    ]
  ),
  (
    "the form of the target and its escapes: the peers leave them to the application",
    [
      "an absolute target with an empty host", "an absolute target with a user name",
      "an absolute target of another scheme", "an absolute target with a port too large", "GET *", "OPTIONS *x",
      "CONNECT", "CONNECT with a path", "the authority form with GET", "a relative path", "a fragment",
      "a fragment in the query", "a backslash in the path", "braces in the path", "an escape without digits",
      "an escape that is cut off", "an escaped NUL", "an escape that is not UTF-8",
    ]
  ),
  (
    "RFC 9112 §3.2: exactly one valid Host; h11 counts but does not read it, llhttp does neither",
    [
      "no Host", "two Hosts", "two equal Hosts", "two Hosts in HTTP/1.0", "an empty Host",
      "an IPv6 Host without its end", "text behind an IPv6 Host", "a Host with a space", "a Host with a slash",
      "a Host with a user name", "a list of Hosts", "a Host with a port that is no number",
      "a Host with a port too large",
    ]
  ),
  (
    "RFC 9112 §5.2: a server may refuse folding or replace it by spaces; refused here, h11 replaces it",
    [
      "a folded value", "a value folded with a tab", "a line of white space", "a folded trailer",
    ]
  ),
  (
    "RFC 9110 §5.5: control characters are invalid in a value; h11 refuses only NUL, CR, LF and white space",
    [
      "DEL in a value", "an escape character in a value",
    ]
  ),
  (
    "RFC 9110 §8.6 lets equal lengths count as one; refused here",
    [
      "two equal Content-Lengths", "a list of equal Content-Lengths",
    ]
  ),
  (
    "RFC 9112 §6.1: a coding that is not implemented gets 501; llhttp leaves it to the application",
    [
      "gzip, chunked"
    ]
  ),
  (
    "RFC 9112 §6.1, §6.3: Transfer-Encoding beside Content-Length or in HTTP/1.0 may be smuggling; refused, where a peer lets one win",
    [
      "Content-Length and Transfer-Encoding", "Transfer-Encoding and Content-Length",
      "Transfer-Encoding in HTTP/1.0",
    ]
  ),
  (
    "RFC 9112 §7.1: no white space after the size; h11 skips it",
    [
      "white space after a chunk size"
    ]
  ),
  (
    "h11 takes at most 20 digits; leading zeros are limited by the line here",
    [
      "a chunk size with leading zeros up to the limit"
    ]
  ),
  (
    "RFC 9112 §7.1.1 has bad white space there, which a recipient must skip",
    [
      "white space around a chunk extension"
    ]
  ),
  (
    "chunk extensions are ignored but checked for characters; h11 does not look at them",
    [
      "a chunk extension without name", "a chunk extension with NUL",
    ]
  ),
  (
    "RFC 9110 §6.5.1: trailers are not merged into the header, so their names are of no consequence",
    [
      "a trailer that would frame is dropped"
    ]
  ),
  (
    "RFC 9110 §10.1.1: an expectation that cannot be met gets 417; the peers leave it to the application",
    [
      "an unknown expectation", "an unknown expectation beside 100-continue",
    ]
  ),
  (
    "the next request begins with a character that no method has: refused at once, h11 waits for the line",
    [
      "a body longer than its Content-Length"
    ]
  ),
]

@Suite struct ParserPeersTests {
  /// Whether a peer's verdict is ours: accepted or refused alike, with the same requests before.
  private func agrees(_ verdict: ParserCase.Verdict, with parserCase: ParserCase) -> Bool {
    let ours =
      switch parserCase.expect {
      case .accept: "accept"
      case .incomplete: "incomplete"
      case .refuse: "reject"
      }
    return verdict.end == ours && (verdict.requests ?? parserCase.requests) == parserCase.requests
  }

  @Test func `every difference from h11 and httptools is deliberate and named`() {
    let named = Set(deliberateDifferences.flatMap(\.cases))
    let found = Set(
      ParserCase.all
        .filter { !agrees($0.h11, with: $0) || !agrees($0.httptools, with: $0) }
        .map(\.name))
    #expect(found.subtracting(named) == [], "not named")
    #expect(named.subtracting(found) == [], "named, but not found")
  }

  @Test func `what both peers refuse is refused, but for what a standard allows`() {
    let allowed: Set = ["white space around a chunk extension"]
    for parserCase in ParserCase.all where parserCase.h11.end == "reject" && parserCase.httptools.end == "reject" {
      if case .refuse = parserCase.expect { continue }
      #expect(allowed.contains(parserCase.name), "\(parserCase)")
    }
  }
}
