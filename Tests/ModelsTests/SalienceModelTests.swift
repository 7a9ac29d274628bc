import Foundation
import Kernels
import Models
import Tensors
import TestSupport
import Testing

/// The scorer of sentences against its reference, and folders that hold none.
@Suite struct SalienceModelTests {
  private func read(
    _ model: SalienceModel, _ document: SalienceFixture.Document, _ context: KernelContext
  ) -> [Float] {
    let starts = document.sentences.indices.map { index -> SentenceStart in
      document.paragraphs.contains(index) ? .paragraph : .sentence
    }
    return model.scores(Array(zip(document.input_ids, starts)).map { (tokens: $0, start: $1) }, context)
  }

  private func largest(_ left: some Sequence<Float>, _ right: some Sequence<Float>) -> Float {
    zip(left, right).map { abs($0 - $1) }.reduce(0) { $1 <= $0 ? $0 : $1 }
  }

  /// int8 rounds weights and activations to 127 steps; the random weights of the fixtures are larger than a trained
  /// model's, and their pooling sharper.
  @Test(arguments: SalienceFixture.names, [(Quantization.float32, Float(1e-4)), (.int8, 0.25)])
  func `vectors and scores are the reference's`(name: String, precision: (Quantization, Float)) throws {
    let context = try ChangedModel.context
    let model = try SalienceModel(folder: Fixtures.url(name).path, quantization: precision.0, context)
    var vectorError: Float = 0
    var scoreError: Float = 0
    for document in try SalienceFixture.named(name).documents {
      let pooled = model.pool(document.input_ids, context)
      #expect(pooled.rows == document.pooled.count && pooled.columns == model.width)
      for (index, vector) in document.pooled.enumerated() {
        let row = UnsafeBufferPointer(start: pooled.row(index), count: pooled.columns)
        #expect(row.count == vector.count)
        vectorError = max(vectorError, largest(row, vector))
      }
      context.workspace.reset()
      scoreError = max(scoreError, largest(read(model, document, context), document.scores))
    }
    print("\(name) \(precision.0): vectors within \(vectorError), scores within \(scoreError)")
    #expect(vectorError < 4 * precision.1 && scoreError < precision.1)
    if precision.0 == .float32 { #expect(vectorError < precision.1) }
  }

  @Test(arguments: Quantization.allCases)
  func `a sentence's vector does not depend on the others, on threads or on the kernel set`(
    quantization: Quantization
  ) throws {
    let document = try SalienceFixture.named("salience-tiny").documents[2]
    var answers: [[UInt32]] = []
    for set in KernelSet.all {
      for threads in [1, 3] {
        let context = KernelContext(kernels: set, pool: try .init(threads: threads))
        let model = try SalienceModel(
          folder: Fixtures.url("salience-tiny").path, quantization: quantization, context)
        let all = model.pool(document.input_ids, context)
        for (index, ids) in document.input_ids.enumerated() {
          let alone = model.pool([ids], context)
          #expect((0..<model.width).allSatisfy { alone.row(0)[$0] == all.row(index)[$0] }, "sentence \(index)")
        }
        answers.append(read(model, document, context).map(\.bitPattern))
      }
    }
    #expect(Set(answers).count == 1)
  }

  @Test func `a long document is read in groups, a sentence's place and its document count`() throws {
    let context = try ChangedModel.context
    let model = try SalienceModel(folder: Fixtures.url("salience-tiny").path, quantization: .int8, context)
    let ids = try SalienceFixture.named("salience-tiny").documents[2].input_ids
    let long = (0..<1_000).map { (tokens: ids[$0 % ids.count], start: SentenceStart.sentence) }
    let scores = model.scores(long, context)
    #expect(scores.count == 1_000 && scores.allSatisfy(\.isFinite))
    #expect(scores[18] != scores[36], "the same sentence at other places")
    var starts = long
    starts[500].start = .paragraph
    let other = model.scores(starts, context)
    #expect(other.indices.filter { other[$0] != scores[$0] } == [500])
    #expect(
      model.scores([(tokens: ids[3], start: .sentence)], context)
        == model.scores([(tokens: ids[3], start: .paragraph)], context))
    #expect(model.scores([], context).isEmpty)
  }

