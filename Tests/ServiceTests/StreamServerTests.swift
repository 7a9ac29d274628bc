import Foundation
import HTTP
import Inference
import Service
import Synchronization
import Testing

/// Streams over sockets: slow readers, errors in the middle, clients that go.
@Suite(.serialized) struct StreamServerTests {
  /// A request that no machine finishes in the time of a test.
  private static let endless: String = {
    let texts = (0..<10_000).map { "\"The house number \($0) is old.\"" }.joined(separator: ",")
    return "{\"q\":[\(texts)],\"source\":\"en\",\"target\":\"de\"}"
  }()

  private final class Counter: Sendable {
    private let value = Atomic<Int>(0)
    var count: Int { value.load(ordering: .sequentiallyConsistent) }
    func add(_ number: Int) { value.wrappingAdd(number, ordering: .sequentiallyConsistent) }
  }

  /// Counts the bytes of a stream that the connection has taken.
  private static func counting(_ produced: Counter, _ inner: Router) -> Router {
    var router = Router()
    router.on(.post, "/translate") { request, _ in
      var response = await inner.respond(to: request)
      guard case .stream(let stream) = response.body else { return response }
      response.body = .stream(
        ResponseStream {
          let chunk = await stream.next()
          produced.add(chunk?.count ?? 0)
          return chunk
        })
      return response
    }
    return router
  }

