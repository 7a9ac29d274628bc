import HTTP

/// What this program is.
public enum ProductVersion {
  /// The program's name.
  public static let name = "dragoman"
  /// The version (semver.org).
  public static let version = "0.1.0"
  /// The commit it was built from; a build that knows it writes it here.
  public static let commit = "unknown"
}

/// GET /version.
struct VersionEndpoint: Sendable {
  func respond() -> HTTPResponse {
    Answer.json { writer in
      writer.object { object in
        object.member("name", ProductVersion.name)
        object.member("version", ProductVersion.version)
        object.member("commit", ProductVersion.commit)
      }
    }
  }
}
