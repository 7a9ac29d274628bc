import HTTP
import Testing

@Suite struct RouterTests {
  private let router: Router = {
    var router = Router()
    func answer(_ text: String) -> Router.Handler {
      { request, parameters in
        let values = ["id", "name"].compactMap { parameters[$0] }.joined(separator: ",")
        return HTTPResponse(status: .ok, contentType: "text/plain", body: Array("\(text) \(values)".utf8))
      }
    }
    router.on(.get, "/models/{id}", answer("one"))
    router.on(.post, "/translate", answer("translate"))
    router.on(.get, "/models", answer("all"))
    router.on(.get, "/models/ready", answer("ready"))
    router.on(.post, "/models/{id}/{name}", answer("two"))
    router.on(.get, "/", answer("home"))
    router.immediately(.get, "/health") { _, _ in HTTPResponse(status: .ok) }
    return router
  }()

  private func ask(_ method: HTTPMethod, _ target: String) async throws -> (status: Int, body: String, allow: String?) {
    let response = await router.respond(to: try HTTPRequest(method: method, target: target))
    guard case .bytes(let bytes) = response.body else { return (0, "", nil) }
    return (response.status.code, String(decoding: bytes, as: UTF8.self), response.headers[.allow])
  }

  @Test func `literal routes win over parameters`() async throws {
    #expect(try await ask(.get, "/models/ready").body == "ready ")
    #expect(try await ask(.get, "/models/x").body == "one x")
    #expect(try await ask(.get, "/models").body == "all ")
    #expect(try await ask(.get, "/").body == "home ")
    #expect(try await ask(.post, "/models/a/b").body == "two a,b")
  }

  @Test func `parameters are decoded after the path is split`() async throws {
    #expect(try await ask(.get, "/models/a%2Fb%20c").body == "one a/b c")
    #expect(try await ask(.get, "/m%6Fdels").body == "all ")
  }

  @Test func `the query does not matter`() async throws {
    #expect(try await ask(.get, "/models?x=1").body == "all ")
  }

  @Test func `what has no route is 404 as JSON`() async throws {
    for target in ["/nothing", "/models/", "/models//", "/models/a/b/c", "//models", "/translate/"] {
      let answer = try await ask(.get, target)
      #expect(answer.status == 404)
      #expect(answer.body == #"{"error": "Not found"}"#)
    }
  }

  @Test func `another method is 405 and says what is allowed`() async throws {
    let answer = try await ask(.get, "/translate")
    #expect(answer.status == 405 && answer.allow == "OPTIONS, POST")
    #expect(try await ask(.delete, "/models").allow == "GET, HEAD, OPTIONS")
    #expect(try await ask(.head, "/translate").status == 405)
  }

  @Test func `a method that nobody knows is 501`() async throws {
    #expect(try await ask(try #require(HTTPMethod("BREW")), "/models").status == 501)
    #expect(try await ask(try #require(HTTPMethod("get")), "/models").status == 501)
  }

  @Test func `HEAD is answered by GET`() async throws {
    #expect(try await ask(.head, "/models").status == 200)
    #expect(try await ask(.head, "/health").status == 200)
  }

  @Test func `OPTIONS says what is allowed`() async throws {
    let answer = try await ask(.options, "/models/ready")
    #expect(answer.status == 204 && answer.allow == "GET, HEAD, OPTIONS")
    #expect(try await ask(.options, "*").allow == "GET, HEAD, OPTIONS, POST")
    #expect(try await ask(.options, "/nothing").status == 404)
  }

  @Test func `the error body is the owner's and escapes what JSON must`() async throws {
    guard case .bytes(let bytes) = Router.jsonError(.badRequest, "a \"b\" \\ \n é", "/").body else { return }
    #expect(String(decoding: bytes, as: UTF8.self) == #"{"error": "a \"b\" \\ \u000a é"}"#)
    let custom = Router { status, message, path in
      HTTPResponse(status: status, contentType: "text/plain", body: Array("\(path): \(message)".utf8))
    }
    let response = await custom.respond(to: try HTTPRequest(method: .get, target: "/x"))
    guard case .bytes(let text) = response.body else { return }
    #expect(String(decoding: text, as: UTF8.self) == "/x: Not found")
  }
}
