import Foundation
import HTTP
import Service
import TestSupport
import Testing
import Workers

struct ConfigurationTests {
  private func resolve(
    flags: [String: String] = [:], environment: [String: String] = [:], file: String? = nil
  ) throws -> ServiceConfiguration.Resolved {
    var flags = flags
    if file != nil { flags["config"] = "c.json" }
    return try ServiceConfiguration.resolve(flags: flags, environment: environment) { path in
      path == "c.json" ? file.map { Array($0.utf8) } : nil
    }
  }

  @Test func `without settings the defaults hold`() throws {
    let configuration = try resolve().configuration
    #expect(configuration == ServiceConfiguration())
    #expect(configuration.host == "127.0.0.1" && configuration.port == 8_080)
    #expect(configuration.server.limits == HTTPLimits())
    #expect(configuration.server.maxConnectionRequests == nil)
    #expect((16 << 20...1 << 30).contains(configuration.server.bodyMemoryBytes))
    #expect(configuration.limits.items == 10_000 && configuration.limits.characters == 500_000)
    #expect(configuration.limits.summaryCharacters == 2_000_000)
    #expect(configuration.deadlines == ServerDeadlines())
    #expect(configuration.requestTimeout == .seconds(300) && configuration.drainTimeout == .seconds(30))
    #expect(configuration.shutdownDelay == .zero && configuration.threads >= 1)
  }

