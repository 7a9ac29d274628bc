import Glibc
import HTTP
import HTTPTypes
import Synchronization

/// What clients without a key may do where there are keys.
public enum AnonymousAccess: String, Sendable, CaseIterable {
  /// Nothing that needs a model.
  case refused
  /// Work within the server's limits for an address.
  case allowed
}

/// Decides who may have work done, and how much of it.
public struct AccessControl: Sendable {
  /// Nil: keys are off, and those that clients send are ignored.
  let keys: KeyRing?
  let anonymous: AnonymousAccess
  /// Those of an address without a key, and of keys that have none of their own.
  let limits: RateLimits
  let trustedProxies: [AddressRange]
  private let ledger: RateLedger

  /// Nobody is refused.
  public init() {
    self.init(keys: nil)
  }

  package init(
    keys: KeyRing?, anonymous: AnonymousAccess = .refused, limits: RateLimits = RateLimits(),
    trustedProxies: [AddressRange] = [], clock: @escaping @Sendable () -> Int64 = AccessControl.monotonicTime
  ) {
    self.keys = keys
    self.anonymous = anonymous
    self.limits = limits
    self.trustedProxies = trustedProxies
    ledger = RateLedger(clock: clock)
  }

  /// Whether anybody can be refused.
  var isOn: Bool { keys != nil || limits.isLimiting }

  /// What a page should know of keys.
  var keyUse: KeyUse {
    guard keys != nil else { return .none }
    return switch anonymous {
    case .allowed: .optional
    case .refused: .required
    }
  }

  /// Nanoseconds of the monotonic clock.
  package static let monotonicTime: @Sendable () -> Int64 = {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  // MARK: Before the body

  /// Why a request whose body has not come is refused already; nil where that is not yet known. Nothing is counted for a
  /// request that may go on.
  func refusal(of request: HTTPRequest) -> APIError? {
    guard isOn else { return nil }
    do throws(APIError) {
      guard let visitor = try visitor(of: request) else { return nil }
      // Whoever has no character left has no use for the body either.
      for unit in RateLimits.Unit.allCases { try visitor.check(1, unit, ledger.look) }
      return nil
    } catch {
      return error
    }
  }

  // MARK: With the body

  /// Counts a request and takes its body apart. A request that is refused for what its header or query says is not
  /// parsed.
  ///
  /// - Parameter field: the one that may hold a key.
  func admit<Field: RequestField>(
    _ request: HTTPRequest, key field: Field
  ) throws(APIError) -> (fields: RequestFields<Field>, visitor: Visitor) {
    guard isOn else {
      return (try RequestFields(request), Visitor(subject: .address(nil), limits: RateLimits(), ledger))
    }
    if let visitor = try visitor(of: request) {
      try visitor.take(1, .requests)
      return (try RequestFields(request), visitor)
    }
    let fields: RequestFields<Field>
    do {
      fields = try RequestFields(request)
    } catch {
      throw countedForAddress(request, error)
    }
    let visitor: Visitor
    switch fields[field] {
    case .absent, .string(""), .form(""): visitor = try stranger(request)
    case .string(let key), .form(let key): visitor = try holder(of: key, request)
    case .number, .bool, .array, .object: throw countedForAddress(request, .invalidKey)
    }
    try visitor.take(1, .requests)
    return (fields, visitor)
  }

  /// Who sent a request, by header and query; nil where only the body can tell.
  private func visitor(of request: HTTPRequest) throws(APIError) -> Visitor? {
    guard keys != nil else { return try stranger(request) }
    switch Credential(request) {
    case .none: return nil
    case .key(let key): return try holder(of: key, request)
    case .contradictory: throw countedForAddress(request, .invalidKey)
    }
  }

  private func holder(of text: String, _ request: HTTPRequest) throws(APIError) -> Visitor {
    guard let key = keys?.find(text) else { throw countedForAddress(request, .invalidKey) }
    return Visitor(subject: .key(key.digest), limits: key.limits.completed(by: limits), ledger)
  }

  /// A client without a key.
  private func stranger(_ request: HTTPRequest) throws(APIError) -> Visitor {
    if keys != nil, case .refused = anonymous { throw countedForAddress(request, .keyNeeded) }
    return address(request)
  }

  private func address(_ request: HTTPRequest) -> Visitor {
    let address = limits.isLimiting ? request.clientAddress(trusting: trustedProxies)?.client : nil
    return Visitor(subject: .address(address), limits: limits, ledger)
  }

  /// What is refused although nobody is charged for it counts for the address: trying out keys is slowed down too.
  private func countedForAddress(_ request: HTTPRequest, _ error: APIError) -> APIError {
    do throws(APIError) {
      try address(request).take(1, .requests)
      return error
    } catch {
      return error
    }
  }
}

/// What a page should know of keys.
enum KeyUse: String, Sendable { case none, optional, required }

/// Somebody who may have work done, within limits.
struct Visitor: Sendable {
  private let subject: RateSubject
  private let limits: RateLimits
  private let ledger: RateLedger

  fileprivate init(subject: RateSubject, limits: RateLimits, _ ledger: RateLedger) {
    self.subject = subject
    self.limits = limits
    self.ledger = ledger
  }

  /// Counts the characters of texts that are about to be worked on.
  func take(charactersOf texts: [String]) throws(APIError) {
    guard limits[.characters] != nil else { return }
    try take(texts.reduce(0) { $0 + $1.unicodeScalars.count }, .characters)
  }

  fileprivate func take(_ count: Int, _ unit: RateLimits.Unit) throws(APIError) { try check(count, unit, ledger.take) }

  fileprivate func check(
    _ count: Int, _ unit: RateLimits.Unit, _ outcome: (Int, RateLimits.Unit, Int, RateSubject) -> RateBucket.Outcome
  ) throws(APIError) {
    guard let limit = limits[unit] else { return }
    switch outcome(count, unit, limit, subject) {
    case .taken: return
    case .short(let wait): throw .slowDown(limit: limit, unit: unit, wait: .nanoseconds(wait))
    // No wait would help.
    case .never: throw .overTextLimit(size: count, limit: limit)
    }
  }
}

/// The table of rates with its lock and its clock.
private final class RateLedger: Sendable {
  private let table = Mutex(RateTable())
  private let clock: @Sendable () -> Int64

  init(clock: @escaping @Sendable () -> Int64) {
    self.clock = clock
  }

  func take(_ count: Int, _ unit: RateLimits.Unit, of limit: Int, from subject: RateSubject) -> RateBucket.Outcome {
    let now = clock()
    return table.withLock { $0.take(count, unit, of: limit, from: subject, at: now) }
  }

  func look(_ count: Int, _ unit: RateLimits.Unit, of limit: Int, from subject: RateSubject) -> RateBucket.Outcome {
    let now = clock()
    return table.withLock { $0.look(count, unit, of: limit, from: subject, at: now) }
  }
}
