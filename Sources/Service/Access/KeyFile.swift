import Foundation

/// Why a key file cannot be used.
public enum KeyFileError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file cannot be read or written; the system's reason.
  case system(file: String, reason: String)
  /// The file is not one of keys; where and why.
  case malformed(file: String, reason: String)
  /// A key of this name is there already.
  case nameTaken(file: String, name: String)
  /// No key has this name.
  case unknownName(file: String, name: String)
  /// A name is empty, too long, or has control characters.
  case malformedName(String)

  /// What is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .system(let file, let reason): "\(file): \(reason)"
    case .malformed(let file, let reason): "\(file): no key file: \(reason)"
    case .nameTaken(let file, let name): "\(file): there is a key \"\(name)\" already; remove it or choose another name"
    case .unknownName(let file, let name): "\(file): no key is called \"\(name)\"; dragoman keys list shows the names"
    case .malformedName(let name):
      "\"\(name)\" cannot be a key's name: 1 to 64 characters, no control characters, no space at either end"
    }
  }
}

/// The keys of a file: `{"keys": [{"name": …, "sha256": …}]}`, beside them `requests_per_minute`,
/// `characters_per_minute` (0: no limit) and `expires` where a key has them.
package struct KeyFile: Sendable, Equatable {
  /// A file with more is refused: every key is compared with what a client sends.
  package static let keyLimit = 10_000

  package var keys: [APIKey]

  package init(keys: [APIKey] = []) {
    self.keys = keys
  }

  /// Reads a file's bytes. Whatever is not understood is an error: a limit that is misspelt must not be none.
  ///
  /// - Parameter path: the file, for the error.
  package init(parsing bytes: [UInt8], path: String) throws(KeyFileError) {
    let document: Document
    do {
      try JSONValidator.validate(bytes)
      document = try JSONDecoder().decode(Document.self, from: Data(bytes))
    } catch let error as JSONSyntaxError {
      throw .malformed(file: path, reason: "no JSON: \(error)")
    } catch {
      throw .malformed(file: path, reason: "it must be an object with the one member \"keys\", a list of objects")
    }
    guard document.entries.count <= Self.keyLimit else {
      throw .malformed(file: path, reason: "more than \(Self.keyLimit) keys")
    }
    keys = []
    var names: Set<String> = []
    var digests: Set<KeyDigest> = []
    for (index, entry) in document.entries.enumerated() {
      let key = try entry.key(at: "key \(index + 1)", in: path)
      guard names.insert(key.name).inserted, digests.insert(key.digest).inserted else {
        throw .malformed(file: path, reason: "key \(index + 1): its name or its sha256 stands there twice")
      }
      keys.append(key)
    }
  }

  /// The file's bytes, a line for each key.
  package var bytes: [UInt8] {
    var text: [UInt8] = Array("{\"keys\": [".utf8)
    for (index, key) in keys.enumerated() {
      text += Array((index == 0 ? "\n  " : ",\n  ").utf8)
      var writer = JSONWriter()
      writer.object { object in
        object.member("name", key.name)
        object.member("sha256", key.digest.hexadecimal)
        if let limit = key.limits.requests { object.member("requests_per_minute") { $0.integer(limit) } }
        if let limit = key.limits.characters { object.member("characters_per_minute") { $0.integer(limit) } }
        if let expiry = key.expiry { object.member("expires", expiry.description) }
      }
      text += writer.bytes
    }
    return text + Array("\n]}\n".utf8)
  }
}

/// A member's name, whatever it is.
private struct MemberName: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }

  init?(stringValue: String) {
    self.stringValue = stringValue
  }

  init?(intValue: Int) { nil }
}

/// The file as it came.
private struct Document: Decodable {
  struct UnknownMember: Error {}

  let entries: [Entry]

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: MemberName.self)
    guard let name = container.allKeys.first, container.allKeys.count == 1, name.stringValue == "keys" else {
      throw UnknownMember()
    }
    entries = try container.decode([Entry].self, forKey: name)
  }
}

/// One key as it came.
private struct Entry: Decodable {
  private var members: [String: WireValue] = [:]

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: MemberName.self)
    for name in container.allKeys { members[name.stringValue] = try container.decode(WireValue.self, forKey: name) }
  }

  func key(at place: String, in path: String) throws(KeyFileError) -> APIKey {
    var members = members
    func taking(_ name: String) -> WireValue { members.removeValue(forKey: name) ?? .absent }
    func malformed(_ reason: String) -> KeyFileError { .malformed(file: path, reason: "\(place): \(reason)") }
    func limit(_ name: String) throws(KeyFileError) -> Int? {
      switch taking(name) {
      case .absent: return nil
      case .number(let number):
        if let limit = Int(exactly: number), (0...RateLimits.most).contains(limit) { return limit }
        fallthrough
      default: throw malformed("\(name) must be an integer from 0 to \(RateLimits.most)")
      }
    }
    guard case .string(let name) = taking("name"), APIKey.isName(name) else {
      throw malformed("name must be a text of 1 to 64 characters")
    }
    guard case .string(let text) = taking("sha256"), let digest = KeyDigest(hexadecimal: text) else {
      throw malformed("sha256 must be the 64 hexadecimal digits of the key's SHA-256")
    }
    var key = APIKey(name: name, digest: digest)
    key.limits.requests = try limit("requests_per_minute")
    key.limits.characters = try limit("characters_per_minute")
    switch taking("expires") {
    case .absent: break
    case .string(let text):
      key.expiry = KeyExpiry(text)
      if key.expiry == nil { fallthrough }
    default: throw malformed("expires must be a moment in UTC such as 2027-01-31T00:00:00Z")
    }
    if let unknown = members.keys.sorted().first { throw malformed("unknown member \"\(unknown)\"") }
    return key
  }
}
