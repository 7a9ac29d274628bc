import Foundation
import Tensors

/// A card for a folder that has none, to be completed by hand and saved as model.json.
public struct ModelCardDraft: Sendable {
  /// JSON text.
  public let text: String

  private struct Direction: Encodable {
    var from = "en"
    var to = "de"
    var prefix: String?
  }

  private struct File: Encodable {
    let path: String
    let bytes: Int
    let sha256: String
  }

  private struct SelfTest: Encodable {
    var input = "Good morning."
    var output = "what this model makes of it"
    var from = "en"
    var to = "de"
  }

  private struct SalienceTest: Encodable {
    var input = ["Good morning.", "The bridge has fallen."]
    var output = [1, 0]
  }

  private struct Draft<Test: Encodable>: Encodable {
    let id: String
    let task: String
    let architecture: String
    let languages: [Direction]?
    let max_source_tokens: Int?
    let files: [File]
    let self_test: [Test]
    var license = "name it"
    var attribution: [String] = []
    var training_data: [String] = []
  }

  private struct Configuration: Decodable {
    let model_type: String?
    let max_position_embeddings: Int?
  }

  /// Describes the files of a folder in Hugging Face's layout.
  public init(folder: String) throws(ModelError) {
    let configuration = try JSONFile.decode(Configuration.self, path: folder + "/config.json")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    var files: [File] = []
    for name in names.sorted() where !name.hasPrefix(".") && name != "model.json" {
      let path = folder + "/" + name
      // Folders and what else is no regular file is left out.
      guard let file = try? MappedFile(path: path) else { continue }
      files.append(File(path: name, bytes: file.bytes.count, sha256: try FileDigest.sha256(of: file)))
    }
    let id = folder.split(separator: "/").last.map(String.init) ?? "model"
    let architecture = configuration.model_type ?? "marian"
    let text: String?
    if architecture == SalienceConfiguration.architecture {
      text = Self.json(
        Draft(
          id: id, task: "salience", architecture: architecture, languages: nil, max_source_tokens: nil, files: files,
          self_test: [SalienceTest()]))
    } else {
      let tasks = try TaskParameters(folder: folder)
      let directions = Self.directions(tasks)
      text = Self.json(
        Draft(
          id: id, task: Self.task(of: architecture, tasks), architecture: architecture, languages: directions,
          max_source_tokens: min(max(configuration.max_position_embeddings ?? 512, 4), 512) - 2, files: files,
          self_test: directions.prefix(1).map { SelfTest(from: $0.from, to: $0.to) }))
    }
    guard let text else { throw .unreadable(path: folder, reason: "its description could not be written") }
    self.text = text
  }

  /// Models of T5's and BART's kind are trained for one as for the other, and their files may not say which.
  private static func task(of architecture: String, _ tasks: TaskParameters) -> String {
    if tasks.names(.summarization) { return "summarization" }
    return ["bart", "t5"].contains(architecture) && tasks.translations.isEmpty
      ? "translation or summarization" : "translation"
  }

  /// Those that config.json names, with their prefixes; one that summarizes goes from a language to the same.
  private static func directions(_ tasks: TaskParameters) -> [Direction] {
    var directions = tasks.translations.map { from, to in
      Direction(from: from, to: to, prefix: tasks.prefix(for: .translation(from: from, to: to)))
    }
    if tasks.names(.summarization) {
      directions.insert(Direction(from: "en", to: "en", prefix: tasks.prefix(for: .summarization)), at: 0)
    }
    return directions.isEmpty ? [Direction()] : directions
  }

  private static func json(_ draft: some Encodable) -> String? {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(draft)).map { String(decoding: $0, as: UTF8.self) }
  }
}
