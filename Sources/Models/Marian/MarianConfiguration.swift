import Kernels

/// Hyperparameters of a MarianMT model, from Hugging Face's config.json.
public struct MarianConfiguration: Sendable {
  public let vocabularySize: Int
  public let decoderVocabularySize: Int
  public let width: Int
  public let encoderLayers: Int
  public let decoderLayers: Int
  public let encoderHeads: Int
  public let decoderHeads: Int
  public let encoderFeedForwardWidth: Int
  public let decoderFeedForwardWidth: Int
  public let activation: Activation
  public let positionLimit: Int
  public let scalesEmbedding: Bool
  public let sharesEmbeddings: Bool

  /// torch.nn.LayerNorm's default, which MarianMT keeps.
  public static let layerNormEpsilon: Float = 1e-5

  /// √D where the configuration asks for it, else 1.
  public var embeddingScale: Float { scalesEmbedding ? Float(Double(width).squareRoot()) : 1 }

  /// Reads and checks `config.json`.
  public init(path: String) throws(ModelError) {
    try self.init(file: try JSONFile.decode(File.self, path: path), path: path)
  }

  private struct File: Decodable {
    let vocab_size: Int
    let decoder_vocab_size: Int?
    let d_model: Int
    let encoder_layers: Int
    let decoder_layers: Int
    let encoder_attention_heads: Int
    let decoder_attention_heads: Int
    let encoder_ffn_dim: Int
    let decoder_ffn_dim: Int
    let activation_function: String?
    let max_position_embeddings: Int?
    let scale_embedding: Bool?
    let share_encoder_decoder_embeddings: Bool?
  }

  private init(file: File, path: String) throws(ModelError) {
    let check = RangeCheck(path: path)
    vocabularySize = try check("vocab_size", file.vocab_size, 2...4_000_000)
    decoderVocabularySize = try check(
      "decoder_vocab_size", file.decoder_vocab_size ?? file.vocab_size, 2...4_000_000)
    width = try check("d_model", file.d_model, 1...16_384)
    encoderLayers = try check("encoder_layers", file.encoder_layers, 1...256)
    decoderLayers = try check("decoder_layers", file.decoder_layers, 1...256)
    encoderHeads = try check("encoder_attention_heads", file.encoder_attention_heads, 1...width)
    decoderHeads = try check("decoder_attention_heads", file.decoder_attention_heads, 1...width)
    guard width % encoderHeads == 0, width % decoderHeads == 0 else {
      throw .malformed(
        path: path, reason: "d_model \(width) is no multiple of \(encoderHeads) or \(decoderHeads) heads")
    }
    encoderFeedForwardWidth = try check("encoder_ffn_dim", file.encoder_ffn_dim, 1...131_072)
    decoderFeedForwardWidth = try check("decoder_ffn_dim", file.decoder_ffn_dim, 1...131_072)
    positionLimit = try check("max_position_embeddings", file.max_position_embeddings ?? 1_024, 1...65_536)
    scalesEmbedding = file.scale_embedding ?? false
    sharesEmbeddings = file.share_encoder_decoder_embeddings ?? true
    switch file.activation_function ?? "gelu" {
    case "relu": activation = .relu
    case "swish", "silu": activation = .swish
    case "gelu": activation = .gelu
    case let other:
      throw .unsupported(path: path, reason: "activation_function \(other); relu, swish and gelu are known")
    }
  }
}
