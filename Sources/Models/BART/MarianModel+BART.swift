import Kernels
import Tensors

extension MarianModel {
  /// BART: MarianMT's layers under learned positions and a norm behind the embeddings.
  /// Source: Lewis et al. 2019; transformers 4.57, models/bart/modeling_bart.py.
  /// - Parameter path: its config.json.
  public convenience init(bart path: String, weights: WeightScope) throws(ModelError) {
    try JSONFile.decode(BARTLayout.self, path: path).check(path: path)
    let configuration = try MarianConfiguration(path: path)
    guard configuration.decoderVocabularySize == configuration.vocabularySize else {
      throw .unsupported(path: path, reason: "decoder_vocab_size differs from vocab_size; BART has one vocabulary")
    }
    try self.init(
      configuration: configuration, tables: try TokenTables(bart: configuration, weights), weights: weights)
  }
}

/// What old config.json files say of the order of norms; only one has been published.
private struct BARTLayout: Decodable {
  let normalize_before: Bool?
  let add_final_layer_norm: Bool?
  let normalize_embedding: Bool?

  func check(path: String) throws(ModelError) {
    guard normalize_before != true, add_final_layer_norm != true, normalize_embedding != false else {
      throw .unsupported(
        path: path,
        reason: "normalize_before and add_final_layer_norm must be false, normalize_embedding true, as in BART")
    }
  }
}

extension TokenTables {
  /// Rows of a table of positions before that of the first token.
  private static let positionOffset = 2

  /// Those of a BART model: one table for all, learned positions, a norm.
  init(bart configuration: MarianConfiguration, _ weights: WeightScope) throws(ModelError) {
    let shape: Shape = [configuration.vocabularySize, configuration.width]
    let table = try weights.tied(Self.sharedNames, shape)
    func embedding(_ side: WeightScope) throws(ModelError) -> Embedding {
      Embedding(
        table: table, scale: configuration.embeddingScale,
        positions: try side.tensor(
          "embed_positions.weight", [configuration.positionLimit + Self.positionOffset, configuration.width]),
        positionOffset: Self.positionOffset,
        norm: try side.layerNorm(
          "layernorm_embedding", width: configuration.width, epsilon: MarianConfiguration.layerNormEpsilon))
    }
    encoder = try embedding(weights.scope("model").scope("encoder"))
    decoder = try embedding(weights.scope("model").scope("decoder"))
    output = weights.outputProjection(table, bias: try Self.logitsBias(configuration.vocabularySize, weights))
  }
}