  @Test func `what is read of a sentence ends with the end token`() throws {
    let context = try ChangedModel.context
    for (name, limit) in [("salience-tiny", SalienceModel.tokenLimit), ("salience-plain", 64)] {
      let model = try SalienceModel(folder: Fixtures.url(name).path, quantization: .int8, context)
      for length in [1, limit - 1, limit, limit + 1, 10_000] {
        let tokens = [TokenID](repeating: 7, count: length - 1) + [model.endToken]
        let read = model.cut(tokens)
        #expect(
          read.count == min(length, limit) && read.last == model.endToken && read.dropLast().allSatisfy { $0 == 7 })
      }
    }
  }

  // MARK: damage

  @Test(
    arguments: [
      ("model_type", "marian"), ("d_model", 0), ("d_model", 33), ("d_model", 1 << 40), ("d_model", "wide"),
      ("encoder_layers", 0), ("encoder_layers", 1), ("encoder_layers", 3), ("encoder_layers", 257),
      ("encoder_attention_heads", 0), ("encoder_attention_heads", 5), ("encoder_ffn_dim", 47), ("encoder_ffn_dim", -1),
      ("attention_dim", 0), ("attention_dim", 23), ("attention_dim", 16_385), ("vocab_size", 1), ("vocab_size", 299),
      ("max_position_embeddings", 1), ("max_position_embeddings", 65_537), ("activation_function", "mish"),
      ("scale_embedding", 3), ("pad_token_id", -1), ("pad_token_id", 301), ("eos_token_id", 301),
      ("eos_token_id", "</s>"), ("score_features", ["document"]), ("score_features", ["position"]),
      ("score_features", [String]()), ("score_features", ["document", "length"]), ("score_features", "document"),
      ("score_features", ["document", "document", "position"]),
    ] as [(String, any Sendable)])
  func `a configuration that makes no sense or does not fit is refused`(key: String, value: any Sendable) throws {
    let damaged = try DamagedSalience().changingConfiguration { $0[key] = value }
    #expect(try damaged.loadingError() != nil, "\(key) \(value)")
  }

  @Test(arguments: [
    "model_type", "d_model", "encoder_layers", "encoder_attention_heads", "encoder_ffn_dim", "attention_dim",
    "vocab_size", "max_position_embeddings", "pad_token_id", "eos_token_id",
  ]) func `a configuration that lacks a number is refused by its name`(key: String) throws {
    let error = try DamagedSalience().changingConfiguration { $0[key] = nil }.loadingError()
    #expect(error?.description.contains(key) == true, "\(String(describing: error))")
  }

  @Test func `activation and scale may be left out`() throws {
    let changed = try DamagedSalience().changingConfiguration {
      $0["activation_function"] = nil
      $0["scale_embedding"] = nil
    }
    #expect(try changed.loadingError() == nil)
  }

  @Test(arguments: [
    ("pooling.W", "pooling.X"), ("pooling.b", "pooling.c"),
    ("pooling.v", "pooling.w"), ("score.weight", "score.weighx"), ("score.bias", "score.bixs"),
    ("model.encoder.layers.1.fc2.bias", "model.encoder.layers.1.fc3.bias"),
  ]) func `a missing weight is named`(name: String, other: String) throws {
    guard case .missingTensor(name, _)? = try DamagedSalience().renaming(name, to: other).loadingError() else {
      Issue.record("\(name) was not missed")
      return
    }
  }

  @Test func `the table of tokens is missed under the encoder's own name`() throws {
    let error = try DamagedSalience().renaming("model.shared.weight", to: "model.sharex.weight").loadingError()
    guard case .missingTensor("model.encoder.embed_tokens.weight", _)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `a weight of another shape and one that is left over are named`() throws {
    let misshapen = try DamagedSalience().changingConfiguration { $0["attention_dim"] = 25 }.loadingError()
    guard case .wrongShape(name: "pooling.W", found: [24, 32], expected: [25, 32])? = misshapen else {
      Issue.record("\(String(describing: misshapen))")
      return
    }
    let leftOver = try DamagedSalience().changingConfiguration { $0["encoder_layers"] = 1 }.loadingError()
    guard case .unreadTensors(let names, _)? = leftOver else {
      Issue.record("\(String(describing: leftOver))")
      return
    }
    #expect(!names.isEmpty && names.allSatisfy { $0.hasPrefix("model.encoder.layers.1.") })
  }

  @Test func `weights that were cut off are refused by name`() throws {
    let bytes = try Fixtures.bytes("salience-tiny/model.safetensors")
    for count in [0, 7, 9, 1_000, bytes.count / 2, bytes.count - 1] {
      let error = try DamagedSalience().writing("model.safetensors", Array(bytes.prefix(count))).loadingError()
      #expect(error?.description.contains("model.safetensors") == true, "\(count) bytes")
    }
  }

  @Test func `a card is proposed for a folder that has none`() throws {
    let folder = try TemporaryFolder()
    try folder.copy(Fixtures.url("salience-tiny"))
    try FileManager.default.removeItem(at: folder.url.appendingPathComponent("model.json"))
    try folder.write("model.json", try ModelCardDraft(folder: folder.path).text)
    let card = try ModelCard(folder: folder.path)
    try card.verifyFiles(folder: folder.path)
    #expect(card.task == .salience && card.architecture == SalienceConfiguration.architecture)
    #expect(card.salienceTest.count == 1 && card.languages.isEmpty)
  }
}

/// A copy of salience-tiny in which something is changed before it is loaded.
private struct DamagedSalience {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    for name in ["config.json", "model.safetensors"] {
      try folder.write(name, try Fixtures.bytes("salience-tiny/\(name)"))
    }
  }

  func changingConfiguration(_ change: (inout [String: Any]) -> Void) throws -> DamagedSalience {
    let data = try Data(contentsOf: folder.url.appendingPathComponent("config.json"))
    var members = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    change(&members)
    return try writing("config.json", [UInt8](JSONSerialization.data(withJSONObject: members)))
  }

  /// Gives a tensor another name of the same length.
  func renaming(_ name: String, to other: String) throws -> DamagedSalience {
    var weights = Data(try Fixtures.bytes("salience-tiny/model.safetensors"))
    let place = try #require(weights.range(of: Data("\"\(name)\"".utf8)), "\(name)")
    try #require(name.utf8.count == other.utf8.count)
    weights.replaceSubrange(place, with: Data("\"\(other)\"".utf8))
    return try writing("model.safetensors", [UInt8](weights))
  }

  func writing(_ name: String, _ bytes: [UInt8]) throws -> DamagedSalience {
    try folder.write(name, bytes)
    return self
  }

  func loadingError() throws -> ModelError? {
    let context = try ChangedModel.context
    do throws(ModelError) {
      _ = try SalienceModel(folder: folder.path, quantization: .int8, context)
      return nil
    } catch {
      return error
    }
  }
}
