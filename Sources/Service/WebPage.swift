import HTTP

/// GET /: a page to translate with.
enum WebPage {
  static func response() -> HTTPResponse {
    HTTPResponse(status: .ok, contentType: "text/html; charset=utf-8", body: Array("".utf8))
  }
}
