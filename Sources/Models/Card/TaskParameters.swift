/// What a model is asked for.
public enum ModelTask: Sendable, Hashable {
  case summarization
  case translation(from: String, to: String)

  /// Its name among the pipelines of transformers, by which config.json knows it.
  public var name: String {
    switch self {
    case .summarization: "summarization"
    case .translation(let from, let to): "translation_\(from)_to_\(to)"
    }
  }
}

/// `task_specific_params` of a folder's config.json: for each task the beginning of its inputs, and members that come
/// before those of generation_config.json. Source: transformers 4.57, pipelines/base.py, `Pipeline.__init__`.
public struct TaskParameters: Sendable {
  private let parameters: [String: [String: JSONValue]]

  /// Reads `config.json`; a folder whose file names no task has none.
  public init(folder: String) throws(ModelError) {
    let path = folder + "/config.json"
    parameters = try JSONFile.decode(File.self, path: path).task_specific_params ?? [:]
    for (task, members) in parameters {
      if let prefix = members["prefix"], case .text = prefix { continue }
      guard [nil, .null].contains(members["prefix"]) else {
        throw .malformed(
          path: path, reason: "task_specific_params.\(task).prefix is \(members["prefix"] ?? .null); a text is possible"
        )
      }
    }
  }

  private struct File: Decodable {
    let task_specific_params: [String: [String: JSONValue]]?
  }

  /// What stands before each text: `"summarize: "`. Nil where the file names none.
  public func prefix(for task: ModelTask) -> String? {
    guard case .text(let prefix)? = parameters[task.name]?["prefix"] else { return nil }
    return prefix
  }

  /// Whether the file names the task.
  public func names(_ task: ModelTask) -> Bool { parameters[task.name] != nil }

  /// The directions that the file names, by source and target.
  public var translations: [(from: String, to: String)] {
    parameters.keys.sorted().compactMap { name in
      let parts = name.split(separator: "_", omittingEmptySubsequences: false)
      guard parts.count == 4, parts[0] == "translation", parts[2] == "to", !parts[1].isEmpty, !parts[3].isEmpty
      else { return nil }
      return (String(parts[1]), String(parts[3]))
    }
  }

  /// Members that come before the model's own.
  func members(for task: ModelTask) -> [String: JSONValue] { parameters[task.name] ?? [:] }
}

extension ModelCard.Direction {
  /// What is asked for in this direction: to the same language a summary, to another one a translation.
  public var task: ModelTask {
    let (from, to) = (from.lowercased(), to.lowercased())
    return from == to ? .summarization : .translation(from: from, to: to)
  }

  /// With the prefix that config.json names, where the card has none. (An empty one in the card means none.)
  func completed(by tasks: TaskParameters) -> ModelCard.Direction {
    ModelCard.Direction(from: from, to: to, prefix: prefix ?? tasks.prefix(for: task))
  }
}
