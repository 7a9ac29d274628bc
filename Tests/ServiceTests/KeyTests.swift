import Service
import TestSupport
import Testing

@Suite struct KeyTests {
  private let folder: TemporaryFolder
  private let site: Site

  init() throws {
    folder = try TemporaryFolder()
    site = Site(access: AccessControl(keys: try Gate.ring(folder)))
  }

  private func post(
    _ body: String, _ fields: [(String, String)] = [], query: String = "", to path: String = "/translate"
  ) async throws -> Site.Answer {
    Site.Answer(try await site.send(.post, path + query, type: "application/json", body, fields: fields))
  }

  @Test(arguments: ["/translate", "/summarize"]) func `work needs a key, and a wrong one is no key`(path: String)
    async throws
  {
    let text = #"{"q":"a""#
    #expect(try await post(text + "}", to: path) == Gate.needed)
    // What is asked for is looked at only then.
    #expect(try await post("{}", to: path) == Gate.needed)
    for key in [#""""#, "null"] { #expect(try await post(text + ",\"api_key\":\(key)}", to: path) == Gate.needed) }
    for key in [#""ONE""#, #""one ""#, #""old""#, "1", "true", #"["one"]"#, "{}"] {
      #expect(try await post(text + ",\"api_key\":\(key)}", to: path) == Gate.invalid, "\(key)")
    }
    #expect(try await site.form("q=a&api_key=", to: path) == Gate.needed)
    #expect(try await site.form("q=a&api_key=no", to: path) == Gate.invalid)
  }

  @Test func `a key is taken from every place that clients put it in`() async throws {
    #expect(try await post(Gate.body("one")) == Gate.ok)
    #expect(try await post(Gate.body(), query: "?api_key=one") == Gate.ok)
    #expect(try await post(Gate.body(), query: "?x=%20&api_key=o%6Ee") == Gate.ok)
    for value in ["Bearer one", "bearer one", "BEARER  one", "DeepL-Auth-Key one", "deepl-auth-key one"] {
      #expect(try await post(Gate.body(), [("Authorization", value)]) == Gate.ok, "\(value)")
    }
    #expect(try await site.form("q=a&source=en&target=de&api_key=one") == Gate.ok)
    #expect(try await site.form("q=a&source=en&target=de", query: "?api_key=one") == Gate.ok)
    #expect(try await post(#"{"q":"a","length":"short","api_key":"one"}"#, to: "/summarize").status == 200)
  }

  @Test func `the header comes before the query, and that before the body`() async throws {
    #expect(try await post(Gate.body("one"), Gate.bearer("no")) == Gate.invalid)
    #expect(try await post(Gate.body("no"), Gate.bearer("one")) == Gate.ok)
    #expect(try await post(Gate.body("no"), query: "?api_key=one") == Gate.ok)
    #expect(try await post(Gate.body("no"), Gate.bearer("one"), query: "?api_key=no") == Gate.ok)
    // Another scheme is somebody else's.
    #expect(try await post(Gate.body("one"), [("Authorization", "Basic b25lOg==")]) == Gate.ok)
    #expect(try await post(Gate.body("one"), [("Authorization", "Bearer ")]) == Gate.ok)
    #expect(try await post(Gate.body(), [("Authorization", "one")]) == Gate.needed)
    #expect(try await post(Gate.body(), Gate.bearer("one") + Gate.bearer("one")) == Gate.invalid)
  }

  @Test func `a key that cannot be one is refused before the body is read`() async throws {
    #expect(try await post("no JSON", Gate.bearer("no")) == Gate.invalid)
    #expect(try await post("no JSON").body.contains("Invalid JSON format"))
  }

  @Test func `what needs no model needs no key`() async throws {
    for path in ["/languages", "/health", "/ready", "/version", "/openapi.yaml", "/"] {
      #expect(try await site.send(.get, path).status == 200, "\(path)")
    }
  }

  @Test func `without a key file keys are ignored`() async throws {
    let open = Site()
    for key in [#""no""#, "1", "[]"] {
      let answer = try await open.json(#"{"q":"a","source":"en","target":"de","api_key":\#(key)}"#)
      #expect(answer == Gate.ok)
    }
    let answer = try await open.send(
      .post, "/translate?api_key=no", type: "application/json", Gate.body(), fields: Gate.bearer("no"))
    #expect(answer.status == 200)
  }

  @Test func `a ring whose file was never read lets nobody in`() async throws {
    let closed = Site(access: AccessControl(keys: KeyRing(file: folder.path + "/none")))
    #expect(try await closed.json(Gate.body("one")) == Gate.invalid)
    #expect(try await closed.json(Gate.body()) == Gate.needed)
  }

  @Test func `where strangers are allowed a wrong key is still refused`() async throws {
    let site = Site(access: AccessControl(keys: try Gate.ring(folder), anonymous: .allowed))
    #expect(try await site.json(Gate.body()) == Gate.ok)
    #expect(try await site.json(Gate.body("one")) == Gate.ok)
    #expect(try await site.json(Gate.body("no")) == Gate.invalid)
  }

  @Test func `the page asks for a key where one is needed`() async throws {
    let hidden = "<label id=\"key-field\" hidden>"
    #expect(Site.Answer(try await Site().send(.get, "/")).body.contains(hidden))
    #expect(!Site.Answer(try await site.send(.get, "/")).body.contains(hidden))
  }
}
