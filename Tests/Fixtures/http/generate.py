"""Writes cases.json: raw HTTP requests, what Dragoman's parser must make of each, and what h11 and httptools make of it.

    python3 -m venv /tmp/http-oracles && /tmp/http-oracles/bin/pip install h11==0.16.0 httptools==0.9.0
    /tmp/http-oracles/bin/python generate.py
"""
import json
import pathlib

import h11
import httptools

assert h11.__version__ == "0.16.0", h11.__version__
assert httptools.__version__ == "0.9.0", httptools.__version__

HOST = "Host: a\r\n"
CASES = []


def case(name, section, raw, expect, requests=()):
    """raw: text (one character a byte) or a list of [text, times]; expect: a status, "accept" or "incomplete";
    requests: (method, target, body) of each request that comes through before that."""
    runs = [[raw, 1]] if isinstance(raw, str) else [list(run) for run in raw]
    CASES.append({
        "name": name, "section": section, "raw": runs, "expect": expect,
        "requests": [{"method": m, "target": t, "body": b} for m, t, b in requests],
    })


def accept(name, section, raw, *requests):
    case(name, section, raw, "accept", requests or [("GET", "/", "")])


def refuse(name, section, raw, status, *requests):
    case(name, section, raw, status, requests)


def get(fields=HOST, line="GET / HTTP/1.1"):
    return f"{line}\r\n{fields}\r\n"


def post(fields, body=""):
    return f"POST / HTTP/1.1\r\n{HOST}{fields}\r\n{body}"


def chunked(body, fields=""):
    return post("Transfer-Encoding: chunked\r\n" + fields, body)


# Request line
R = "RFC 9112 §3"
accept("a plain GET", R, get())
accept("a target with a query", R, get(line="GET /a?b=c&d=%20 HTTP/1.1"), ("GET", "/a?b=c&d=%20", ""))
accept("an unknown method that is a token", "RFC 9110 §9.1", get(line="FROB!#$%&'*+-.^_`|~9 / HTTP/1.1"),
       ("FROB!#$%&'*+-.^_`|~9", "/", ""))
accept("a method in small letters is another method", "RFC 9110 §9.1", get(line="get / HTTP/1.1"), ("get", "/", ""))
accept("a method of 32 bytes", R, get(line="M" * 32 + " / HTTP/1.1"), ("M" * 32, "/", ""))
refuse("a method of 33 bytes", R, get(line="M" * 33 + " / HTTP/1.1"), 501)
refuse("a request line without version (HTTP/0.9)", R, "GET /\r\n\r\n", 400)
refuse("an empty method", R, get(line=" / HTTP/1.1"), 400)
refuse("an empty target", R, get(line="GET  HTTP/1.1"), 400)
refuse("two spaces before the target", R, get(line="GET  / HTTP/1.1"), 400)
refuse("two spaces before the version", R, get(line="GET /  HTTP/1.1"), 400)
refuse("a tab for a space", R, get(line="GET\t/ HTTP/1.1"), 400)
refuse("a tab before the version", R, get(line="GET /\tHTTP/1.1"), 400)
refuse("a space after the version", R, get(line="GET / HTTP/1.1 "), 400)
refuse("a space before the method", R, " " + get(), 400)
refuse("a vertical tab for a space", R, get(line="GET\x0b/ HTTP/1.1"), 400)
refuse("a fourth word", R, get(line="GET / HTTP/1.1 x"), 400)
refuse("a method with a colon", "RFC 9110 §5.6.2", get(line="GE:T / HTTP/1.1"), 400)
refuse("a method with a control character", "RFC 9110 §5.6.2", get(line="GE\x01T / HTTP/1.1"), 400)
refuse("a method with a byte above ASCII", "RFC 9110 §5.6.2", get(line="G\xc9T / HTTP/1.1"), 400)
refuse("a NUL at the beginning", R, "\x00" + get(), 400)
refuse("a TLS client hello", R, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400)
accept("one empty line before the request", "RFC 9112 §2.2", "\r\n" + get())
refuse("two empty lines before the request", "RFC 9112 §2.2", "\r\n\r\n" + get(), 400)
refuse("a bare LF before the request", "RFC 9112 §2.2", "\n" + get(), 400)
accept("an empty line between two requests", "RFC 9112 §2.2", post("Content-Length: 1\r\n", "x") + "\r\n" + get(),
       ("POST", "/", "x"), ("GET", "/", ""))
