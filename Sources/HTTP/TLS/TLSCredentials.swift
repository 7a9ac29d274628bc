import Synchronization

/// The certificate that new connections get; a reload exchanges it, and open connections keep theirs.
final class TLSCredentials: Sendable {
  private let configuration: TLSConfiguration
  private let tickets: TLSTicketKeys
  private let context: Mutex<TLSContext>

  /// Reads the files.
  init(_ configuration: TLSConfiguration) throws(TLSError) {
    self.configuration = configuration
    tickets = try TLSTicketKeys()
    context = Mutex(try TLSContext.server(configuration, tickets: tickets))
  }

  var current: TLSContext { context.withLock { $0 } }

  /// Reads the files again. Where that fails, what was in use stays.
  func reload() throws(TLSError) {
    let new = try TLSContext.server(configuration, tickets: tickets)
    context.withLock { $0 = new }
  }
}
