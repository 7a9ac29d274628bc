import ArgumentParser
import Foundation
import Glibc
import Service

/// `dragoman keys`.
struct KeysCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keys", abstract: "Make, list and remove the keys of a server.",
    discussion: """
      The file holds the keys' SHA-256 only. A server that runs with --api-keys FILE notices a change within seconds, or \
      at once on SIGHUP.
      """,
    subcommands: [KeysCreateCommand.self, KeysListCommand.self, KeysRemoveCommand.self])
}

/// Which file.
struct KeyFileOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("The key file. Default: DRAGOMAN_API_KEYS, or the file of DRAGOMAN_CONFIG.", valueName: "file"),
    completion: .file())
  var file: String?

  /// The file that is named, or that the environment's settings name.
  func path() throws -> String {
    if let file { return file }
    let settings = try ServiceConfiguration.resolve(flags: [:], environment: ProcessInfo.processInfo.environment)
    guard let path = settings.configuration.access.keyFile else {
      throw ValidationError("Which file? Give --file FILE, or set DRAGOMAN_API_KEYS.")
    }
    return path
  }
}

/// `dragoman keys create`.
struct KeysCreateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Print a new key, once, and add its digest to the file.",
    discussion: "The file is made where there is none, readable by its owner only.")

  @Argument(help: "What the key is called: for whom it is.") var name: String
  @OptionGroup var options: KeyFileOptions
  @Option(
    help: ArgumentHelp("Requests a minute; 0 is no limit. Default: the server's --rate-limit.", valueName: "n"))
  var requestsPerMinute: Int?
  @Option(
    help: ArgumentHelp("Characters a minute; 0 is no limit. Default: --character-rate-limit.", valueName: "n"))
  var charactersPerMinute: Int?
  @Option(help: ArgumentHelp("Days until it is no longer valid. Default: it always is.", valueName: "n"))
  var days: Int?

  func run() throws {
    try checkFlag("requests-per-minute", requestsPerMinute, 0...100_000_000)
    try checkFlag("characters-per-minute", charactersPerMinute, 0...100_000_000)
    try checkFlag("days", days, 1...36_500)
    let path = try options.path()
    let key = APIKey.random()
    guard APIKey.isName(name) else { throw KeyFileError.malformedName(name) }
    guard let digest = KeyDigest(of: key) else { throw CommandFailure("OpenSSL could not compute a SHA-256") }
    let entry = APIKey(
      name: name, digest: digest, limits: RateLimits(requests: requestsPerMinute, characters: charactersPerMinute),
      expiry: days.map { KeyExpiry(seconds: Int64(time(nil)) + Int64($0) * 86_400) })
    try KeyFile.update(path) { file throws(KeyFileError) in
      guard !file.keys.contains(where: { $0.name == name }) else { throw .nameTaken(file: path, name: name) }
      guard file.keys.count < KeyFile.keyLimit else {
        throw .malformed(file: path, reason: "it holds \(KeyFile.keyLimit) keys already; remove some")
      }
      file.keys.append(entry)
    }
    // Nothing but the key on the standard output, so that a script can take it.
    try StandardOutput.write(key + "\n")
    let note = "\(name) is in \(path). The key is shown this once: the file holds its digest only.\n"
    try Descriptor.write(Array(note.utf8), to: STDERR_FILENO, name: "standard error")
  }
}

/// `dragoman keys list`.
struct KeysListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the names of the keys with their limits and how long they are valid.")

  @OptionGroup var options: KeyFileOptions

  func run() throws {
    for key in try KeyFile(path: try options.path()).keys {
      let requests = Self.limit(key.limits.requests, "requests")
      let characters = Self.limit(key.limits.characters, "characters")
      try StandardOutput.write(
        "\(key.name)\t\(requests)\t\(characters)\t\(key.expiry.map { "until \($0)" } ?? "always valid")\n")
    }
  }

  private static func limit(_ limit: Int?, _ unit: String) -> String {
    switch limit {
    case nil: "the server's \(unit)"
    case 0: "any \(unit)"
    case let limit?: "\(limit) \(unit)/min"
    }
  }
}

/// `dragoman keys remove`.
struct KeysRemoveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Take a key out of the file; it is no longer valid.")

  @Argument(help: "What the key is called.") var name: String
  @OptionGroup var options: KeyFileOptions

  func run() throws {
    let path = try options.path()
    guard FileManager.default.fileExists(atPath: path) else {
      throw KeyFileError.system(file: path, reason: "No such file or directory")
    }
    try KeyFile.update(path) { file throws(KeyFileError) in
      let count = file.keys.count
      file.keys.removeAll { $0.name == name }
      guard file.keys.count < count else { throw .unknownName(file: path, name: name) }
    }
  }
}