case("a request line that is not complete", R, "GET / HTT", "incomplete")
case("a head that is not complete", R, "GET / HTTP/1.1\r\nHost: a\r\n", "incomplete")
case("nothing", R, "", "incomplete")

# Version
V = "RFC 9112 §2.3"
accept("HTTP/1.0", V, get("", "GET / HTTP/1.0"))
accept("HTTP/1.0 with Host", V, get(HOST, "GET / HTTP/1.0"))
refuse("HTTP/1.2", V, get(line="GET / HTTP/1.2"), 505)
refuse("HTTP/2.0", V, get(line="GET / HTTP/2.0"), 505)
refuse("the preface of HTTP/2", "RFC 9113 §3.4", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505)
refuse("HTTP/0.9 written out", V, get(line="GET / HTTP/0.9"), 505)
refuse("HTTP/2", V, get(line="GET / HTTP/2"), 400)
refuse("HTTP/1.10", V, get(line="GET / HTTP/1.10"), 400)
refuse("HTTP/01.1", V, get(line="GET / HTTP/01.1"), 400)
refuse("http/1.1 in small letters", V, get(line="GET / http/1.1"), 400)
refuse("HTTP/1,1", V, get(line="GET / HTTP/1,1"), 400)
refuse("HTTP/+1.1", V, get(line="GET / HTTP/+1.1"), 400)
refuse("HTTPS/1.1", V, get(line="GET / HTTPS/1.1"), 400)
refuse("a version without minor number", V, get(line="GET / HTTP/1."), 400)

# Line ends
E = "RFC 9112 §2.2"
refuse("a bare LF after the request line", E, "GET / HTTP/1.1\nHost: a\r\n\r\n", 400)
refuse("a bare LF after a field", E, "GET / HTTP/1.1\r\nHost: a\n\r\n", 400)
refuse("a bare LF at the end of the head", E, "GET / HTTP/1.1\r\nHost: a\r\n\n", 400)
refuse("bare LFs throughout", E, "GET / HTTP/1.1\nHost: a\n\n", 400)
refuse("a bare CR in the request line", E, "GET /\rHTTP/1.1\r\nHost: a\r\n\r\n", 400)
refuse("a bare CR for a line end", E, "GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n", 400)
refuse("CR CR LF", E, "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n", 400)
refuse("a CR at the end of a value", E, "GET / HTTP/1.1\r\nHost: a\r\r\n\r\n", 400)

# Target
T = "RFC 9112 §3.2"
accept("an absolute target", "RFC 9112 §3.2.2", get(line="GET http://b.example:81/x?y HTTP/1.1"),
       ("GET", "http://b.example:81/x?y", ""))
accept("an absolute target without path", "RFC 9112 §3.2.1", get(line="GET http://b HTTP/1.1"), ("GET", "http://b", ""))
accept("an absolute target with a query and no path", "RFC 9112 §3.2.1", get(line="GET http://b?q HTTP/1.1"),
       ("GET", "http://b?q", ""))
