import HTTP

/// Who is counted.
package enum RateSubject: Sendable, Hashable {
  /// A key, wherever it is used from.
  case key(KeyDigest)
  /// A client without a key; IPv6 by its first 64 bits. Nil: a peer without an IP address.
  case address(IPAddress?)
}

/// The buckets of all subjects, as many as `capacity` at most. A bucket that is full again is forgotten; where all are in
/// use and one more is needed, those go of whom the least was taken. A value without clock or lock.
package struct RateTable: Sendable {
  private struct Buckets {
    var requests = RateBucket()
    var characters = RateBucket()

    /// When nothing is left to remember.
    var fullAt: Int64 { max(requests.fullAt, characters.fullAt) }

    subscript(unit: RateLimits.Unit) -> RateBucket {
      get {
        switch unit {
        case .requests: requests
        case .characters: characters
        }
      }
      set {
        switch unit {
        case .requests: requests = newValue
        case .characters: characters = newValue
        }
      }
    }
  }

  private let capacity: Int
  private var subjects: [RateSubject: Buckets] = [:]

  package init(capacity: Int = 65_536) {
    self.capacity = max(1, capacity)
  }

  /// The subjects that are remembered.
  package var count: Int { subjects.count }

  /// Takes from a subject's bucket.
  package mutating func take(
    _ count: Int, _ unit: RateLimits.Unit, of limit: Int, from subject: RateSubject, at now: Int64
  ) -> RateBucket.Outcome {
    if subjects[subject] == nil, subjects.count >= capacity { makeRoom(at: now) }
    return subjects[subject, default: Buckets()][unit].take(count, of: limit, at: now)
  }

  /// What taking would come to; takes nothing.
  package func look(
    _ count: Int, _ unit: RateLimits.Unit, of limit: Int, from subject: RateSubject, at now: Int64
  ) -> RateBucket.Outcome {
    var bucket = subjects[subject]?[unit] ?? RateBucket()
    return bucket.take(count, of: limit, at: now)
  }

  /// Forgets at least half of the subjects, so that the work is little for each that comes.
  private mutating func makeRoom(at now: Int64) {
    subjects = subjects.filter { $0.value.fullAt > now }
    let keep = capacity / 2
    guard subjects.count > keep else { return }
    let times = subjects.values.map(\.fullAt).sorted(by: >)
    let least = keep > 0 ? times[keep - 1] : .max
    subjects = subjects.filter { $0.value.fullAt > least }
  }
}
