/// Addresses that share their first bits: `10.0.0.0/8`, `2001:db8::/32`, or one address (RFC 4632 §3.1, RFC 4291 §2.3).
public struct AddressRange: Sendable, Hashable {
  private let base: IPAddress
  /// Bits of 128; those of an IPv4 range stand behind the 96 of the mapping.
  private let prefix: Int

  /// Reads one range. `::ffff:10.0.0.0/104` is `10.0.0.0/8`.
  ///
  /// - Throws: `AddressRangeError` with the text, for a name, a prefix that is too long, or bits behind the prefix.
  public init(_ text: some StringProtocol) throws(AddressRangeError) {
    let entry = String(text)
    let parts = entry.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let address = parts.first.flatMap({ IPAddress($0) }) else { throw .notAnAddress(entry: entry) }
    // The mapped way to write an IPv4 address counts 128 bits, the plain way 32.
    let isPlainIPv4 = address.isIPv4 && !entry.contains(":")
    let width = isPlainIPv4 ? 32 : IPAddress.width
    var prefix = width
    if parts.count == 2 {
      guard let bits = Self.number(parts[1]), bits <= width else { throw .malformedPrefix(entry: entry, limit: width) }
      prefix = bits
    }
    self.prefix = isPlainIPv4 ? IPAddress.mappedPrefix + prefix : prefix
    base = address
    guard address.masked(to: self.prefix) == address else { throw .bitsBehindPrefix(entry: entry) }
  }

  /// Reads a list with commas between its entries; white space around them is allowed, an empty entry is not.
  public static func list(_ text: String) throws(AddressRangeError) -> [AddressRange] {
    var ranges: [AddressRange] = []
    for entry in text.split(separator: ",", omittingEmptySubsequences: false) {
      ranges.append(try AddressRange(entry.trimmingSpaces))
    }
    return ranges
  }

  /// Whether an address lies in the range. IPv4 addresses lie in ranges of IPv4 only: `::/0` has none of them.
  public func contains(_ address: IPAddress) -> Bool {
    guard address.isIPv4 == (base.isIPv4 && prefix >= IPAddress.mappedPrefix) else { return false }
    return address.masked(to: prefix) == base
  }

  private static func number(_ text: Substring) -> Int? {
    guard !text.isEmpty, text.utf8.count <= 3, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return Int(text)
  }
}

extension [AddressRange] {
  /// Whether an address lies in one of the ranges.
  public func contains(_ address: IPAddress) -> Bool { contains { $0.contains(address) } }
}

/// Why text is no range of addresses.
public enum AddressRangeError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What stands in front of the slash is no IP address.
  case notAnAddress(entry: String)
  /// What stands behind the slash is no number from 0 to the limit.
  case malformedPrefix(entry: String, limit: Int)
  /// Bits behind the prefix are set, so it is not certain which range is meant.
  case bitsBehindPrefix(entry: String)

  /// What is wrong and what would be right.
  public var description: String {
    switch self {
    case .notAnAddress(let entry): "\"\(entry)\" does not begin with an IP address; write 10.0.0.0/8 or 2001:db8::/32"
    case .malformedPrefix(let entry, let limit): "\"\(entry)\" needs a number from 0 to \(limit) behind its slash"
    case .bitsBehindPrefix(let entry):
      "\"\(entry)\" has bits behind its prefix; write the first address of the range, or the address alone"
    }
  }
}

extension StringProtocol {
  /// Without the spaces and tabs at both ends (RFC 9110 §5.6.3).
  var trimmingSpaces: SubSequence {
    let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
    guard let first = firstIndex(where: { !isSpace($0) }), let last = lastIndex(where: { !isSpace($0) }) else {
      return self[endIndex...]
    }
    return self[first...last]
  }
}