accept("an absolute https target", "RFC 9112 §3.2.2", get(line="GET HTTPS://b/ HTTP/1.1"), ("GET", "HTTPS://b/", ""))
refuse("an absolute target with an empty host", "RFC 9110 §4.2.1", get(line="GET http:///x HTTP/1.1"), 400)
refuse("an absolute target with a user name", "RFC 9110 §4.2.4", get(line="GET http://u:p@b/ HTTP/1.1"), 400)
refuse("an absolute target of another scheme", "RFC 9110 §4.2", get(line="GET ftp://b/ HTTP/1.1"), 400)
refuse("an absolute target with a port too large", "RFC 3986 §3.2.3", get(line="GET http://b:65536/ HTTP/1.1"), 400)
accept("OPTIONS *", "RFC 9112 §3.2.4", get(line="OPTIONS * HTTP/1.1"), ("OPTIONS", "*", ""))
refuse("GET *", "RFC 9112 §3.2.4", get(line="GET * HTTP/1.1"), 400)
refuse("OPTIONS *x", "RFC 9112 §3.2.4", get(line="OPTIONS *x HTTP/1.1"), 400)
refuse("CONNECT", "RFC 9110 §9.3.6", get(line="CONNECT b:443 HTTP/1.1"), 501)
refuse("CONNECT with a path", "RFC 9110 §9.3.6", get(line="CONNECT / HTTP/1.1"), 501)
refuse("the authority form with GET", "RFC 9112 §3.2.3", get(line="GET b:443 HTTP/1.1"), 400)
refuse("a relative path", T, get(line="GET x/y HTTP/1.1"), 400)
refuse("a fragment", T, get(line="GET /a#b HTTP/1.1"), 400)
refuse("a fragment in the query", T, get(line="GET /?a#b HTTP/1.1"), 400)
refuse("a space in the target", T, get(line="GET /a b HTTP/1.1"), 400)
refuse("a byte above ASCII in the path", "RFC 3986 §2", get(line="GET /\xc3\xa9 HTTP/1.1"), 400)
refuse("a byte above ASCII in the query", "RFC 3986 §2", get(line="GET /?\xc3\xa9 HTTP/1.1"), 400)
refuse("DEL in the target", "RFC 3986 §2", get(line="GET /\x7f HTTP/1.1"), 400)
refuse("NUL in the target", "RFC 3986 §2", get(line="GET /\x00 HTTP/1.1"), 400)
refuse("a backslash in the path", "RFC 3986 §3.3", get(line="GET /a\\b HTTP/1.1"), 400)
refuse("braces in the path", "RFC 3986 §3.3", get(line="GET /{a} HTTP/1.1"), 400)
accept("braces in the query", "WHATWG URL §1.3", get(line="GET /?a={b|c} HTTP/1.1"), ("GET", "/?a={b|c}", ""))
accept("escapes in the path", "RFC 3986 §2.1", get(line="GET /%C3%A9%2F HTTP/1.1"), ("GET", "/%C3%A9%2F", ""))
refuse("an escape without digits", "RFC 3986 §2.1", get(line="GET /%zz HTTP/1.1"), 400)
refuse("an escape that is cut off", "RFC 3986 §2.1", get(line="GET /%4 HTTP/1.1"), 400)
refuse("an escaped NUL", "RFC 3986 §7.3", get(line="GET /%00 HTTP/1.1"), 400)
refuse("an escape that is not UTF-8", "RFC 3986 §2.5", get(line="GET /%ff HTTP/1.1"), 400)
accept("a target of 8192 bytes", "RFC 9110 §15.5.15", [["GET /", 1], ["a", 8191], [" HTTP/1.1\r\n" + HOST + "\r\n", 1]],
       ("GET", "/" + "a" * 8191, ""))
refuse("a target of 8193 bytes", "RFC 9110 §15.5.15", [["GET /", 1], ["a", 8192], [" HTTP/1.1\r\n" + HOST + "\r\n", 1]], 414)
refuse("a request line without end", "RFC 9110 §15.5.15", [["GET /", 1], ["a", 9000]], 414)

# Host
H = "RFC 9112 §3.2"
refuse("no Host", H, get(""), 400)
refuse("two Hosts", H, get("Host: a\r\nHost: b\r\n"), 400)
refuse("two equal Hosts", H, get("Host: a\r\nHost: a\r\n"), 400)
refuse("two Hosts in HTTP/1.0", H, get("Host: a\r\nHost: b\r\n", "GET / HTTP/1.0"), 400)
refuse("an empty Host", "RFC 9110 §4.2.1", get("Host: \r\n"), 400)
accept("a Host with a port", "RFC 9110 §7.2", get("Host: a.example:8080\r\n"))
accept("a Host with an empty port", "RFC 3986 §3.2.3", get("Host: a:\r\n"))
accept("an IPv6 Host", "RFC 3986 §3.2.2", get("Host: [::1]:8080\r\n"))
refuse("an IPv6 Host without its end", "RFC 3986 §3.2.2", get("Host: [::1\r\n"), 400)
refuse("text behind an IPv6 Host", "RFC 3986 §3.2.2", get("Host: [::1]x\r\n"), 400)
refuse("a Host with a space", "RFC 9110 §7.2", get("Host: a b\r\n"), 400)
refuse("a Host with a slash", "RFC 9110 §7.2", get("Host: a/b\r\n"), 400)
refuse("a Host with a user name", "RFC 9110 §7.2", get("Host: u@a\r\n"), 400)
refuse("a list of Hosts", H, get("Host: a, b\r\n"), 400)
refuse("a Host with a port that is no number", "RFC 3986 §3.2.3", get("Host: a:x\r\n"), 400)
refuse("a Host with a port too large", "RFC 3986 §3.2.3", get("Host: a:99999999999999999999\r\n"), 400)

