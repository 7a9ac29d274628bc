import Glibc
import HTTP

/// What this program is.
public enum ProductVersion {
  /// The program's name.
  public static let name = "dragoman"
  /// The version (semver.org).
  public static let version = "0.1.0"
  /// The commit it was built from, as whoever started it says in DRAGOMAN_COMMIT; `make serve` does.
  public static let commit: String = {
    guard let commit = getenv("DRAGOMAN_COMMIT").map({ String(cString: $0) }), !commit.isEmpty else { return "unknown" }
    return commit
  }()
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
