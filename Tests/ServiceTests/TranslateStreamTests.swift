import Foundation
import HTTP
import HTTPTypes
import Inference
import Service
import Synchronization
import Testing

/// POST /translate as a stream of events, with a service without a model.
struct TranslateStreamTests {
  static let hello = #"{"q":"Hi","source":"en","target":"de"}"#

  /// A service that tells of the segments given, then does `ending`.
  static func service(
    telling count: Int = 1,
    ending: @escaping @Sendable (TranslationRequest) async throws(InferenceError) -> Translation = {
      request async throws(InferenceError) in Fake.translation(request)
    }
  ) -> InferenceService {
    var service = Fake.service()
    service.translateInParts = { request, onSegment async throws(InferenceError) in
      let segments = Fake.translation(request).segments
      for index in 0..<count { onSegment(segments[index % segments.count]) }
      return try await ending(request)
    }
    return service
  }

  @Test func `each segment is an event, and the last event is the whole answer`() async throws {
    let stream = try #require(
      await ReceivedStream(try await Site().stream(#"{"q":["Hé","b"],"source":"en","target":"de"}"#)))
    #expect(
      stream.events == [
        ReceivedEvent(
          name: "segment",
          data:
            #"{"index":0,"item":0,"source":"Hé","target":"[de] Hé","source_offsets":[0,2],"score":-0.25,"flags":[]}"#),
        ReceivedEvent(
          name: "segment",
          data: #"{"index":1,"item":1,"source":"b","target":"[de] b","source_offsets":[0,1],"score":-0.25,"flags":[]}"#),
        ReceivedEvent(name: "done", data: #"{"translatedText":["[de] Hé","[de] b"]}"#),
      ])
    #expect(stream.response.status == .ok && stream.comments == 0)
    let headers = stream.response.headers
    #expect(headers[.contentType] == "text/event-stream" && headers[.cacheControl] == "no-store")
    #expect(headers[HTTPHeaderName(literal: "X-Accel-Buffering")] == "no")
    #expect(headers[.accessControlAllowOrigin] == "*" && headers[HTTPHeaderName(literal: "X-Request-Id")] != nil)
  }

  @Test func `details and alternatives stand in the events where they stand in the answer`() async throws {
    let plain = try #require(
      await ReceivedStream(try await Site().stream(#"{"q":"a","source":"en","target":"de","alternatives":1}"#)))
    #expect(plain.data("segment").allSatisfy { !$0.contains("alternatives") && !$0.contains("alignment") })
    #expect(plain.data("done") == [#"{"translatedText":"[de] a","alternatives":["0 [de] a"]}"#])
    let body = #"{"q":"a","source":"en","target":"de","alternatives":1,"details":true}"#
    let detailed = try #require(await ReceivedStream(try await Site().stream(body)))
    #expect(
      detailed.data("segment") == [
        #"{"index":0,"item":0,"source":"a","target":"[de] a","source_offsets":[0,1],"score":-0.25,"flags":[],"alignment":[[0,1,5,6,0.75]],"alternatives":[{"target":"0 [de] a","score":-0.5}]}"#
      ])
    #expect(detailed.data("done") == [try await Site().json(body).body])
  }

  @Test func `what stays as it is has one event`() async throws {
    let stream = try #require(
      await ReceivedStream(try await Site().stream(#"{"q":"a","source":"de","target":"de"}"#)))
    #expect(stream.events == [ReceivedEvent(name: "done", data: #"{"translatedText":"a"}"#)])
  }

  @Test func `forms and queries are streamed too`() async throws {
    let headers: HTTPHeaders = [.accept: "text/event-stream", .contentType: "application/x-www-form-urlencoded"]
    for (target, body) in [
      ("/translate", "q=Hi&source=en&target=de"), ("/translate?q=Hi&source=en&target=de", ""),
      ("/translate?source=en", "q=Hi&target=de"),
    ] {
      let request = try HTTP.HTTPRequest(method: .post, target: target, headers: headers, body: Array(body.utf8))
      let stream = try #require(await ReceivedStream(await Site().router.respond(to: request)))
      #expect(stream.names == ["segment", "done"])
      #expect(stream.data("done") == [#"{"translatedText":"[de] Hi"}"#])
    }
  }

  @Test(arguments: TranslateEndpointTests.ordered)
  func `what is wrong with a request is said as without a stream`(body: String, message: String) async throws {
    var limits = RequestLimits()
    limits.items = 3
    limits.characters = 10
    #expect(Site.Answer(try await Site(limits: limits).stream(body)) == .error(message))
  }

  @Test(arguments: TranslateEndpointTests.engineErrors)
  func `an error before the first event is an answer with its status`(
    error: InferenceError, status: Int, retryAfter: String?
  ) async throws {
    let site = Site(Self.service(telling: 0) { _ async throws(InferenceError) in throw error })
    let response = try await site.stream(Self.hello)
    #expect(response.status.code == status && response.headers[.retryAfter] == retryAfter)
    #expect(response.headers[.contentType] == "application/json")
    #expect(Site.Answer(response).body.hasPrefix(#"{"error":""#))
  }

  @Test(arguments: TranslateEndpointTests.engineErrors)
  func `an error behind the first event is the last event`(
    error: InferenceError, status: Int, retryAfter: String?
  ) async throws {
    let site = Site(Self.service(telling: 2) { _ async throws(InferenceError) in throw error })
    let stream = try #require(await ReceivedStream(try await site.stream(Self.hello)))
    #expect(stream.names == ["segment", "segment", "error"])
    let plain = Site(Fake.service(translate: { _ async throws(InferenceError) in throw error }))
    #expect(stream.data("error") == [try await plain.json(Self.hello).body])
    if case .failed = error { #expect(site.lines.all.contains { $0.contains("translation failed") }) }
  }

  @Test func `before models are ready a stream is an error with its status`() async throws {
    let site = Site(Fake.service(readiness: { .loading(models: ["en-x"]) }))
    #expect(Site.Answer(try await site.stream(Self.hello)) == .error("Not ready: loading en-x", 503))
  }

  @Test(.timeLimit(.minutes(5)))
  func `what takes long gets its head and a comment, and then an error is an event`() async throws {
    let mayEnd = Flag()
    let service = Self.service(telling: 0) { _ async throws(InferenceError) in
      while !mayEnd.isSet { await Task.yield() }
      throw .deadlineExceeded
    }
    var context = ServiceContext(service: service, logger: Fake.Lines().logger())
    context.patience.head = .milliseconds(50)
    context.patience.silence = .milliseconds(50)
    let request = try HTTP.HTTPRequest(
      method: .post, target: "/translate", headers: Site.eventsOnly, body: Array(Self.hello.utf8))
    let response = await Routes.router(context).respond(to: request)
    guard case .stream(let body) = response.body else {
      Issue.record("no stream")
      return
    }
    var reader = EventReader()
    for _ in 0..<3 { reader.read(try #require(await body.next())) }
    #expect(reader.comments == 3 && reader.events.isEmpty)
    mayEnd.set()
    while let bytes = await body.next() { reader.read(bytes) }
    #expect(reader.events.map(\.name) == ["error"])
  }

  @Test(.timeLimit(.minutes(5)))
  func `the work is cancelled when the body is let go, and when its reader is cancelled`() async throws {
    let begun = Flag()
    let cancelled = Flag()
    let service = Self.service(telling: 1) { request async throws(InferenceError) in
      begun.set()
      while !Task.isCancelled { try? await Task.sleep(for: .milliseconds(5)) }
      cancelled.set()
      throw .cancelled
    }
    let site = Site(service)
    do {
      let response = try await site.stream(Self.hello)
      #expect(response.status == .ok)
      while !begun.isSet { await Task.yield() }
      #expect(!cancelled.isSet)
    }
    while !cancelled.isSet { try await Task.sleep(for: .milliseconds(5)) }

    let waiting = Flag()
    let stopped = Flag()
    let silent = Self.service(telling: 0) { request async throws(InferenceError) in
      waiting.set()
      while !Task.isCancelled { try? await Task.sleep(for: .milliseconds(5)) }
      stopped.set()
      throw .cancelled
    }
    let task = Task { try await Site(silent).stream(Self.hello) }
    while !waiting.isSet { await Task.yield() }
    task.cancel()
    _ = try await task.value
    while !stopped.isSet { try await Task.sleep(for: .milliseconds(5)) }
  }
}
