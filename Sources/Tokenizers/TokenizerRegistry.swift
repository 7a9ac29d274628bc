import Foundation

/// The tokenizer of each architecture. A new one is a type that conforms to `TextTokenizer` and a line below.
public enum TokenizerRegistry {
  typealias Loader = @Sendable (_ folder: URL) throws(TokenizerError) -> any TextTokenizer

  static let loaders: [String: Loader] = [
    "bart": { folder throws(TokenizerError) in try ByteLevelBPETokenizer(folder: folder) },
    "dragoman_salience": { folder throws(TokenizerError) in try MarianTokenizer(folder: folder, sides: .source) },
    "marian": { folder throws(TokenizerError) in try MarianTokenizer(folder: folder) },
    "t5": { folder throws(TokenizerError) in try T5Tokenizer(folder: folder) },
  ]

  /// The names of the architectures whose tokenizers are known.
  public static var architectures: [String] { loaders.keys.sorted() }

  /// Reads the tokenizer's files of a model's folder.
  /// - Parameter architecture: the name that the model's card gives.
  public static func load(folder: String, architecture: String) throws(TokenizerError) -> any TextTokenizer {
    guard let loader = loaders[architecture] else {
      throw .unsupportedModel(
        file: folder + "/model.json",
        reason: "no tokenizer is known for the architecture \(architecture); known: "
          + architectures.joined(separator: ", "))
    }
    return try loader(URL(fileURLWithPath: folder))
  }
}
