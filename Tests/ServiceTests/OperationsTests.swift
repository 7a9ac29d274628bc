import Foundation
import HTTP
import HTTPTypes
import Inference
import Service
import TestSupport
import Testing

struct OperationsTests {
  private func get(_ path: String, _ site: Site = Site()) async throws -> Site.Answer {
    Site.Answer(try await site.send(.get, path))
  }

  @Test func `languages are shown as LibreTranslate shows them`() async throws {
    #expect(
      try await get("/languages")
        == .ok(
          #"[{"code":"de","name":"German","targets":["de","en"]},{"code":"en","name":"English","targets":["de","en","es","fr"]},{"code":"fr","name":"French","targets":["fr"]},{"code":"pt-BR","name":"Portuguese (Brazil)","targets":["en","pt-BR"]}]"#
        ))
  }

  @Test func `readiness follows the models`() async throws {
    #expect(try await get("/ready") == .ok(#"{"status":"ready"}"#))
    let loading = Site(Fake.service(readiness: { .loading(models: ["x-en", "en-x"]) }))
    #expect(
      try await get("/ready", loading)
        == Site.Answer(status: 503, body: #"{"status":"loading","models":{"en-x":"loading","x-en":"loading"}}"#))
    let failed = Site(Fake.service(readiness: { .failed(["en-x": "no \"card\""]) }))
    #expect(
      try await get("/ready", failed)
        == Site.Answer(status: 503, body: #"{"status":"failed","models":{"en-x":"no \"card\""}}"#))
    #expect(try await failed.send(.get, "/ready").headers[.retryAfter] == "60")
    #expect(try await loading.send(.get, "/languages").headers[.retryAfter] == "1")
    #expect(try await get("/health", failed) == .ok(#"{"status":"ok"}"#))
    let stopping = Site()
    stopping.context.lifecycle.stop()
    #expect(try await get("/ready", stopping) == Site.Answer(status: 503, body: #"{"status":"stopping","models":{}}"#))
  }

  @Test func `version, contract and page are served`() async throws {
    #expect(try await get("/version").body.hasPrefix(#"{"name":"dragoman","version":""#))
    #expect(try await get("/openapi.yaml").body.hasPrefix("openapi: 3.1.0\n"))
    let page = try await Site().send(.get, "/")
    #expect(page.headers[.contentType] == "text/html; charset=utf-8")
    let html = Site.Answer(page).body
    #expect(html.hasPrefix("<!doctype html>"))
    #expect(!html.contains("http://") && !html.contains("https://"))
  }

  @Test func `the page explains every flag of a summary and offers every method and length`() async throws {
    let html = try await get("/").body
    for flag in SummaryFlag.allCases { #expect(html.contains("  \(flag.rawValue): \""), "\(flag)") }
    let choices = SummaryMethod.allCases.map(\.rawValue) + NamedLength.allCases.map(\.rawValue)
    for choice in choices { #expect(html.contains("<option value=\"\(choice)\""), "\(choice)") }
    #expect(html.contains("maxlength=\"\(SummaryRules.queryCharacters)\""))
  }

  @Test func `every answer lets pages of other origins read it`() async throws {
    for (method, path) in [
      (HTTPMethod.get, "/health"), (.get, "/nowhere"), (.get, "/translate"), (.options, "/translate"),
    ] {
      let response = try await Site().send(method, path)
      #expect(response.headers[.accessControlAllowOrigin] == "*")
      #expect(response.headers[.accessControlAllowHeaders] == "Authorization, Content-Type")
      #expect(response.headers[.accessControlAllowMethods] == "GET, POST")
      #expect(response.headers[HTTPHeaderName(literal: "X-Content-Type-Options")] == "nosniff")
    }
    let preflight = try await Site().send(.options, "/translate")
    #expect(preflight.status == .noContent && preflight.headers[.allow] == "OPTIONS, POST")
  }

  @Test func `a path or method that is not there is an error in JSON`() async throws {
    #expect(try await get("/nowhere") == .error("Not found", 404))
    #expect(try await get("/translate") == .error("The method GET is not allowed for this URL", 405))
  }

  @Test func `the log has one line a request and no text`() async throws {
    let site = Site()
    let response = try await site.send(
      .post, "/translate", type: "application/json", #"{"q":"SECRET","source":"en","target":"de","api_key":"KEY"}"#)
    _ = try await site.send(.get, "/health")
    _ = try await site.send(.get, "/SECRET")
    #expect(site.lines.all.count == 2)
    let line = try #require(site.lines.all.first)
    #expect(!site.lines.all.joined().contains("SECRET") && !line.contains("KEY") && !line.contains("127.0.0.1"))
    let fields = try JSONDecoder().decode([String: String].self, from: Data(line.utf8))
    #expect(fields["route"] == "/translate" && fields["status"] == "200" && fields["method"] == "POST")
    #expect(fields["id"] == response.headers[HTTPHeaderName(literal: "X-Request-Id")])
    #expect(fields["bytes_in"] == "58" && fields["bytes_out"] == "32")
  }

  @Test func `a line of the log stays one line`() throws {
    let lines = Fake.Lines()
    lines.logger(.text).info("two\nlines", metadata: ["reason": "a \"b\"\nc", "n": "5"])
    let line = try #require(lines.all.first)
    #expect(line.hasSuffix(#" info two lines n=5 reason="a \"b\"\nc""# + "\n"))
    #expect(line.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z .*\n/) != nil)
  }
}
