import Foundation
import Models

/// A language a model can be asked for, with what it can be turned into.
public struct SupportedLanguage: Sendable, Equatable {
  public let code: String
  public let targets: [String]
}

/// The models that are loaded and the directions they translate. When several know a direction, the first by id does it.
public struct ModelCatalog: Sendable {
  /// A model's part in a translation.
  struct Route: Sendable {
    /// Index into `models`.
    let model: Int
    let prefix: String?
  }

  public let models: [LoadedModel]
  private let routes: [String: [String: Route]]

  init(models: [LoadedModel]) {
    self.models = models
    var routes: [String: [String: Route]] = [:]
    for (index, model) in models.enumerated() {
      for direction in model.card.languages {
        let from = direction.from.lowercased()
        let to = direction.to.lowercased()
        if routes[from]?[to] == nil { routes[from, default: [:]][to] = Route(model: index, prefix: direction.prefix) }
      }
    }
    self.routes = routes
  }

  func route(from source: String, to target: String) -> Route? { routes[source]?[target] }

  /// Source languages, by code, each with its targets; a language counts among its own targets.
  public var languages: [SupportedLanguage] {
    routes.map { source, targets in
      SupportedLanguage(code: source, targets: Set(targets.keys).union([source]).sorted())
    }.sorted { $0.code < $1.code }
  }

  /// The folders below `folder` that hold models, by name.
  public static func folders(in folder: String) throws(InferenceError) -> [String] {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder)
    } catch {
      throw .failed(reason: "models folder \(folder) cannot be read; name another one with --models")
    }
    var isFolder: ObjCBool = false
    let found = names.filter { !$0.hasPrefix(".") }.sorted().map { folder + "/" + $0 }.filter {
      FileManager.default.fileExists(atPath: $0, isDirectory: &isFolder) && isFolder.boolValue
    }
    guard !found.isEmpty else {
      throw .failed(reason: "models folder \(folder) holds no model; name another one with --models")
    }
    return found
  }
}
