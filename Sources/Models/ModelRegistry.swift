import Kernels

/// The architectures that can be loaded. A new one is a folder here and a line below.
public enum ModelRegistry {
  typealias Loader = @Sendable (_ folder: String, WeightScope) throws(ModelError) -> any Seq2SeqModel

  static let loaders: [String: Loader] = [
    "marian": { folder, weights throws(ModelError) in
      try MarianModel(configuration: MarianConfiguration(path: folder + "/config.json"), weights: weights)
    },
    "bart": { folder, weights throws(ModelError) in
      try MarianModel(bart: folder + "/config.json", weights: weights)
    },
    "t5": { folder, weights throws(ModelError) in
      try T5Model(configuration: T5Configuration(path: folder + "/config.json"), weights: weights)
    },
  ]

  /// Names that a card's `architecture` may hold.
  public static var architectures: [String] { loaders.keys.sorted() }

  /// Loads the weights of a model's folder.
  /// - Parameter context: packs them; it may be another one than the one that computes later.
  public static func load(
    folder: String, architecture: String, quantization: Quantization, _ context: KernelContext
  ) throws(ModelError) -> any Seq2SeqModel {
    guard let loader = loaders[architecture] else {
      throw .unsupported(
        path: folder + "/model.json",
        reason: "architecture \(architecture) is not known; known: \(architectures.joined(separator: ", "))")
    }
    let source = try WeightSource(folder: folder)
    return try loader(folder, WeightScope(source: source, context: context, quantization: quantization))
  }
}
