import Foundation
import HTTP
import Inference
import Logging

extension ServiceConfiguration {
  /// What the settings are, and what a user should be told of them.
  public struct Resolved: Sendable {
    /// The settings, defaults included.
    public let configuration: ServiceConfiguration
    /// One sentence each, to be logged when the server starts.
    public let warnings: [String]
  }

  /// Reads every setting from the first place that has it: flag, environment variable, file.
  ///
  /// - Parameters:
  ///   - flags: values by the flags' names without hyphens (`Setting.flag`).
  ///   - environment: the process's variables.
  ///   - readFile: the bytes of a file, or nil where it cannot be read.
  public static func resolve(
    flags: [String: String], environment: [String: String],
    readFile: (String) -> [UInt8]? = { path in
      FileManager.default.contents(atPath: path).map { [UInt8]($0) }
    }
  ) throws(ConfigurationError) -> Resolved {
    let sources = try ConfigurationSources(flags: flags, environment: environment, readFile: readFile)
    var configuration = ServiceConfiguration()
    for setting in Setting.all {
      guard let text = sources.text(setting.name) else { continue }
      try configuration.set(SettingValue(name: sources.origin(setting), text: text), of: setting.name)
    }
    try checkTLS(sources)
    return Resolved(
      configuration: configuration,
      warnings: sources.unknownVariables.map { "\($0) is set, but no setting has that name" })
  }

  /// Certificate and key come together, and authorities of clients only with them.
  private static func checkTLS(_ sources: ConfigurationSources) throws(ConfigurationError) {
    let pairs: [(Setting.Name, needs: Setting.Name)] = [
      (.tlsCertificate, .tlsKey), (.tlsKey, .tlsCertificate), (.tlsClientCA, .tlsCertificate),
    ]
    for (name, needed) in pairs where sources.text(name) != nil && sources.text(needed) == nil {
      guard let setting = Setting.named(name), let missing = Setting.named(needed) else { continue }
      throw .incomplete(name: sources.origin(setting), missing: missing)
    }
  }

  private mutating func set(_ value: SettingValue, of name: Setting.Name) throws(ConfigurationError) {
    switch name {
    case .config: break
    case .host: host = try value.nonEmpty("a name or an address")
    case .port: port = try value.integer(0...65_535)
    case .models: modelsFolder = try value.nonEmpty("a folder")
    case .threads: threads = try value.integer(1...1_024)
    case .quantization: quantization = try value.choice()
    case .beamSize: beamSize = try value.integer(1...TranslationRequest.beamLimit)
    case .shutdownDelay: shutdownDelay = try value.seconds(from: 0)
    case .drainTimeout: drainTimeout = try value.seconds(from: 0)
    case .requestTimeout: requestTimeout = try value.seconds(from: 0.001)
    case .bodyLimit: bodyLimit = try value.integer(1...1 << 30)
    case .bodyMemoryLimit: bodyMemoryLimit = try value.integer(1 << 10...1 << 40)
    case .headerLimit: httpLimits.headBytes = try value.integer(256...1 << 20)
    case .headerCountLimit: httpLimits.fieldCount = try value.integer(1...10_000)
    case .targetLimit: httpLimits.targetBytes = try value.integer(16...1 << 20)
    case .itemLimit: limits.items = try value.integer(1...1_000_000)
    case .characterLimit: limits.characters = try value.integer(1...1 << 30)
    case .summaryCharacterLimit: limits.summaryCharacters = try value.integer(1...1 << 30)
    case .connectionLimit: connectionLimit = try value.integer(1...1_000_000)
    case .connectionRequestLimit: connectionRequestLimit = try value.integer(0...1 << 40)
    case .addressConnectionLimit: access.connectionsPerAddress = try value.limit(1_000_000)
    case .apiKeys: access.keyFile = try value.nonEmpty("a file")
    case .anonymous: access.anonymous = try value.choice()
    case .rateLimit: access.limits.requests = try value.limit(RateLimits.most)
    case .characterRateLimit: access.limits.characters = try value.limit(RateLimits.most)
    case .trustedProxies: access.trustedProxies = try value.ranges()
    case .corsOrigins: access.crossOrigin = try value.crossOrigin()
    case .strictTransportSecurity: access.transportSecurity = try value.limit(63_072_000)
    case .headerTimeout: deadlines.head = try value.seconds(from: 0.001)
    case .bodyTimeout: deadlines.body = try value.seconds(from: 0.001)
    case .idleTimeout:
      deadlines.keepAlive = try value.seconds(from: 0.001)
      deadlines.firstByte = deadlines.keepAlive
    case .writeTimeout: deadlines.stalledWrite = try value.seconds(from: 0.001)
    case .tlsCertificate: tlsCertificate = try value.nonEmpty("a file")
    case .tlsKey: tlsKey = try value.nonEmpty("a file")
    case .tlsClientCA: tlsClientCA = try value.nonEmpty("a file")
    case .handshakeTimeout: deadlines.handshake = try value.seconds(from: 0.001)
    case .handshakeLimit: handshakeLimit = try value.integer(1...1_000_000)
    case .logLevel: logLevel = try value.choice()
    case .logFormat: logFormat = try value.choice()
    }
  }
}

/// A value as it was written, and where.
private struct SettingValue {
  let name: String
  let text: String

  func nonEmpty(_ expected: String) throws(ConfigurationError) -> String {
    guard !text.isEmpty else { throw malformed(expected) }
    return text
  }

  func integer(_ range: ClosedRange<Int>) throws(ConfigurationError) -> Int {
    guard let number = Int(text), range.contains(number) else {
      throw malformed("an integer from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// An integer of which 0 means that there is no limit.
  func limit(_ most: Int) throws(ConfigurationError) -> Int? {
    let limit = try integer(0...most)
    return limit > 0 ? limit : nil
  }

  func ranges() throws(ConfigurationError) -> [AddressRange] {
    do throws(AddressRangeError) {
      return try AddressRange.list(text)
    } catch {
      throw malformed("a list of address ranges: \(error)")
    }
  }

  func crossOrigin() throws(ConfigurationError) -> CrossOrigin {
    guard let crossOrigin = CrossOrigin(text) else {
      throw malformed("*, none, or origins such as https://example.org with commas between them")
    }
    return crossOrigin
  }

  /// A day is as long as anything here may take.
  func seconds(from least: Double) throws(ConfigurationError) -> Duration {
    guard let number = Double(text), number >= least, number <= 86_400 else {
      throw malformed("a number of seconds\(least > 0 ? " above 0" : "") up to 86400")
    }
    return .milliseconds(Int64((number * 1_000).rounded()))
  }

  func choice<Choice: RawRepresentable & CaseIterable>() throws(ConfigurationError) -> Choice
  where Choice.RawValue == String {
    guard let choice = Choice(rawValue: text) else {
      throw malformed("one of " + Choice.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return choice
  }

  private func malformed(_ expected: String) -> ConfigurationError {
    .malformed(name: name, value: text, expected: expected)
  }
}
