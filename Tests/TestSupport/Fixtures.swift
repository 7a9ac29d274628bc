import Foundation

/// Where test data lies: `Tests/Fixtures` in the checkout, and `../shared`, which a user's clone does not have.
public enum Fixtures {
  /// The checkout's top folder.
  public static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// A path below `Tests/Fixtures`.
  public static func url(_ path: String) -> URL {
    root.appendingPathComponent("Tests/Fixtures").appendingPathComponent(path)
  }

  /// The bytes of a file below `Tests/Fixtures`.
  public static func bytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: url(path)))
  }

  /// A JSON file below `Tests/Fixtures`, decoded.
  public static func json<Value: Decodable>(_ path: String, as type: Value.Type = Value.self) throws -> Value {
    try JSONDecoder().decode(Value.self, from: try Data(contentsOf: url(path)))
  }

  /// A path in the developers' shared folder, or nil where it is absent; tests that need it are skipped then.
  public static func shared(_ path: String) -> URL? {
    let url = root.deletingLastPathComponent().appendingPathComponent("shared").appendingPathComponent(path)
    return FileManager.default.fileExists(atPath: url.path) ? url : nil
  }
}
