import HTTP
import HTTPTypes
import Service
import Testing

struct FormTests {
  @Test func `a form is translated`() async throws {
    #expect(try await Site().form("q=Hi+%C3%A9%26&source=en&target=de") == .ok(#"{"translatedText":"[de] Hi é&"}"#))
  }

  @Test func `query and form are mixed and the query counts first`() async throws {
    #expect(try await Site().form("q=a", query: "?source=en&target=de") == .ok(#"{"translatedText":"[de] a"}"#))
    #expect(
      try await Site().form("q=a&source=en&target=de", query: "?target=fr&q=b") == .ok(#"{"translatedText":"[fr] b"}"#))
    let bare = try await Site().send(.post, "/translate?q=a&source=en&target=de")
    #expect(Site.Answer(bare) == .ok(#"{"translatedText":"[de] a"}"#))
  }

  @Test func `a repeated q is an array`() async throws {
    #expect(
      try await Site().form("q=a&q=b&source=en&target=de") == .ok(#"{"translatedText":["[de] a","[de] b"]}"#))
  }

  @Test func `an empty value of a form is absent`() async throws {
    #expect(
      try await Site().form("q=a&source=en&target=de&format=&split=&max_new_tokens=&details=")
        == .ok(#"{"translatedText":"[de] a"}"#))
    #expect(try await Site().form("q=&source=en") == .error("Invalid request: missing q parameter"))
  }

  static let values: [(String, String)] = [
    ("alternatives=x", "Invalid request: alternatives parameter is not a number"),
    ("alternatives=99", "Invalid request: alternatives parameter must be <= 31"),
    ("max_new_tokens=0", "Invalid request: max_new_tokens parameter must be an integer of at least 1"),
    (
      "max_new_tokens=99999999999999999999",
      "Invalid request: max_new_tokens parameter must be an integer of at least 1"
    ),
    ("details=maybe", "Invalid request: details parameter must be true or false"),
    ("beam_size=40", "Invalid request: beam_size parameter must be an integer from 1 to 32"),
    ("glossary=x", "glossary is not supported yet"),
    ("format=xml", "xml format is not supported"),
    ("priority=x", "Invalid request: priority parameter must be interactive or bulk"),
  ]

  @Test(arguments: values) func `values of a form are checked`(pair: String, message: String) async throws {
    #expect(try await Site().form("q=a&source=en&target=de&" + pair) == .error(message))
  }

  @Test func `numbers and booleans of a form are text`() async throws {
    let answer = try await Site().form(
      "q=a&source=en&target=de&alternatives=0&beam_size=1&max_new_tokens=5&details=true")
    #expect(answer.status == 200)
    #expect(answer.body.contains(#""model":"fake""#))
  }

  @Test func `a malformed form is refused`() async throws {
    #expect(try await Site().form("q=%").body.contains("Malformed form data: pair 1"))
    #expect(try await Site().form("q=a", query: "?x=%ff").status == 400)
    #expect(
      try await Site().form(String(repeating: "a=1&", count: 11_001)) == .error("Too many form fields: at most 11000"))
  }

  @Test(arguments: [nil, "application/x-www-form-urlencoded", "text/plain"])
  func `JSON that curl calls a form is read as JSON`(type: String?) async throws {
    let response = try await Site().send(
      .post, "/translate", type: type, " \n{\"q\":\"a\",\"source\":\"en\",\"target\":\"de\"}")
    #expect(Site.Answer(response) == .ok(#"{"translatedText":"[de] a"}"#))
  }

  @Test(arguments: ["application/json", "Application/JSON; charset=utf-8", "application/ld+json", " application/json "])
  func `a content type that is JSON is JSON`(type: String) async throws {
    let response = try await Site().send(.post, "/translate", type: type, "q=a")
    #expect(Site.Answer(response).body.contains("Invalid JSON format"))
  }

  @Test func `multipart bodies are refused`() async throws {
    let multipart = try await Site().send(.post, "/translate", type: "multipart/form-data; boundary=x", "--x")
    #expect(multipart.status == .unsupportedMediaType)
  }
}
