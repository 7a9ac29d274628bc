import Foundation
import Kernels
import Models
import TestSupport
import Testing

@Suite struct TaskParametersTests {
  static let dimensions = ModelDimensions(
    vocabularySize: 100, sourceVocabularySize: 100, width: 8, encoderLayers: 1, decoderLayers: 1,
    decoderHeads: HeadLayout(heads: 2, width: 4), positionLimit: 400)

  static let t5 = """
    {"decoder_start_token_id":0,"eos_token_id":1,"model_type":"t5","num_beams":7,"task_specific_params":{
      "summarization":{"early_stopping":true,"length_penalty":2.0,"max_length":200,"min_length":30,
        "no_repeat_ngram_size":3,"num_beams":4,"prefix":"summarize: "},
      "translation_en_to_de":{"early_stopping":true,"max_length":300,"num_beams":4,"prefix":"translate English to German: "},
      "translation_en_to_fr":{"max_length":300,"prefix":null},"translation_en":{},"text-generation":{"do_sample":true}}}
    """

  func folder(config: String, generation: String? = nil) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write("config.json", config)
    if let generation { try folder.write("generation_config.json", generation) }
    return folder
  }

  func configuration(
    _ task: ModelTask?, config: String = t5, generation: String? = nil
  ) throws -> GenerationConfiguration {
    let folder = try folder(config: config, generation: generation)
    return try GenerationConfiguration(folder: folder.path, dimensions: Self.dimensions, task: task)
  }

  @Test func `a task's rules come before the model's own, one by one`() throws {
    let summary = try configuration(
      .summarization, generation: #"{"num_beams":2,"max_length":50,"bad_words_ids":[[9]]}"#)
    #expect(summary.beamSize == 4 && summary.maxLength == 200 && summary.minLength == 30)
    #expect(summary.noRepeatNgramSize == 3 && summary.lengthPenalty == 2 && summary.earlyStopping == .whenFull)
    #expect(summary.bannedSequences == [[9]])
    let french = try configuration(.translation(from: "en", to: "fr"), generation: #"{"num_beams":2,"max_length":50}"#)
    #expect(french.maxLength == 300 && french.beamSize == 2 && french.earlyStopping == .heuristic)
    // Without a task, and for one that the file does not name, the model's own.
    for task in [nil, .translation(from: "de", to: "en")] as [ModelTask?] {
      let plain = try configuration(task, generation: #"{"num_beams":2,"max_length":50}"#)
      #expect(plain.beamSize == 2 && plain.maxLength == 50)
    }
    #expect(try configuration(.translation(from: "en", to: "fr")).beamSize == 7)
  }

  @Test func `a task can take one of the model's rules away, and new tokens come before lengths`() throws {
    let config = """
      {"decoder_start_token_id":0,"eos_token_id":1,"task_specific_params":{"summarization":{"forced_eos_token_id":null,
        "max_length":90,"min_new_tokens":4,"min_length":60}}}
      """
    let found = try configuration(
      .summarization, config: config,
      generation: #"{"forced_eos_token_id":5,"forced_bos_token_id":6,"max_new_tokens":30}"#)
    #expect(found.forcedEndToken == nil && found.forcedBeginToken == 6)
    #expect(found.maxLength == 31 && found.minLength == 5)
  }

  @Test func `a length of 20 is 20 new tokens, as in transformers`() throws {
    #expect(try configuration(nil, generation: #"{"max_length":20}"#).maxLength == 21)
    #expect(try configuration(nil, generation: #"{"max_length":21}"#).maxLength == 21)
    #expect(try configuration(nil, generation: #"{"max_length":19}"#).maxLength == 19)
  }

  @Test func `prefixes and directions are read, and a card's own prefix comes first`() throws {
    let folder = try folder(config: Self.t5)
    let tasks = try TaskParameters(folder: folder.path)
    #expect(tasks.prefix(for: .summarization) == "summarize: ")
    #expect(tasks.prefix(for: .translation(from: "en", to: "de")) == "translate English to German: ")
    #expect(tasks.prefix(for: .translation(from: "en", to: "fr")) == nil)
    #expect(tasks.translations.map(\.to) == ["de", "fr"])
    try folder.write(
      "model.json",
      #"{"id":"a","task":"summarization","architecture":"t5","files":[],"languages":[{"from":"en","to":"en"},"#
        + #"{"from":"EN","to":"de"},{"from":"en","to":"de","prefix":"mine: "},{"from":"de","to":"en"}]}"#)
    let card = try ModelCard(folder: folder.path)
    #expect(card.languages.map(\.prefix) == ["summarize: ", "translate English to German: ", "mine: ", nil])
    #expect(card.languages.map(\.task)[0...1] == [.summarization, .translation(from: "en", to: "de")])
  }

  @Test func `a draft proposes what config says of tasks`() throws {
    let folder = try folder(config: Self.t5)
    try folder.write("model.json", try ModelCardDraft(folder: folder.path).text)
    let card = try ModelCard(folder: folder.path)
    #expect(card.task == .summarization)
    #expect(card.languages.map(\.from) == ["en", "en", "en"] && card.languages.map(\.to) == ["en", "de", "fr"])
    #expect(card.languages.map(\.prefix) == ["summarize: ", "translate English to German: ", nil])
    #expect(card.selfTest.map(\.to) == ["en"])
  }

  @Test(arguments: [
    ("do_sample", "true"), ("num_beam_groups", "2"), ("penalty_alpha", "0.6"), ("encoder_repetition_penalty", "1.5"),
    ("exponential_decay_length_penalty", "[5,1.1]"), ("renormalize_logits", "true"), ("guidance_scale", "2"),
    ("sequence_bias", "[[[3],-1.0]]"), ("constraints", "[]"), ("force_words_ids", "[[3]]"),
    ("forced_decoder_ids", "[[1,3]]"), ("stop_strings", #""x""#), ("max_time", "1.5"), ("watermarking_config", "{}"),
    ("dola_layers", #""high""#), ("token_healing", "true"),
  ]) func `what would change the output and is not done is refused by name`(key: String, value: String) throws {
    let rest = #""decoder_start_token_id":0,"eos_token_id":1"#
    for (config, generation, file) in [
      ("{\(rest)}", "{\"\(key)\":\(value)}", "generation_config.json"),
      ("{\(rest),\"\(key)\":\(value)}", nil, "/config.json: \(key)"),
      (
        "{\(rest),\"task_specific_params\":{\"summarization\":{\"\(key)\":\(value)}}}", "{}",
        "/config.json: task_specific_params.summarization.\(key)"
      ),
    ] as [(String, String?, String)] {
      let error = try #require(throws: ModelError.self) {
        try configuration(.summarization, config: config, generation: generation)
      }
      guard case .unsupported = error else {
        Issue.record("\(error)")
        return
      }
      #expect(error.description.contains(file) && error.description.contains(key), "\(error)")
    }
    // Where generation_config.json exists, config.json says nothing of it.
    _ = try configuration(nil, config: "{\(rest),\"\(key)\":\(value)}", generation: "{}")
    _ = try configuration(nil, generation: "{\"\(key)\":null}")
  }

  @Test func `what changes nothing is read over`() throws {
    let found = try configuration(
      nil,
      generation: """
        {"do_sample":false,"temperature":0.7,"top_k":50,"top_p":0.9,"min_p":0.1,"typical_p":0.5,"epsilon_cutoff":0.1,
         "eta_cutoff":0.1,"num_beam_groups":1,"diversity_penalty":0.5,"penalty_alpha":0.0,"use_cache":true,"guidance_scale":1,
         "encoder_repetition_penalty":1.0,"renormalize_logits":false,"remove_invalid_values":true,"num_return_sequences":3,
         "output_attentions":true,"max_length":30,"repetition_penalty":1.3,"encoder_no_repeat_ngram_size":2,
         "begin_suppress_tokens":[5],"forced_eos_token_id":[1],"_from_model_config":true}
        """)
    #expect(found.maxLength == 30 && found.repetitionPenalty == 1.3 && found.sourceNoRepeatNgramSize == 2)
    #expect(found.beginSuppressedTokens == [5] && found.forcedEndToken == 1)
  }

  @Test(arguments: [
    #"{"summarization":{"prefix":3}}"#, #"{"summarization":3}"#, "[]", #"{"summarization":{"max_length":"long"}}"#,
    #"{"summarization":{"num_beams":0}}"#,
  ]) func `parameters that make no sense are refused`(parameters: String) throws {
    let config = #"{"decoder_start_token_id":0,"eos_token_id":1,"task_specific_params":"# + parameters + "}"
    let error = try #require(throws: ModelError.self) { try configuration(.summarization, config: config) }
    #expect(error.description.contains("config.json"))
  }
}
