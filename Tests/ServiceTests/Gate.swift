import Service
import TestSupport
import Testing

/// Keys and what a site that knows them answers.
enum Gate {
  static let needed = Site.Answer.error("Please contact the server operator to get an API key")
  static let invalid = Site.Answer.error("Invalid API key", 403)
  static let ok = Site.Answer.ok(#"{"translatedText":"[de] a"}"#)

  static func slow(_ limit: String) -> Site.Answer { .error("Slowdown: \(limit) per 1 minute", 429) }

  /// A ring of the keys `one` (no limits of its own), `two` (2 requests, 10 characters), `free` (no limits), `old` (expired).
  static func ring(_ folder: TemporaryFolder) throws -> KeyRing {
    func key(_ name: String, _ limits: RateLimits = RateLimits(), _ expiry: KeyExpiry? = nil) throws -> APIKey {
      APIKey(name: name, digest: try #require(KeyDigest(of: name)), limits: limits, expiry: expiry)
    }
    let file = KeyFile(keys: [
      try key("one", RateLimits(), KeyExpiry("9999-12-31T23:59:59Z")),
      try key("two", RateLimits(requests: 2, characters: 10)), try key("free", RateLimits(requests: 0, characters: 0)),
      try key("old", RateLimits(), KeyExpiry("2020-01-01T00:00:00Z")),
    ])
    let ring = KeyRing(file: try folder.write("keys.json", file.bytes))
    try ring.load()
    return ring
  }

  static func body(_ key: String? = nil, q: String = "a") -> String {
    #"{"q":"\#(q)","source":"en","target":"de""# + (key.map { #","api_key":"\#($0)""# } ?? "") + "}"
  }

  static func bearer(_ key: String) -> [(String, String)] { [("Authorization", "Bearer \(key)")] }
}