# Fields
F = "RFC 9112 §5"
accept("an empty value", F, get(HOST + "X:\r\n"))
accept("white space around a value", F, get("Host:\t a \t\r\nX:  y\r\n"))
accept("no space after the colon", F, get("Host:a\r\n"))
accept("a name in other letters", "RFC 9110 §5.1", get("hOST: a\r\n"))
accept("a name of every kind of token character", "RFC 9110 §5.6.2", get(HOST + "!#$%&'*+-.^_`|~0aZ: x\r\n"))
accept("bytes above ASCII in a value", "RFC 9110 §5.5", get(HOST + "X: \xe9\xff\r\n"))
accept("UTF-8 in a value", "RFC 9110 §5.5", get(HOST + "X: \xc3\xa9\r\n"))
accept("tabs inside a value", "RFC 9110 §5.5", get(HOST + "X: a\tb\r\n"))
refuse("a space before the colon", "RFC 9112 §5.1", get("Host : a\r\n"), 400)
refuse("a tab before the colon", "RFC 9112 §5.1", get("Host\t: a\r\n"), 400)
refuse("an empty name", F, get(HOST + ": x\r\n"), 400)
refuse("a field without colon", F, get(HOST + "X\r\n"), 400)
refuse("a name with a space", F, get(HOST + "X Y: z\r\n"), 400)
refuse("a name with a slash", "RFC 9110 §5.6.2", get(HOST + "X/Y: z\r\n"), 400)
refuse("a name with a byte above ASCII", "RFC 9110 §5.6.2", get(HOST + "\xc9: z\r\n"), 400)
refuse("a name with a control character", "RFC 9110 §5.6.2", get(HOST + "X\x01: z\r\n"), 400)
refuse("a folded value", "RFC 9112 §5.2", get(HOST + "X: a\r\n b\r\n"), 400)
refuse("a value folded with a tab", "RFC 9112 §5.2", get(HOST + "X: a\r\n\tb\r\n"), 400)
refuse("white space before the first field", "RFC 9112 §2.2", get(" " + HOST), 400)
refuse("a line of white space", "RFC 9112 §2.2", get(HOST + " \r\n"), 400)
refuse("NUL in a value", "RFC 9110 §5.5", get(HOST + "X: a\x00b\r\n"), 400)
refuse("DEL in a value", "RFC 9110 §5.5", get(HOST + "X: a\x7fb\r\n"), 400)
refuse("a vertical tab in a value", "RFC 9110 §5.5", get(HOST + "X: a\x0bb\r\n"), 400)
refuse("a form feed around a value", "RFC 9110 §5.6.3", get(HOST + "X: \x0ca\r\n"), 400)
refuse("an escape character in a value", "RFC 9110 §5.5", get(HOST + "X: \x1b[0m\r\n"), 400)
accept("100 fields", "RFC 6585 §5", [["GET / HTTP/1.1\r\n" + HOST, 1], ["X: y\r\n", 99], ["\r\n", 1]])
refuse("101 fields", "RFC 6585 §5", [["GET / HTTP/1.1\r\n" + HOST, 1], ["X: y\r\n", 100], ["\r\n", 1]], 431)
refuse("a field over 16 KiB", "RFC 6585 §5", [["GET / HTTP/1.1\r\n" + HOST + "X: ", 1], ["y", 16400], ["\r\n\r\n", 1]], 431)
refuse("fields over 16 KiB together", "RFC 6585 §5",
       [["GET / HTTP/1.1\r\n" + HOST, 1], ["X: " + "y" * 195 + "\r\n", 82], ["\r\n", 1]], 431)
