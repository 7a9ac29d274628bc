import Kernels

/// Hyperparameters of a T5 model, from Hugging Face's config.json. Source: transformers 4.57, models/t5.
public struct T5Configuration: Sendable {
  public let vocabularySize: Int
  public let width: Int
  /// W, of a head; H · W need not be the width.
  public let headWidth: Int
  public let heads: Int
  public let feedForwardWidth: Int
  public let encoderLayers: Int
  public let decoderLayers: Int
  public let relativeBuckets: Int
  public let relativeFarthest: Int
  public let normEpsilon: Float
  public let activation: Activation
  public let isGated: Bool
  /// Whether the output projection is the embedding table; then the decoder's output is scaled by 1/√width.
  public let tiesOutput: Bool

  /// Distances are bucketed, so no table of positions ends; this bounds memory.
  public static let positionLimit = 2_048

  /// Reads and checks `config.json`.
  public init(path: String) throws(ModelError) {
    try self.init(file: try JSONFile.decode(File.self, path: path), path: path)
  }

  private struct File: Decodable {
    let vocab_size: Int
    let d_model: Int
    let d_kv: Int
    let d_ff: Int
    let num_layers: Int
    let num_decoder_layers: Int?
    let num_heads: Int
    let relative_attention_num_buckets: Int?
    let relative_attention_max_distance: Int?
    let layer_norm_epsilon: Float?
    let feed_forward_proj: String?
    let tie_word_embeddings: Bool?
  }

  private init(file: File, path: String) throws(ModelError) {
    let check = RangeCheck(path: path)
    vocabularySize = try check("vocab_size", file.vocab_size, 2...4_000_000)
    width = try check("d_model", file.d_model, 1...16_384)
    headWidth = try check("d_kv", file.d_kv, 1...1_024)
    heads = try check("num_heads", file.num_heads, 1...256)
    feedForwardWidth = try check("d_ff", file.d_ff, 1...131_072)
    encoderLayers = try check("num_layers", file.num_layers, 1...256)
    decoderLayers = try check("num_decoder_layers", file.num_decoder_layers ?? file.num_layers, 1...256)
    relativeBuckets = try check("relative_attention_num_buckets", file.relative_attention_num_buckets ?? 32, 4...4_096)
    relativeFarthest = try check(
      "relative_attention_max_distance", file.relative_attention_max_distance ?? 128,
      (relativeBuckets / 2 + 1)...1_000_000)
    normEpsilon = file.layer_norm_epsilon ?? 1e-6
    guard normEpsilon > 0, normEpsilon < 1 else {
      throw .malformed(path: path, reason: "layer_norm_epsilon is \(normEpsilon); above 0 and below 1 is possible")
    }
    tiesOutput = file.tie_word_embeddings ?? true
    switch file.feed_forward_proj ?? "relu" {
    case "relu": (activation, isGated) = (.relu, false)
    case "gelu": (activation, isGated) = (.gelu, false)
    case "gated-relu": (activation, isGated) = (.relu, true)
    // transformers reads this one as the approximation, which the models were trained with.
    case "gated-gelu": (activation, isGated) = (.geluTanh, true)
    case "gated-silu": (activation, isGated) = (.swish, true)
    case let other:
      throw .unsupported(
        path: path, reason: "feed_forward_proj \(other); relu, gelu, gated-relu, gated-gelu and gated-silu are known")
    }
  }
}
