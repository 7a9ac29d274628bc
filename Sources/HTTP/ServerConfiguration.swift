/// What a server listens on and what it allows its clients.
public struct ServerConfiguration: Sendable {
  /// The name or address to listen on. `::` serves IPv6 and IPv4.
  public var host = "127.0.0.1"
  /// The port; 0 lets the system choose one.
  public var port = 8_080
  /// Connections that are open at a time; beyond it none is accepted until one closes.
  public var maxConnections = 10_000
  /// Connections of one address (IPv6: of one /64) that are open at a time; beyond it they are refused (429). Nil: no limit.
  public var maxConnectionsPerAddress: Int?
  /// Proxies: their connections are not counted by address.
  public var trustedProxies: [AddressRange] = []
  /// Requests that one connection may send; the answer to the last closes it. Nil: as many as it likes.
  public var maxConnectionRequests: Int?
  /// Bytes of request bodies that all connections together hold, decompressed ones included (503).
  public var bodyMemoryBytes = 1 << 30
  /// I/O loops; each has a queue and an epoll descriptor of its own, and a connection stays on one loop.
  public var loopCount = 1
  /// Processors of the machine; requests with long bodies are read on half as many threads.
  public var cores = 1
  /// Connections that the kernel keeps for the server until it accepts them.
  public var backlog = 4_096
  /// What the server speaks TLS with; nil for plain HTTP.
  public var tls: TLSConfiguration?
  /// TLS handshakes in progress at a time; beyond it none is accepted until one ends. Each is bounded by its deadline, so
  /// clients that connect and say nothing hold the others up for no longer than that.
  public var handshakeLimit = 1_000
  /// What a request may at most be.
  public var limits = HTTPLimits()
  /// How long the server waits for what.
  public var deadlines = ServerDeadlines()

  /// The defaults, on one host and port.
  public init(host: String = "127.0.0.1", port: Int = 8_080) {
    self.host = host
    self.port = port
  }

  /// The number of loops that serves a machine: one for each eight cores; the rest is for the work behind the requests.
  public static func loops(cores: Int) -> Int { max(1, cores / 8) }
}

/// How long a connection may take for what. They are checked by a coarse timer: a deadline passes at most a tick late.
public struct ServerDeadlines: Sendable, Equatable {
  /// From accept to the end of the TLS handshake.
  public var handshake = Duration.seconds(10)
  /// From accept, or the end of the handshake, to the first byte of a request.
  public var firstByte = Duration.seconds(60)
  /// From the first byte of a request to the end of its header (408).
  public var head = Duration.seconds(20)
  /// From the end of the header to the end of the body, in all (408).
  public var body = Duration.seconds(60)
  /// Between a response and the next request.
  public var keepAlive = Duration.seconds(60)
  /// For output that the client does not take, or not at `leastOutputRate`.
  public var stalledWrite = Duration.seconds(30)
  /// Bytes a second that a client must take of pending output, on average over `stalledWrite`. A modem takes 5,000; who
  /// takes less than this holds an answer in memory for as long as he likes.
  public var leastOutputRate = 1_024
  /// After the last response, for the client to read it and close (RFC 9112 §9.6).
  public var linger = Duration.seconds(5)

  /// The defaults.
  public init() {}

  /// How often the deadlines are checked: a tenth of the shortest, from 20 milliseconds to a second.
  var tick: Duration {
    let shortest = [handshake, firstByte, head, body, keepAlive, stalledWrite, linger].min() ?? .seconds(1)
    return min(max(shortest / 10, .milliseconds(20)), .seconds(1))
  }
}

/// Sizes that need no configuration: they bound memory, and no client needs them larger.
enum ConnectionBounds {
  /// Bytes of one read, shared by the connections of a loop.
  static let readBytes = 64 * 1_024
  /// Output pending above this stops reading and the next request.
  static let pendingOutputBytes = 64 * 1_024
  /// Bodies up to this are copied behind their head and sent with it.
  static let copiedBodyBytes = 16 * 1_024
  /// Requests with longer bodies are answered on `LongWorkExecutor`.
  static func shortBodyBytes(_ form: ContentForm) -> Int {
    // Text is some four times as large as it is sent in gzip.
    form == .plain ? 32 * 1_024 : 8 * 1_024
  }
  /// Input that is read and thrown away after the last response, so that the client gets to read it.
  static let lingerBytes = 64 * 1_024 * 1_024
  /// Nanoseconds of one batch of events that go to handshakes; those that come later wait for the next batch. One takes
  /// half a millisecond, a thousand at once would hold up every other connection for as long as they take together.
  static let handshakeNanoseconds: Int64 = 2_000_000
  /// Reads for one readiness event, so that one connection does not hold up the others.
  static let readsPerEvent = 4
}
