import Configuration
import Foundation

/// The places a setting can come from, the first of which that has it counts: flag, environment, file.
struct ConfigurationSources: Sendable {
  private let flags: [String: String]
  private let environment: [String: String]
  private let file: (path: String, values: [String: String])?
  private let reader: ConfigReader

  /// - Parameters:
  ///   - flags: values by the flags' names without hyphens.
  ///   - environment: the process's variables; an empty one counts as absent.
  ///   - readFile: the bytes of a file, or nil.
  init(
    flags: [String: String], environment: [String: String], readFile: (String) -> [UInt8]?
  ) throws(ConfigurationError) {
    let settings = Setting.all
    let environment = environment.filter { !$0.value.isEmpty }
    self.flags = flags
    self.environment = environment
    let config = Setting.named(.config)
    let path = config.flatMap { flags[$0.flag] ?? environment[$0.variable] }
    if let path {
      guard let bytes = readFile(path) else { throw .unreadable(file: path) }
      file = (path, try Self.values(bytes, path))
    } else {
      file = nil
    }
    let flagValues = Dictionary(
      settings.compactMap { setting in flags[setting.flag].map { (Self.key(setting), Self.value($0)) } },
      uniquingKeysWith: { first, _ in first })
    let fileValues = Dictionary(
      (file?.values ?? [:]).map { (AbsoluteConfigKey([$0.key]), Self.value($0.value)) },
      uniquingKeysWith: { first, _ in first })
    let variables = KeyMappingProvider(
      upstream: EnvironmentVariablesProvider(environmentVariables: environment), keyMapper: Self.variableKey)
    reader = ConfigReader(providers: [
      InMemoryProvider(name: "flags", values: flagValues), variables,
      InMemoryProvider(name: "file", values: fileValues),
    ])
  }

  /// The value of a setting as text, or nil.
  func text(_ name: Setting.Name) -> String? { reader.string(forKey: ConfigKey([name.rawValue])) }

  /// What a user would call the place that a setting's value came from.
  func origin(_ setting: Setting) -> String {
    if flags[setting.flag] != nil { return "--" + setting.flag }
    if environment[setting.variable] != nil { return setting.variable }
    return (file.map { $0.path + ": " } ?? "") + setting.name.rawValue
  }

  /// Variables that look like settings but are none: a misspelling would go unnoticed otherwise.
  var unknownVariables: [String] {
    // Not settings: two are read where they matter. Kubernetes sets those that begin like the others for a Service called dragoman.
    let known = Set(Setting.all.map(\.variable)).union([
      "DRAGOMAN_COMMIT", "DRAGOMAN_KERNELS", "DRAGOMAN_PORT", "DRAGOMAN_SERVICE_HOST",
    ])
    return environment.keys.filter {
      $0.hasPrefix("DRAGOMAN_") && !known.contains($0) && !$0.hasPrefix("DRAGOMAN_PORT_")
        && !$0.hasPrefix("DRAGOMAN_SERVICE_PORT")
    }.sorted()
  }

  private static func key(_ setting: Setting) -> AbsoluteConfigKey { AbsoluteConfigKey([setting.name.rawValue]) }

  private static func value(_ text: String) -> ConfigValue { ConfigValue(.string(text), isSecret: false) }

  /// The provider writes `["dragoman", "listen", "port"]` as DRAGOMAN_LISTEN_PORT.
  @Sendable private static func variableKey(_ key: AbsoluteConfigKey) -> AbsoluteConfigKey {
    let isListening = ["host", "port"].contains(key.components.first ?? "")
    return AbsoluteConfigKey((isListening ? ["dragoman", "listen"] : ["dragoman"]) + key.components)
  }

  /// The values of a file as text, by key.
  private static func values(_ bytes: [UInt8], _ path: String) throws(ConfigurationError) -> [String: String] {
    do {
      try JSONValidator.validate(bytes)
    } catch {
      throw .malformedFile(file: path, reason: "no JSON: \(error)")
    }
    let decoded: [String: FileValue]
    do {
      decoded = try JSONDecoder().decode([String: FileValue].self, from: Data(bytes))
    } catch {
      throw .malformedFile(file: path, reason: "an object of settings is expected")
    }
    var values: [String: String] = [:]
    for (key, value) in decoded.sorted(by: { $0.key < $1.key }) {
      guard Setting.keys.contains(key) else { throw .unknownKey(file: path, key: key) }
      switch value {
      case .text(let text): values[key] = text
      case .absent: continue
      case .other: throw .malformed(name: "\(path): \(key)", value: "…", expected: "a string or a number")
      }
    }
    return values
  }

  private enum FileValue: Decodable {
    case text(String)
    case absent
    case other

    init(from decoder: any Decoder) throws {
      guard let container = try? decoder.singleValueContainer() else {
        self = .other
        return
      }
      if container.decodeNil() {
        self = .absent
      } else if let text = try? container.decode(String.self) {
        self = .text(text)
      } else if let number = try? container.decode(Int.self) {
        self = .text(String(number))
      } else if let number = try? container.decode(Double.self) {
        self = .text(String(number))
      } else {
        self = .other
      }
    }
  }
}
