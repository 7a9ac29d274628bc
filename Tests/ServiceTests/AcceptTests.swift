import Foundation
import HTTP
import HTTPTypes
import Service
import Testing

/// When an answer is a stream (RFC 9110 §12.5.1), and how a stream is written (WHATWG HTML §9.2).
struct AcceptTests {
  static let accepts: [([String], AnswerForm)] = [
    ([], .whole), ([""], .whole), (["*/*"], .whole), (["text/*"], .whole), (["application/json"], .whole),
    (["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"], .whole),
    (["text/event-stream"], .events), (["Text/Event-Stream"], .events), (["  text/event-stream\t"], .events),
    (["text/event-stream;q=0"], .whole), (["text/event-stream;q=0.000, */*"], .whole),
    (["text/event-stream; q=0, application/json; q=0"], .whole),
    (["text/event-stream;q=0.001"], .events), (["text/event-stream;q=0.5, application/json"], .whole),
    (["application/json;q=0.5, text/event-stream"], .events),
    (["application/json;q=0.5, text/event-stream;Q=0.6"], .events),
    (["application/json, text/event-stream"], .whole), (["text/event-stream, application/json"], .events),
    (["application/json;q=0.7,text/event-stream;q=0.7"], .whole),
    (["text/event-stream, */*"], .events), (["*/*, text/event-stream"], .events),
    (["text/event-stream;q=0.5, */*"], .whole), (["text/event-stream;q=0.5, */*;q=0.1"], .events),
    (["application/*, text/event-stream;q=0.9"], .whole),
    (["application/*;q=0.2, */*, text/event-stream;q=0.9"], .events),
    (["application/json;q=0, */*, text/event-stream;q=0.1"], .events),
    (["text/event-stream;charset=utf-8"], .events), (["text/event-stream ; charset=\"utf-8\" ; q=0"], .whole),
    (["text/plain;x=\"a, text/event-stream\", application/json"], .whole),
    (["text/plain;x=\"\\\", text/event-stream;\", application/json;q=0.1, text/event-stream;q=0.2"], .events),
    (["application/json", "text/event-stream"], .whole), (["text/event-stream", "application/json"], .events),
    (["text/event-stream;q=2"], .whole), (["text/event-stream;q=0.1234"], .whole),
    (["text/event-stream;q=1.001"], .whole), (["text/event-stream;q=1.000"], .events),
    (["text/event-stream;q=x"], .whole), (["text/event-stream;q="], .whole), (["text/event-stream;q=-1"], .whole),
    (["text/event-streams"], .whole), (["x-text/event-stream"], .whole), (["text/event-stream/"], .whole),
    ([",,text/event-stream,,"], .events), ([";;;,\"text/event-stream"], .whole),
  ]

  @Test(arguments: accepts)
  func `a stream is sent to whoever names its type and wants it no less than JSON`(
    values: [String], form: AnswerForm
  ) throws {
    var headers = HTTPHeaders()
    for value in values { headers.append(HTTPField(name: .accept, value: value)) }
    let request = try HTTP.HTTPRequest(method: .post, target: "/translate", headers: headers)
    #expect(request.preferredForm == form)
  }

  @Test(arguments: ["/translate", "/summarize"])
  func `both endpoints ask Accept`(path: String) async throws {
    let site = Site()
    let body = Array(#"{"q":"a","source":"en","target":"de"}"#.utf8)
    for (values, form) in Self.accepts {
      var headers: HTTPHeaders = [.contentType: "application/json"]
      for value in values { headers.append(HTTPField(name: .accept, value: value)) }
      let response = await site.router.respond(
        to: try HTTP.HTTPRequest(method: .post, target: path, headers: headers, body: body))
      #expect(response.status == .ok)
      let type = form == .events ? "text/event-stream" : "application/json"
      #expect(response.headers[.contentType] == type, "\(values)")
    }
  }

  @Test func `what Accept says changes nothing of other routes and methods`() async throws {
    let site = Site()
    for (method, path, status) in [
      (HTTPMethod.get, "/translate", 405), (.head, "/translate", 405), (.get, "/health", 200), (.head, "/health", 200),
      (.get, "/languages", 200), (.options, "/translate", 204), (.get, "/nowhere", 404),
    ] {
      let request = try HTTP.HTTPRequest(method: method, target: path, headers: [.accept: "text/event-stream"])
      let response = await site.router.respond(to: request)
      #expect(response.status.code == status)
      #expect(response.headers[.contentType] != "text/event-stream")
    }
  }

  static let texts: [(String, String)] = [
    ("", "event: done\ndata: \n\n"), ("a", "event: done\ndata: a\n\n"), (" a", "event: done\ndata:  a\n\n"),
    ("a\nb", "event: done\ndata: a\ndata: b\n\n"), ("a\r\nb", "event: done\ndata: a\ndata: b\n\n"),
    ("a\rb", "event: done\ndata: a\ndata: b\n\n"), ("\n", "event: done\ndata: \ndata: \n\n"),
    ("a\n\r\nb\r\r", "event: done\ndata: a\ndata: \ndata: b\ndata: \ndata: \n\n"),
    (":a", "event: done\ndata: :a\n\n"), ("é\u{2028}\u{85}😀", "event: done\ndata: é\u{2028}\u{85}😀\n\n"),
  ]

  @Test(arguments: texts)
  func `no data breaks out of its event`(text: String, written: String) {
    var bytes: [UInt8] = []
    EventStream.append(.done, data: Array(text.utf8), to: &bytes)
    #expect(String(decoding: bytes, as: UTF8.self) == written)
    var reader = EventReader()
    reader.read(bytes)
    let read = text.replacingOccurrences(of: "\r\n", with: "\n").replacingOccurrences(of: "\r", with: "\n")
    #expect(reader.events == [ReceivedEvent(name: "done", data: read)])
  }
}