# 16 + 9 + 3 + n + 2 + 2 = 16384
accept("a head of exactly 16 KiB", "RFC 6585 §5", [["GET / HTTP/1.1\r\n" + HOST + "X: ", 1], ["y", 16352], ["\r\n\r\n", 1]])
refuse("a head of 16 KiB and a byte", "RFC 6585 §5",
       [["GET / HTTP/1.1\r\n" + HOST + "X: ", 1], ["y", 16353], ["\r\n\r\n", 1]], 431)
refuse("a field without end over 16 KiB", "RFC 6585 §5", [["GET / HTTP/1.1\r\n" + HOST + "X: ", 1], ["y", 17000]], 431)

# Content-Length
L = "RFC 9110 §8.6"
accept("a body with Content-Length", L, post("Content-Length: 3\r\n", "abc"), ("POST", "/", "abc"))
accept("Content-Length: 0", L, post("Content-Length: 0\r\n"), ("POST", "/", ""))
accept("a POST without a length has no body", "RFC 9112 §6.3", post(""), ("POST", "/", ""))
accept("a GET with a body", "RFC 9110 §9.3.1", get(HOST + "Content-Length: 2\r\n") + "ab", ("GET", "/", "ab"))
accept("leading zeros", L, post("Content-Length: 0003\r\n", "abc"), ("POST", "/", "abc"))
accept("HTTP/1.0 with Content-Length", L, "POST / HTTP/1.0\r\nContent-Length: 1\r\n\r\nx", ("POST", "/", "x"))
case("a body that is not complete", L, post("Content-Length: 3\r\n", "ab"), "incomplete")
refuse("Content-Length: +3", L, post("Content-Length: +3\r\n", "abc"), 400)
refuse("Content-Length: -3", L, post("Content-Length: -3\r\n", "abc"), 400)
refuse("Content-Length: -0", L, post("Content-Length: -0\r\n"), 400)
refuse("Content-Length: 0x3", L, post("Content-Length: 0x3\r\n", "abc"), 400)
refuse("Content-Length: 3.0", L, post("Content-Length: 3.0\r\n", "abc"), 400)
refuse("Content-Length: 1 0", L, post("Content-Length: 1 0\r\n", "abc"), 400)
refuse("Content-Length: 1_0", L, post("Content-Length: 1_0\r\n", "abc"), 400)
refuse("an empty Content-Length", L, post("Content-Length:\r\n"), 400)
refuse("Content-Length with text", L, post("Content-Length: 3x\r\n", "abc"), 400)
refuse("two different Content-Lengths", "RFC 9112 §6.3", post("Content-Length: 3\r\nContent-Length: 4\r\n", "abcd"), 400)
refuse("two equal Content-Lengths", "RFC 9112 §6.3", post("Content-Length: 3\r\nContent-Length: 3\r\n", "abc"), 400)
refuse("a list of equal Content-Lengths", "RFC 9112 §6.3", post("Content-Length: 3, 3\r\n", "abc"), 400)
refuse("a list of different Content-Lengths", "RFC 9112 §6.3", post("Content-Length: 3, 4\r\n", "abcd"), 400)
refuse("a Content-Length of 16 MiB and a byte", "RFC 9110 §15.5.14", post("Content-Length: 16777217\r\n"), 413)
refuse("a Content-Length over 63 bits", L, post("Content-Length: 9223372036854775808\r\n"), 400)
refuse("a Content-Length over 64 bits", L, post("Content-Length: 18446744073709551619\r\n", "abc"), 400)

