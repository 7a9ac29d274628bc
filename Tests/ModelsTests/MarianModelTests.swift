import Foundation
import Kernels
import Models
import Tensors
import TestSupport
import Testing
import Workers

@Suite struct MarianModelTests {
  @Test func `a missing, a misshapen and a left-over weight are errors that name it`() throws {
    func load(changing change: @escaping (inout [String: Any]) -> Void) throws -> ModelError? {
      try ChangedModel(.marian).changingConfiguration(change).loadingError()
    }
    #expect(try load { _ in } == nil)
    guard case .missingTensor(let name, _)? = try load(changing: { $0["encoder_layers"] = 3 }) else {
      Issue.record("no missing tensor")
      return
    }
    #expect(name.hasPrefix("model.encoder.layers.2."))
    guard case .unreadTensors(let names, _)? = try load(changing: { $0["decoder_layers"] = 1 }) else {
      Issue.record("no left-over tensor")
      return
    }
    #expect(names.allSatisfy { $0.hasPrefix("model.decoder.layers.1.") } && !names.isEmpty)
    guard case .wrongShape? = try load(changing: { $0["encoder_ffn_dim"] = 47 }) else {
      Issue.record("no wrong shape")
      return
    }
    for (key, value): (String, Any) in [
      ("d_model", 0), ("d_model", 33), ("encoder_attention_heads", 0), ("decoder_attention_heads", 5),
      ("vocab_size", -1), ("decoder_layers", 100_000), ("max_position_embeddings", 1 << 40), ("d_model", "wide"),
      ("activation_function", "mish"),
    ] {
      #expect(try load { $0[key] = value } != nil, "\(key) \(value)")
    }
  }
}

@Suite struct ModelCardTests {
  func card(_ json: String) throws -> ModelCard {
    let folder = try TemporaryFolder()
    try folder.write("model.json", json)
    return try ModelCard(folder: folder.path)
  }

  @Test func `a folder without a card names the file and the command that drafts one`() throws {
    let folder = try TemporaryFolder()
    let error = try #require(throws: ModelError.self) { try ModelCard(folder: folder.path) }
    #expect(error.description.contains("model.json") && error.description.contains("dragoman models inspect"))
  }

  @Test(arguments: [
    "", "{}", "[]", #"{"id":"a","task":"cooking","architecture":"marian","files":[]}"#,
    #"{"id":"a","task":"translation","architecture":"marian","languages":[],"files":[]}"#,
    #"{"id":"../a","task":"translation","architecture":"marian","languages":[{"from":"en","to":"de"}],"files":[]}"#,
    #"{"id":"a","task":"translation","architecture":"marian","languages":[{"from":"en"}],"files":[]}"#,
    #"{"id":"a","task":"translation","architecture":"marian","languages":[{"from":"en","to":"de"}],"max_source_tokens":1,"files":[]}"#,
    #"{"id":"a","task":"translation","architecture":"marian","languages":[{"from":"en","to":"de"}],"files":[{"path":"../x","bytes":1,"sha256":""}]}"#,
    #"{"id":"a","task":"translation","architecture":"marian","languages":[{"from":"en","to":"de"}],"files":[{"path":"/x","bytes":1,"sha256":""}]}"#,
  ]) func `a card that makes no sense is refused`(json: String) throws {
    #expect(throws: ModelError.self) { try card(json) }
  }

  @Test(arguments: [
    #""task":"translation","languages":[{"from":"en","to":"de"}],"lengths":{"short":"a"}"#,
    #""task":"summarization","lengths":["short"]"#, #""task":"summarization","lengths":{"short":1}"#,
    #""task":"salience","lengths":{"short":"a"}"#, #""task":"salience","self_test":[{"input":"a","output":"b"}]"#,
    #""task":"salience","self_test":[{"input":[],"output":[]}]"#,
    #""task":"salience","self_test":[{"input":["a","b"],"output":[1,1]}]"#,
    #""task":"salience","self_test":[{"input":["a","b"],"output":[1]}]"#,
    #""task":"salience","self_test":[{"input":["a","b"],"output":[1,2]}]"#,
    #""task":"summarization","self_test":[{"input":["a"],"output":[0]}]"#,
  ]) func `a card whose parts do not suit its task is refused`(parts: String) throws {
    #expect(throws: ModelError.self) { try card(#"{"id":"a","architecture":"marian","files":[],\#(parts)}"#) }
  }

