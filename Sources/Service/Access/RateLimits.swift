/// How much one key, or one address without a key, may ask for. Nil and 0 are no limit; of a key, nil is the server's.
public struct RateLimits: Sendable, Equatable {
  /// The greatest limit that can be set.
  static let most = 100_000_000

  /// Requests a minute.
  public var requests: Int?
  /// Characters (Unicode scalars) of texts a minute.
  public var characters: Int?

  /// No limits, or those that are given.
  public init(requests: Int? = nil, characters: Int? = nil) {
    self.requests = requests
    self.characters = characters
  }

  /// The limits of a key where `server` has those that it leaves out.
  func completed(by server: RateLimits) -> RateLimits {
    RateLimits(requests: requests ?? server.requests, characters: characters ?? server.characters)
  }

  /// Whether anything is limited.
  var isLimiting: Bool { (requests ?? 0) > 0 || (characters ?? 0) > 0 }

  /// What is counted.
  public enum Unit: Sendable, Equatable, CaseIterable { case requests, characters }

  /// The limit of a unit; nil where there is none.
  subscript(unit: Unit) -> Int? {
    let limit =
      switch unit {
      case .requests: requests
      case .characters: characters
      }
    return limit.flatMap { $0 > 0 ? $0 : nil }
  }
}

/// A bucket that holds a minute's worth and fills evenly (the generic cell rate algorithm, ITU-T I.371 annex A): one number,
/// the moment at which it is full again.
package struct RateBucket: Sendable, Equatable {
  /// What was asked of a bucket.
  package enum Outcome: Sendable, Equatable {
    case taken
    /// It holds less; so many nanoseconds later it holds enough. Nothing was taken.
    case short(wait: Int64)
    /// It never holds that much.
    case never
  }

  private static let minute: Int64 = 60_000_000_000  // nanoseconds

  /// Nanoseconds of a monotonic clock.
  private(set) var fullAt: Int64 = 0

  package init() {}

  /// Takes `count` out of a bucket that holds at most `limit`, 1 to `RateLimits.most`.
  package mutating func take(_ count: Int, of limit: Int, at now: Int64) -> Outcome {
    guard count <= limit else { return .never }
    // At most 6·10¹⁸. Rounded down, so that `limit` fit in.
    let cost = Self.minute * Int64(count) / Int64(limit)
    let next = max(fullAt, now) + cost
    guard next - now <= Self.minute else { return .short(wait: next - now - Self.minute) }
    fullAt = next
    return .taken
  }

  /// Whether it differs from one that nothing was taken from.
  func isInUse(at now: Int64) -> Bool { fullAt > now }
}
