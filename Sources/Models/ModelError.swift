import Tensors

/// A model's folder cannot be used. Every case names the file and what to do.
public enum ModelError: Error, Equatable, CustomStringConvertible {
  /// A file is missing or cannot be read.
  case unreadable(path: String, reason: String)
  /// A file's content breaks its format.
  case malformed(path: String, reason: String)
  /// A weight that the architecture needs is absent.
  case missingTensor(name: String, path: String)
  /// A weight has another shape than the configuration says.
  case wrongShape(name: String, found: Shape, expected: Shape)
  /// A weight is stored in a number format that is not read.
  case unsupportedElement(name: String, type: String)
  /// The file holds weights that the architecture does not use; translations would not be the model's own.
  case unreadTensors(names: [String], path: String)
  /// The configuration asks for something that this program does not do.
  case unsupported(path: String, reason: String)

  public var description: String {
    switch self {
    case .unreadable(let path, let reason): "\(path): \(reason)"
    case .malformed(let path, let reason): "\(path) is damaged or no such file: \(reason)"
    case .missingTensor(let name, let path):
      "\(path): weight \(name) is missing; is config.json the one that belongs to these weights?"
    case .wrongShape(let name, let found, let expected):
      "weight \(name) has shape \(found), but config.json asks for \(expected)"
    case .unsupportedElement(let name, let type):
      "weight \(name) is stored as \(type); F32, F16 and BF16 are read"
    case .unreadTensors(let names, let path):
      "\(path): weights that this architecture does not use: \(names.prefix(5).joined(separator: ", "))"
        + (names.count > 5 ? " and \(names.count - 5) more" : "")
    case .unsupported(let path, let reason): "\(path): \(reason)"
    }
  }
}
