import CShims
import Dispatch
import Glibc
import Synchronization

/// What the connections of a server share.
struct ServerContext: Sendable {
  let router: Router
  let configuration: ServerConfiguration
  let statistics: ServerStatistics
  let bodyMemory: BodyMemory
  /// Where the tasks of long requests run.
  let longWork: LongWorkExecutor
  /// Nil where connections are not counted by address.
  let addressLimit: AddressLimit?
  /// The certificate of new connections; nil for plain HTTP.
  let tls: TLSCredentials?
  /// Called on any queue after a connection has closed or its handshake has ended.
  let connectionClosed: @Sendable () -> Void
}

/// One serial queue with one epoll descriptor, watched by one DispatchSource, that serves many connections.
///
/// A DispatchSource on each connection would be simpler, but libdispatch on Linux has a remotely triggerable
/// use-after-free there (an EPOLLHUP unregisters on the target queue's thread), and costs half the throughput. An epoll
/// descriptor never reports EPOLLHUP, so a source on it is safe.
///
/// Unchecked: everything is confined to `queue`, but for the mailbox, which has a Mutex, and `isDraining`, an Atomic.
final class IOLoop: @unchecked Sendable {
  let queue: DispatchQueue
  let context: ServerContext
  /// Where every read goes first.
  let readBuffer = UnsafeMutableRawBufferPointer.allocate(byteCount: ConnectionBounds.readBytes, alignment: 16)
  /// Where what TLS opens of one read goes; empty without TLS.
  let openedBuffer: UnsafeMutableRawBufferPointer
  /// Where heads are written; reused.
  var scratch: [UInt8] = []
  var encoder = HTTPResponseEncoder()
  /// Nanoseconds of the monotonic clock when the present batch of work began.
  private(set) var now = IOLoop.monotonicTime()
  /// Seconds since 1970 at that time.
  private(set) var unixTime = Int64(time(nil))

  /// The tasks to start when the present batch has been read.
  private var starts: [(connection: HTTPConnection, call: Router.Call)] = []
  private let poll: Int32
  private var events = [epoll_event](repeating: epoll_event(), count: 256)
  /// The connections by descriptor.
  private var connections: [HTTPConnection?] = []
  private var source: (any DispatchSourceRead)?
  private var timer: (any DispatchSourceTimer)?
  private let mailbox = Mutex(Mailbox())
  private let draining = Atomic<Bool>(false)

  private struct Mailbox {
    var work: [@Sendable () -> Void] = []
    var isScheduled = false
  }

  init(index: Int, context: ServerContext) throws(ServerError) {
    self.context = context
    // What was kept of an unfinished record comes on top.
    let openedBytes = context.tls == nil ? 0 : ConnectionBounds.readBytes + 2 * TLSSession.recordBytes
    openedBuffer = .allocate(byteCount: openedBytes, alignment: 16)
    queue = DispatchQueue(label: "dragoman.http.\(index)")
    poll = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard poll >= 0 else {
      throw .system(
        call: "epoll_create1", code: errno, host: context.configuration.host, port: context.configuration.port)
    }
  }

  deinit {
    readBuffer.deallocate()
    openedBuffer.deallocate()
  }

  /// Whether every response from now on closes its connection.
  var isDraining: Bool { draining.load(ordering: .relaxed) }

  func start() {
    let source = DispatchSource.makeReadSource(fileDescriptor: poll, queue: queue)
    source.setEventHandler { self.pollReady() }
    let timer = DispatchSource.makeTimerSource(queue: queue)
    let tick = context.configuration.deadlines.tick
    let nanoseconds = Int(tick.components.seconds * 1_000_000_000 + tick.components.attoseconds / 1_000_000_000)
    timer.schedule(
      deadline: .now() + .nanoseconds(nanoseconds), repeating: .nanoseconds(nanoseconds),
      leeway: .nanoseconds(nanoseconds / 4))
    timer.setEventHandler { self.checkDeadlines() }
    // Nothing runs on the queue before the sources are active, so this is still confined.
    self.source = source
    self.timer = timer
    source.activate()
    timer.activate()
  }

  /// Takes an accepted socket. From any queue.
  func adopt(_ descriptor: Int32, from peer: sockaddr_storage, _ entry: AddressCounts.Admission) {
    queue.async {
      self.readClock()
      let counted = self.context.addressLimit?.counted(peer)
      let tls = self.context.tls.map { TLSSession($0.current, .server) }
      // No memory for a session.
      if case .some(.none) = tls { return self.giveUp(descriptor, counted) }
      let connection = HTTPConnection(
        descriptor: descriptor, loop: self, remoteAddress: SocketAddress(peer).host, countedAddress: counted,
        tls: tls ?? nil)
      self.register(connection)
      if case .refused = entry { connection.refuseForItsAddress() }
      self.startTasks()
    }
  }

