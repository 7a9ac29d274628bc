import Glibc

/// An IPv4 or IPv6 address. An IPv4 address is held as the IPv6 address that it is mapped to (RFC 4291 §2.5.5.2), so that
/// 192.0.2.1 and ::ffff:192.0.2.1 are the same client.
public struct IPAddress: Sendable, Hashable {
  /// The first 64 bits: an IPv6 client's network.
  let high: UInt64
  /// The last 64 bits.
  let low: UInt64

  /// Bits of an address.
  static let width = 128
  /// Bits in front of a mapped IPv4 address.
  static let mappedPrefix = 96
  private static let mappedMark: UInt64 = 0xFFFF << 32

  init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Reads `192.0.2.1` or `2001:db8::1`; nil for everything else: names, ports, brackets, zones, leading zeros.
  public init?(_ text: some StringProtocol) {
    // The longest address has 45 characters (INET6_ADDRSTRLEN counts the NUL).
    guard text.utf8.count < INET6_ADDRSTRLEN, !text.utf8.contains(0) else { return nil }
    var four = in_addr()
    var six = in6_addr()
    let text = String(text)
    if inet_pton(AF_INET, text, &four) == 1 {
      self.init(four)
    } else if inet_pton(AF_INET6, text, &six) == 1 {
      self.init(six)
    } else {
      return nil
    }
  }

  /// The address of a peer; nil where it is no IP socket's.
  init?(_ storage: sockaddr_storage) {
    var storage = storage
    switch Int32(storage.ss_family) {
    case AF_INET: self.init(storage.rebound(as: sockaddr_in.self).sin_addr)
    case AF_INET6: self.init(storage.rebound(as: sockaddr_in6.self).sin6_addr)
    default: return nil
    }
  }

  private init(_ address: in_addr) {
    self.init(high: 0, low: Self.mappedMark | UInt64(UInt32(bigEndian: address.s_addr)))
  }

  private init(_ address: in6_addr) {
    (high, low) = withUnsafeBytes(of: address) { bytes in
      (
        UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
        UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
      )
    }
  }

  /// Whether it is an IPv4 address, mapped or not.
  public var isIPv4: Bool { high == 0 && low >> 32 == 0xFFFF }

  /// The address without what a client chooses freely: IPv4 as it is, IPv6 without its last 64 bits (RFC 4291 §2.5.4:
  /// whoever has one address of a network has all 2⁶⁴). What is counted by address is counted by this.
  public var client: IPAddress { isIPv4 ? self : IPAddress(high: high, low: 0) }

  /// The address with only its first bits.
  func masked(to prefix: Int) -> IPAddress {
    // A shift by 64 or more gives 0.
    let highMask = ~(UInt64.max >> UInt64(min(prefix, 64)))
    let lowMask = ~(UInt64.max >> UInt64(max(prefix - 64, 0)))
    return IPAddress(high: high & highMask, low: low & lowMask)
  }
}
