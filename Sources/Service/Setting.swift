/// One setting of the server. The table below is what the flags, the environment, the file, the help and the README's
/// table are made of.
public struct Setting: Sendable, Equatable {
  /// The key of the file; flag and variable follow from it.
  public enum Name: String, Sendable, CaseIterable {
    case host, port, models, threads, quantization
    case beamSize = "beam_size"
    case config
    case shutdownDelay = "shutdown_delay"
    case drainTimeout = "drain_timeout"
    case requestTimeout = "request_timeout"
    case bodyLimit = "body_limit"
    case bodyMemoryLimit = "body_memory_limit"
    case headerLimit = "header_limit"
    case headerCountLimit = "header_count_limit"
    case targetLimit = "target_limit"
    case itemLimit = "item_limit"
    case characterLimit = "character_limit"
    case summaryCharacterLimit = "summary_character_limit"
    case connectionLimit = "connection_limit"
    case connectionRequestLimit = "connection_request_limit"
    case addressConnectionLimit = "address_connection_limit"
    case apiKeys = "api_keys"
    case anonymous
    case rateLimit = "rate_limit"
    case characterRateLimit = "character_rate_limit"
    case trustedProxies = "trusted_proxies"
    case corsOrigins = "cors_origins"
    case strictTransportSecurity = "strict_transport_security"
    case headerTimeout = "header_timeout"
    case bodyTimeout = "body_timeout"
    case idleTimeout = "idle_timeout"
    case writeTimeout = "write_timeout"
    case tlsCertificate = "tls_certificate"
    case tlsKey = "tls_key"
    case tlsClientCA = "tls_client_ca"
    case handshakeTimeout = "handshake_timeout"
    case handshakeLimit = "handshake_limit"
    case logLevel = "log_level"
    case logFormat = "log_format"
  }

  /// Which it is.
  public let name: Name
  /// What stands behind the flag in the help: `PORT`.
  public let placeholder: String
  /// The default as a user would write it, or in words.
  public let defaultText: String
  /// What it does, without a full stop.
  public let help: String

  /// The flag without its hyphens: `shutdown-delay`.
  public var flag: String { name.rawValue.replacing("_", with: "-") }

  /// The environment variable. Kubernetes sets DRAGOMAN_PORT, to something else, beside a Service of that name; hence the
  /// two exceptions.
  public var variable: String {
    switch name {
    case .host: "DRAGOMAN_LISTEN_HOST"
    case .port: "DRAGOMAN_LISTEN_PORT"
    default: "DRAGOMAN_" + name.rawValue.uppercased()
    }
  }

  /// The key of the file; nil for the file's own name.
  public var key: String? { name == .config ? nil : name.rawValue }

  /// The setting of a name.
  public static func named(_ name: Name) -> Setting? { all.first { $0.name == name } }

  static let keys: [String] = all.compactMap(\.key)

