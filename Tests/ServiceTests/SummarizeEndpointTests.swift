import Foundation
import HTTP
import HTTPTypes
import Inference
import Service
import Synchronization
import Testing

struct SummarizeEndpointTests {
  private func json(_ body: String, _ site: Site = Site()) async throws -> Site.Answer {
    try await site.json(body, to: "/summarize")
  }

  private func asked(_ send: (Site) async throws -> Site.Answer) async throws -> SummarizationRequest {
    try await Fake.askedForSummary(send)
  }

  @Test func `an answer is the same to the byte`() async throws {
    #expect(
      try await json(#"{"q":"Hé. \"Ho\""}"#)
        == .ok(
          #"{"summary":"[en] Hé. \"Ho\"","sentences":[{"text":"[en] Hé. \"Ho\"","source_offsets":[[0,8]],"score":0.5}],"coverage":{"chunks":1,"source_sentences":3,"covered_sentences":2},"method_used":"extractive","reason":"A fake.","flags":[],"model":null}"#
        ))
  }

  @Test func `details tell what a sentence rests on`() async throws {
    let answer = try await json(#"{"q":"ab","details":true}"#)
    #expect(
      answer.body.contains(
        #""score":0.5,"attention":[{"source_offsets":[1,2],"weight":0.75},{"source_offsets":[0,1],"weight":0.25}],"argmax":[1,2]}]"#
      ), "\(answer)")
  }

  /// A summary of one sentence that rests on the places given.
  private static func summary(
    _ method: SummaryMethod, places: [Range<Int>], score: Float? = nil, flags: [SummaryFlag] = []
  ) -> Summary {
    Summary(
      text: "A.", sentences: [SummarySentence(text: "A.", sourceOffsets: places, score: score)],
      coverage: SummaryCoverage(chunks: 2, sourceSentences: 9, coveredSentences: 9), method: method, reason: "R.",
      flags: flags, model: "small")
  }

  @Test func `a written summary names its model, places and flags, and what is not known is null`() async throws {
    let written = Self.summary(
      .abstractive, places: [0..<4, 9..<12], flags: [.unsupportedNumber, .shortText])
    let site = Site(Fake.service(summarize: { _ async throws(InferenceError) in written }))
    #expect(
      try await json(#"{"q":"a","details":true}"#, site)
        == .ok(
          #"{"summary":"A.","sentences":[{"text":"A.","source_offsets":[[0,4],[9,12]],"score":null,"attention":[],"argmax":null}],"coverage":{"chunks":2,"source_sentences":9,"covered_sentences":9},"method_used":"abstractive","reason":"R.","flags":["unsupported_number","short_text"],"model":"small"}"#
        ))
  }

