import Foundation
import Models
import TestSupport
import Testing

/// T5 and BART folders that are no models of ours are refused, with what is wrong.
@Suite struct FamilyLoadingTests {
  static let families: [ModelFixture] = [.t5, .gatedT5, .bart, .scaledBART]

  @Test(arguments: families) func `a whole model loads`(fixture: ModelFixture) throws {
    #expect(try ChangedModel(fixture).loadingError() == nil)
    #expect(try ChangedModel(fixture).loadingError(.float32) == nil)
  }

  @Test(
    arguments: [
      (.t5, "encoder.final_layer_norm.weight", "encoder.final_layer_norx.weight"),
      (.t5, "shared.weight", "sharex.weight"),
      (.t5, "decoder.block.1.layer.1.EncDecAttention.k.weight", "decoder.block.1.layer.1.EncDecAttention.x.weight"),
      (
        .gatedT5, "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight",
        "encoder.block.1.layer.0.SelfAttention.relative_attention_bias.weight"
      ),
      (
        .gatedT5, "encoder.block.1.layer.1.DenseReluDense.wi_1.weight",
        "encoder.block.1.layer.1.DenseReluDense.wi_x.weight"
      ),
      (.bart, "model.encoder.embed_positions.weight", "model.encoder.embed_positionx.weight"),
      (.bart, "model.decoder.layernorm_embedding.bias", "model.decoder.layernorm_embedding.bxas"),
      (.scaledBART, "model.decoder.layers.2.fc1.weight", "model.decoder.layers.3.fc1.weight"),
    ] as [(ModelFixture, String, String)])
  func `a missing weight is named`(fixture: ModelFixture, name: String, other: String) throws {
    guard case .missingTensor(name, _)? = try ChangedModel(fixture).renaming(name, to: other).loadingError() else {
      Issue.record("\(name) was not missed")
      return
    }
  }

  @Test(
    arguments: [
      (.t5, ["num_decoder_layers": 1], "decoder.block.1."),
      (.t5, ["num_layers": 2, "num_decoder_layers": 2], "encoder.block.2."),
      (.bart, ["decoder_layers": 1], "model.decoder.layers.1."),
    ] as [(ModelFixture, [String: Int], String)])
  func `weights that are left over are named`(fixture: ModelFixture, sizes: [String: Int], place: String) throws {
    let changed = try ChangedModel(fixture).changingConfiguration { $0.merge(sizes) { $1 } }
    guard case .unreadTensors(let names, _)? = try changed.loadingError() else {
      Issue.record("nothing was left over")
      return
    }
    #expect(names.allSatisfy { $0.hasPrefix(place) } && !names.isEmpty, "\(names)")
  }

  @Test func `an unused table of positions is read over only where old models have it`() throws {
    let name = "decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight"
    let other = "decoder.block.1.layer.1.EncDecAttention.relative_attention_bias.weight"
    guard case .unreadTensors([other], _)? = try ChangedModel(.t5).renaming(name, to: other).loadingError() else {
      Issue.record("\(other) was not left over")
      return
    }
  }

  @Test func `the final bias of BART may be absent`() throws {
    // The renamed one is left over, which is all that is wrong.
    let changed = try ChangedModel(.bart).renaming("final_logits_bias", to: "final_logits_bixs")
    guard case .unreadTensors(["final_logits_bixs"], _)? = try changed.loadingError() else {
      Issue.record("another error")
      return
    }
  }

  @Test func `the output of T5 is tied or not as config says`() throws {
    let untied = try ChangedModel(.t5).changingConfiguration { $0["tie_word_embeddings"] = false }.loadingError()
    guard case .missingTensor("lm_head.weight", _)? = untied else {
      Issue.record("\(String(describing: untied))")
      return
    }
    let tied = try ChangedModel(.gatedT5).changingConfiguration { $0["tie_word_embeddings"] = true }.loadingError()
    #expect(tied?.description.contains("lm_head.weight") == true)
  }