  @Test func `a slow reader is sent no more than sockets hold, and its work ends before it has read`() async throws {
    let count = 20_000
    let target = String(repeating: "x", count: 1_000)
    let worked = Flag()
    let produced = Counter()
    var service = Fake.service()
    service.translateInParts = { request, onSegment async throws(InferenceError) in
      for index in 0..<count {
        onSegment(
          SegmentResult(
            index: index, item: 0, source: "", target: target, sourceOffsets: 0..<0, score: nil, flags: []))
      }
      worked.set()
      return Fake.translation(request)
    }
    try await EventServer.run(service, router: { Self.counting(produced, $0) }) { server in
      // Larger than what is sent at once: into a smaller window TCP sends by its probes, whose pauses grow to two minutes.
      let client = try EventClient(server, receiveBuffer: 65_536)
      try client.send(EventClient.post("/translate", TranslateStreamTests.hello))
      #expect(try client.head(ahead: 1).first == "HTTP/1.1 200 OK")
      var reader = EventReader()
      while reader.events.count < 20 { reader.read(try #require(try client.chunk(ahead: 1))) }
      // The reader is at the beginning; the work is done all the same, and most of it is not text yet.
      #expect(eventually { worked.isSet })
      var before = -1
      #expect(
        eventually {
          defer { before = produced.count }
          usleep(50_000)
          return before == produced.count
        })
      #expect(produced.count < count * target.utf8.count / 2)
      try client.read(&reader)
      #expect(reader.events.count == count + 1 && reader.events.last?.name == "done")
      #expect(produced.count > count * target.utf8.count)
    }
  }

  @Test func `an answer is read byte by byte as it is read at once`() async throws {
    let body = #"{"q":["Hé","Ho"],"source":"en","target":"de","details":true}"#
    try await EventServer.run(Fake.service()) { server in
      let fast = try EventClient(server)
      let slow = try EventClient(server)
      for client in [fast, slow] { try client.send(EventClient.post("/translate", body)) }
      #expect(try fast.head().contains("Transfer-Encoding: chunked"))
      #expect(try slow.head(ahead: 1).contains("Content-Type: text/event-stream"))
      let whole = try fast.events()
      var reader = EventReader()
      while let chunk = try slow.chunk(ahead: 1) { for byte in chunk { reader.read([byte]) } }
      #expect(reader.events == whole && whole.map(\.name) == ["segment", "segment", "done"])
    }
  }

  @Test func `a client of HTTP 1.0 reads the stream until the connection closes`() async throws {
    try await EventServer.run(Fake.service()) { server in
      let client = try EventClient(server)
      try client.send(EventClient.post("/translate", TranslateStreamTests.hello, version: "1.0"))
      let head = try client.head()
      #expect(head.contains("Connection: close") && !head.contains("Transfer-Encoding: chunked"))
      var reader = EventReader()
      while let byte = try client.byte() { reader.read([byte]) }
      #expect(reader.events.map(\.name) == ["segment", "done"])
    }
  }

  @Test func `streams and plain answers follow each other on one connection`() async throws {
    try await EventServer.run(Fake.service()) { server in
      let client = try EventClient(server)
      for _ in 0..<3 {
        try client.send(EventClient.post("/translate", TranslateStreamTests.hello))
        #expect(try client.head().first == "HTTP/1.1 200 OK")
        #expect(try client.events().map(\.name) == ["segment", "done"])
        try client.send(EventClient.post("/translate", "{}"))
        let head = try client.head()
        #expect(head.first == "HTTP/1.1 400 Bad Request" && head.contains("Content-Type: application/json"))
        let error = #"{"error":"Invalid request: missing q parameter"}"#
        for byte in error.utf8 { #expect(try client.byte() == byte) }
      }
    }
  }

  @Test func `an engine that ends in the middle is an event, and the body ends as it should`() async throws {
    let engine = try await realEngine()
    defer { engine.shutdown() }
    try await EventServer.run(InferenceService(engine)) { server in
      let client = try EventClient(server)
      try client.send(EventClient.post("/translate", Self.endless))
      #expect(try client.head().first == "HTTP/1.1 200 OK")
      var reader = EventReader()
      try client.read(&reader, until: 2)
      engine.shutdown()
      // Reads the last chunk too.
      try client.read(&reader)
      #expect(reader.events.last == ReceivedEvent(name: "error", data: #"{"error":"The server is shutting down"}"#))
      #expect(reader.events.dropLast().allSatisfy { $0.name == "segment" })
      try client.send("GET /health HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(try client.head().first == "HTTP/1.1 200 OK")
    }
  }

  @Test func `a request whose time is over in the middle ends with an event`() async throws {
    let engine = try await realEngine { $0.deadline = .seconds(5) }
    defer { engine.shutdown() }
    try await EventServer.run(InferenceService(engine)) { server in
      let client = try EventClient(server)
      try client.send(EventClient.post("/translate", Self.endless))
      #expect(try client.head().first == "HTTP/1.1 200 OK")
      let events = try client.events()
      #expect(events.count > 1 && events.last?.name == "error")
      #expect(events.last?.data.contains("took longer than this server allows") == true)
      #expect(engine.waitingSegments == 0 && eventually { engine.runningRows == 0 })
    }
  }

  static let leavings: [(way: String, accept: String)] = ["close", "half close", "reset"].flatMap { way in
    [(way, "text/event-stream"), (way, "application/json")]
  }

  /// What a client has sent behind the request that is being answered.
  enum Behind: String, CaseIterable, Sendable {
    case nothing
    case anotherRequest
    /// More than the server reads while an answer is owed, less than the system keeps for it.
    case moreThanIsRead
  }

  @Test(arguments: Behind.allCases)
  func `the segments of a client that has gone leave the batch`(behind: Behind) async throws {
    let engine = try await realEngine()
    defer { engine.shutdown() }
    try await EventServer.run(InferenceService(engine)) { server in
      for (way, accept) in Self.leavings {
        var client: EventClient? = try EventClient(server)
        try client?.send(EventClient.post("/translate", Self.endless, accept: accept))
        #expect(eventually { engine.runningRows > 0 && engine.waitingSegments > 0 })
        switch behind {
        case .nothing: break
        case .anotherRequest: try client?.send("GET /health HTTP/1.1\r\nHost: a\r\n\r\n")
        case .moreThanIsRead:
          try client?.send(String(repeating: "GET /health HTTP/1.1\r\nHost: a\r\n\r\n", count: 2_500))
        }
        if accept == "text/event-stream" {
          #expect(try client?.head().first == "HTTP/1.1 200 OK")
          var reader = EventReader()
          try client?.read(&reader, until: 2)
        }
        switch way {
        case "half close": client?.endOutput()
        case "reset":
          client?.resetOnClose()
          client = nil
        default: client = nil
        }
        #expect(eventually { engine.waitingSegments == 0 && engine.runningRows == 0 }, "\(way), \(accept)")
        #expect(
          eventually { server.statistics.openConnections == 0 && server.statistics.requestsInFlight == 0 },
          "\(way), \(accept)")
        withExtendedLifetime(client) {}
      }
      let next = try EventClient(server)
      try next.send(
        EventClient.post("/translate", #"{"q":"We are very tired.","source":"en","target":"de"}"#))
      _ = try next.head()
      #expect(
        try next.events().last
          == ReceivedEvent(name: "done", data: #"{"translatedText":"Wir sind sehr müde."}"#))
    }
  }

  @Test func `a document whose client has gone is not summarized`() async throws {
    let engine = try await realEngine()
    defer { engine.shutdown() }
    let text = (0..<12_000).map { "The house number \($0) was sold to a family of \($0 % 9) last year. " }.joined()
    let body = "{\"q\":\"\(text)\",\"method\":\"abstractive\"}"
    try await EventServer.run(InferenceService(engine)) { server in
      for way in ["close", "half close", "reset"] {
        var client: EventClient? = try EventClient(server)
        try client?.send(EventClient.post("/summarize", body))
        #expect(eventually { engine.runningRows > 0 })
        switch way {
        case "half close": client?.endOutput()
        case "reset":
          client?.resetOnClose()
          client = nil
        default: client = nil
        }
        #expect(eventually { engine.waitingSegments == 0 && engine.runningRows == 0 }, "\(way)")
        #expect(eventually { server.statistics.openConnections == 0 }, "\(way)")
        withExtendedLifetime(client) {}
      }
    }
  }
}