# Transfer-Encoding
X = "RFC 9112 §6.1"
accept("one chunk", "RFC 9112 §7.1", chunked("3\r\nabc\r\n0\r\n\r\n"), ("POST", "/", "abc"))
accept("two chunks", "RFC 9112 §7.1", chunked("3\r\nabc\r\n00A\r\n0123456789\r\n0\r\n\r\n"), ("POST", "/", "abc0123456789"))
accept("no chunk", "RFC 9112 §7.1", chunked("0\r\n\r\n"), ("POST", "/", ""))
accept("a last chunk of many zeros", "RFC 9112 §7.1", chunked("1\r\nx\r\n0000\r\n\r\n"), ("POST", "/", "x"))
accept("Chunked in other letters", "RFC 9112 §7", post("Transfer-Encoding: cHuNkEd\r\n", "1\r\nx\r\n0\r\n\r\n"), ("POST", "/", "x"))
accept("CR and LF as chunk data", "RFC 9112 §7.1", chunked("4\r\n\r\n\r\n\r\n0\r\n\r\n"), ("POST", "/", "\r\n\r\n"))
refuse("gzip", X, post("Transfer-Encoding: gzip\r\n"), 501)
refuse("gzip, chunked", X, post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 501)
refuse("chunked, gzip", "RFC 9112 §6.3", post("Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n"), 501)
refuse("identity", X, post("Transfer-Encoding: identity\r\n"), 501)
refuse("xchunked", X, post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), 501)
refuse("chunked, chunked", X, post("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n"), 400)
refuse("chunked in two fields", X, post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400)
refuse("chunked, then another coding, in two fields", X,
       post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n"), 501)
refuse("chunked and an empty member", X, post("Transfer-Encoding: chunked,\r\n", "0\r\n\r\n"), 400)
refuse("an empty Transfer-Encoding", X, post("Transfer-Encoding:\r\n"), 400)
refuse("chunked with a parameter", X, post("Transfer-Encoding: chunked;q=1\r\n", "0\r\n\r\n"), 400)
refuse("chunked in quotes", X, post('Transfer-Encoding: "chunked"\r\n', "0\r\n\r\n"), 400)
refuse("chunked behind a vertical tab", X, post("Transfer-Encoding: \x0bchunked\r\n", "0\r\n\r\n"), 400)
refuse("Content-Length and Transfer-Encoding", "RFC 9112 §6.3",
       post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400)
refuse("Transfer-Encoding and Content-Length", "RFC 9112 §6.3",
       post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"), 400)
refuse("Transfer-Encoding in HTTP/1.0", X, "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400)

# Chunks
C = "RFC 9112 §7.1"
refuse("an empty chunk size", C, chunked("\r\nabc\r\n0\r\n\r\n"), 400)
refuse("a chunk size with 0x", C, chunked("0x3\r\nabc\r\n0\r\n\r\n"), 400)
refuse("a chunk size with a sign", C, chunked("+3\r\nabc\r\n0\r\n\r\n"), 400)
refuse("a negative chunk size", C, chunked("-3\r\nabc\r\n0\r\n\r\n"), 400)
refuse("a chunk size that is no number", C, chunked("g\r\nabc\r\n0\r\n\r\n"), 400)
refuse("white space before a chunk size", C, chunked(" 3\r\nabc\r\n0\r\n\r\n"), 400)
refuse("white space after a chunk size", C, chunked("3 \r\nabc\r\n0\r\n\r\n"), 400)
refuse("a chunk size ended by LF", C, chunked("3\nabc\r\n0\r\n\r\n"), 400)
refuse("a chunk size ended by CR", C, chunked("3\rabc\r\n0\r\n\r\n"), 400)
refuse("chunk data ended by LF", C, chunked("3\r\nabc\n0\r\n\r\n"), 400)
refuse("chunk data ended by CR and another byte", C, chunked("3\r\nabc\rx0\r\n\r\n"), 400)
refuse("chunk data longer than its size", C, chunked("3\r\nabcd\r\n0\r\n\r\n"), 400)
refuse("chunk data without its end", C, chunked("3\r\nabc0\r\n\r\n"), 400)
refuse("a chunk size of 64 bits", "RFC 9110 §15.5.14", chunked("FFFFFFFFFFFFFFFF\r\nabc"), 413)
refuse("a chunk size over 64 bits", C, chunked("10000000000000003\r\nabc\r\n0\r\n\r\n"), 400)
refuse("a chunk size of 16 MiB and a byte", "RFC 9110 §15.5.14", chunked("1000001\r\n"), 413)
refuse("chunks of 16 MiB and a byte together", "RFC 9110 §15.5.14", chunked("1\r\nx\r\n1000000\r\n"), 413)
refuse("a chunk line without end", C, [[chunked(""), 1], ["0", 300]], 400)
accept("a chunk size with leading zeros up to the limit", C, chunked("0" * 200 + "1\r\nx\r\n0\r\n\r\n"), ("POST", "/", "x"))
case("chunks without the last", C, chunked("3\r\nabc\r\n"), "incomplete")
case("a last chunk without its end", C, chunked("3\r\nabc\r\n0\r\n"), "incomplete")

# Chunk extensions
S = "RFC 9112 §7.1.1"
accept("a chunk extension", S, chunked("3;a=b\r\nabc\r\n0;c\r\n\r\n"), ("POST", "/", "abc"))
accept("a quoted chunk extension", S, chunked('3;a="b c"\r\nabc\r\n0\r\n\r\n'), ("POST", "/", "abc"))
accept("white space around a chunk extension", S, chunked("3 ; a = b\r\nabc\r\n0\r\n\r\n"), ("POST", "/", "abc"))
refuse("a chunk extension without name", S, chunked("3;\r\nabc\r\n0\r\n\r\n"), 400)
refuse("a chunk extension with a bare LF", S, chunked("3;a\nabc\r\n0\r\n\r\n"), 400)
refuse("a chunk extension with a bare CR", S, chunked("3;a\rb\r\nabc\r\n0\r\n\r\n"), 400)
refuse("a chunk extension with NUL", S, chunked("3;a\x00\r\nabc\r\n0\r\n\r\n"), 400)
refuse("a chunk extension over 256 bytes", S, chunked("3;" + "a" * 300 + "\r\nabc\r\n0\r\n\r\n"), 400)
refuse("chunk extensions over 8 KiB together", S, [[chunked(""), 1], ["1;" + "a" * 200 + "\r\nx\r\n", 50], ["0\r\n\r\n", 1]], 400)

# Trailers
Z = "RFC 9112 §7.1.2"
accept("trailers are dropped", Z, chunked("1\r\nx\r\n0\r\nX-Sum: 1\r\nHost: b\r\n\r\n"), ("POST", "/", "x"))
accept("a trailer that would frame is dropped", "RFC 9110 §6.5.1", chunked("1\r\nx\r\n0\r\nContent-Length: 9\r\n\r\n"), ("POST", "/", "x"))
refuse("a malformed trailer", Z, chunked("1\r\nx\r\n0\r\nX Y: 1\r\n\r\n"), 400)
refuse("a folded trailer", Z, chunked("1\r\nx\r\n0\r\nX: 1\r\n 2\r\n\r\n"), 400)
refuse("a trailer ended by LF", Z, chunked("1\r\nx\r\n0\r\nX: 1\n\r\n"), 400)
refuse("101 trailers", Z, [[chunked("1\r\nx\r\n0\r\n"), 1], ["X: y\r\n", 101], ["\r\n", 1]], 431)
refuse("trailers over 16 KiB", Z, [[chunked("1\r\nx\r\n0\r\nX: "), 1], ["y", 17000], ["\r\n\r\n", 1]], 431)

# Connection, Expect, pipelining
accept("Connection: close", "RFC 9112 §9.6", get(HOST + "Connection: close\r\n"))
accept("a list of connection options", "RFC 9110 §7.6.1", get(HOST + "Connection: foo, Close\r\n"))
accept("Expect: 100-continue", "RFC 9110 §10.1.1", post("Expect: 100-Continue\r\nContent-Length: 1\r\n", "x"), ("POST", "/", "x"))
refuse("an unknown expectation", "RFC 9110 §10.1.1", post("Expect: 200-ok\r\nContent-Length: 1\r\n", "x"), 417)
refuse("an unknown expectation beside 100-continue", "RFC 9110 §10.1.1", post("Expect: 100-continue, x=y\r\nContent-Length: 1\r\n", "x"), 417)
accept("an unknown expectation in HTTP/1.0", "RFC 9110 §10.1.1", get("Expect: 200-ok\r\n", "GET / HTTP/1.0"))
accept("Upgrade is ignored", "RFC 9110 §7.8", get(HOST + "Connection: upgrade\r\nUpgrade: h2c\r\n"))
accept("three requests in a row", "RFC 9112 §9.3.2", get() + post("Content-Length: 2\r\n", "ab") + get(line="GET /c HTTP/1.1"),
       ("GET", "/", ""), ("POST", "/", "ab"), ("GET", "/c", ""))
accept("a request behind a chunked one", "RFC 9112 §9.3.2", chunked("1\r\nx\r\n0\r\n\r\n") + get(), ("POST", "/", "x"), ("GET", "/", ""))
refuse("garbage behind a request", "RFC 9112 §9.3.2", get() + "\x01\x02", 400, ("GET", "/", ""))
refuse("a body longer than its Content-Length", "RFC 9112 §6.3", post("Content-Length: 1\r\n", "x(y)"), 400, ("POST", "/", "x"))


def h11_verdict(raw):
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=1 << 20)
    requests, current = [], None
    try:
        if raw:  # No bytes would mean the end of the connection.
            connection.receive_data(raw)
        while True:
            event = connection.next_event()
            if event in (h11.NEED_DATA, h11.PAUSED):
                return requests, "incomplete" if current or connection.trailing_data[0] or not requests else "accept"
            if isinstance(event, h11.Request):
                current = {"method": event.method.decode("latin-1"), "target": event.target.decode("latin-1"), "body": ""}
            elif isinstance(event, h11.Data):
                current["body"] += bytes(event.data).decode("latin-1")
            elif isinstance(event, h11.EndOfMessage):
                requests.append(current)
                current = None
                connection.send(h11.Response(status_code=404, headers=[("Content-Length", "0")]))
                connection.send(h11.EndOfMessage())
                if connection.our_state is not h11.DONE or connection.their_state is not h11.DONE:
                    return requests, "accept"
                connection.start_next_cycle()
    except h11.RemoteProtocolError:
        return requests, "reject"


class Collector:
    def __init__(self):
        self.requests, self.current, self.parser = [], None, None

    def on_message_begin(self):
        self.current = {"method": "", "target": "", "body": ""}

    def on_url(self, url):
        self.current["target"] += url.decode("latin-1")

    def on_body(self, body):
        self.current["body"] += body.decode("latin-1")

    def on_message_complete(self):
        self.current["method"] = self.parser.get_method().decode("latin-1")
        self.requests.append(self.current)
        self.current = None


def httptools_verdict(raw):
    collector = Collector()
    collector.parser = httptools.HttpRequestParser(collector)
    try:
        collector.parser.feed_data(raw)
    except httptools.HttpParserUpgrade:
        return collector.requests, "accept"
    except httptools.HttpParserError:
        return collector.requests, "reject"
    return collector.requests, "incomplete" if collector.current or not collector.requests else "accept"


for entry in CASES:
    raw = "".join(text * times for text, times in entry["raw"]).encode("latin-1")
    for name, verdict in (("h11", h11_verdict), ("httptools", httptools_verdict)):
        requests, end = verdict(raw)
        # A request that equals ours is not written twice.
        entry[name] = {"end": end, "requests": "same" if requests == entry["requests"] else requests}
names = [entry["name"] for entry in CASES]
assert len(names) == len(set(names)), [name for name in names if names.count(name) > 1]
path = pathlib.Path(__file__).with_name("cases.json")
with path.open("w") as file:
    file.write("[\n" + ",\n".join(json.dumps(entry) for entry in CASES) + "\n]\n")
print(len(CASES), "cases")
for name in ("h11", "httptools"):
    for entry in CASES:
        ours = "reject" if isinstance(entry["expect"], int) else entry["expect"]
        if entry[name]["end"] != ours or entry[name]["requests"] != "same":
            got = entry[name]["requests"]
            print(f"{name:9} {entry['name']}: ours {entry['expect']}, theirs {entry[name]['end']}", "" if got == "same" else str(got)[:90])
