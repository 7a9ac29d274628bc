import Inference
import Testing

struct SummarizeFormTests {
  private func form(_ body: String, query: String = "", _ site: Site = Site()) async throws -> Site.Answer {
    try await site.form(body, query: query, to: "/summarize")
  }

  @Test func `a form and a query say the same as JSON`() async throws {
    let request = try await Fake.askedForSummary {
      try await form(
        "q=a+b%21&max_sentences=3&length=&method=extractive&query=b&language=de&details=on&api_key=",
        query: "?target=en&priority=bulk", $0)
    }
    #expect(request.text == "a b!" && request.length == .sentences(3) && request.method == .extractive)
    #expect(request.query == "b" && request.language == "de" && request.target == "en")
    #expect(request.detail == .attention && request.priority == .bulk)
    let bare = try await Fake.askedForSummary { try await form("", query: "?q=a&max_tokens=12", $0) }
    #expect(bare.text == "a" && bare.length == .tokens(12))
  }

  static let forms: [(String, String)] = [
    ("", "Invalid request: missing q parameter"), ("q=", "Invalid request: missing q parameter"),
    ("q=a&q=b", "Invalid request: q parameter must be a string"),
    ("q=++", "Invalid request: q parameter must be a text with at least one word"),
    ("q=a&length=x", "Invalid request: length parameter must be short, medium or long"),
    ("q=a&length=short&max_tokens=1", "Invalid request: length and max_tokens parameters exclude each other"),
    ("q=a&max_tokens=x", "Invalid request: max_tokens parameter must be an integer from 1 to 100000"),
    (
      "q=a&max_sentences=99999999999999999999",
      "Invalid request: max_sentences parameter must be an integer from 1 to 10000"
    ),
    ("q=a&details=maybe", "Invalid request: details parameter must be true or false"),
    ("q=a&target=zz", "zz is not supported"),
  ]

  @Test(arguments: forms) func `values of a form are checked`(body: String, message: String) async throws {
    #expect(try await form(body) == .error(message))
  }

  @Test func `JSON that curl calls a form is read as JSON`() async throws {
    #expect(try await form(#"{"q":"a","length":"short"}"#).body.hasPrefix(#"{"summary":"[en] a""#))
  }
}
