/// Why a tokenizer cannot be built or used. Every case names the file (or the value), what is wrong, and what helps.
public enum TokenizerError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file is missing, cannot be read, or is larger than any tokenizer file may be.
  case unreadableFile(file: String, reason: String)
  /// The file's bytes are not what its format says; `reason` names the place.
  case malformedFile(file: String, reason: String)
  /// The file is well formed but needs something that this program does not do.
  case unsupportedModel(file: String, reason: String)
  /// A token that the tokenizer cannot do without is not in the vocabulary.
  case missingToken(token: String, file: String)
  /// The prefix token (such as `>>deu<<`) is not one that the vocabulary offers.
  case unknownPrefix(prefix: String, known: [String])
  /// The model has no use for a prefix.
  case prefixNotTaken(prefix: String)

  /// One sentence for a log or a terminal.
  public var description: String {
    switch self {
    case .unreadableFile(let file, let reason):
      "\(file): cannot be read: \(reason)"
    case .malformedFile(let file, let reason):
      "\(file): malformed: \(reason); fetch or convert the model again"
    case .unsupportedModel(let file, let reason):
      "\(file): not supported: \(reason)"
    case .missingToken(let token, let file):
      "\(file): the token \(token) is missing; the vocabulary does not belong to this model, or tokenizer_config.json "
        + "names the wrong token"
    case .prefixNotTaken(let prefix):
      "the model takes no prefix, but model.json gives it \"\(prefix)\""
    case .unknownPrefix(let prefix, let known):
      known.isEmpty
        ? "the prefix token \(prefix) is not in the vocabulary, which has no tokens of the form >>xxx<<"
        : "the prefix token \(prefix) is not in the vocabulary; it has \(known.joined(separator: " "))"
    }
  }
}
