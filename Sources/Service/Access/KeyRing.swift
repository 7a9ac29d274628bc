import Synchronization

/// The keys that are in use. A new one has none: until its file is read nobody has a valid key.
public final class KeyRing: Sendable {
  /// The file that the keys come from.
  public let file: String
  private struct Loaded: Sendable {
    let keys: [APIKey]
    /// Those of the keys, side by side: all are read for every request.
    let digests: [KeyDigest]
  }

  /// Nil until the file was read.
  private let loaded: Mutex<Loaded?> = Mutex(nil)

  /// Makes an empty ring.
  public init(file: String) {
    self.file = file
  }

  /// Reads the file; where it cannot be used, the keys that were in use stay.
  public func load() throws(KeyFileError) {
    let keys = try KeyFile(path: file).keys
    let read = Loaded(keys: keys, digests: keys.map(\.digest))
    loaded.withLock { $0 = read }
  }

  /// How many keys there are.
  public var count: Int { loaded.withLock { $0?.keys.count ?? 0 } }

  /// Whether the file was ever read.
  var isLoaded: Bool { loaded.withLock { $0 != nil } }

  /// The key that a client sent, where it is valid now. Every key is compared, each in constant time, so the time does not
  /// tell which one it is like.
  func find(_ text: String) -> APIKey? {
    guard let loaded = loaded.withLock({ $0 }), let digest = KeyDigest(of: text) else { return nil }
    var found: Int?
    for index in loaded.digests.indices where loaded.digests[index].matches(digest) { found = index }
    guard let found, loaded.keys[found].expiry?.hasPassed != true else { return nil }
    return loaded.keys[found]
  }
}
