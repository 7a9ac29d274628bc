import Foundation
import Glibc
import TestSupport
import Testing

/// `dragoman bench`: that it prints what it says it prints. How fast anything is, is no test's business.
@Suite struct BenchTests {
  struct Kernel: Decodable {
    let bench: String
    let kernel: String
    let set: String
    let threads: Int
    let calls: Int
    let us: Double
    let us_min: Double
    let gflops: Double?
    let gb_per_s: Double
    let commit: String
    let cpu: String
    let m: Int?
  }

  @Test func `kernels of every set are timed on every shape`() async throws {
    let outcome = try await Program.run(
      ["bench", "kernels", "--threads", "2", "--seconds", "0"], environment: ["DRAGOMAN_COMMIT": "abc123"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let cases = try outcome.output.split(separator: "\n").map {
      try JSONDecoder().decode(Kernel.self, from: Data($0.utf8))
    }
    let bySet = Dictionary(grouping: cases, by: \.set)
    #expect(bySet["generic"] != nil)
    #expect(Set(bySet.values.map(\.count)).count == 1)
    #expect(
      Set(cases.map(\.kernel)) == [
        "matmul_int8", "matmul_float32", "attention", "layer_norm", "top_tokens_int8",
      ])
    #expect(Set(cases.compactMap { $0.kernel == "matmul_int8" ? $0.m : nil }) == [1, 8, 64])
    for item in cases {
      #expect(item.bench == "kernel" && item.threads == 2 && item.commit == "abc123" && !item.cpu.isEmpty)
      #expect(item.calls > 0 && item.us > 0 && item.us_min > 0 && item.us_min <= item.us, "\(item)")
      #expect(item.gb_per_s > 0 && (item.gflops ?? 1) > 0, "\(item)")
    }
  }

  @Test func `one set is timed where one is named`() async throws {
    let outcome = try await Program.run(["bench", "kernels", "--set", "generic", "--threads", "1", "--seconds", "0"])
    #expect(outcome.output.split(separator: "\n").allSatisfy { $0.contains(#""set":"generic""#) })
    #expect(!outcome.output.isEmpty)
  }

  struct Load: Decodable {
    let bench: String
    let connections: Int
    let rate: Double?
    let seconds: Double
    let requests: Int
    let statuses: [String: Int]
    let failures: [String: Int]
    let unsent: Int?
    let requests_per_s: Double
    let p50_ms: Double
    let p90_ms: Double
    let p95_ms: Double
    let p99_ms: Double
    let max_ms: Double
    let bytes_sent: Int
    let bytes_received: Int
  }

  /// Starts a server, lets `body` use its address once its models are loaded, and ends it.
  private func withServer(_ body: (String) async throws -> Void) async throws {
    let server = try RunningProgram(["serve", "--port", "0"])
    defer { server.send(SIGTERM) }
    var text = ""
    while !text.contains(" (a page") {
      let more = await server.read()
      try #require(!more.isEmpty)
      text += String(decoding: more, as: UTF8.self)
    }
    let address = try #require(text.firstMatch(of: /http:\/\/127\.0\.0\.1:(\d+)/)).output
    while try await Program.run(["health", "--port", String(address.1)]).status != 0 {
      try #require(server.isRunning)
    }
    try await body(String(address.0))
    server.send(SIGTERM)
    #expect(try await server.end().status == 0)
  }

  private func load(_ arguments: [String]) async throws -> (Outcome, Load) {
    let outcome = try await Program.run(["bench", "http"] + arguments)
    return (outcome, try JSONDecoder().decode(Load.self, from: Data(outcome.output.utf8)))
  }

  private func isOrdered(_ load: Load) -> Bool {
    let latencies = [0, load.p50_ms, load.p90_ms, load.p95_ms, load.p99_ms, load.max_ms]
    return load.p50_ms > 0 && zip(latencies, latencies.dropFirst()).allSatisfy { $0 <= $1 }
  }

  @Test func `a running server is asked, as fast as it answers or at a rate`() async throws {
    let folder = try TemporaryFolder()
    let text = try folder.write("sentences.txt", "We are very tired.\n\nGood morning!\n")
    let wrong = try folder.write("wrong.json", #"{"q": "x", "source": "en", "target": "xx"}"#)
    try await withServer { address in
      let url = address + "/translate"
      let (closed, load) = try await load(
        ["--url", url, "--connections", "3", "--duration", "0.5", "--text", text, "--to", "fr"])
      #expect(closed.status == 0 && load.bench == "http" && load.connections == 3 && load.rate == nil)
      #expect(load.requests > 0 && load.statuses == ["200": load.requests] && load.failures.isEmpty, "\(load)")
      #expect(load.requests_per_s > 0 && load.seconds > 0 && isOrdered(load), "\(load)")
      #expect(load.bytes_sent > 100 * load.requests && load.bytes_received > 100 * load.requests)

      let (_, open) = try await self.load(["--url", url, "--rate", "40", "--duration", "0.5", "--body", wrong])
      #expect(open.rate == 40 && open.requests + (open.unsent ?? 0) == 20, "\(open)")
      #expect(open.statuses == ["400": open.requests] && isOrdered(open), "\(open)")
    }
  }

  /// A socket that listens on a port of its own and answers nothing by itself; the caller closes it.
  private func silentListener() throws -> (descriptor: Int32, port: UInt16) {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let port =
      withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
          bind(listener, pointer, size) == 0 && listen(listener, 16) == 0 && getsockname(listener, pointer, &size) == 0
        }
      } ? UInt16(bigEndian: address.sin_port) : 0
    try #require(port > 0)
    return (listener, port)
  }

  @Test(arguments: ["-5", "9223372036854775807", "99999999999999999999", "x", ""])
  func `a server's impossible Content-Length is an error that names it`(length: String) async throws {
    let (listener, port) = try silentListener()
    defer { close(listener) }
    let answering = Thread {
      let connection = accept(listener, nil, nil)
      var request = [UInt8](repeating: 0, count: 4_096)
      _ = recv(connection, &request, request.count, 0)
      let answer = Array("HTTP/1.1 200 OK\r\nContent-Length: \(length)\r\n\r\nabc".utf8)
      _ = send(connection, answer, answer.count, Int32(MSG_NOSIGNAL))
      close(connection)
    }
    answering.start()
    let outcome = try await Program.run(["health", "--port", "\(port)"])
    #expect(outcome.status == 1, "\(outcome)")
    #expect(outcome.errors.contains("Content-Length \(length)"), "\(outcome)")
  }

  /// A server with one connection that answers nothing makes all the requests behind the first one late.
  @Test func `waits that the server causes count from the time a request was due`() async throws {
    let (listener, port) = try silentListener()
    defer { close(listener) }
    // The listener accepts into its backlog and answers nothing: the first request ends with the timeout of 2 s.
    let (outcome, load) = try await load(
      [
        "--url", "http://127.0.0.1:\(port)/", "--connections", "1", "--rate", "5", "--duration", "1", "--timeout", "2",
      ])
    #expect(outcome.status == 1)
    #expect(load.requests == 1 && load.failures.values.reduce(0, +) == 1 && load.statuses.isEmpty, "\(load)")
    #expect(load.unsent == 4 && load.max_ms >= 1_500 && load.p50_ms >= 600, "\(load)")
  }
}
