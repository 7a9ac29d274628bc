import HTTP

/// Who may come in, as it is configured.
public struct AccessSettings: Sendable, Equatable {
  /// The file of the keys; nil: keys are off.
  public var keyFile: String?
  /// Clients without a key, where there are keys.
  public var anonymous = AnonymousAccess.refused
  /// What a key that has no limits of its own, or an address without a key, may ask for.
  public var limits = RateLimits()
  /// The proxies whose X-Forwarded-For is believed.
  public var trustedProxies: [AddressRange] = []
  /// Whose pages may read answers.
  public var crossOrigin = CrossOrigin.any
  /// Seconds for which browsers are to use TLS only (RFC 6797); nil says nothing, and so does a server without TLS.
  public var transportSecurity: Int?
  /// Connections of one address that are open at a time; nil: no limit.
  public var connectionsPerAddress: Int?

  /// The defaults: everybody may come.
  public init() {}

  /// What decides.
  ///
  /// - Parameter keys: those of `keyFile`; nil where keys are off.
  func control(_ keys: KeyRing?) -> AccessControl {
    AccessControl(keys: keys, anonymous: anonymous, limits: limits, trustedProxies: trustedProxies)
  }
}
