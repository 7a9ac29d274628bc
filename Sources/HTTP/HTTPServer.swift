import Dispatch
import Glibc
import Synchronization

/// An HTTP/1.1 server on Dispatch and non-blocking sockets. It starts once and shuts down once; one
/// that runs keeps its queues until it is shut down, whoever holds it.
public final class HTTPServer: Sendable {
  /// What the server counts.
  public let statistics = ServerStatistics()
  private let bodyMemory: BodyMemory
  private let configuration: ServerConfiguration
  private let router: Router
  private let state = Mutex(State.new)
  /// Runs when the last connection closes during a shutdown.
  private let emptied = Mutex<(@Sendable () -> Void)?>(nil)

  private struct Running: Sendable {
    let listener: Listener
    let loops: [IOLoop]
    let address: SocketAddress
    let credentials: TLSCredentials?
  }

  private enum State: Sendable {
    case new
    case running(Running)
    case stopping(SocketAddress)
  }

  /// Makes a server that does not listen yet.
  public init(configuration: ServerConfiguration, router: Router) {
    self.configuration = configuration
    self.router = router
    bodyMemory = BodyMemory(limit: configuration.bodyMemoryBytes)
  }

  /// Bytes of request bodies that are held now, decompressed ones included.
  public var heldBodyBytes: Int { bodyMemory.count }

  /// Where the server listens; nil before it has started.
  public var boundAddress: SocketAddress? {
    state.withLock { state in
      switch state {
      case .new: nil
      case .running(let running): running.address
      case .stopping(let address): address
      }
    }
  }

  /// Binds the address and begins to accept; returns when clients can connect.
  ///
  /// - Throws: `ServerError` with the host and the port when the address cannot be listened on, or with the file that TLS
  ///   cannot be spoken with.
  public func start() throws(ServerError) {
    try state.withLock { state throws(ServerError) in
      guard case .new = state else {
        throw .alreadyStarted(host: configuration.host, port: configuration.port)
      }
      let credentials = try readCredentials()
      Socket.raiseDescriptorLimit()
      let listening = try ListeningSocket.open(configuration)
      do throws(ServerError) {
        state = .running(try run(listening.descriptor, at: listening.address, credentials))
      } catch {
        Glibc.close(listening.descriptor)
        throw error
      }
    }
  }

  /// Serves a descriptor as if it had been accepted; the tests hand in one that epoll refuses. Closes it where the server
  /// does not run.
  package func adopt(_ descriptor: Int32) {
    let listener: Listener? = state.withLock { state in
      guard case .running(let running) = state else { return nil }
      return running.listener
    }
    guard let listener else {
      Glibc.close(descriptor)
      return
    }
    listener.adopt(descriptor)
  }

  private func readCredentials() throws(ServerError) -> TLSCredentials? {
    do throws(TLSError) {
      return try configuration.tls.map { configuration throws(TLSError) in try TLSCredentials(configuration) }
    } catch {
      throw .tls(error)
    }
  }

  /// Reads the files of TLS again; connections from now on get what they hold, open ones keep what they have. A server that
  /// does not run, or speaks plain HTTP, does nothing.
  ///
  /// - Throws: `TLSError` when they cannot be used; what was in use stays in use.
  public func reloadCertificate() throws(TLSError) {
    try credentials?.reload()
  }

  /// What should be said of the certificate in use, a sentence each: that it has expired, or will soon.
  public var certificateWarnings: [String] { credentials?.current.warnings ?? [] }

  private var credentials: TLSCredentials? {
    state.withLock { state in
      guard case .running(let running) = state else { return nil }
      return running.credentials
    }
  }

  private func run(
    _ descriptor: Int32, at address: SocketAddress, _ credentials: TLSCredentials?
  ) throws(ServerError) -> Running {
    let context = ServerContext(
      router: router, configuration: configuration, statistics: statistics, bodyMemory: bodyMemory,
      longWork: LongWorkExecutor(cores: configuration.cores),
      addressLimit: AddressLimit(configuration), tls: credentials,
      connectionClosed: { [weak self] in self?.connectionClosed() })
    var loops: [IOLoop] = []
    for index in 0..<max(1, configuration.loopCount) { loops.append(try IOLoop(index: index, context: context)) }
    for loop in loops { loop.start() }
    let listener = Listener(descriptor: descriptor, loops: loops, context: context)
    listener.start()
    return Running(listener: listener, loops: loops, address: address, credentials: credentials)
  }

  /// Stops accepting, lets the accepted requests finish (their answers close the connections), closes idle connections;
  /// after `deadline` what is left is cancelled and closed. Returns when no connection is open.
  public func shutdown(deadline: Duration) async {
    let running: Running? = state.withLock { state in
      guard case .running(let running) = state else { return nil }
      state = .stopping(running.address)
      return running
    }
    guard let running else { return }
    await running.listener.stop()
    for loop in running.loops { loop.drain() }
    let (seconds, attoseconds) = deadline.components
    let timeout = DispatchTime.now() + Double(seconds) + Double(attoseconds) * 1e-18
    DispatchQueue.global().asyncAfter(deadline: timeout) {
      for loop in running.loops { loop.closeAll() }
    }
    await waitUntilEmpty()
    for loop in running.loops { await loop.stop() }
  }

  private func waitUntilEmpty() async {
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      emptied.withLock { $0 = { continuation.resume() } }
      // The last one may have closed before the closure stood there.
      signalIfEmpty()
    }
  }

  private func connectionClosed() {
    let listener: Listener? = state.withLock { state in
      guard case .running(let running) = state else { return nil }
      return running.listener
    }
    if let listener { listener.connectionClosed() } else { signalIfEmpty() }
  }

  private func signalIfEmpty() {
    guard statistics.openConnections == 0 else { return }
    let resume = emptied.withLock { stored in
      defer { stored = nil }
      return stored
    }
    resume?()
  }
}
