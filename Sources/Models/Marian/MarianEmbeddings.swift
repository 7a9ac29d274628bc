import Glibc
import Kernels
import Tensors

/// The embedding tables of a MarianMT model and its output projection, under whichever of the tied names they stand.
struct MarianEmbeddings {
  let encoder: Embedding
  let decoder: Embedding
  let output: OutputProjection

  private static let encoderName = "model.encoder.embed_tokens.weight"
  private static let decoderName = "model.decoder.embed_tokens.weight"
  private static let sharedName = "model.shared.weight"
  private static let headName = "lm_head.weight"

  init(configuration: MarianConfiguration, weights: WeightScope) throws(ModelError) {
    let width = configuration.width
    let decoderShape: Shape = [configuration.decoderVocabularySize, width]
    let source: StoredTensor
    let target: StoredTensor
    if configuration.sharesEmbeddings {
      source = try Self.tied(
        [Self.sharedName, Self.encoderName, Self.decoderName, Self.headName], decoderShape, weights)
      target = source
    } else {
      source = try Self.tied(
        [Self.encoderName, Self.sharedName], [configuration.vocabularySize, width], weights)
      target = try Self.tied([Self.decoderName, Self.headName], decoderShape, weights)
    }
    encoder = Embedding(
      table: source, scale: configuration.embeddingScale,
      positions: try Self.positions("model.encoder.embed_positions.weight", configuration, weights))
    decoder = Embedding(
      table: target, scale: configuration.embeddingScale,
      positions: try Self.positions("model.decoder.embed_positions.weight", configuration, weights))
    let bias: Tensor? =
      if weights.contains("final_logits_bias") {
        try weights.tensor("final_logits_bias", [1, configuration.decoderVocabularySize])
      } else {
        nil
      }
    output = OutputProjection(
      weights: LinearWeights(matrix: weights.context.pack([target], as: weights.quantization), bias: bias),
      exact: weights.quantization == .float32 ? nil : target)
    weights.context.workspace.reset()
  }

  /// The first of the names that exists. The others, where they exist, must hold the same numbers.
  private static func tied(
    _ names: [String], _ shape: Shape, _ weights: WeightScope
  ) throws(ModelError) -> StoredTensor {
    guard let first = names.first(where: weights.contains) else {
      throw .missingTensor(name: names[0], path: weights.source.path)
    }
    let table = try weights.stored(first, shape)
    for name in names where name != first && weights.contains(name) {
      let other = try weights.stored(name, shape)
      guard table.element == other.element, Self.equal(table.bytes, other.bytes) else {
        throw .unsupported(
          path: weights.source.path, reason: "\(name) differs from \(first); config.json says that they are tied")
      }
    }
    return table
  }

  private static func equal(_ one: UnsafeRawBufferPointer, _ other: UnsafeRawBufferPointer) -> Bool {
    guard one.count == other.count, let first = one.baseAddress, let second = other.baseAddress else {
      return one.count == other.count
    }
    return memcmp(first, second, one.count) == 0
  }

  /// Position tables are sinusoids; where a file holds one, it is used as it is.
  private static func positions(
    _ name: String, _ configuration: MarianConfiguration, _ weights: WeightScope
  ) throws(ModelError) -> Tensor {
    if weights.contains(name) { return try weights.tensor(name, [configuration.positionLimit, configuration.width]) }
    return SinusoidalPositions.marian(positions: configuration.positionLimit, width: configuration.width)
  }
}
