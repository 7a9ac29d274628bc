import Foundation
import HTTP
import HTTPTypes
import Inference
import Service
import Testing

/// POST /summarize as a stream of events, with a service without a model.
struct SummarizeStreamTests {
  /// A service that tells of the progress given, then does `ending`.
  private static func service(
    telling progress: [SummaryProgress],
    ending: @escaping @Sendable (SummarizationRequest) throws(InferenceError) -> Summary = {
      request throws(InferenceError) in Fake.summary(request)
    }
  ) -> InferenceService {
    var service = Fake.service()
    service.summarizeWithProgress = { request, onProgress async throws(InferenceError) in
      for report in progress {
        onProgress(report)
        // So that a reader takes it before the next one comes.
        try? await Task.sleep(for: .milliseconds(120))
      }
      return try ending(request)
    }
    return service
  }

  @Test func `progress, the sentences, then the whole answer`() async throws {
    let site = Site(
      Self.service(telling: [
        SummaryProgress(stage: .reading, done: 1, total: 1), SummaryProgress(stage: .writing, done: 3, total: 14),
      ]))
    let body = #"{"q":"Hé. Ho"}"#
    let stream = try #require(await ReceivedStream(try await site.stream(body, to: "/summarize")))
    #expect(
      stream.events == [
        ReceivedEvent(name: "progress", data: #"{"phase":"reading","done":1,"total":1}"#),
        ReceivedEvent(name: "progress", data: #"{"phase":"writing","done":3,"total":14}"#),
        ReceivedEvent(name: "segment", data: #"{"index":0,"text":"[en] Hé. Ho","source_offsets":[[0,6]],"score":0.5}"#),
        ReceivedEvent(name: "done", data: try await Site().json(body, to: "/summarize").body),
      ])
    #expect(stream.response.headers[.contentType] == "text/event-stream")
  }

  @Test func `details stand in the events too`() async throws {
    let body = #"{"q":"ab","details":true}"#
    let stream = try #require(await ReceivedStream(try await Site().stream(body, to: "/summarize")))
    #expect(
      stream.data("segment") == [
        #"{"index":0,"text":"[en] ab","source_offsets":[[0,2]],"score":0.5,"attention":[{"source_offsets":[1,2],"weight":0.75},{"source_offsets":[0,1],"weight":0.25}],"argmax":[1,2]}"#
      ])
    #expect(stream.data("done") == [try await Site().json(body, to: "/summarize").body])
  }

  @Test func `forms are streamed too`() async throws {
    let request = try HTTP.HTTPRequest(
      method: .post, target: "/summarize?length=short",
      headers: [.accept: "text/event-stream", .contentType: "application/x-www-form-urlencoded"],
      body: Array("q=Hi".utf8))
    let stream = try #require(await ReceivedStream(await Site().router.respond(to: request)))
    #expect(stream.names == ["segment", "done"])
  }

  @Test func `work that was only asked for may still be refused with a status`() async throws {
    let site = Site(
      Self.service(telling: [SummaryProgress(stage: .reading, done: 0, total: 9)]) { _ throws(InferenceError) in
        throw .overloaded(retryAfter: .seconds(7))
      })
    let response = try await site.stream(#"{"q":"a"}"#, to: "/summarize")
    #expect(response.status == .serviceUnavailable && response.headers[.retryAfter] == "7")
    #expect(Site.Answer(response).body.hasPrefix(#"{"error":"#))
  }

  @Test func `an error behind the first progress is the last event`() async throws {
    let site = Site(
      Self.service(telling: [SummaryProgress(stage: .reading, done: 1, total: 9)]) { _ throws(InferenceError) in
        throw .deadlineExceeded
      })
    let stream = try #require(await ReceivedStream(try await site.stream(#"{"q":"a"}"#, to: "/summarize")))
    #expect(stream.names == ["progress", "error"])
    #expect(
      stream.data("error") == [
        #"{"error":"The request took longer than this server allows; send less text at once"}"#
      ])
  }

  @Test(arguments: [
    (#"{}"#, "Invalid request: missing q parameter"),
    (
      #"{"q":"a","length":"short","max_tokens":3}"#,
      "Invalid request: length and max_tokens parameters exclude each other"
    ),
  ])
  func `what is wrong with a request is said as without a stream`(body: String, message: String) async throws {
    #expect(Site.Answer(try await Site().stream(body, to: "/summarize")) == .error(message))
  }

  @Test func `of many reports the first of a stage and ten a second are passed on`() {
    var pace = ProgressPace()
    let start = ContinuousClock.now
    func passes(_ stage: SummaryProgress.Stage, _ done: Int, _ milliseconds: Int) -> Bool {
      pace.lets(SummaryProgress(stage: stage, done: done, total: 1_000), at: start + .milliseconds(milliseconds))
    }
    #expect(passes(.reading, 0, 0) && passes(.reading, 1, 1), "what has only begun keeps nothing back")
    #expect(!passes(.reading, 2, 2) && !passes(.reading, 3, 100) && passes(.reading, 4, 101))
    #expect(passes(.writing, 1, 102) && !passes(.writing, 2, 103) && passes(.translating, 1, 104))
    var count = 0
    for millisecond in 200..<10_200 where passes(.writing, millisecond, millisecond) { count += 1 }
    #expect(count == 100)
  }
}
