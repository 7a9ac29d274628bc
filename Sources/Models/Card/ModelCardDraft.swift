import Foundation
import Tensors

/// A card for a folder that has none, to be completed by hand and saved as model.json.
public struct ModelCardDraft: Sendable {
  /// JSON text.
  public let text: String

  private struct Draft: Encodable {
    struct Direction: Encodable {
      var from = "en"
      var to = "de"
      var prefix: String?
    }

    struct File: Encodable {
      let path: String
      let bytes: Int
      let sha256: String
    }

    struct SelfTest: Encodable {
      var input = "Good morning."
      var output = "what this model makes of it"
      var from = "en"
      var to = "de"
    }

    let id: String
    var task = "translation"
    let architecture: String
    var languages = [Direction()]
    let max_source_tokens: Int
    let files: [File]
    var self_test = [SelfTest()]
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
    var files: [Draft.File] = []
    for name in names.sorted() where !name.hasPrefix(".") && name != "model.json" {
      let path = folder + "/" + name
      // Folders and what else is no regular file is left out.
      guard let file = try? MappedFile(path: path) else { continue }
      files.append(Draft.File(path: name, bytes: file.bytes.count, sha256: try FileDigest.sha256(of: file)))
    }
    let id = folder.split(separator: "/").last.map(String.init) ?? "model"
    let draft = Draft(
      id: id, architecture: configuration.model_type ?? "marian",
      max_source_tokens: min(max(configuration.max_position_embeddings ?? 512, 4), 512) - 2, files: files)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(draft) else {
      throw .unreadable(path: folder, reason: "its description could not be written")
    }
    text = String(decoding: data, as: UTF8.self)
  }
}
