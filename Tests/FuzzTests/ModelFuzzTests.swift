import Foundation
import Kernels
import Models
import TestSupport
import Testing

extension FuzzTests {
  private static let tensorWords = [
    "\"dtype\":\"F32\"", "\"BF16\"", "\"F16\"", "\"I64\"", "\"shape\":[", "\"data_offsets\":[", "__metadata__", "{",
    "}",
    "[", "]", ",", "0,", "-1", "\"a\":", "\"b\":", "4611686018427387904", "9223372036854775807", "\u{0}",
  ]

  @Test func `each tensor of a weights file lies inside it`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/model.safetensors"
    let mutator = Mutator(seeds: try Corpus.files("fuzz/safetensors"), dictionary: Self.tensorWords)
    try await FuzzRun.run("safetensors", mutator, repair: Self.repairHeader) { input, _ in
      try RewrittenFile.write(path, input)
      let file: SafeTensorsFile
      do throws(ModelError) {
        file = try SafeTensorsFile(path: path)
      } catch {
        try Finding.unless(error.description.contains("model.safetensors"), "an error without its file: \(error)")
        return .refused
      }
      for (name, tensor) in file.tensors {
        let bytes = tensor.bytes
        try Finding.unless(
          tensor.offset >= 8 && tensor.offset + bytes.count <= input.count
            && bytes.count == (tensor.shape.count ?? -1) * tensor.element.size,
          "tensor \(name) \(tensor.shape) at \(tensor.offset) of \(input.count) bytes")
        let place = tensor.offset
        try Finding.unless(
          bytes.elementsEqual(input[place..<(place + bytes.count)]), "tensor \(name) has other bytes than its file")
      }
      return .accepted
    }
  }

  @Test func `an index of shards is read or refused`() async throws {
    let folder = try TemporaryFolder()
    for (index, bytes) in try Corpus.files("fuzz/safetensors").enumerated() {
      try folder.write("model-\(index).safetensors", bytes)
    }
    let path = folder.path + "/model.safetensors.index.json"
    let mutator = Mutator(
      seeds: try Corpus.lines("fuzz/shards.txt"),
      dictionary: [
        "\"weight_map\":", "\"model-0.safetensors\"", "\"model-1.safetensors\"", "\"..\"", "\"/etc/passwd\"", "\"\"",
        "\\u0000",
        "\"a\":", "{", "}", ",", "\"a/../b\"", "\\u002f",
      ])
    try await FuzzRun.run("shards", mutator) { input, _ in
      try RewrittenFile.write(path, input)
      do throws(ModelError) {
        _ = try WeightSource(folder: folder.path).summary
      } catch {
        return .refused
      }
      return .accepted
    }
  }

  @Test func `a card that is accepted names only files inside its folder`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/model.json"
    let mutator = Mutator(
      seeds: [try Fixtures.bytes("marian-tiny/model.json"), try Fixtures.bytes("salience-tiny/model.json")]
        + (try Corpus.lines("fuzz/card.txt")),
      dictionary: [
        "\"id\":", "\"task\":", "\"translation\"", "\"salience\"", "\"summarization\"", "\"lengths\":{\"short\":\"",
        "\"output\":[0,1]", "\"length\":\"short\"", "\"languages\":[]", "\"max_source_tokens\":",
        "\"files\":",
        "\"self_test\":", "null", "\"path\":\"../x\"", "\"path\":\"/x\"", "\"bytes\":", "\"sha256\":", "..", "/", "{",
        "}",
        "[", "]", ",", "\\u002e\\u002e/", "\\u0000",
      ])
    try await FuzzRun.run("card", mutator) { input, _ in
      try RewrittenFile.write(path, input)
      let card: ModelCard
      do throws(ModelError) {
        card = try ModelCard(folder: folder.path)
      } catch {
        return .refused
      }
      for file in card.files {
        let parts = file.path.split(separator: "/", omittingEmptySubsequences: false)
        try Finding.unless(parts.first?.isEmpty == false && !parts.contains(".."), "the path \(file.path)")
      }
      try Finding.unless(!card.id.isEmpty && (card.maxSourceTokens ?? 2) >= 2, "\(card)")
      for test in card.salienceTest {
        try Finding.unless(Set(test.output) == Set(test.input.indices) && !test.input.isEmpty, "\(test)")
      }
      try Finding.unless(card.salienceTest.isEmpty || card.selfTest.isEmpty && card.lengths.isEmpty, "\(card)")
      // No file is there, or another than the card says.
      do throws(ModelError) { try card.verifyFiles(folder: folder.path) } catch { return .accepted }
      return .accepted
    }
  }

  @Test func `configurations that are accepted keep their numbers within the model's sizes`() async throws {
    let folder = try TemporaryFolder()
    let config = folder.path + "/config.json"
    let generation = folder.path + "/generation_config.json"
    let names = ["marian-tiny", "marian-gelu", "marian-swish"]
    // Two texts in one input, a zero byte between them.
    let seeds = try names.map {
      try Fixtures.bytes($0 + "/config.json") + [0] + Fixtures.bytes($0 + "/generation_config.json")
    }
    let mutator = Mutator(
      seeds: seeds + (try Corpus.lines("fuzz/config.txt").map { $0.map { $0 == 0x09 ? 0 : $0 } }),
      dictionary: [
        "\"vocab_size\":", "\"d_model\":", "\"max_position_embeddings\":", "\"encoder_layers\":", "\"max_length\":",
        "\"min_length\":", "\"eos_token_id\":[", "\"bad_words_ids\":[[", "\"suppress_tokens\":[",
        "\"no_repeat_ngram_size\":",
        "\"num_beams\":", "\"activation_function\":\"silu\"", "\"repetition_penalty\":", "null", "true", "1e3", "1.5",
        "{",
        "}", "[", "]", "]]", ",", "-9223372036854775808", "9223372036854775807", "\u{0}",
      ])
    try await FuzzRun.run("config", mutator) { input, _ in
      let parts = input.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
      try RewrittenFile.write(config, Array(parts[0]))
      try RewrittenFile.write(generation, parts.count > 1 ? Array(parts[1]) : Array("{}".utf8))
      return try Self.readConfigurations(folder: folder.path, config: config)
    }
  }

  @Test func `a configuration of T5 that is accepted has a bucket for every distance`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/config.json"
    let mutator = Mutator(
      seeds: [try Fixtures.bytes("t5-relu/config.json"), try Fixtures.bytes("t5-gated/config.json")],
      dictionary: [
        "\"vocab_size\":", "\"d_model\":", "\"d_kv\":", "\"num_heads\":", "\"relative_attention_num_buckets\":",
        "\"relative_attention_max_distance\":", "\"layer_norm_epsilon\":", "\"feed_forward_proj\":\"gated-silu\"",
        "\"tie_word_embeddings\":", "null", "true", "false", "0", "-1", "1e-6", "1e300", "4096", "1000000", "{", "}",
        ",",
        "-9223372036854775808", "9223372036854775807",
      ])
    try await FuzzRun.run("t5", mutator) { input, random in
      try RewrittenFile.write(path, input)
      let model: T5Configuration
      do throws(ModelError) { model = try T5Configuration(path: path) } catch { return .refused }
      let sizes = [model.width, model.headWidth, model.heads, model.feedForwardWidth, model.encoderLayers]
      try Finding.unless(sizes.allSatisfy { $0 > 0 } && model.normEpsilon > 0 && model.normEpsilon < 1, "\(model)")
      for distance in (0..<20).map({ _ in random.below(4_096) - 2_048 }) + [0, 1, -1, 2_047, -2_047] {
        for direction in [RelativePositions.Direction.both, .past] {
          let bucket = RelativePositions.bucket(
            distance: distance, count: model.relativeBuckets, farthest: model.relativeFarthest, direction)
          try Finding.unless(bucket >= 0 && bucket < model.relativeBuckets, "bucket \(bucket) of \(model)")
        }
      }
      return .accepted
    }
  }

  @Test func `a configuration of a salience model that is accepted keeps its numbers within bounds`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/config.json"
    let mutator = Mutator(
      seeds: try SalienceFixture.names.map { try Fixtures.bytes($0 + "/config.json") },
      dictionary: [
        "\"vocab_size\":", "\"d_model\":", "\"attention_dim\":", "\"encoder_layers\":", "\"encoder_attention_heads\":",
        "\"encoder_ffn_dim\":", "\"max_position_embeddings\":", "\"eos_token_id\":", "\"pad_token_id\":",
        "\"score_features\":[\"document\"", "\"position\"", "\"activation_function\":\"silu\"", "\"scale_embedding\":",
        "null", "true", "false", "0", "-1", "1e3", "1.5", "{", "}", "[", "]", ",", "-9223372036854775808",
        "9223372036854775807",
      ])
    try await FuzzRun.run("salience", mutator) { input, _ in
      try RewrittenFile.write(path, input)
      let model: SalienceConfiguration
      do throws(ModelError) {
        _ = try ModelCardDraft(folder: folder.path)
        model = try SalienceConfiguration(path: path)
      } catch {
        return .refused
      }
      let sizes = [
        model.encoder.layers, model.encoder.heads, model.encoder.feedForwardWidth, model.attentionWidth,
        model.positionLimit - 1,
      ]
      try Finding.unless(
        sizes.allSatisfy { $0 > 0 } && model.encoder.width % model.encoder.heads == 0 && model.endToken >= 0
          && Int(model.endToken) < model.vocabularySize && model.scoreInputs >= model.encoder.width, "\(model)")
      return .accepted
    }
  }

  private static func readConfigurations(folder: String, config: String) throws -> Reading {
    do throws(ModelError) {
      _ = try ModelCardDraft(folder: folder)
      let model = try MarianConfiguration(path: config)
      let sizes = ModelDimensions(
        vocabularySize: model.decoderVocabularySize, sourceVocabularySize: model.vocabularySize, width: model.width,
        encoderLayers: model.encoder.layers, decoderLayers: model.decoder.layers,
        decoderHeads: HeadLayout(heads: model.decoder.heads, width: model.width / model.decoder.heads),
        positionLimit: model.positionLimit)
      _ = try GenerationConfiguration(folder: folder, dimensions: sizes)
      let generation = try GenerationConfiguration(folder: folder, dimensions: sizes, task: .summarization)
      let tokens =
        [generation.startToken] + generation.endTokens + generation.suppressedTokens
        + generation.beginSuppressedTokens + generation.bannedSequences.flatMap(\.self)
        + [generation.padToken, generation.forcedBeginToken, generation.forcedEndToken].compactMap(\.self)
      let isSound =
        tokens.allSatisfy { $0 >= 0 && $0 < sizes.vocabularySize } && !generation.endTokens.isEmpty
        && (2...sizes.positionLimit).contains(generation.maxLength) && generation.repetitionPenalty > 0
        && model.width % model.encoder.heads == 0
      if !isSound { return .refused }
    } catch {
      return .refused
    }
    return .accepted
  }

  /// Mostly the true length stands in front of the header, and often the data is as long as the tensors need.
  private static func repairHeader(_ bytes: inout [UInt8], _ random: inout FuzzGenerator) {
    guard bytes.count > 8, !random.once(in: 4) else { return }
    // Nothing but JSON stands in a header, and data begins behind its last brace.
    guard let end = bytes[8...].lastIndex(of: UInt8(ascii: "}")) else { return }
    let length = UInt64(end + 1 - 8)
    for index in 0..<8 { bytes[index] = UInt8(truncatingIfNeeded: length >> UInt64(8 * index)) }
    if random.once(in: 2) {
      let sizes = [0, 4, 8, 20, 40, 64]
      bytes.removeLast(bytes.count - end - 1)
      bytes += (0..<sizes[random.below(sizes.count)]).map { UInt8(truncatingIfNeeded: $0) }
    }
  }
}