  @Test func `a summarizer is English where its card names no language, and its lengths are sorted by name`() throws {
    let card = try card(
      #"{"id":"a","task":"summarization","architecture":"marian","files":[],"lengths":{"short":"<s>","long":"<l>"},"#
        + #""self_test":[{"input":"a","output":"b","length":"long"}]}"#)
    #expect(card.languages.map(\.from) == ["en"] && card.languages.map(\.to) == ["en"])
    #expect(card.languages[0].prefix == nil)
    #expect(card.lengths.map(\.name) == ["long", "short"] && card.lengths.map(\.prefix) == ["<l>", "<s>"])
    #expect(card.selfTest.map(\.length) == ["long"] && card.salienceTest.isEmpty)
  }

  @Test func `a scorer's self-test is an order of sentences`() throws {
    let card = try card(
      #"{"id":"a","task":"salience","architecture":"dragoman_salience","files":[],"#
        + #""self_test":[{"input":["a","b","c"],"output":[2,0,1]}]}"#)
    #expect(card.salienceTest.map(\.output) == [[2, 0, 1]] && card.salienceTest[0].input == ["a", "b", "c"])
    #expect(card.selfTest.isEmpty && card.languages.isEmpty)
  }

  @Test func `the card in models lists files with their true sizes and digests`() throws {
    let folder = Fixtures.root.appendingPathComponent("models/en-x").path
    let card = try ModelCard(folder: folder)
    try card.verifyFiles(folder: folder)
    #expect(card.languages.map(\.to) == ["de", "es", "fr"])
    #expect(card.maxSourceTokens == 126)
  }

  @Test func `a changed, a shortened and a missing file are told apart`() throws {
    let folder = try TemporaryFolder()
    try folder.copy(Fixtures.url("marian-tiny"))
    let card = try ModelCard(folder: folder.path)
    try card.verifyFiles(folder: folder.path)
    let path = folder.url.appendingPathComponent("vocab.json")
    var bytes = try Data(contentsOf: path)
    bytes[5] ^= 1
    try bytes.write(to: path)
    let changed = try #require(throws: ModelError.self) { try card.verifyFiles(folder: folder.path) }
    #expect(changed.description.contains("SHA-256"))
    try bytes.dropLast().write(to: path)
    let shortened = try #require(throws: ModelError.self) { try card.verifyFiles(folder: folder.path) }
    #expect(shortened.description.contains("bytes"))
    try FileManager.default.removeItem(at: path)
    let missing = try #require(throws: ModelError.self) { try card.verifyFiles(folder: folder.path) }
    #expect(missing.description.contains("no such file"))
  }

  @Test func `a draft for a folder without a card is a card once it is completed`() throws {
    let folder = try TemporaryFolder()
    try folder.copy(Fixtures.url("marian-tiny"))
    try FileManager.default.removeItem(at: folder.url.appendingPathComponent("model.json"))
    try folder.write("model.json", try ModelCardDraft(folder: folder.path).text)
    let card = try ModelCard(folder: folder.path)
    try card.verifyFiles(folder: folder.path)
    #expect(card.architecture == "marian" && card.task == .translation)
    #expect(card.files.contains { $0.path == "model.safetensors" })
  }
}

@Suite struct GenerationConfigurationTests {
  let dimensions = ModelDimensions(
    vocabularySize: 100, sourceVocabularySize: 100, width: 8, encoderLayers: 1, decoderLayers: 1,
    decoderHeads: HeadLayout(heads: 2, width: 4), positionLimit: 64)

  func configuration(_ generation: String?, config: String = "{}") throws -> GenerationConfiguration {
    let folder = try TemporaryFolder()
    try folder.write("config.json", config)
    if let generation { try folder.write("generation_config.json", generation) }
    return try GenerationConfiguration(folder: folder.path, dimensions: dimensions)
  }

  @Test func `generation_config alone counts where it exists, but for the ids that nothing works without`() throws {
    let found = try configuration(
      #"{"eos_token_id":[0,3],"max_length":24}"#,
      config: #"{"decoder_start_token_id":99,"eos_token_id":1,"num_beams":6,"forced_eos_token_id":0}"#)
    #expect(found.startToken == 99 && found.endTokens == [0, 3] && found.maxLength == 24)
    #expect(found.beamSize == 1 && found.forcedEndToken == nil)
  }

  @Test func `config is read where there is no generation_config, and a missing length means all positions`() throws {
    let found = try configuration(nil, config: #"{"decoder_start_token_id":99,"eos_token_id":0,"num_beams":6}"#)
    #expect(found.beamSize == 6 && found.maxLength == 64)
  }

  @Test(
    arguments: [
      ("", 1, .heuristic), (#","length_penalty":0.6,"early_stopping":true"#, 0.6, .whenFull),
      (#","length_penalty":-2,"early_stopping":"never""#, -2, .never), (#","early_stopping":false"#, 1, .heuristic),
    ] as [(String, Float, EarlyStopping)])
  func `rules of the beam search are read`(members: String, penalty: Float, stopping: EarlyStopping) throws {
    let found = try configuration(#"{"decoder_start_token_id":1,"eos_token_id":0"# + members + "}")
    #expect(found.lengthPenalty == penalty && found.earlyStopping == stopping)
  }

  @Test(arguments: [
    #"{}"#, #"{"eos_token_id":0}"#, #"{"eos_token_id":100,"decoder_start_token_id":1}"#,
    #"{"eos_token_id":0,"decoder_start_token_id":-1}"#,
    #"{"eos_token_id":0,"decoder_start_token_id":1,"bad_words_ids":[[100]]}"#,
    #"{"eos_token_id":0,"decoder_start_token_id":1,"max_length":1}"#,
    #"{"eos_token_id":0,"decoder_start_token_id":1,"repetition_penalty":0}"#,
    #"{"eos_token_id":0,"decoder_start_token_id":1,"alignment_heads":[]}"#,
    #"{"eos_token_id":0,"decoder_start_token_id":1,"alignment_heads":[[0,99]]}"#,
    #"{"eos_token_id":0,"decoder_start_token_id":1,"alignment_heads":[[99,0]]}"#,
    #"{"eos_token_id":0,"decoder_start_token_id":1,"alignment_heads":[[0,0],[0]]}"#,
    #"{"eos_token_id":0,"decoder_start_token_id":1,"alignment_heads":"all"}"#,
    #"{"eos_token_id":0,"decoder_start_token_id":1,"forced_eos_token_id":[0,2]}"#,
    #"{"eos_token_id":0,"decoder_start_token_id":1,"no_repeat_ngram_size":1.5}"#,
    #"{"eos_token_id":0,"decoder_start_token_id":1,"begin_suppress_tokens":[true]}"#,
    #"{"eos_token_id":0,"decoder_start_token_id":1,"max_new_tokens":0}"#,
    #"{"eos_token_id":0,"decoder_start_token_id":1,"num_beams":0}"#,
    #"{"eos_token_id":0,"decoder_start_token_id":1,"num_beams":33}"#,
    #"{"eos_token_id":0,"decoder_start_token_id":1,"early_stopping":"soon"}"#,
    #"{"eos_token_id":0,"decoder_start_token_id":1,"length_penalty":1e9}"#,
    #"{"eos_token_id":"x","decoder_start_token_id":1}"#,
  ]) func `ids outside the vocabulary and impossible lengths are refused`(json: String) {
    #expect(throws: ModelError.self) { try configuration(json) }
  }
}
