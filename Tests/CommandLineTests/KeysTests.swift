import Foundation
import Service
import TestSupport
import Testing

@Suite struct KeysTests {
  @Test func `a key is printed once, listed without itself, and removed`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/keys.json"
    let created = try await Program.run(
      [
        "keys", "create", "alice", "--file", path, "--requests-per-minute", "60", "--characters-per-minute", "0",
        "--days", "2",
      ])
    #expect(created.status == 0, "\(created)")
    #expect(created.output.wholeMatch(of: /drg_[A-Za-z0-9_-]{32}\n/) != nil, "\(created)")
    let key = created.output.trimmingCharacters(in: .newlines)
    let kept = try KeyFile(path: path).keys
    #expect(kept.map(\.digest) == [KeyDigest(of: key)])
    #expect(kept.first?.limits == RateLimits(requests: 60, characters: 0))
    #expect(try !String(contentsOfFile: path, encoding: .utf8).contains(key))
    let bob = try await Program.run(["keys", "create", "bob"], environment: ["DRAGOMAN_API_KEYS": path])
    #expect(bob.status == 0 && bob.output != created.output)
    let listed = try await Program.run(["keys", "list"], environment: ["DRAGOMAN_API_KEYS": path])
    let lines = listed.output.split(separator: "\n")
    #expect(lines.count == 2 && lines[0].hasPrefix("alice\t60 requests/min\tany characters\tuntil 20"), "\(listed)")
    #expect(lines.last == "bob\tthe server's requests\tthe server's characters\talways valid")
    #expect(!listed.output.contains(key))
    #expect(try await Program.run(["keys", "remove", "alice", "--file", path]).status == 0)
    #expect(try KeyFile(path: path).keys.map(\.name) == ["bob"])
  }

  static let mistakes: [([String], String)] = [
    (["create", "a"], "--file FILE"), (["create", "", "--file", "FILE"], "cannot be a key's name"),
    (["create", "taken", "--file", "FILE"], "a key \"taken\" already"),
    (["create", "a", "--file", "FILE", "--days", "0"], "--days is 0; 1 to 36500"),
    (["create", "a", "--file", "FILE", "--requests-per-minute", "-1"], "requests-per-minute"),
    (["create", "a", "--file", "/no/such/folder/keys"], "/no/such/folder/keys: No such file"),
    (["remove", "none", "--file", "FILE"], "no key is called \"none\""),
    (["remove", "none", "--file", "/no/such/keys"], "/no/such/keys: No such file"),
    (["list", "--file", "/no/such/keys"], "/no/such/keys: No such file"),
    (["list", "--file", "README.md"], "README.md: no key file"),
    (["create", "a", "--file", "README.md"], "no key file"),
  ]

  @Test(arguments: mistakes.indices) func `a mistake is named, and the file stays`(index: Int) async throws {
    let folder = try TemporaryFolder()
    let file = KeyFile(keys: [APIKey(name: "taken", digest: try #require(KeyDigest(of: "a")))])
    let path = try folder.write("keys.json", file.bytes)
    let (arguments, words) = Self.mistakes[index]
    let outcome = try await Program.run(["keys"] + arguments.map { $0 == "FILE" ? path : $0 })
    #expect(outcome.status != 0 && outcome.errors.contains(words), "\(outcome)")
    #expect(outcome.output.isEmpty)
    #expect(try KeyFile(path: path) == file)
  }

  @Test func `serve does not start with a key file that is none`() async throws {
    let outcome = try await Program.run(["serve", "--port", "0", "--api-keys", "README.md"])
    #expect(outcome.status == 1 && outcome.errors.contains("README.md: no key file"), "\(outcome)")
  }
}
