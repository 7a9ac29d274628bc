import Synchronization

/// The keys that are in use. A new one has none: until its file is read nobody has a valid key.
public final class KeyRing: Sendable {
  /// The file that the keys come from.
  public let file: String
  /// Nil until the file was read.
  private let keys: Mutex<[APIKey]?> = Mutex(nil)

  /// Makes an empty ring.
  public init(file: String) {
    self.file = file
  }

  /// Reads the file; where it cannot be used, the keys that were in use stay.
  public func load() throws(KeyFileError) {
    let read = try KeyFile(path: file).keys
    keys.withLock { $0 = read }
  }

  /// How many keys there are.
  public var count: Int { keys.withLock { $0?.count ?? 0 } }

  /// Whether the file was ever read.
  var isLoaded: Bool { keys.withLock { $0 != nil } }

  /// The key that a client sent, where it is valid now. Every key is compared, each in constant time, so the time does not
  /// tell which one it is like.
  func find(_ text: String) -> APIKey? {
    guard let digest = KeyDigest(of: text) else { return nil }
    var found: APIKey?
    for key in keys.withLock({ $0 ?? [] }) where key.digest.matches(digest) { found = key }
    guard let found, found.expiry?.hasPassed != true else { return nil }
    return found
  }
}
