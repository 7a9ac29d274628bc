import Glibc
import Synchronization

/// Counts the open connections of each address, IPv6 by its first 64 bits. Its size is bounded by the connections that
/// are open.
final class AddressCounts: Sendable {
  /// What is to be done with a connection.
  enum Admission: Sendable, Equatable {
    case served
    /// Answered with 429, then closed.
    case refused
    /// Closed at once: as many as may be answered are open beyond the limit already.
    case dropped
  }

  /// Connections of one address that may be open beyond the limit for the time that their refusal takes.
  static let refusals = 4

  private let limit: Int
  private let counts: Mutex<[IPAddress: Int]> = Mutex([:])

  init(limit: Int) {
    self.limit = limit
  }

  /// Counts a connection that has come; one that is dropped is not counted.
  func opened(from address: IPAddress) -> Admission {
    counts.withLock { counts in
      let open = counts[address, default: 0]
      guard open < limit + Self.refusals else { return .dropped }
      counts[address] = open + 1
      return open < limit ? .served : .refused
    }
  }

  /// Forgets a connection that was counted.
  func closed(from address: IPAddress) {
    counts.withLock { counts in
      guard let open = counts[address] else { return }
      counts[address] = open > 1 ? open - 1 : nil
    }
  }

  /// The addresses that have connections.
  var addressCount: Int { counts.withLock { $0.count } }
}

/// The limit of connections of one address.
struct AddressLimit: Sendable {
  private let counts: AddressCounts
  private let exempt: [AddressRange]

  /// Nil where there is no limit.
  init?(_ configuration: ServerConfiguration) {
    guard let limit = configuration.maxConnectionsPerAddress else { return nil }
    counts = AddressCounts(limit: max(1, limit))
    exempt = configuration.trustedProxies
  }

  /// What a peer's connections are counted by; nil for a proxy, behind which many clients are.
  func counted(_ peer: sockaddr_storage) -> IPAddress? {
    guard let address = IPAddress(peer), !exempt.contains(address) else { return nil }
    return address.client
  }

  /// Counts a connection that was accepted.
  func enter(_ peer: sockaddr_storage) -> AddressCounts.Admission {
    counted(peer).map { counts.opened(from: $0) } ?? .served
  }

  /// Forgets a connection that was counted.
  func leave(_ address: IPAddress) { counts.closed(from: address) }
}