  @Test func `a flag comes before a variable and a variable before the file`() throws {
    let file = #"{"port":1,"host":"file","threads":3}"#
    let environment = ["DRAGOMAN_LISTEN_PORT": "2", "DRAGOMAN_LISTEN_HOST": "variable"]
    let configuration = try resolve(flags: ["port": "4"], environment: environment, file: file).configuration
    #expect(configuration.port == 4 && configuration.host == "variable" && configuration.threads == 3)
    let named = try ServiceConfiguration.resolve(flags: [:], environment: ["DRAGOMAN_CONFIG": "f"]) { path in
      path == "f" ? Array(#"{"port":"9"}"#.utf8) : nil
    }
    #expect(named.configuration.port == 9)
  }

  @Test func `the limits of the server are those that are set`() throws {
    let server = try resolve(flags: [
      "header-limit": "1000", "header-count-limit": "11", "target-limit": "99", "connection-request-limit": "12",
      "body-limit": "5000000", "body-memory-limit": "4000000",
    ]).configuration.server
    #expect(server.limits.headBytes == 1_000 && server.limits.fieldCount == 11 && server.limits.targetBytes == 99)
    #expect(server.maxConnectionRequests == 12 && server.bodyMemoryBytes == 4_000_000)
    // A body that could never be held is too large; 503 would say that it is worth trying again.
    #expect(server.limits.bodyBytes == 2_000_000)
  }

  @Test func `the memory is that of the control group where it is less`() {
    func limit(_ files: [String: String], _ memberships: String) -> Int? {
      MachineMemory.limit(of: ProcessorCount.parseMemberships(memberships)) { files[$0] }
    }
    #expect(MachineMemory.available >= 64 << 20)
    #expect(limit([:], "0::/\n") == nil)
    #expect(limit(["/sys/fs/cgroup/memory.max": "max\n"], "0::/\n") == nil)
    #expect(limit(["/sys/fs/cgroup/memory.max": "1000\n"], "0::/\n") == 1_000)
    let nested = ["/sys/fs/cgroup/a/memory.max": "900\n", "/sys/fs/cgroup/a/b/memory.max": "max\n"]
    #expect(limit(nested, "0::/a/b\n") == 900)
    let old = ["/sys/fs/cgroup/memory/x/memory.limit_in_bytes": "800\n", "/sys/fs/cgroup/memory.max": "1"]
    #expect(limit(old, "5:cpu,cpuacct:/x\n4:memory:/x\n") == 800)
  }

  @Test func `every setting can be set everywhere`() throws {
    let examples: [Setting.Name: String] = [
      .host: "::1", .port: "81", .models: "/m", .threads: "97", .quantization: "float32", .beamSize: "1",
      .shutdownDelay: "0.25", .drainTimeout: "4", .requestTimeout: "5", .bodyLimit: "6", .itemLimit: "7",
      .characterLimit: "8", .summaryCharacterLimit: "10", .connectionLimit: "9", .headerTimeout: "11",
      .bodyMemoryLimit: "16384", .headerLimit: "15000", .headerCountLimit: "18", .targetLimit: "19",
      .connectionRequestLimit: "20", .bodyTimeout: "12", .idleTimeout: "13",
      .addressConnectionLimit: "15", .apiKeys: "/k", .anonymous: "allowed", .rateLimit: "16",
      .characterRateLimit: "17", .trustedProxies: "10.0.0.0/8, ::1",
      .corsOrigins: "https://a.example,http://b:81", .strictTransportSecurity: "18",
      .writeTimeout: "14", .tlsCertificate: "/c", .tlsKey: "/k", .tlsClientCA: "/a", .handshakeTimeout: "15",
      .handshakeLimit: "16", .logLevel: "debug", .logFormat: "json",
    ]
    // What one setting needs of others.
    let company: [Setting.Name: [String: String]] = [
      .tlsCertificate: ["tls-key": "/k"], .tlsKey: ["tls-certificate": "/c"],
      .tlsClientCA: ["tls-key": "/k", "tls-certificate": "/c"],
    ]
    for setting in Setting.all where setting.name != .config {
      let value = try #require(examples[setting.name], "no example of \(setting.name)")
      let others = company[setting.name] ?? [:]
      let byFlag = try resolve(flags: others.merging([setting.flag: value]) { $1 }).configuration
      let byVariable = try resolve(flags: others, environment: [setting.variable: value]).configuration
      let byFile = try resolve(flags: others, file: "{\"\(setting.name.rawValue)\":\"\(value)\"}").configuration
      var defaults = ServiceConfiguration()
      defaults.tlsCertificate = others["tls-certificate"]
      defaults.tlsKey = others["tls-key"]
      #expect(byFlag != defaults, "--\(setting.flag) changes nothing")
      #expect(byFlag == byVariable && byFlag == byFile, "\(setting.name)")
    }
    #expect(try resolve(flags: ["shutdown-delay": "0.25"]).configuration.shutdownDelay == .milliseconds(250))
  }

  static let malformed: [(String, String, String)] = [
    ("port", "http", #"--port: "http" is not an integer from 0 to 65535"#),
    ("port", "65536", #"--port: "65536" is not an integer from 0 to 65535"#),
    ("port", "", #"--port: "" is not an integer from 0 to 65535"#),
    ("threads", "0", #"--threads: "0" is not an integer from 1 to 1024"#),
    ("quantization", "int4", #"--quantization: "int4" is not one of int8, float32"#),
    ("beam-size", "33", #"--beam-size: "33" is not an integer from 1 to 32"#),
    ("beam-size", "x", #"--beam-size: "x" is not an integer from 1 to 32"#),
    ("summary-character-limit", "0", #"--summary-character-limit: "0" is not an integer from 1 to 1073741824"#),
    ("shutdown-delay", "-1", #"--shutdown-delay: "-1" is not a number of seconds up to 86400"#),
    ("request-timeout", "nan", #"--request-timeout: "nan" is not a number of seconds above 0 up to 86400"#),
    ("handshake-limit", "0", #"--handshake-limit: "0" is not an integer from 1 to 1000000"#),
    ("handshake-timeout", "0", #"--handshake-timeout: "0" is not a number of seconds above 0 up to 86400"#),
    ("tls-key", "", #"--tls-key: "" is not a file"#),
    ("log-level", "loud", #"--log-level: "loud" is not one of trace, debug, info, notice, warning, error, critical"#),
    ("models", "", #"--models: "" is not a folder"#),
    ("api-keys", "", #"--api-keys: "" is not a file"#),
    ("anonymous", "no", #"--anonymous: "no" is not one of refused, allowed"#),
    ("rate-limit", "-1", #"--rate-limit: "-1" is not an integer from 0 to 100000000"#),
    ("character-rate-limit", "x", #"--character-rate-limit: "x" is not an integer from 0 to 100000000"#),
    (
      "trusted-proxies", "10.0.0.1/8",
      #"--trusted-proxies: "10.0.0.1/8" is not a list of address ranges: "10.0.0.1/8" has bits behind its prefix; write the first address of the range, or the address alone"#
    ),
    (
      "trusted-proxies", "10.0.0.0/8,proxy",
      #"--trusted-proxies: "10.0.0.0/8,proxy" is not a list of address ranges: "proxy" does not begin with an IP address; write 10.0.0.0/8 or 2001:db8::/32"#
    ),
  ]

  @Test(arguments: malformed)
  func `a malformed value stops the start and is named`(flag: String, value: String, message: String) {
    let error = #expect(throws: ConfigurationError.self) { try resolve(flags: [flag: value]) }
    #expect(error?.description == message)
  }

  @Test(arguments: [
    "", "a.example", "https://a.example/", "HTTPS://a.example", "https://A.example", "*,https://a", "https://a:443",
    "http://a:80", "https://", "null", "https://a,", "https://user@a",
  ]) func `what no browser sends as an origin stops the start`(text: String) {
    let error = #expect(throws: ConfigurationError.self) { try resolve(flags: ["cors-origins": text]) }
    #expect(error?.description.hasPrefix("--cors-origins: \"\(text)\" is not *, none, or origins") == true)
  }

  @Test func `origins that browsers send are taken`() throws {
    func origins(_ text: String) throws -> CrossOrigin {
      try resolve(flags: ["cors-origins": text]).configuration.access.crossOrigin
    }
    #expect(try origins("*") == .any)
    #expect(try origins("none") == CrossOrigin.none)
    let list = ["https://a.example:8443", "http://[::1]:3000", "moz-extension://0a-1b", "http://localhost"]
    #expect(try origins(list.joined(separator: " , ")) == .origins(list))
  }

  @Test func `0 is no limit, and proxies reach the server below`() throws {
    let none = try resolve(flags: ["rate-limit": "0", "character-rate-limit": "0", "address-connection-limit": "0"])
    #expect(none.configuration == ServiceConfiguration())
    let server = try resolve(flags: ["address-connection-limit": "3", "trusted-proxies": "::1"]).configuration.server
    #expect(server.maxConnectionsPerAddress == 3)
    #expect(try server.trustedProxies == [AddressRange("::1")])
  }

  @Test func `a malformed value is named by where it stands`() {
    let variable = #expect(throws: ConfigurationError.self) { try resolve(environment: ["DRAGOMAN_LISTEN_PORT": "x"]) }
    #expect(variable?.description.hasPrefix("DRAGOMAN_LISTEN_PORT:") == true)
    let key = #expect(throws: ConfigurationError.self) { try resolve(file: #"{"port":true}"#) }
    #expect(key?.description.hasPrefix("c.json: port:") == true)
    let text = #expect(throws: ConfigurationError.self) { try resolve(file: #"{"body_limit":1.5}"#) }
    #expect(text?.description.hasPrefix("c.json: body_limit:") == true)
  }

  @Test func `half of what TLS needs stops the start`() throws {
    func message(flags: [String: String] = [:], environment: [String: String] = [:]) -> String? {
      #expect(throws: ConfigurationError.self) { try resolve(flags: flags, environment: environment) }?.description
    }
    let both = "TLS needs --tls-certificate and --tls-key"
    #expect(
      message(flags: ["tls-certificate": "c"])
        == "--tls-certificate is set, but --tls-key (DRAGOMAN_TLS_KEY) is not; \(both)")
    #expect(
      message(environment: ["DRAGOMAN_TLS_KEY": "k"])
        == "DRAGOMAN_TLS_KEY is set, but --tls-certificate (DRAGOMAN_TLS_CERTIFICATE) is not; \(both)")
    #expect(
      message(flags: ["tls-client-ca": "a"])
        == "--tls-client-ca is set, but --tls-certificate (DRAGOMAN_TLS_CERTIFICATE) is not; \(both)")
    let configuration = try resolve(flags: ["tls-certificate": "c", "tls-key": "k", "tls-client-ca": "a"]).configuration
    #expect(
      configuration.server.tls
        == TLSConfiguration(certificateFile: "c", keyFile: "k", clientAuthorityFile: "a"))
    #expect(try resolve().configuration.server.tls == nil)
  }

  @Test func `a file that is none is named`() {
    #expect(throws: ConfigurationError.unreadable(file: "gone")) { try resolve(flags: ["config": "gone"]) }
    #expect(throws: ConfigurationError.unknownKey(file: "c.json", key: "prot")) { try resolve(file: #"{"prot":1}"#) }
    #expect(throws: ConfigurationError.unknownKey(file: "c.json", key: "config")) {
      try resolve(file: #"{"config":"x"}"#)
    }
    for text in ["{", "[]", #"{"port":1,}"#, "port: 1"] {
      let error = #expect(throws: ConfigurationError.self) { try resolve(file: text) }
      #expect(error?.description.hasPrefix("c.json: ") == true)
    }
  }

  @Test func `an unknown variable is a warning and an empty one is absent`() throws {
    let resolved = try resolve(environment: [
      "DRAGOMAN_PROT": "1", "DRAGOMAN_KERNELS": "generic", "DRAGOMAN_PORT": "tcp://10.0.0.1:8080",
      "DRAGOMAN_PORT_8080_TCP": "x", "DRAGOMAN_SERVICE_PORT_HTTP": "80", "DRAGOMAN_SERVICE_HOST": "10.0.0.1",
      "DRAGOMAN_THREADS": "", "OTHER": "x",
    ])
    #expect(resolved.warnings == ["DRAGOMAN_PROT is set, but no setting has that name"])
    #expect(resolved.configuration == ServiceConfiguration())
  }

  @Test func `names of flags, variables and keys follow from one another`() {
    for setting in Setting.all where setting.name != .host && setting.name != .port {
      #expect(setting.variable == "DRAGOMAN_" + setting.flag.uppercased().replacingOccurrences(of: "-", with: "_"))
    }
    #expect(Set(Setting.all.map(\.name)) == Set(Setting.Name.allCases))
  }

  @Test func `the README's table is that of the settings`() throws {
    let readme = Fixtures.root.appendingPathComponent("README.md")
    guard let text = try? String(contentsOf: readme, encoding: .utf8), text.contains("| flag | environment |") else {
      return
    }
    #expect(
      text.contains(Setting.markdown), "README.md: put `dragoman`'s table of settings there:\n\(Setting.markdown)")
  }
}
