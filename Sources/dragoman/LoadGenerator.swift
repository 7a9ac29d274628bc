import Glibc
import Service
import Synchronization
import Workers

/// Sends requests over several connections for a while and keeps every latency.
///
/// Without a rate each connection sends as soon as it has its answer (a closed loop: a slow server is asked less). With
/// a rate requests have times at which they are due, whatever the server does, and a latency counts from there: waits
/// that the server causes among the requests behind a slow one count too ("coordinated omission", Gil Tene).
struct LoadGenerator: Sendable {
  /// What happened.
  struct Tally: Sendable {
    /// Answers by status.
    var statuses: [Int: Int] = [:]
    /// Requests without an answer, by reason.
    var failures: [String: Int] = [:]
    /// Seconds of each answer.
    var latencies: [Double] = []
    /// Requests that were due but found no free connection before the end; each is a latency, up to the end.
    var unsent = 0
    var bytesSent = 0
    var bytesReceived = 0
    /// Seconds from the start to the last answer.
    var seconds = 0.0
  }

  let target: HTTPTarget
  /// What is asked of an `https` server's certificate.
  let tls: ClientTLSContext?
  /// Head and body of each request, sent in turn.
  let requests: [[UInt8]]
  let connections: Int
  let duration: Duration
  /// Requests a second in all; nil for a closed loop.
  let rate: Double?
  /// Seconds.
  let timeout: Int

  /// Runs the load on a thread for each connection.
  func run() throws(WorkersError) -> Tally {
    let clock = ContinuousClock()
    let tickets = Tickets()
    let total = Mutex(Tally())
    let start = clock.now
    var threads: [NamedThread] = []
    defer { for thread in threads { thread.join() } }
    for _ in 0..<connections {
      threads.append(
        try NamedThread(name: "connection", stackSize: 256 << 10) {
          let tally = send(tickets, start: start)
          total.withLock { $0.add(tally) }
        })
    }
    for thread in threads { thread.join() }
    threads = []
    var tally = total.withLock { $0 }
    addUnsent(to: &tally, tickets)
    return tally
  }

  private final class Tickets: Sendable {
    let next = Atomic<Int>(0)

    func take() -> Int { next.add(1, ordering: .relaxed).oldValue }
  }

  /// One connection's work.
  private func send(_ tickets: Tickets, start: ContinuousClock.Instant) -> Tally {
    let clock = ContinuousClock()
    let end = start + duration
    var tally = Tally()
    var client: HTTPClient?
    while clock.now < end {
      let ticket = tickets.take()
      var due = clock.now
      if let rate {
        due = start + .seconds(Double(ticket) / rate)
        guard due < end else { break }
        Self.sleep(until: due)
      }
      let request = requests[ticket % requests.count]
      do throws(CommandFailure) {
        let connected: HTTPClient
        if let client { connected = client } else { connected = try HTTPClient(target, timeout: timeout, tls: tls) }
        client = connected
        let answer = try connected.exchange(request)
        if !answer.keepsAlive { client = nil }
        tally.statuses[answer.status, default: 0] += 1
        tally.bytesSent += request.count
        tally.bytesReceived += answer.bytes
      } catch {
        client = nil
        tally.failures[error.description, default: 0] += 1
        // A server that refuses at once would be asked a million times.
        Self.sleep(until: clock.now + .milliseconds(10))
      }
      tally.latencies.append((clock.now - due) / .seconds(1))
    }
    tally.seconds = (clock.now - start) / .seconds(1)
    return tally
  }

  /// The requests that were due and never sent, each with the wait it had at the end.
  private func addUnsent(to tally: inout Tally, _ tickets: Tickets) {
    guard let rate else { return }
    let seconds = duration / .seconds(1)
    let first = tickets.next.load(ordering: .relaxed)
    for ticket in first..<max(first, Int((seconds * rate).rounded(.up))) {
      tally.unsent += 1
      tally.latencies.append(seconds - Double(ticket) / rate)
    }
  }

  private static func sleep(until instant: ContinuousClock.Instant) {
    while true {
      let wait = instant - ContinuousClock.now
      guard wait > .zero else { return }
      var time = timespec(
        tv_sec: Int(wait.components.seconds), tv_nsec: Int(wait.components.attoseconds / 1_000_000_000))
      nanosleep(&time, nil)
    }
  }
}

extension LoadGenerator.Tally {
  fileprivate mutating func add(_ other: Self) {
    statuses.merge(other.statuses, uniquingKeysWith: +)
    failures.merge(other.failures, uniquingKeysWith: +)
    latencies += other.latencies
    bytesSent += other.bytesSent
    bytesReceived += other.bytesReceived
    seconds = max(seconds, other.seconds)
  }
}
