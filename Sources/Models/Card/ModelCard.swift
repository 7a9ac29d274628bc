import Foundation

/// What `model.json` beside a model's files says of it.
public struct ModelCard: Sendable, Decodable {
  /// What the model is for.
  public enum Task: String, Sendable, Decodable {
    case translation
    case summarization
    case salience
  }

  /// A direction; `prefix` is the token that asks the model for it.
  public struct Direction: Sendable, Decodable, Hashable {
    public let from: String
    public let to: String
    public let prefix: String?
  }

  /// A file that belongs to the model.
  public struct File: Sendable, Decodable {
    public let path: String
    public let bytes: Int
    public let sha256: String
  }

  /// An input with the output that greedy decoding must give, whatever CPU and quantization.
  public struct SelfTest: Sendable, Decodable {
    public let input: String
    public let output: String
    public let from: String?
    public let to: String?
  }

  public let id: String
  public let task: Task
  /// A name that `ModelRegistry` knows.
  public let architecture: String
  public let languages: [Direction]
  /// Source tokens, end of sentence included, that the model was trained on; longer segments are split.
  public let maxSourceTokens: Int?
  public let files: [File]
  public let selfTest: [SelfTest]
  public let license: String?
  public let attribution: [String]

  private enum CodingKeys: String, CodingKey {
    case id, task, architecture, languages, files, license, attribution
    case maxSourceTokens = "max_source_tokens"
    case selfTest = "self_test"
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    id = try container.decode(String.self, forKey: .id)
    task = try container.decode(Task.self, forKey: .task)
    architecture = try container.decode(String.self, forKey: .architecture)
    languages = try container.decodeIfPresent([Direction].self, forKey: .languages) ?? []
    maxSourceTokens = try container.decodeIfPresent(Int.self, forKey: .maxSourceTokens)
    files = try container.decode([File].self, forKey: .files)
    selfTest = try container.decodeIfPresent([SelfTest].self, forKey: .selfTest) ?? []
    license = try container.decodeIfPresent(String.self, forKey: .license)
    attribution = try container.decodeIfPresent([String].self, forKey: .attribution) ?? []
  }

  /// Reads and checks the card of a model's folder.
  public init(folder: String) throws(ModelError) {
    let path = folder + "/model.json"
    guard FileManager.default.fileExists(atPath: path) else {
      throw .unreadable(
        path: path,
        reason: "no card; `dragoman models inspect \(folder)` prints one to complete and save under this name")
    }
    self = try JSONFile.decode(ModelCard.self, path: path)
    try check(path: path)
  }

  private func check(path: String) throws(ModelError) {
    guard !id.isEmpty, id.utf8.count <= 100,
      id.utf8.allSatisfy({
        $0 < 128 && (Character(Unicode.Scalar($0)).isLetter || $0 >= 0x30 && $0 <= 0x39 || "-_.".utf8.contains($0))
      })
    else {
      throw .malformed(path: path, reason: "id \"\(id)\"; letters, digits, - _ . are possible, at most 100")
    }
    if task == .translation, languages.isEmpty {
      throw .malformed(path: path, reason: "languages is empty; a translation model needs at least one {from, to}")
    }
    if let maxSourceTokens, maxSourceTokens < 2 {
      throw .malformed(path: path, reason: "max_source_tokens is \(maxSourceTokens); at least 2 are needed")
    }
    for file in files {
      guard !file.path.isEmpty, !file.path.hasPrefix("/"), !file.path.split(separator: "/").contains("..") else {
        throw .malformed(path: path, reason: "files: \"\(file.path)\" is no path inside the folder")
      }
    }
  }
}