  @Test func `the hard choice of a chosen sentence is its own place`() async throws {
    let chosen = Self.summary(.extractive, places: [5..<7], score: 1)
    let site = Site(Fake.service(summarize: { _ async throws(InferenceError) in chosen }))
    let answer = try await json(#"{"q":"a","details":true}"#, site)
    #expect(answer.body.contains(#""score":1.0,"attention":[],"argmax":[5,7]}"#), "\(answer)")
  }

  @Test func `the defaults are medium, auto, English, no query, interactive, plain`() async throws {
    for body in [
      #"{"q":"a"}"#,
      #"{"q":"a","length":null,"max_sentences":null,"max_tokens":null,"method":null,"query":null,"language":null,"target":null,"details":null,"priority":null,"api_key":null,"unknown":[1]}"#,
      #"{"q":"a","query":"","language":"","target":"","details":false,"api_key":"k"}"#, #"{"q":"a","query":" \n"}"#,
    ] {
      let request = try await asked { try await json(body, $0) }
      #expect(request.text == "a" && request.length == .medium && request.method == .automatic, "\(body)")
      #expect(request.query == nil && request.language == "en" && request.target == "en", "\(body)")
      #expect(request.priority == .interactive && request.detail == .plain, "\(body)")
    }
  }

  @Test func `the engine gets what was asked for`() async throws {
    let request = try await asked {
      try await json(
        #"{"q":" a b ","max_sentences":7,"method":"extractive","query":"b c","language":"EN-gb","target":"De_AT","details":true,"priority":"bulk"}"#,
        $0)
    }
    #expect(request.text == " a b " && request.length == .sentences(7) && request.method == .extractive)
    #expect(request.query == "b c" && request.language == "en" && request.target == "de")
    #expect(request.priority == .bulk && request.detail == .attention)
  }

  static let lengths: [(String, SummaryLength)] = [
    (#""length":"short""#, .short), (#""length":"medium""#, .medium), (#""length":"long""#, .long),
    (#""max_sentences":1"#, .sentences(1)), (#""max_sentences":10000.0"#, .sentences(10_000)),
    (#""max_tokens":1"#, .tokens(1)), (#""max_tokens":1e5"#, .tokens(100_000)),
    (#""length":null,"max_tokens":5"#, .tokens(5)),
  ]

  @Test(arguments: lengths) func `a length is asked for in one of three ways`(members: String, length: SummaryLength)
    async throws
  {
    #expect(try await asked { try await json(#"{"q":"a",\#(members)}"#, $0) }.length == length)
  }

  static let languages: [(String, String, String)] = [
    (#""language":"de""#, "de", "de"), (#""language":"DE-ch","target":"EN""#, "de", "en"),
    (#""language":"sv-SE""#, "sv-se", "sv-se"), (#""language":"SV","target":"sv""#, "sv", "sv"),
    (#""language":"pt-BR","target":"en""#, "pb", "en"), (#""language":"es-419""#, "es", "es"),
    (#""target":"fr""#, "en", "fr"),
  ]

  @Test(arguments: languages)
  func `a language is known in any case and region, and one without a model stays as it is`(
    members: String, language: String, target: String
  ) async throws {
    let request = try await asked { try await json(#"{"q":"a",\#(members)}"#, $0) }
    #expect(request.language == language && request.target == target)
  }

  /// Each body has the mistakes of all that follow, too.
  static let ordered: [(String, String)] = [
    (#"{"length":"x","max_tokens":0}"#, "Invalid request: missing q parameter"),
    (#"{"q":null,"length":"x"}"#, "Invalid request: missing q parameter"),
    (#"{"q":"","length":"x"}"#, "Invalid request: missing q parameter"),
    (#"{"q":[],"length":"x"}"#, "Invalid request: missing q parameter"),
    (#"{"q":["a"],"length":"x"}"#, "Invalid request: q parameter must be a string"),
    (#"{"q":"abcdefghijk","length":"x"}"#, "Invalid request: request (11) exceeds text limit (10)"),
    (#"{"q":"👩‍👩‍👧‍👦👩‍👩‍👧‍👦","length":"x"}"#, "Invalid request: request (14) exceeds text limit (10)"),
    (#"{"q":" \n\u00a0","length":"x"}"#, "Invalid request: q parameter must be a text with at least one word"),
    (
      #"{"q":"a","length":"x","max_sentences":0}"#,
      "Invalid request: length and max_sentences parameters exclude each other"
    ),
    (#"{"q":"a","length":"x","method":"y"}"#, "Invalid request: length parameter must be short, medium or long"),
    (
      #"{"q":"a","method":"y","query":5}"#,
      "Invalid request: method parameter must be abstractive, extractive or auto"
    ),
    (
      #"{"q":"a","query":5,"details":1}"#,
      "Invalid request: query parameter must be a string of at most 2000 characters"
    ),
    (#"{"q":"a","details":1,"priority":"x"}"#, "Invalid request: details parameter must be true or false"),
    (#"{"q":"a","priority":"x","language":"?"}"#, "Invalid request: priority parameter must be interactive or bulk"),
    (#"{"q":"a","language":"auto","target":5}"#, "language auto is not supported yet"),
    (#"{"q":"a","target":5}"#, "Invalid request: target parameter must be a language code"),
  ]

  @Test(arguments: ordered)
  func `checks are made in one order and name their field`(body: String, message: String) async throws {
    var limits = RequestLimits()
    limits.summaryCharacters = 10
    limits.characters = 1
    #expect(try await json(body, Site(limits: limits)) == .error(message))
  }

  static let values: [(String, String)] = [
    (#""max_sentences":0"#, "Invalid request: max_sentences parameter must be an integer from 1 to 10000"),
    (#""max_sentences":10001"#, "Invalid request: max_sentences parameter must be an integer from 1 to 10000"),
    (#""max_sentences":1.5"#, "Invalid request: max_sentences parameter must be an integer from 1 to 10000"),
    (#""max_sentences":"3""#, "Invalid request: max_sentences parameter must be an integer from 1 to 10000"),
    (#""max_sentences":1e999"#, "Invalid request: max_sentences parameter must be an integer from 1 to 10000"),
    (#""max_tokens":-1"#, "Invalid request: max_tokens parameter must be an integer from 1 to 100000"),
    (#""max_tokens":100001"#, "Invalid request: max_tokens parameter must be an integer from 1 to 100000"),
    (#""max_tokens":[1]"#, "Invalid request: max_tokens parameter must be an integer from 1 to 100000"),
    (#""length":1"#, "Invalid request: length parameter must be short, medium or long"),
    (#""length":"Short""#, "Invalid request: length parameter must be short, medium or long"),
    (
      #""max_sentences":1,"max_tokens":1"#,
      "Invalid request: max_sentences and max_tokens parameters exclude each other"
    ),
    (#""length":"short","max_tokens":1"#, "Invalid request: length and max_tokens parameters exclude each other"),
    (
      #""length":"short","max_sentences":2,"max_tokens":1"#,
      "Invalid request: length, max_sentences and max_tokens parameters exclude each other"
    ),
    (#""method":true"#, "Invalid request: method parameter must be abstractive, extractive or auto"),
    (#""query":["a"]"#, "Invalid request: query parameter must be a string of at most 2000 characters"),
    (#""language":5"#, "Invalid request: language parameter must be a language code"),
    (#""language":"e n""#, "Invalid request: language parameter must be a language code"),
    (#""language":"-en""#, "Invalid request: language parameter must be a language code"),
    (#""language":"ünglisch""#, "Invalid request: language parameter must be a language code"),
    (#""language":"Auto""#, "language auto is not supported yet"),
    (#""target":"zz""#, "zz is not supported"), (#""target":"auto""#, "auto is not supported"),
    (#""target":"../x""#, "../x is not supported"), (#""language":"sv","target":"xx""#, "xx is not supported"),
    (#""language":"sv","target":"de""#, "German (de) is not available as a target language from Swedish (sv)"),
    (#""language":"de","target":"fr""#, "French (fr) is not available as a target language from German (de)"),
    (
      #""language":"de","target":"pt-br""#,
      "Portuguese (Brazil) (pt-BR) is not available as a target language from German (de)"
    ),
  ]

  @Test(arguments: values)
  func `a value that a field cannot have is refused by the field's name`(members: String, message: String) async throws
  {
    #expect(try await json(#"{"q":"a",\#(members)}"#) == .error(message))
  }

  static let notTexts = ["5", "true", #"{"a":1}"#, #"["a","b"]"#]

  @Test(arguments: notTexts) func `only a string can be summarized`(q: String) async throws {
    #expect(try await json(#"{"q":\#(q)}"#) == .error("Invalid request: q parameter must be a string"))
  }

  @Test func `a query and a code have a length that they may have`() async throws {
    let query = String(repeating: "é", count: 2_000)
    #expect(try await asked { try await json(#"{"q":"a","query":"\#(query)"}"#, $0) }.query == query)
    #expect(
      try await json(#"{"q":"a","query":"\#(query)é"}"#)
        == .error("Invalid request: query parameter must be a string of at most 2000 characters"))
    let code = String(repeating: "x", count: 35)
    #expect(try await asked { try await json(#"{"q":"a","language":"\#(code)"}"#, $0) }.language == code)
    #expect(
      try await json(#"{"q":"a","language":"\#(code)x"}"#)
        == .error("Invalid request: language parameter must be a language code"))
  }

  static let texts = [
    "word", "…", "<p onclick=\"x\">Hello &amp; <b>you</b></p>\u{0}\u{1F}", "\u{FEFF}\u{200B}", "👍🏽",
    "a\r\n\r\n\tb\u{2028}c",
  ]

  @Test(arguments: texts) func `one word, markup and odd characters reach the engine as they are`(text: String)
    async throws
  {
    let body = String(decoding: try JSONEncoder().encode(["q": text]), as: UTF8.self)
    let request = try await asked { try await json(body, $0) }
    #expect(request.text.unicodeScalars.elementsEqual(text.unicodeScalars))
  }

  @Test func `a line of 10 MB goes through where the limit lets it`() async throws {
    let text = String(repeating: "word ", count: 2_000_000)
    #expect(
      try await json(#"{"q":"\#(text)"}"#) == .error("Invalid request: request (10000000) exceeds text limit (2000000)")
    )
    var limits = RequestLimits()
    limits.summaryCharacters = 10_000_000
    let answer = try await json(#"{"q":"\#(text)"}"#, Site(limits: limits))
    #expect(answer.status == 200 && answer.body.contains(#""source_offsets":[[0,10000000]]"#))
  }

  static let engineErrors: [(InferenceError, Int, String?)] = [
    (.notReady(reason: "x"), 503, "1"), (.modelsFailed(reason: "x"), 503, "60"),
    (.overloaded(retryAfter: .milliseconds(2_100)), 503, "3"),
    (.shuttingDown, 503, "5"), (.unsupportedPair(source: "en", target: "de"), 400, nil),
    (.noSummarizer(language: "en"), 400, nil), (.noModel(task: .salience), 400, nil), (.emptyText, 400, nil),
    (.deadlineExceeded, 504, nil),
    (.cancelled, 499, nil),
    (.failed(reason: "/secret/folder"), 500, nil),
  ]

  @Test(arguments: engineErrors)
  func `an error of the engine has its status`(error: InferenceError, status: Int, retryAfter: String?) async throws {
    let site = Site(Fake.service(summarize: { _ async throws(InferenceError) in throw error }))
    let response = try await site.send(.post, "/summarize", type: "application/json", #"{"q":"a"}"#)
    #expect(response.status.code == status)
    #expect(response.headers[.retryAfter] == retryAfter)
    #expect(Site.Answer(response).body.hasPrefix(#"{"error":""#))
    #expect(!Site.Answer(response).body.contains("secret"))
    #expect(
      site.lines.all.contains { $0.contains("summary failed") && $0.contains("/secret/folder") } == (status == 500))
  }

  @Test func `no model for a written summary names the method`() async throws {
    let site = Site(
      Fake.service(summarize: { request async throws(InferenceError) in
        throw .noSummarizer(language: request.language)
      }))
    #expect(
      try await json(#"{"q":"a","method":"abstractive","language":"sv"}"#, site)
        == .error(
          "Invalid request: method parameter must be extractive or auto: no model writes summaries of texts in sv"))
  }

  @Test func `before models are ready a request that is wrong is still told so`() async throws {
    let site = Site(Fake.service(readiness: { .loading(models: ["en-x"]) }))
    #expect(try await json(#"{"q":" "}"#, site).status == 400)
    #expect(try await json(#"{"q":"a"}"#, site) == .error("Not ready: loading en-x", 503))
  }

  @Test func `malformed bodies are refused as those of a translation are`() async throws {
    #expect(try await json(#"["q"]"#).body.contains(#""detail":"the text is not an object""#))
    #expect(try await json(#"{"q":"a","q":"b"}"#).status == 400)
    let multipart = try await Site().send(.post, "/summarize", type: "multipart/form-data; boundary=x", "--x")
    #expect(multipart.status == .unsupportedMediaType)
    #expect(try await Site().send(.get, "/summarize").status == .methodNotAllowed)
  }
}
