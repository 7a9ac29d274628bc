import CShims
import Dispatch
import Glibc
import Synchronization

/// Accepts connections and hands them to the loops in turn. Stops while there are too many, or no descriptors.
///
/// Unchecked: everything is confined to `queue`, but for `isFull`, an Atomic.
final class Listener: @unchecked Sendable {
  private let descriptor: Int32
  private let loops: [IOLoop]
  private let statistics: ServerStatistics
  private let maxConnections: Int
  private let addressLimit: AddressLimit?
  /// Nil without TLS.
  private let maxHandshakes: Int?
  private let queue = DispatchQueue(label: "dragoman.http.listener")
  private let source: any DispatchSourceRead
  private var nextLoop = 0
  private var isSuspended = false
  private var isStopped = false
  private let isFull = Atomic<Bool>(false)

  /// Takes over a listening descriptor.
  init(descriptor: Int32, loops: [IOLoop], context: ServerContext) {
    self.descriptor = descriptor
    self.loops = loops
    statistics = context.statistics
    maxConnections = max(1, context.configuration.maxConnections)
    addressLimit = context.addressLimit
    maxHandshakes = context.tls == nil ? nil : max(1, context.configuration.handshakeLimit)
    source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
  }

  func start() {
    source.setEventHandler { self.acceptPending() }
    source.activate()
  }

  private var hasRoom: Bool {
    statistics.openConnections < maxConnections && statistics.handshakesInProgress < maxHandshakes ?? .max
  }

  /// Called after a connection has closed or its handshake has ended, from any queue.
  func connectionClosed() {
    guard isFull.load(ordering: .sequentiallyConsistent) else { return }
    queue.async { self.resumeIfRoom() }
  }

  /// Accepts what the kernel has already completed, then closes the listening socket.
  func stop() async {
    await withCheckedContinuation { continuation in
      queue.async {
        guard !self.isStopped else { return continuation.resume() }
        self.isStopped = true
        self.acceptPending()
        let descriptor = self.descriptor
        self.source.setCancelHandler {
          Glibc.close(descriptor)
          continuation.resume()
        }
        self.source.cancel()
        // A suspended source never runs its cancel handler.
        if self.isSuspended { self.source.resume() }
        self.isSuspended = false
      }
    }
  }

  private func acceptPending() {
    while hasRoom {
      var peer = sockaddr_storage()
      let accepted = peer.withSocketAddress { address, length in shim_accept(descriptor, address, &length) }
      if accepted >= 0 {
        serve(accepted, from: peer)
        continue
      }
      switch errno {
      case EINTR, ECONNABORTED: continue
      // No descriptor or no memory for one more: the waiting connection stays ready, so look away for a while.
      case EMFILE, ENFILE, ENOBUFS, ENOMEM: return backOff()
      default: return
      }
    }
    suspendWhileFull()
  }

  private func serve(_ accepted: Int32, from peer: sockaddr_storage) {
    let entry = addressLimit?.enter(peer) ?? .served
    if entry != .served { statistics.connectionRefusedByAddress() }
    guard entry != .dropped else {
      Glibc.close(accepted)
      return
    }
    statistics.connectionOpened()
    if maxHandshakes != nil { statistics.handshakeBegan() }
    Socket.set(accepted, level: Int32(IPPROTO_TCP), option: Int32(TCP_NODELAY), value: 1)
    let loop = loops[nextLoop]
    nextLoop = (nextLoop + 1) % loops.count
    loop.adopt(accepted, from: peer, entry)
  }

  /// Serves a descriptor as if it had been accepted. From any queue.
  func adopt(_ descriptor: Int32) {
    queue.async { self.serve(descriptor, from: sockaddr_storage()) }
  }

  private func backOff() {
    guard !isStopped, !isSuspended else { return }
    suspend()
    queue.asyncAfter(deadline: .now() + .milliseconds(100)) { self.resume() }
  }

  private func suspendWhileFull() {
    guard !isStopped, !isSuspended else { return }
    suspend()
    isFull.store(true, ordering: .sequentiallyConsistent)
    // One may have closed between the count and the flag.
    resumeIfRoom()
  }

  private func resumeIfRoom() {
    guard isFull.load(ordering: .sequentiallyConsistent), hasRoom else { return }
    isFull.store(false, ordering: .sequentiallyConsistent)
    resume()
  }

  private func suspend() {
    isSuspended = true
    source.suspend()
  }

  private func resume() {
    guard isSuspended, !isStopped else { return }
    isSuspended = false
    source.resume()
  }
}
