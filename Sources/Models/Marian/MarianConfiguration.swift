import Kernels

/// Hyperparameters of a MarianMT model, from Hugging Face's config.json.
public struct MarianConfiguration: Sendable {
  public let vocabularySize: Int
  public let decoderVocabularySize: Int
  public let width: Int
  public let encoder: MarianStack
  public let decoder: MarianStack
  public let positionLimit: Int
  public let scalesEmbedding: Bool
  public let sharesEmbeddings: Bool

  /// torch.nn.LayerNorm's default, which MarianMT keeps.
  public static let layerNormEpsilon: Float = 1e-5

  /// √D where the configuration asks for it, else 1.
  public var embeddingScale: Float { Self.embeddingScale(width: width, isScaled: scalesEmbedding) }

  static func embeddingScale(width: Int, isScaled: Bool) -> Float { isScaled ? Float(Double(width).squareRoot()) : 1 }

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
    encoder = try MarianStack(
      side: "encoder", width: width, layers: file.encoder_layers, heads: file.encoder_attention_heads,
      feedForwardWidth: file.encoder_ffn_dim, activation: file.activation_function ?? "gelu", check)
    decoder = try MarianStack(
      side: "decoder", width: width, layers: file.decoder_layers, heads: file.decoder_attention_heads,
      feedForwardWidth: file.decoder_ffn_dim, activation: file.activation_function ?? "gelu", check)
    positionLimit = try check("max_position_embeddings", file.max_position_embeddings ?? 1_024, 1...65_536)
    scalesEmbedding = file.scale_embedding ?? false
    sharesEmbeddings = file.share_encoder_decoder_embeddings ?? true
  }
}

/// Sizes of the layers of an encoder or of a decoder.
public struct MarianStack: Sendable {
  /// D.
  public let width: Int
  public let layers: Int
  public let heads: Int
  /// F.
  public let feedForwardWidth: Int
  public let activation: Activation

  /// Checks what a config.json says.
  /// - Parameters:
  ///   - side: with which the numbers' names begin.
  ///   - width: checked already.
  init(
    side: String, width: Int, layers: Int, heads: Int, feedForwardWidth: Int, activation: String, _ check: RangeCheck
  ) throws(ModelError) {
    self.width = width
    self.layers = try check("\(side)_layers", layers, 1...256)
    self.heads = try check("\(side)_attention_heads", heads, 1...width)
    guard width % heads == 0 else {
      throw .malformed(path: check.path, reason: "d_model \(width) is no multiple of \(heads) heads")
    }
    self.feedForwardWidth = try check("\(side)_ffn_dim", feedForwardWidth, 1...131_072)
    switch activation {
    case "relu": self.activation = .relu
    case "swish", "silu": self.activation = .swish
    case "gelu": self.activation = .gelu
    case let other:
      throw .unsupported(path: check.path, reason: "activation_function \(other); relu, swish and gelu are known")
    }
  }
}
