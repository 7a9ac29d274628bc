/// Why the server does not start with the settings it was given.
public enum ConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A value that its setting cannot have; `name` is the flag, the variable, or the file and its key.
  case malformed(name: String, value: String, expected: String)
  /// A key that no setting has.
  case unknownKey(file: String, key: String)
  /// A setting that needs another one; `name` is the flag, the variable, or the file and its key.
  case incomplete(name: String, missing: Setting)
  /// The file cannot be read.
  case unreadable(file: String)
  /// The file is not a JSON object of strings, numbers and booleans.
  case malformedFile(file: String, reason: String)

  /// What is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .malformed(let name, let value, let expected): "\(name): \"\(value)\" is not \(expected)"
    case .unknownKey(let file, let key):
      "\(file): no setting has the key \"\(key)\"; the keys are \(Setting.keys.joined(separator: ", "))"
    case .incomplete(let name, let missing):
      "\(name) is set, but --\(missing.flag) (\(missing.variable)) is not; TLS needs --tls-certificate and --tls-key"
    case .unreadable(let file): "\(file): the configuration file cannot be read; name another one with --config"
    case .malformedFile(let file, let reason): "\(file): \(reason)"
    }
  }
}
