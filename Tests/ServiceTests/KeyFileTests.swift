import Foundation
import Service
import TestSupport
import Testing

@Suite struct KeyFileTests {
  private static let digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"  // of "test"

  @Test func `a digest is the SHA-256 of the key`() throws {
    let digest = try #require(KeyDigest(of: "test"))
    #expect(digest.hexadecimal == Self.digest)
    #expect(KeyDigest(hexadecimal: Self.digest.uppercased()) == digest)
    #expect(KeyDigest(of: "Test") != digest)
    #expect(KeyDigest(of: "")?.hexadecimal.hasPrefix("e3b0c44298fc1c14") == true)
    for text in [
      "", "9f", Self.digest + "00", String(Self.digest.dropLast()) + "g", String(Self.digest.dropLast()) + "é",
    ] {
      #expect(KeyDigest(hexadecimal: text) == nil)
    }
  }

  @Test func `new keys are long, plain and different`() {
    let keys = Set((0..<1_000).map { _ in APIKey.random() })
    #expect(keys.count == 1_000)
    for key in keys { #expect(key.wholeMatch(of: /drg_[A-Za-z0-9_-]{32}/) != nil) }
  }

  @Test func `a file is written and read back`() throws {
    var file = KeyFile()
    file.keys.append(APIKey(name: "Ärzte \"Nord\"", digest: try #require(KeyDigest(of: "a"))))
    file.keys.append(
      APIKey(
        name: "b", digest: try #require(KeyDigest(of: "b")), limits: RateLimits(requests: 60, characters: 0),
        expiry: KeyExpiry("2027-02-28T23:59:59Z")))
    #expect(try KeyFile(parsing: file.bytes, path: "k") == file)
    #expect(try KeyFile(parsing: KeyFile().bytes, path: "k") == KeyFile())
    let text = String(decoding: file.bytes, as: UTF8.self)
    #expect(text.contains(#""requests_per_minute":60,"characters_per_minute":0,"expires":"2027-02-28T23:59:59Z""#))
  }

  static let malformed: [(String, String)] = [
    ("", "no JSON"), ("[]", "the one member \"keys\""), ("{}", "the one member"), (#"{"keys":{}}"#, "list of objects"),
    (#"{"keys":[],"more":1}"#, "the one member"), (#"{"keys":["x"]}"#, "list of objects"),
    (#"{"keys":[{"sha256":"D"}]}"#, "key 1: name"), (#"{"keys":[{"name":"","sha256":"D"}]}"#, "key 1: name"),
    (#"{"keys":[{"name":" a","sha256":"D"}]}"#, "key 1: name"),
    (#"{"keys":[{"name":"a\n","sha256":"D"}]}"#, "key 1: name"),
    (#"{"keys":[{"name":"a"}]}"#, "key 1: sha256"), (#"{"keys":[{"name":"a","sha256":"00"}]}"#, "key 1: sha256"),
    (#"{"keys":[{"name":"a","sha256":"D","requests_per_minute":-1}]}"#, "requests_per_minute must be"),
    (#"{"keys":[{"name":"a","sha256":"D","requests_per_minute":1.5}]}"#, "requests_per_minute must be"),
    (#"{"keys":[{"name":"a","sha256":"D","characters_per_minute":"9"}]}"#, "characters_per_minute must be"),
    (#"{"keys":[{"name":"a","sha256":"D","characters_per_minute":1e9}]}"#, "characters_per_minute must be"),
    (#"{"keys":[{"name":"a","sha256":"D","expires":"2027-01-31"}]}"#, "expires must be"),
    (#"{"keys":[{"name":"a","sha256":"D","expires":"2027-02-30T00:00:00Z"}]}"#, "expires must be"),
    (#"{"keys":[{"name":"a","sha256":"D","expires":"2027-01-31T24:00:00Z"}]}"#, "expires must be"),
    (#"{"keys":[{"name":"a","sha256":"D","expires":1}]}"#, "expires must be"),
    // A limit that is misspelt must not be none.
    (#"{"keys":[{"name":"a","sha256":"D","request_per_minute":1}]}"#, "unknown member \"request_per_minute\""),
    (#"{"keys":[{"name":"a","sha256":"D"},{"name":"a","sha256":"E"}]}"#, "key 2: its name"),
    (#"{"keys":[{"name":"a","sha256":"D"},{"name":"b","sha256":"D"}]}"#, "key 2: its name or its sha256"),
  ]

  @Test(arguments: malformed) func `what is no key file is named with its place`(text: String, reason: String) {
    let other = String(Self.digest.reversed())
    let bytes = Array(text.replacing("\"D\"", with: "\"\(Self.digest)\"").replacing("\"E\"", with: "\"\(other)\"").utf8)
    let error = #expect(throws: KeyFileError.self) { try KeyFile(parsing: bytes, path: "k.json") }
    let description = error?.description ?? ""
    #expect(description.hasPrefix("k.json: no key file: ") && description.contains(reason), "\(description)")
  }

  private func mode(_ path: String) throws -> Int {
    try #require((try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber)?.intValue)
  }

  @Test func `a new file is its owner's alone, and one that is keeps its mode`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/keys.json"
    let key = APIKey(name: "a", digest: try #require(KeyDigest(of: "a")))
    try KeyFile.update(path) { $0.keys.append(key) }
    #expect(try mode(path) == 0o600)
    #expect(try KeyFile(path: path).keys == [key])
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
    try KeyFile.update(path) { $0.keys = [] }
    #expect(try mode(path) == 0o640 && KeyFile(path: path).keys.isEmpty)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["keys.json"])
  }

  @Test func `a change that fails leaves everything as it was`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/keys.json"
    #expect(throws: KeyFileError.self) {
      try KeyFile.update(path) { _ throws(KeyFileError) in throw .unknownName(file: path, name: "x") }
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    try folder.write("keys.json", "{broken")
    #expect(throws: KeyFileError.self) { try KeyFile.update(path) { $0.keys = [] } }
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "{broken")
    let missing = #expect(throws: KeyFileError.self) { try KeyFile(path: folder.path + "/none/keys.json") }
    #expect(missing?.description.contains("/none/keys.json: No such file or directory") == true)
  }

  @Test func `a link stays a link`() throws {
    let folder = try TemporaryFolder()
    try folder.write("real/keys.json", KeyFile().bytes)
    let link = folder.path + "/keys.json"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "real/keys.json")
    let key = APIKey(name: "a", digest: try #require(KeyDigest(of: "a")))
    try KeyFile.update(link) { $0.keys.append(key) }
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "real/keys.json")
    #expect(try KeyFile(path: folder.path + "/real/keys.json").keys == [key])
  }

  @Test func `many who change a file at once lose nothing`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/keys.json"
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      for index in 0..<32 {
        tasks.addTask {
          let key = APIKey(name: "\(index)", digest: try #require(KeyDigest(of: "\(index)")))
          try KeyFile.update(path) { $0.keys.append(key) }
        }
      }
      try await tasks.waitForAll()
    }
    #expect(try KeyFile(path: path).keys.count == 32)
  }

  @Test func `a ring keeps its keys when the file breaks`() throws {
    let folder = try TemporaryFolder()
    let file = KeyFile(keys: [APIKey(name: "a", digest: try #require(KeyDigest(of: "a")))])
    let ring = KeyRing(file: try folder.write("keys.json", file.bytes))
    #expect(ring.count == 0)
    try ring.load()
    #expect(ring.count == 1)
    try folder.write("keys.json", "{")
    #expect(throws: KeyFileError.self) { try ring.load() }
    #expect(ring.count == 1)
  }
}
