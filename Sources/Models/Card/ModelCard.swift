import Foundation

/// What `model.json` beside a model's files says of it.
public struct ModelCard: Sendable, Decodable {
  /// What the model is for.
  public enum Task: String, Sendable, Decodable {
    case translation
    case summarization
    case salience
  }

  /// A direction; `prefix` is what asks the model for it: a token, or the beginning of a text.
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

  /// A length that a summarizer knows; `prefix` is the token that asks for it, in place of the direction's.
  public struct Length: Sendable, Hashable {
    public let name: String
    public let prefix: String
  }

  /// An input with the output that greedy decoding must give, whatever CPU and quantization.
  public struct SelfTest: Sendable, Decodable {
    public let input: String
    public let output: String
    public let from: String?
    public let to: String?
    /// The name of one of the card's lengths.
    public let length: String?
  }

  /// A document's sentences with their indices by falling score, whatever CPU and quantization.
  public struct SalienceTest: Sendable, Decodable {
    public let input: [String]
    public let output: [Int]
  }

  public let id: String
  public let task: Task
  /// A name that `ModelRegistry` knows.
  public let architecture: String
  /// A summarizer's are English to English where its card names none.
  public private(set) var languages: [Direction]
  /// A summarizer's lengths, by name.
  public let lengths: [Length]
  /// The lengths that a summarizer may write unasked, as requests name them; nil is all.
  public let autoLengths: [String]?
  /// Source tokens, end of sentence included, that the model was trained on; longer segments are split.
  public let maxSourceTokens: Int?
  /// Whether text in capitals is translated in lower case and raised again (`lower_capitals`): for models to which
  /// capitals are but single letters. A model without it reads what is written.
  public let lowersCapitals: Bool
  public let files: [File]
  /// `self_test` of a model that generates text.
  public let selfTest: [SelfTest]
  /// `self_test` of a model that scores sentences.
  public let salienceTest: [SalienceTest]
  public let license: String?
  public let attribution: [String]

  private enum CodingKeys: String, CodingKey {
    case id, task, architecture, languages, lengths, files, license, attribution
    case maxSourceTokens = "max_source_tokens"
    case selfTest = "self_test"
    case autoLengths = "auto_lengths"
    case lowersCapitals = "lower_capitals"
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    id = try container.decode(String.self, forKey: .id)
    let task = try container.decode(Task.self, forKey: .task)
    self.task = task
    architecture = try container.decode(String.self, forKey: .architecture)
    let languages = try container.decodeIfPresent([Direction].self, forKey: .languages) ?? []
    self.languages =
      languages.isEmpty && task == .summarization ? [Direction(from: "en", to: "en", prefix: nil)] : languages
    lengths = (try container.decodeIfPresent([String: String].self, forKey: .lengths) ?? [:])
      .map { Length(name: $0.key, prefix: $0.value) }.sorted { $0.name < $1.name }
    autoLengths = try container.decodeIfPresent([String].self, forKey: .autoLengths)
    maxSourceTokens = try container.decodeIfPresent(Int.self, forKey: .maxSourceTokens)
    lowersCapitals = try container.decodeIfPresent(Bool.self, forKey: .lowersCapitals) ?? false
    files = try container.decode([File].self, forKey: .files)
    let scores = task == .salience
    selfTest = scores ? [] : try container.decodeIfPresent([SelfTest].self, forKey: .selfTest) ?? []
    salienceTest = scores ? try container.decodeIfPresent([SalienceTest].self, forKey: .selfTest) ?? [] : []
    license = try container.decodeIfPresent(String.self, forKey: .license)
    attribution = try container.decodeIfPresent([String].self, forKey: .attribution) ?? []
  }

  /// Reads and checks the card of a model's folder. A direction without a prefix gets the one that config.json names.
  public init(folder: String) throws(ModelError) {
    let path = folder + "/model.json"
    guard FileManager.default.fileExists(atPath: path) else {
      throw .unreadable(
        path: path,
        reason: "no card; `dragoman models inspect \(folder)` prints one to complete and save under this name")
    }
    self = try JSONFile.decode(ModelCard.self, path: path)
    try check(path: path)
    guard task != .salience, FileManager.default.fileExists(atPath: folder + "/config.json") else { return }
    let tasks = try TaskParameters(folder: folder)
    languages = languages.map { $0.completed(by: tasks) }
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
    guard task == .summarization || lengths.isEmpty else {
      throw .malformed(path: path, reason: "lengths belong to task summarization, not \(task.rawValue)")
    }
    for (index, test) in salienceTest.enumerated() {
      guard !test.input.isEmpty, test.output.sorted().elementsEqual(test.input.indices) else {
        throw .malformed(
          path: path, reason: "self_test[\(index)]: output must hold each index of input's sentences once")
      }
    }
    for file in files {
      guard !file.path.isEmpty, !file.path.hasPrefix("/"), !file.path.split(separator: "/").contains("..") else {
        throw .malformed(path: path, reason: "files: \"\(file.path)\" is no path inside the folder")
      }
    }
  }
}
