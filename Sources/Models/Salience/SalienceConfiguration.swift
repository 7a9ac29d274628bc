import Kernels
import Tensors

/// Hyperparameters of a salience model, from its config.json.
public struct SalienceConfiguration: Sendable {
  /// What its config.json's `model_type` and its card's `architecture` say.
  public static let architecture = "dragoman_salience"

  public let vocabularySize: Int
  public let encoder: MarianStack
  public let positionLimit: Int
  public let scalesEmbedding: Bool
  /// A, the width in which tokens are weighed.
  public let attentionWidth: Int
  /// The token that ends a sentence.
  public let endToken: TokenID
  /// What the score goes by beside the sentence itself.
  public let features: Set<SalienceFeature>

  /// √D where the configuration asks for it, else 1.
  public var embeddingScale: Float {
    MarianConfiguration.embeddingScale(width: encoder.width, isScaled: scalesEmbedding)
  }

  /// K, the inputs of the score.
  public var scoreInputs: Int {
    encoder.width + (features.contains(.document) ? encoder.width : 0)
      + (features.contains(.position) ? SalienceFeature.positionInputs : 0)
  }

  /// Reads and checks `config.json`.
  public init(path: String) throws(ModelError) {
    try self.init(file: try JSONFile.decode(File.self, path: path), path: path)
  }

  private struct File: Decodable {
    let model_type: String
    let d_model: Int
    let encoder_layers: Int
    let encoder_attention_heads: Int
    let encoder_ffn_dim: Int
    let attention_dim: Int
    let vocab_size: Int
    let max_position_embeddings: Int
    let activation_function: String?
    let scale_embedding: Bool?
    let pad_token_id: Int
    let eos_token_id: Int
    let score_features: [String]?
  }

  private init(file: File, path: String) throws(ModelError) {
    let check = RangeCheck(path: path)
    guard file.model_type == Self.architecture else {
      throw .unsupported(
        path: path, reason: "model_type \(file.model_type); a salience model's is \(Self.architecture)")
    }
    vocabularySize = try check("vocab_size", file.vocab_size, 2...4_000_000)
    encoder = try MarianStack(
      side: "encoder", width: try check("d_model", file.d_model, 1...16_384), layers: file.encoder_layers,
      heads: file.encoder_attention_heads, feedForwardWidth: file.encoder_ffn_dim,
      activation: file.activation_function ?? "relu", check)
    positionLimit = try check("max_position_embeddings", file.max_position_embeddings, 2...65_536)
    scalesEmbedding = file.scale_embedding ?? true
    attentionWidth = try check("attention_dim", file.attention_dim, 1...16_384)
    _ = try check("pad_token_id", file.pad_token_id, 0...(vocabularySize - 1))
    endToken = TokenID(try check("eos_token_id", file.eos_token_id, 0...(vocabularySize - 1)))
    var features: Set<SalienceFeature> = []
    for name in file.score_features ?? [] {
      guard let feature = SalienceFeature(rawValue: name) else {
        throw .unsupported(path: path, reason: "score_features: \(name); document and position are known")
      }
      guard features.insert(feature).inserted else {
        throw .malformed(path: path, reason: "score_features: \(name) stands there twice")
      }
    }
    self.features = features
  }
}

/// What a sentence's score may go by beside the sentence itself.
public enum SalienceFeature: String, Sendable, CaseIterable {
  /// How the sentence agrees with the mean of its document.
  case document
  /// Where the sentence stands, and how long it is.
  case position

  /// Numbers that `position` adds to the score's inputs.
  static let positionInputs = 4
}
