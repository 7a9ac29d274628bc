import Foundation
import HTTP
import Inference
import Kernels
import Service
import TestSupport
import Testing

/// What a stream says is what the plain answer says, with real models.
struct StreamEqualityTests {
  private static func json(_ text: String) throws -> String {
    String(decoding: try JSONEncoder().encode(text), as: UTF8.self)
  }

  /// An answer without its times, the only part that may differ.
  private static func timeless(_ answer: String) -> String {
    answer.replacing(/"timings":\{[^}]*\}/, with: "")
  }

  private struct Segment: Decodable {
    let index: Int
    let item: Int
    let source: String
    let target: String
    let source_offsets: [Int]
    let score: Double
    let flags: [String]
  }

  /// Puts a text together out of the events of its segments and what stands between them in the source.
  private static func assembled(_ text: String, _ segments: [Segment]) -> String {
    let scalars = Array(text.unicodeScalars)
    func slice(_ range: Range<Int>) -> String {
      var part = String.UnicodeScalarView()
      part.append(contentsOf: scalars[range])
      return String(part)
    }
    var whole = ""
    var end = 0
    for segment in segments {
      whole += slice(end..<segment.source_offsets[0]) + segment.target
      end = segment.source_offsets[1]
    }
    return whole + slice(end..<scalars.count)
  }

  private func check(_ body: String, _ path: String, _ site: Site) async throws -> ReceivedStream {
    let plain = try await site.json(body, to: path)
    #expect(plain.status == 200)
    let stream = try #require(await ReceivedStream(try await site.stream(body, to: path)))
    #expect(stream.events.last?.name == "done")
    #expect(stream.data("done").map(Self.timeless) == [Self.timeless(plain.body)])
    #expect(stream.names.drop { $0 == "progress" }.dropLast().allSatisfy { $0 == "segment" })
    return stream
  }

  private static func bodies(_ sentences: [String]) throws -> [String] {
    let text = try json(sentences[..<6].joined(separator: " \n\n "))
    let array = try sentences[6..<10].map(json).joined(separator: ",")
    let common = #""source":"en","target":"de""#
    return [
      "{\"q\":\(text),\(common)}", "{\"q\":\(text),\(common),\"details\":true,\"alternatives\":2}",
      "{\"q\":\(text),\"source\":\"en\",\"target\":\"fr\",\"beam_size\":1}",
      "{\"q\":[\(array),\" \"],\(common),\"alternatives\":1}",
      "{\"q\":[\(array)],\(common),\"beam_size\":1,\"details\":true,\"max_new_tokens\":4}",
      "{\"q\":\(text),\(common),\"split\":\"none\",\"beam_size\":2}",
    ]
  }

  @Test func `the last event is the plain answer, alone and beside others`() async throws {
    let engine = try await realEngine()
    defer { engine.shutdown() }
    let site = Site(InferenceService(engine))
    let bodies = try Self.bodies(try RealText.sentences())
    for body in bodies { _ = try await check(body, "/translate", site) }
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      for body in bodies + bodies { tasks.addTask { _ = try await check(body, "/translate", site) } }
      try await tasks.waitForAll()
    }
  }

  @Test func `the segments come in order and are the answer's text`() async throws {
    let engine = try await realEngine()
    defer { engine.shutdown() }
    let text = "  " + (try RealText.sentences())[..<8].joined(separator: " \n\n 😀 ") + "\n"
    let body = "{\"q\":\(try Self.json(text)),\"source\":\"en\",\"target\":\"es\",\"beam_size\":1}"
    let stream = try await check(body, "/translate", Site(InferenceService(engine)))
    let segments = try stream.data("segment").map { try JSONDecoder().decode(Segment.self, from: Data($0.utf8)) }
    #expect(segments.count >= 8)
    #expect(segments.map(\.index) == Array(segments.indices) && segments.allSatisfy { $0.item == 0 && $0.score < 0 })
    let done = try #require(stream.events.last)
    let answer = try JSONDecoder().decode([String: String].self, from: Data(done.data.utf8))
    #expect(answer["translatedText"] == Self.assembled(text, segments))
  }

  static let summaries = [
    #""length":"short""#, #""max_sentences":2,"details":true"#, #""method":"extractive","max_tokens":30"#,
    #""method":"abstractive","details":true"#, #""max_sentences":3,"target":"fr""#,
    #""query":"weather","details":true"#,
  ]

  @Test func `a summary's last event is the plain answer, its segments are the sentences`() async throws {
    let engine = try await realEngine()
    defer { engine.shutdown() }
    let site = Site(InferenceService(engine))
    let text = try Self.json((try RealText.sentences())[..<40].joined(separator: " "))
    for members in Self.summaries {
      let stream = try await check("{\"q\":\(text),\(members)}", "/summarize", site)
      #expect(stream.data("progress").count >= 1)
      let joined = stream.data("segment").map { $0.replacing(/^\{"index":\d+,/, with: "{") }.joined(separator: ",")
      #expect(stream.events.last?.data.contains("\"sentences\":[\(joined)],") == true, "\(members)")
    }
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      for members in Self.summaries {
        tasks.addTask { _ = try await check("{\"q\":\(text),\(members)}", "/summarize", site) }
      }
      try await tasks.waitForAll()
    }
  }

  @Test func `a T5 model's translations and summaries are the same as a stream`() async throws {
    let parent = try TemporaryFolder()
    for source in ["t5-tasks", "tokenizers/t5"] {
      for name in try FileManager.default.contentsOfDirectory(atPath: Fixtures.url(source).path)
      where name.hasSuffix(".json") || name.hasSuffix(".safetensors") {
        try parent.write("model/\(name)", try Fixtures.bytes("\(source)/\(name)"))
      }
    }
    try parent.write(
      "model/model.json",
      #"{"id":"t5","task":"summarization","architecture":"t5","files":[],"#
        + #""languages":[{"from":"en","to":"en"},{"from":"en","to":"de"}]}"#)
    let engine = try await realEngine {
      $0.modelsFolder = parent.path
      $0.quantization = .float32
    }
    defer { engine.shutdown() }
    let site = Site(InferenceService(engine))
    let text = try Self.json("The house is old. We are tired! It rained for three days, and nobody went out.")
    _ = try await check("{\"q\":\(text),\"source\":\"en\",\"target\":\"de\"}", "/translate", site)
    _ = try await check("{\"q\":\(text),\"method\":\"abstractive\"}", "/summarize", site)
  }
}
