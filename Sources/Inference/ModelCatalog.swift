import Foundation
import Models

/// A language a model can be asked for, with what it can be turned into.
public struct SupportedLanguage: Sendable, Equatable {
  public let code: String
  public let targets: [String]
}

/// The models that are loaded, and which of them does what: a direction to the same language is a summary, one to another
/// language a translation. When several can, the first by folder does it.
public struct ModelCatalog: Sendable {
  /// A model's part in a translation.
  struct Route: Sendable {
    /// Index into `models`.
    let model: Int
    let prefix: String?
  }

  /// A model's part in a summary.
  public struct Summarizer: Sendable {
    /// Index into `models`.
    public let model: Int
    public let card: ModelCard
    /// What asks for the language, where no length's prefix stands in its place.
    public let prefix: String?
  }

  /// The models that generate text, translators and summarizers.
  public let models: [LoadedModel]
  /// The model that scores sentences.
  public let salience: LoadedSalienceModel?
  private let routes: [String: [String: Route]]

  init(_ folders: [LoadedFolder]) {
    models = folders.compactMap(\.model)
    salience = folders.lazy.compactMap(\.salience).first
    var routes: [String: [String: Route]] = [:]
    for (index, model) in models.enumerated() {
      for direction in model.card.languages {
        guard case .translation(let from, let to) = direction.task else { continue }
        if routes[from]?[to] == nil { routes[from, default: [:]][to] = Route(model: index, prefix: direction.prefix) }
      }
    }
    self.routes = routes
  }

  func route(from source: String, to target: String) -> Route? { routes[source]?[target] }

  /// The model that summarizes texts of a language, a code in lower case, in that language; for `en-gb` one of `en` will do.
  public func summarizer(language: String) -> Summarizer? {
    for code in [language, language.baseLanguage] {
      for (index, model) in models.enumerated() {
        let direction = model.card.languages.first { $0.task == .summarization && $0.to.lowercased() == code }
        if let direction { return Summarizer(model: index, card: model.card, prefix: direction.prefix) }
      }
    }
    return nil
  }

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

extension String {
  /// A language code without its region: `en` of `en-gb`.
  var baseLanguage: String { String(prefix { $0 != "-" && $0 != "_" }) }
}
