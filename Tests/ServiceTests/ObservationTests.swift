import Dispatch
import Foundation
import HTTP
import HTTPTypes
import Inference
import Service
import Synchronization
import TestSupport
import Testing

/// Every way that a request can go is counted and logged, once.
struct ObservationTests {
  /// A server of its own with routes whose answers are streams.
  private final class Watched: Sendable {
    let site: Site
    let server: HTTPServer
    let address: SocketAddress

    init(_ site: Site = Site(), _ routes: [Route] = []) throws {
      self.site = site
      var configuration = ServerConfiguration(port: 0)
      configuration.limits.bodyBytes = 1_000
      configuration.deadlines.head = .milliseconds(100)
      let server = HTTPServer(
        configuration: configuration, router: Routes.router(site.context, Routes.all(site.context) + routes))
      self.server = server
      site.context.observe(server)
      try server.start()
      address = try #require(server.boundAddress)
    }

    /// The value of a series.
    func value(_ series: String) -> Double? {
      let lines = String(decoding: site.context.metrics.render(), as: UTF8.self).split(separator: "\n")
      return lines.first { $0.hasPrefix(series + " ") }?.split(separator: " ").last.flatMap { Double($0) }
    }

    func requests(_ route: String, _ method: String, _ status: Int) -> Double? {
      value("dragoman_http_requests_total{method=\"\(method)\",route=\"\(route)\",status=\"\(status)\"}")
    }

