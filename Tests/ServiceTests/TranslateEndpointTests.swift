import Foundation
import HTTP
import HTTPTypes
import Inference
import Service
import Synchronization
import Testing

struct TranslateEndpointTests {
  static let good = #""source":"en","target":"de""#

  /// LibreTranslate's order: each body has the mistakes of all that follow, too.
  static let ordered: [(String, String)] = [
    (#"{}"#, "Invalid request: missing q parameter"),
    (#"{"q":null}"#, "Invalid request: missing q parameter"),
    (#"{"q":""}"#, "Invalid request: missing q parameter"),
    (#"{"q":[]}"#, "Invalid request: missing q parameter"),
    (#"{"q":"a"}"#, "Invalid request: missing source parameter"),
    (#"{"q":"a","source":""}"#, "Invalid request: missing source parameter"),
    (#"{"q":"a","source":"en","alternatives":"x"}"#, "Invalid request: missing target parameter"),
    (
      #"{"q":"abcdefghijk","source":"zz","target":"yy","alternatives":"x"}"#,
      "Invalid request: alternatives parameter is not a number"
    ),
    (#"{"q":["a","b","c","d"],"source":"zz","target":"yy"}"#, "Invalid request: request (4) exceeds text limit (3)"),
    (#"{"q":"abcdefghijk","source":"zz","target":"yy"}"#, "Invalid request: request (11) exceeds text limit (10)"),
    (#"{"q":["abcdef","ghijk"],"source":"zz","target":"yy"}"#, "Invalid request: request (11) exceeds text limit (10)"),
    (#"{"q":"👩‍👩‍👧‍👦👩‍👩‍👧‍👦","source":"en","target":"de"}"#, "Invalid request: request (14) exceeds text limit (10)"),
    (#"{"q":"a","source":"zz","target":"yy","format":"xml"}"#, "zz is not supported"),
    (#"{"q":"a","source":"en","target":"yy","format":"xml"}"#, "yy is not supported"),
    (#"{"q":"a","source":"de","target":"fr","format":"xml"}"#, "xml format is not supported"),
    (
      #"{"q":"a","source":"de","target":"fr","split":"x"}"#,
      "French (fr) is not available as a target language from German (de)"
    ),
    (
      #"{"q":"a","source":"de","target":"pt-BR"}"#,
      "Portuguese (Brazil) (pt-BR) is not available as a target language from German (de)"
    ),
  ]

  @Test(arguments: ordered)
  func `LibreTranslate's checks are made in its order with its texts`(body: String, message: String) async throws {
    var limits = RequestLimits()
    limits.items = 3
    limits.characters = 10
    #expect(try await Site(limits: limits).json(body) == .error(message))
  }

  static let values: [(String, String)] = [
    (#""q":5"#, "Invalid request: q parameter must be a string or an array of strings"),
    (#""q":{"a":1}"#, "Invalid request: q parameter must be a string or an array of strings"),
    (#""q":true"#, "Invalid request: q parameter must be a string or an array of strings"),
    (#""q":["a",5]"#, "Invalid request: q parameter must be an array of strings only; element 1 is none"),
    (#""q":["a","b",null]"#, "Invalid request: q parameter must be an array of strings only; element 2 is none"),
    (#""q":[["a"]]"#, "Invalid request: q parameter must be an array of strings only; element 0 is none"),
    (#""q":"a","alternatives":true"#, "Invalid request: alternatives parameter is not a number"),
    (#""q":"a","alternatives":[1]"#, "Invalid request: alternatives parameter is not a number"),
    (#""q":"a","alternatives":1e300"#, "Invalid request: alternatives parameter is not a number"),
    (#""q":"a","alternatives":1e999"#, "Invalid request: alternatives parameter is not a number"),
    (#""q":"a","alternatives":32"#, "Invalid request: alternatives parameter must be <= 31"),
    (#""q":"a","alternatives":"10000""#, "Invalid request: alternatives parameter must be <= 31"),
    (#""q":"a","format":"html""#, "format html is not supported yet"),
    (#""q":"a","format":5"#, "Invalid request: format parameter must be text or html"),
    (#""q":"a","glossary":{"a":"b"}"#, "glossary is not supported yet"),
    (#""q":"a","beam_size":33"#, "Invalid request: beam_size parameter must be an integer from 1 to 32"),
    (#""q":"a","beam_size":0"#, "Invalid request: beam_size parameter must be an integer from 1 to 32"),
    (#""q":"a","beam_size":"1""#, "Invalid request: beam_size parameter must be an integer from 1 to 32"),
    (#""q":"a","max_new_tokens":0"#, "Invalid request: max_new_tokens parameter must be an integer of at least 1"),
    (#""q":"a","max_new_tokens":1.5"#, "Invalid request: max_new_tokens parameter must be an integer of at least 1"),
    (#""q":"a","max_new_tokens":1e30"#, "Invalid request: max_new_tokens parameter must be an integer of at least 1"),
    (#""q":"a","split":"word""#, "Invalid request: split parameter must be sentence, paragraph or none"),
    (#""q":"a","split":1"#, "Invalid request: split parameter must be sentence, paragraph or none"),
    (#""q":"a","priority":"high""#, "Invalid request: priority parameter must be interactive or bulk"),
    (#""q":"a","details":"true""#, "Invalid request: details parameter must be true or false"),
    (#""q":"a","details":1"#, "Invalid request: details parameter must be true or false"),
  ]

  @Test(arguments: values)
  func `a value that a field cannot have is refused by the field's name`(members: String, message: String) async throws
  {
    #expect(try await Site().json("{\(Self.good),\(members)}") == .error(message))
  }

  @Test func `source auto is not supported yet`() async throws {
    #expect(
      try await Site().json(#"{"q":"a","source":"auto","target":"de"}"#) == .error("source auto is not supported yet"))
  }

  @Test func `a source or target that is no string is refused`() async throws {
    #expect(
      try await Site().json(#"{"q":"a","source":1,"target":"de"}"#)
        == .error("Invalid request: source parameter must be a language code"))
  }

  static let accepted: [(String, String)] = [
    (#"{"q":"Hi","source":"en","target":"de"}"#, #"{"translatedText":"[de] Hi"}"#),
    (#"{"q":["Hi","Ho"],"source":"en","target":"de"}"#, #"{"translatedText":["[de] Hi","[de] Ho"]}"#),
    (#"{"q":["Hi"],"source":"en","target":"de"}"#, #"{"translatedText":["[de] Hi"]}"#),
    (#"{"q":[""],"source":"en","target":"en"}"#, #"{"translatedText":[""]}"#),
    (#"{"q":"Hi","source":"EN","target":"De-AT"}"#, #"{"translatedText":"[de] Hi"}"#),
    (#"{"q":"Oi","source":"pt-BR","target":"en_GB"}"#, #"{"translatedText":"[en] Oi"}"#),
    (#"{"q":"Oi","source":"pb","target":"en"}"#, #"{"translatedText":"[en] Oi"}"#),
    (#"{"q":" \n ","source":"en","target":"en"}"#, #"{"translatedText":" \n "}"#),
    (#"{"q":"same","source":"de","target":"DE-de","unknown":{"x":[1]}}"#, #"{"translatedText":"same"}"#),
    (
      #"{"q":"a","source":"en","target":"de","alternatives":null,"format":null,"details":null,"split":null,"priority":null,"glossary":null,"beam_size":null,"max_new_tokens":null,"api_key":null}"#,
      #"{"translatedText":"[de] a"}"#
    ),
    (
      #"{"q":"a","source":"en","target":"de","alternatives":-3,"format":"text","api_key":"k","secret":5,"beam_size":1.0}"#,
      #"{"translatedText":"[de] a"}"#
    ),
    (
      #"{"q":"/\"\\\u0000\u001f\n\r\té€😀\u2028<","source":"en","target":"en"}"#,
      "{\"translatedText\":\"/\\\"\\\\\\u0000\\u001f\\n\\r\\té€😀\u{2028}<\"}"
    ),
  ]

  @Test(arguments: accepted)
  func `an answer is the same to the byte`(body: String, answer: String) async throws {
    #expect(try await Site().json(body) == .ok(answer))
  }

  @Test func `details tell of segments, model and times`() async throws {
    #expect(
      try await Site().json(#"{"q":"Hé","source":"en","target":"de","details":true}"#)
        == .ok(
          #"{"translatedText":"[de] Hé","details":[{"source":"Hé","target":"[de] Hé","source_offsets":[0,2],"score":-0.25,"flags":[],"alignment":[[0,2,5,6,0.75]]}],"model":"fake","timings":{"queue_ms":0.041,"inference_ms":11.302,"total_ms":11.533}}"#
        ))
    #expect(
      try await Site().json(#"{"q":["a","b"],"source":"en","target":"de","details":true}"#)
        == .ok(
          #"{"translatedText":["[de] a","[de] b"],"details":[[{"source":"a","target":"[de] a","source_offsets":[0,1],"score":-0.25,"flags":[],"alignment":[[0,1,5,6,0.75]]}],[{"source":"b","target":"[de] b","source_offsets":[0,1],"score":-0.25,"flags":[],"alignment":[[0,1,5,6,0.75]]}]],"model":"fake","timings":{"queue_ms":0.041,"inference_ms":11.302,"total_ms":11.533}}"#
        ))
    #expect(
      try await Site().json(#"{"q":["a","b"],"source":"en","target":"en","details":true}"#)
        == .ok(
          #"{"translatedText":["a","b"],"details":[[],[]],"model":null,"timings":{"queue_ms":0.000,"inference_ms":0.000,"total_ms":0.000}}"#
        ))
  }

  @Test func `alternatives have the shape of q, and scores with details`() async throws {
    #expect(
      try await Site().json(#"{"q":"a","source":"en","target":"de","alternatives":2}"#)
        == .ok(#"{"translatedText":"[de] a","alternatives":["0 [de] a","1 [de] a"]}"#))
    #expect(
      try await Site().json(#"{"q":["a","b"],"source":"en","target":"de","alternatives":"1"}"#)
        == .ok(#"{"translatedText":["[de] a","[de] b"],"alternatives":[["0 [de] a"],["0 [de] b"]]}"#))
    #expect(
      try await Site().json(#"{"q":["a","b"],"source":"de","target":"de","alternatives":1}"#)
        == .ok(#"{"translatedText":["a","b"],"alternatives":[[],[]]}"#))
    let detailed = try await Site().json(#"{"q":"a","source":"en","target":"de","alternatives":1,"details":true}"#)
    #expect(
      detailed.body.contains(
        #""flags":[],"alignment":[[0,1,5,6,0.75]],"alternatives":[{"target":"0 [de] a","score":-0.5}]}"#))
  }

  @Test func `a truncated segment shows without details`() async throws {
    let service = Fake.service(translate: { request async throws(InferenceError) in
      Fake.translation(request, flags: [.truncated, .lengthRatio])
    })
    #expect(
      try await Site(service).json(#"{"q":"a","source":"en","target":"de"}"#)
        == .ok(#"{"translatedText":"[de] a","truncated":true}"#))
    let detailed = try await Site(service).json(#"{"q":"a","source":"en","target":"de","details":true}"#)
    #expect(detailed.body.contains(#""flags":["truncated","length_ratio"]"#))
  }

  @Test func `the engine gets what was asked for`() async throws {
    let seen: Mutex<TranslationRequest?> = Mutex(nil)
    let service = Fake.service(translate: { request async throws(InferenceError) in
      seen.withLock { $0 = request }
      return Fake.translation(request)
    })
    _ = try await Site(service).json(
      #"{"q":["a"],"source":"en","target":"de","split":"none","max_new_tokens":7,"priority":"bulk","details":true,"beam_size":6,"alternatives":3}"#
    )
    let request = try #require(seen.withLock { $0 })
    #expect(request.texts == ["a"] && request.source == "en" && request.target == "de")
    #expect(request.split == .none && request.maxNewTokens == 7 && request.priority == .bulk)
    #expect(request.detail == .aligned && request.beamSize == 6 && request.alternatives == 3)
  }

  static let malformed: [(String, String)] = [
    (#"{"q":"a",}"#, #"at byte 9: a name in double quotes is expected"#), ("", "at byte 0: the text ends too early"),
    (#"["q"]"#, "the text is not an object"), ("5", "the text is not an object"), ("null", "the text is not an object"),
    (#"{"q":"\ud800"}"#, "at byte 6: an escaped surrogate lacks its other half"),
  ]

  @Test(arguments: malformed)
  func `malformed JSON is refused with LibreTranslate's text and the place`(body: String, detail: String) async throws {
    #expect(
      try await Site().json(body)
        == Site.Answer(status: 400, body: #"{"error":"Invalid JSON format","detail":""# + detail + #""}"#))
  }

  static let engineErrors: [(InferenceError, Int, String?)] = [
    (.notReady(reason: "x"), 503, "1"), (.modelsFailed(reason: "x"), 503, "60"),
    (.overloaded(retryAfter: .milliseconds(1)), 503, "1"),
    (.overloaded(retryAfter: .milliseconds(2_100)), 503, "3"), (.shuttingDown, 503, "5"),
    (.unsupportedPair(source: "en", target: "de"), 400, nil), (.deadlineExceeded, 504, nil), (.cancelled, 499, nil),
    (.failed(reason: "/secret/folder"), 500, nil), (.noModel(task: .salience), 400, nil),
  ]

  @Test(arguments: engineErrors)
  func `an error of the engine has its status`(error: InferenceError, status: Int, retryAfter: String?) async throws {
    let service = Fake.service(translate: { _ async throws(InferenceError) in throw error })
    let response = try await Site(service).send(
      .post, "/translate", type: "application/json", #"{"q":"a","source":"en","target":"de"}"#)
    #expect(response.status.code == status)
    #expect(response.headers[.retryAfter] == retryAfter)
    #expect(Site.Answer(response).body.hasPrefix(#"{"error":""#))
    #expect(!Site.Answer(response).body.contains("secret"))
  }

  @Test func `a long code is not sent back whole`() async throws {
    let code = String(repeating: "z", count: 100_000)
    let answer = try await Site().json(#"{"q":"a","source":""# + code + #"","target":"de"}"#)
    #expect(answer == .error(String(repeating: "z", count: 40) + "… is not supported"))
  }

  @Test func `before models are ready a request that is wrong is still told so`() async throws {
    let site = Site(Fake.service(readiness: { .loading(models: ["en-x"]) }))
    #expect(try await site.json(#"{"q":"a"}"#) == .error("Invalid request: missing source parameter"))
    #expect(
      try await site.json(#"{"q":"a","source":"en","target":"de"}"#)
        == .error("Not ready: loading en-x", 503))
  }
}