  @Test(
    arguments: [
      ("feed_forward_proj", "gated-mish"), ("feed_forward_proj", ""), ("d_kv", 0), ("d_kv", 11), ("d_kv", 1 << 40),
      ("d_kv", "wide"), ("d_model", 0), ("d_model", 41), ("num_heads", 4), ("num_heads", -1), ("d_ff", 57),
      ("num_layers", 0),
      ("num_decoder_layers", 100_000), ("vocab_size", 1), ("vocab_size", 201), ("relative_attention_num_buckets", 3),
      ("relative_attention_num_buckets", 31), ("relative_attention_max_distance", 16), ("layer_norm_epsilon", 0),
      ("layer_norm_epsilon", -1e-6),
    ] as [(String, any Sendable)])
  func `a configuration of T5 that makes no sense or does not fit is refused`(key: String, value: any Sendable) throws {
    let error = try ChangedModel(.t5).changingConfiguration { $0[key] = value }.loadingError()
    let text = try #require(error, "\(key) \(value)").description
    if key == "feed_forward_proj" { #expect(text.contains(key) && text.contains("gated-gelu"), "\(text)") }
  }

  @Test(
    arguments: [
      ("normalize_before", true), ("add_final_layer_norm", true), ("normalize_embedding", false),
      ("decoder_vocab_size", 179),
      ("vocab_size", 181), ("max_position_embeddings", 127), ("max_position_embeddings", 130),
      ("activation_function", "mish"),
      ("d_model", 33), ("decoder_attention_heads", 5), ("encoder_ffn_dim", 49),
    ] as [(String, any Sendable)])
  func `a BART of another kind or size is refused`(key: String, value: any Sendable) throws {
    let error = try ChangedModel(.bart).changingConfiguration { $0[key] = value }.loadingError()
    let text = try #require(error, "\(key) \(value)").description
    if key.hasPrefix("normalize") || key.hasPrefix("add") { #expect(text.contains(key), "\(text)") }
  }

  @Test func `old configurations that say what BART is are read`() throws {
    let changed = try ChangedModel(.bart).changingConfiguration {
      $0["normalize_before"] = false
      $0["add_final_layer_norm"] = false
      $0["normalize_embedding"] = true
    }
    #expect(try changed.loadingError() == nil)
  }

  @Test(arguments: families) func `a file that was cut off is refused by name`(fixture: ModelFixture) throws {
    for keep in [{ _ in 0 }, { _ in 7 }, { _ in 9 }, { _ in 1_000 }, { $0 / 2 }, { $0 - 1 }] as [(Int) -> Int] {
      let error = try ChangedModel(fixture).truncating("model.safetensors", keep: keep).loadingError()
      #expect(error?.description.contains("model.safetensors") == true, "\(String(describing: error))")
    }
    for name in ["config.json", "generation_config.json"] {
      for keep in [{ _ in 0 }, { $0 / 2 }] as [(Int) -> Int] {
        let error = try ChangedModel(fixture).truncating(name, keep: keep).loadingError()
        #expect(error?.description.contains("/\(name)") == true, "\(String(describing: error))")
      }
    }
  }

  @Test(arguments: families) func `a card is proposed for a folder that has none`(fixture: ModelFixture) throws {
    let folder = try TemporaryFolder()
    for name in ["config.json", "generation_config.json", "model.safetensors"] {
      try folder.write(name, try Fixtures.bytes("\(fixture.name)/\(name)"))
    }
    let draft = try ModelCardDraft(folder: folder.path).text
    try folder.write("model.json", draft)
    let refusal = try #require(throws: ModelError.self) { try ModelCard(folder: folder.path) }
    #expect(refusal.description.contains("translation or summarization"), "the choice is the user's")
    try folder.write(
      "model.json", draft.replacingOccurrences(of: "translation or summarization", with: "summarization"))
    let card = try ModelCard(folder: folder.path)
    try card.verifyFiles(folder: folder.path)
    #expect(card.task == .summarization)
    #expect(card.architecture == fixture.architecture && ModelRegistry.architectures.contains(card.architecture))
    #expect(card.files.map(\.path) == ["config.json", "generation_config.json", "model.safetensors"])
  }
}
