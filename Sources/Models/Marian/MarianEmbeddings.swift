import Kernels
import Tensors

extension TokenTables {
  private static let encoderName = "model.encoder.embed_tokens.weight"
  private static let decoderName = "model.decoder.embed_tokens.weight"
  private static let sharedName = "model.shared.weight"
  private static let headName = "lm_head.weight"
  /// Where one table does for all, it may stand under any of these.
  static let sharedNames = [sharedName, encoderName, decoderName, headName]
  /// Where the encoder has a table of its own, it may stand under any of these.
  static let encoderNames = [encoderName, sharedName]

  /// What is added to the logits, [V]; nil where the file has no such weight.
  static func logitsBias(_ vocabularySize: Int, _ weights: WeightScope) throws(ModelError) -> Tensor? {
    let name = "final_logits_bias"
    return weights.contains(name) ? try weights.tensor(name, [1, vocabularySize]) : nil
  }

  /// Those of a MarianMT model, under whichever of the tied names they stand.
  init(marian configuration: MarianConfiguration, _ weights: WeightScope) throws(ModelError) {
    let width = configuration.width
    let decoderShape: Shape = [configuration.decoderVocabularySize, width]
    let source: StoredTensor
    let target: StoredTensor
    if configuration.sharesEmbeddings {
      source = try weights.tied(Self.sharedNames, decoderShape)
      target = source
    } else {
      source = try weights.tied(Self.encoderNames, [configuration.vocabularySize, width])
      target = try weights.tied([Self.decoderName, Self.headName], decoderShape)
    }
    encoder = Embedding(
      table: source, scale: configuration.embeddingScale,
      positions: try Self.encoderPositions(limit: configuration.positionLimit, width: width, weights))
    decoder = Embedding(
      table: target, scale: configuration.embeddingScale,
      positions: try Self.positions(
        "model.decoder.embed_positions.weight", limit: configuration.positionLimit, width: width, weights))
    output = weights.outputProjection(
      target, bias: try Self.logitsBias(configuration.decoderVocabularySize, weights))
  }

  /// The encoder's position table, [limit, D].
  static func encoderPositions(limit: Int, width: Int, _ weights: WeightScope) throws(ModelError) -> Tensor {
    try positions("model.encoder.embed_positions.weight", limit: limit, width: width, weights)
  }

  /// Position tables are sinusoids; where a file holds one, it is used as it is.
  private static func positions(
    _ name: String, limit: Int, width: Int, _ weights: WeightScope
  ) throws(ModelError) -> Tensor {
    if weights.contains(name) { return try weights.tensor(name, [limit, width]) }
    return SinusoidalPositions.marian(positions: limit, width: width)
  }
}