    /// Sends a request and reads until the server closes, on a thread that may wait.
    func exchange(_ text: String) async throws -> String {
      try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global().async {
          continuation.resume(
            with: Result {
              let peer = try Peer(self.address)
              peer.send(text)
              return peer.read { _ in false }
            })
        }
      }
    }
  }

  private static func get(_ path: String, _ method: String = "GET") -> String {
    "\(method) \(path) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
  }

  private static func post(_ path: String, _ body: String) -> String {
    "POST \(path) HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\n"
      + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
  }

  @Test(.timeLimit(.minutes(5))) func `each answer is counted by route, method and status`() async throws {
    let watched = try Watched()
    let body = #"{"q":"a","source":"en","target":"de"}"#
    for _ in 0..<3 { #expect(try await watched.exchange(Self.post("/translate", body)).hasPrefix("HTTP/1.1 200")) }
    for (text, status) in [
      (Self.post("/translate", "{}"), 400), (Self.get("/health"), 200), (Self.get("/languages", "HEAD"), 200),
      (Self.get("/nowhere"), 404), (Self.get("/translate"), 405), (Self.get("/health", "BREW"), 501),
      (Self.post("/translate", String(repeating: " ", count: 1_001)), 413), ("nonsense\r\n\r\n", 400),
      ("GET / HTTP/1.1\r\n", 408),
    ] { #expect(try await watched.exchange(text).hasPrefix("HTTP/1.1 \(status)"), "\(text.prefix(40))") }
    await watched.server.shutdown(deadline: .seconds(60))
    #expect(watched.requests("/translate", "POST", 200) == 3)
    #expect(watched.requests("/translate", "POST", 400) == 1)
    #expect(watched.requests("/health", "GET", 200) == 1)
    #expect(watched.requests("/languages", "HEAD", 200) == 1)
    for status in [404, 405, 501, 413, 400, 408] { #expect(watched.requests("none", "none", status) == 1, "\(status)") }
    for status in [413, 400, 408] {
      #expect(watched.value("dragoman_http_refusals_total{status=\"\(status)\"}") == 1, "\(status)")
    }
    #expect(watched.value("dragoman_http_refusals_total{status=\"404\"}") == nil)
    let labels = #"method="POST",route="/translate",status="200""#
    #expect(watched.value("dragoman_http_request_duration_seconds_count{\(labels)}") == 3)
    #expect(watched.value("dragoman_http_requests_in_flight") == 0)
    #expect(watched.value("dragoman_http_connections_open") == 0)
    #expect(watched.value("dragoman_http_connections_accepted_total") == 12)
  }

  @Test(.timeLimit(.minutes(5))) func `bytes are counted as they go over the wire`() async throws {
    let watched = try Watched()
    let request = Self.get("/version")
    let answer = try await watched.exchange(request)
    await watched.server.shutdown(deadline: .seconds(60))
    #expect(watched.value("dragoman_http_received_bytes_total") == Double(request.utf8.count))
    #expect(watched.value("dragoman_http_sent_bytes_total") == Double(answer.utf8.count))
  }

  /// A route that sends `pieces`, then does what `end` says.
  private static func stream(
    _ pieces: [String], end: @escaping @Sendable (RequestID) async -> Void = { _ in }
  ) -> Route {
    Route(
      .get, "/stream", [200],
      .working { _, id in
        let left = Mutex(pieces[...])
        return HTTP.HTTPResponse(
          status: .ok,
          body: .stream(
            ResponseStream {
              if let piece = left.withLock({ $0.popFirst() }) { return Array(piece.utf8) }
              await end(id)
              return nil
            }))
      })
  }

  private func fields(_ watched: Watched) throws -> [[String: String]] {
    try watched.site.lines.all.map { try JSONDecoder().decode([String: String].self, from: Data($0.utf8)) }
  }

  @Test(.timeLimit(.minutes(5))) func `a stream is counted at its end, with its first piece and its bytes`()
    async throws
  {
    let begun = Flag()
    let mayEnd = Flag()
    let watched = try Watched(
      Site(),
      [
        Self.stream(["12345", "", "678"]) { _ in
          begun.set()
          while !mayEnd.isSet { try? await Task.sleep(for: .milliseconds(2)) }
        }
      ])
    async let answer = watched.exchange(Self.get("/stream"))
    while !begun.isSet { try await Task.sleep(for: .milliseconds(2)) }
    #expect(watched.requests("/stream", "GET", 200) == nil && watched.site.lines.all.isEmpty)
    #expect(watched.value("dragoman_http_requests_in_flight") == 1)
    mayEnd.set()
    #expect(try await answer.hasSuffix("5\r\n12345\r\n3\r\n678\r\n0\r\n\r\n"))
    await watched.server.shutdown(deadline: .seconds(60))
    #expect(watched.requests("/stream", "GET", 200) == 1)
    let labels = #"method="GET",outcome="complete",route="/stream""#
    #expect(watched.value("dragoman_http_streams_total{\(labels)}") == 1)
    #expect(
      watched.value(#"dragoman_http_time_to_first_byte_seconds_count{method="GET",route="/stream"}"#) == 1)
    let line = try #require(try fields(watched).first)
    #expect(line["outcome"] == "complete" && line["bytes_out"] == "8" && line["status"] == "200")
    let whole = try #require(line["duration_ms"].flatMap { Double($0) })
    let first = try #require(line["first_byte_ms"].flatMap { Double($0) })
    #expect(first <= whole)
  }

  @Test(.timeLimit(.minutes(5))) func `a stream whose client has gone says so`() async throws {
    let begun = Flag()
    let watched = try Watched(
      Site(),
      [
        Self.stream(["12345"]) { _ in
          begun.set()
          try? await Task.sleep(for: .seconds(3_600))
        }
      ])
    do {
      let peer = try Peer(watched.address)
      peer.send(Self.get("/stream"))
      while !begun.isSet { try await Task.sleep(for: .milliseconds(2)) }
      withExtendedLifetime(peer) {}
    }
    while watched.site.lines.all.isEmpty { try await Task.sleep(for: .milliseconds(2)) }
    await watched.server.shutdown(deadline: .seconds(60))
    let labels = #"method="GET",outcome="client_gone",route="/stream""#
    #expect(watched.value("dragoman_http_streams_total{\(labels)}") == 1)
    #expect(watched.requests("/stream", "GET", 200) == 1)
    let lines = try fields(watched)
    #expect(lines.count == 1 && lines[0]["outcome"] == "client_gone" && lines[0]["bytes_out"] == "5")
  }

  @Test(.timeLimit(.minutes(5))) func `a stream that HEAD asks for has ended at once`() async throws {
    let watched = try Watched(Site(), [Self.stream(["1"])])
    #expect(try await watched.exchange(Self.get("/stream", "HEAD")).hasPrefix("HTTP/1.1 200"))
    await watched.server.shutdown(deadline: .seconds(60))
    #expect(watched.requests("/stream", "HEAD", 200) == 1)
    let line = try #require(try fields(watched).first)
    #expect(line["method"] == "HEAD" && line["bytes_out"] == "0" && line["outcome"] == nil)
  }

  @Test(.timeLimit(.minutes(5))) func `a stream that had to end early is an error in the log`() async throws {
    let watched = try Watched(Site(), [Self.stream(["1"]) { id in id.report?.failed() }])
    _ = try await watched.exchange(Self.get("/stream"))
    await watched.server.shutdown(deadline: .seconds(60))
    let line = try #require(try fields(watched).first)
    #expect(line["outcome"] == "failed" && line["level"] == "error")
    let labels = #"method="GET",outcome="failed",route="/stream""#
    #expect(watched.value("dragoman_http_streams_total{\(labels)}") == 1)
  }

  @Test func `the line of a translation has its times, segments and tokens`() async throws {
    let site = Site(
      Fake.service(translate: { request async throws(InferenceError) in
        let plain = Fake.translation(request)
        let segments = plain.segments.map {
          SegmentResult(
            index: $0.index, item: $0.item, source: $0.source, target: $0.target, sourceOffsets: $0.sourceOffsets,
            score: nil, flags: [], tokens: TokenCounts(source: 4, target: 7))
        }
        return Translation(texts: plain.texts, segments: segments, model: "fake", timings: Fake.timings)
      }))
    #expect(try await site.json(#"{"q":["a","b"],"source":"en","target":"de"}"#).status == 200)
    let line = try JSONDecoder().decode([String: String].self, from: Data(try #require(site.lines.all.first).utf8))
    #expect(line["queue_ms"] == "0.041" && line["inference_ms"] == "11.302" && line["segments"] == "2")
    #expect(line["source_tokens"] == "8" && line["target_tokens"] == "14" && line["outcome"] == nil)
  }

  @Test func `metrics are answered as Prometheus reads them, and say whether the models are ready`() async throws {
    let loading = Site(Fake.service(readiness: { .loading(models: ["en-x"]) }))
    let response = try await loading.send(.get, "/metrics")
    #expect(response.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
    #expect(Site.Answer(response).body.contains("\ndragoman_ready 0\n"))
    #expect(Site.Answer(try await Site().send(.get, "/metrics")).body.contains("\ndragoman_ready 1\n"))
    let stopping = Site()
    stopping.context.lifecycle.stop()
    #expect(Site.Answer(try await stopping.send(.get, "/metrics")).body.contains("\ndragoman_ready 0\n"))
    #expect(loading.lines.all.isEmpty, "a scrape is logged at debug level only")
  }

  @Test func `what the engine counts is shown by model`() async throws {
    var service = Fake.service()
    service.statistics = {
      EngineStatistics(
        rowLimit: 72, models: [ModelStatistics(model: "en-x")],
        depths: [EngineStatistics.Depth(queue: .generation, priority: .bulk, segments: 5)], refusedUnread: 3)
    }
    let text = Site.Answer(try await Site(service).send(.get, "/metrics")).body
    for line in [
      #"dragoman_queue_segments{priority="bulk",queue="generation"} 5"#, "dragoman_batch_row_limit 72",
      "dragoman_models_ready 1", #"dragoman_batch_rows_bucket{model="en-x",priority="bulk",le="128"} 0"#,
      "dragoman_engine_refused_unread_total 3",
      #"dragoman_queue_wait_seconds_count{model="en-x",priority="interactive"} 0"#,
      #"dragoman_engine_requests_total{model="en-x",outcome="overloaded"} 0"#,
      #"dragoman_target_tokens_total{model="en-x"} 0"#,
    ] { #expect(text.contains("\n\(line)\n"), "\(line)") }
  }
}

/// A client's socket.
private final class Peer {
  private let descriptor: Int32

  init(_ address: SocketAddress) throws {
    descriptor = try LoopbackSocket.connected(port: address.port)
  }

  deinit { close(descriptor) }

  func send(_ text: String) {
    let bytes = Array(text.utf8)
    _ = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
  }

  /// All until the server closes, or `isEnough`.
  func read(until isEnough: (String) -> Bool) -> String {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while !isEnough(String(decoding: bytes, as: UTF8.self)) {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      guard count > 0 else { break }
      bytes += buffer[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