  /// Runs work on the queue, soon. Work that comes while a batch runs is done with it, without another hop.
  func post(_ work: @escaping @Sendable () -> Void) {
    let mustSchedule = mailbox.withLock { mailbox in
      mailbox.work.append(work)
      defer { mailbox.isScheduled = true }
      return !mailbox.isScheduled
    }
    guard mustSchedule else { return }
    queue.async {
      self.mailbox.withLock { $0.isScheduled = false }
      self.readClock()
      self.emptyMailbox()
    }
  }

  /// Makes every response close its connection, and closes those that are idle.
  func drain() {
    draining.store(true, ordering: .relaxed)
    queue.async {
      self.readClock()
      for connection in self.connections { connection?.closeIfIdle() }
      self.startTasks()
    }
  }

  /// Ends every connection and cancels its work.
  func closeAll() {
    queue.async {
      for connection in self.connections { connection?.close() }
    }
  }

  /// Stops the sources. No connection is served afterwards.
  func stop() async {
    await withCheckedContinuation { continuation in
      queue.async {
        for connection in self.connections { connection?.close() }
        self.timer?.cancel()
        guard let source = self.source else { return continuation.resume() }
        let poll = self.poll
        // The descriptor must outlive the source that watches it.
        source.setCancelHandler {
          Glibc.close(poll)
          continuation.resume()
        }
        source.cancel()
        self.source = nil
        self.timer = nil
      }
    }
  }

  // MARK: On the queue

  /// Has a task started when the present batch has been read. Started one by one, each would wake a thread of Swift's
  /// pool for itself; started together they share the wake-ups (about 58 against 76 thousand requests a server CPU second).
  func startSoon(_ connection: HTTPConnection, _ call: Router.Call) { starts.append((connection, call)) }

  private func startTasks() {
    guard !starts.isEmpty else { return }
    let pending = starts
    starts.removeAll(keepingCapacity: true)
    for (connection, call) in pending { connection.start(call) }
  }

  /// Changes what a connection is told about.
  func watch(_ descriptor: Int32, for interest: UInt32) {
    var event = epoll_event(events: interest, data: epoll_data(fd: descriptor))
    epoll_ctl(poll, EPOLL_CTL_MOD, descriptor, &event)
  }

  /// Closes a connection's descriptor and forgets it.
  func remove(_ connection: HTTPConnection) {
    connections[Int(connection.descriptor)] = nil
    // Closing also takes it from the epoll set: no other descriptor refers to the socket.
    Glibc.close(connection.descriptor)
    if let address = connection.countedAddress { context.addressLimit?.leave(address) }
    _ = context.statistics.connectionClosed()
    context.connectionClosed()
  }

  private func giveUp(_ descriptor: Int32, _ address: IPAddress?) {
    Glibc.close(descriptor)
    if let address { context.addressLimit?.leave(address) }
    context.statistics.handshakeEnded(.failed)
    _ = context.statistics.connectionClosed()
    context.connectionClosed()
  }

  private func register(_ connection: HTTPConnection) {
    let slot = Int(connection.descriptor)
    if slot >= connections.count {
      connections.append(contentsOf: repeatElement(nil, count: slot + 1 - connections.count))
    }
    connections[slot] = connection
    var event = epoll_event(events: HTTPConnection.initialInterest, data: epoll_data(fd: connection.descriptor))
    if epoll_ctl(poll, EPOLL_CTL_ADD, connection.descriptor, &event) != 0 {
      connection.close()
    } else if isDraining {
      connection.closeIfIdle()
    }
  }

  private func pollReady() {
    // Level-triggered: what is left is reported again. The bound lets other work of the queue in.
    for _ in 0..<16 {
      let count = Int(epoll_wait(poll, &events, Int32(events.count), 0))
      guard count > 0 else { break }
      readClock()
      var handshakeTime: Int64 = 0
      for index in 0..<count {
        let slot = Int(events[index].data.fd)
        // A connection that an earlier event of this batch closed is nil; its descriptor cannot have a successor
        // before the batch ends, because `adopt` waits for the queue.
        guard slot < connections.count, let connection = connections[slot] else { continue }
        guard connection.isHandshaking else {
          connection.handle(events[index].events)
          continue
        }
        // Not now: what is ready is reported again, behind the others.
        if handshakeTime >= ConnectionBounds.handshakeNanoseconds { continue }
        let start = Self.monotonicTime()
        connection.handle(events[index].events)
        handshakeTime += Self.monotonicTime() - start
      }
      startTasks()
      emptyMailbox()
    }
  }

  private func emptyMailbox() {
    let work = mailbox.withLock { mailbox in
      let work = mailbox.work
      mailbox.work = []
      return work
    }
    for item in work { item() }
    startTasks()
  }

  private func checkDeadlines() {
    readClock()
    for connection in connections { connection?.checkDeadline() }
  }

  private func readClock() {
    now = Self.monotonicTime()
    unixTime = Int64(time(nil))
  }

  private static func monotonicTime() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