  /// Every setting, in the order of the help.
  public static let all: [Setting] = [
    Setting(.host, "HOST", "127.0.0.1", "Name or address to listen on; :: is every address of the machine"),
    Setting(.port, "PORT", "8080", "Port to listen on; 0 lets the system choose one"),
    Setting(.models, "DIR", "./models, else beside the executable", "Folder whose sub-folders are models"),
    Setting(.threads, "N", "the processors it may use", "Threads that compute"),
    Setting(.quantization, "int8|float32", "int8", "How weights are held in memory"),
    Setting(.beamSize, "N", "the model's", "Hypotheses a search keeps, 1 to 32; 1 is greedy, the fastest"),
    Setting(.config, "FILE", "none", "JSON file with settings; flags and variables come before it"),
    Setting(.shutdownDelay, "SECONDS", "0", "How long to go on serving after SIGTERM while /ready already says 503"),
    Setting(.drainTimeout, "SECONDS", "30", "How long accepted requests may take to finish after that"),
    Setting(.requestTimeout, "SECONDS", "300", "How long one request may take, its wait included (504)"),
    Setting(.bodyLimit, "BYTES", "16777216", "Size of a request's body, also when it is decompressed (413)"),
    Setting(
      .bodyMemoryLimit, "BYTES", "a quarter of the memory, at most 1 GiB",
      "Size of all bodies that are held at a time, decompressed ones included (503)"),
    Setting(.headerLimit, "BYTES", "16384", "Size of a request's header, its first line included (431)"),
    Setting(.headerCountLimit, "N", "100", "Fields of a request's header (431)"),
    Setting(.targetLimit, "BYTES", "8192", "Size of a request's target, which is path and query (414)"),
    Setting(.itemLimit, "N", "10000", "Entries of an array q (400)"),
    Setting(.characterLimit, "N", "500000", "Characters of all of q (400)"),
    Setting(.summaryCharacterLimit, "N", "2000000", "Characters of a text to be summarized (400)"),
    Setting(.connectionLimit, "N", "10000", "Connections open at a time; more wait to be accepted"),
    Setting(
      .connectionRequestLimit, "N", "0", "Requests of one connection; the answer to the last closes it; 0 is no limit"),
    Setting(
      .addressConnectionLimit, "N", "0",
      "Connections of one address (IPv6: of one /64) open at a time; 0 is no limit (429)"),
    Setting(
      .apiKeys, "FILE", "none", "Keys, one of which /translate and /summarize need; dragoman keys writes the file"),
    Setting(.anonymous, "refused|allowed", "refused", "Clients without a key, where there are keys"),
    Setting(
      .rateLimit, "N", "0",
      "Requests a minute of a key, or of an address (IPv6: a /64) without one; 0 is no limit (429)"),
    Setting(.characterRateLimit, "N", "0", "Characters a minute of the same; 0 is no limit (429)"),
    Setting(
      .trustedProxies, "RANGE,…", "none", "Addresses, such as 10.0.0.0/8, whose X-Forwarded-For names the client"),
    Setting(.corsOrigins, "*|none|ORIGIN,…", "*", "Whose pages may read answers, such as https://example.org"),
    Setting(
      .strictTransportSecurity, "SECONDS", "0",
      "How long browsers are to use TLS only; for servers with TLS; 0 says nothing"),
    Setting(.headerTimeout, "SECONDS", "20", "From a request's first byte to the end of its header (408)"),
    Setting(.bodyTimeout, "SECONDS", "60", "From there to the end of its body (408)"),
    Setting(.idleTimeout, "SECONDS", "60", "To a connection's first byte, and between two requests"),
    Setting(.writeTimeout, "SECONDS", "30", "For an answer of which the client takes less than 1 KiB a second"),
    Setting(
      .tlsCertificate, "FILE", "none: plain HTTP",
      "PEM file of the certificate and its chain; read again on SIGHUP and when it changes"),
    Setting(.tlsKey, "FILE", "none", "PEM file of the certificate's private key; read again with it"),
    Setting(.tlsClientCA, "FILE", "none", "PEM file of authorities; clients must have a certificate of one of them"),
    Setting(.handshakeTimeout, "SECONDS", "10", "From accept to the end of the TLS handshake"),
    Setting(.handshakeLimit, "N", "1000", "TLS handshakes in progress at a time; more connections wait to be accepted"),
    Setting(.logLevel, "LEVEL", "info", "trace, debug, info, notice, warning, error or critical"),
    Setting(.logFormat, "text|json", "text", "One line an event, for people or for machines"),
  ]

  private init(_ name: Name, _ placeholder: String, _ defaultText: String, _ help: String) {
    self.name = name
    self.placeholder = placeholder
    self.defaultText = defaultText
    self.help = help
  }

  /// The table of the README, as Markdown.
  public static var markdown: String {
    var lines = ["| flag | environment | key | default | what it does |", "| --- | --- | --- | --- | --- |"]
    for setting in all {
      let key = setting.key.map { "`\($0)`" } ?? "–"
      let placeholder = setting.placeholder.replacing("|", with: "\\|")
      lines.append(
        "| `--\(setting.flag) \(placeholder)` | `\(setting.variable)` | \(key) | \(setting.defaultText) | \(setting.help) |"
      )
    }
    return lines.joined(separator: "\n")
  }
}
