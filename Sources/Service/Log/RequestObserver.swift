import HTTP
import HTTPTypes
import Logging
import Synchronization

/// Sees every request before and after its route.
struct RequestObserver: Sendable {
  let log: RequestLog
  let metrics: RequestMetrics

  /// What is kept ready for the requests of one route.
  func observing(_ route: Route) -> RouteObserver {
    let method = route.method
    return RouteObserver(
      log: log, route: route, metrics: metrics.route(route.path, method: method.rawValue, statuses: route.statuses),
      // RFC 9110 §9.3.2: HEAD is GET without the body.
      headMetrics: method == .get ? metrics.route(route.path, method: "HEAD", statuses: route.statuses) : nil)
  }

  /// A request that no route got. Its answer gets a name all the same.
  ///
  /// - Parameter fields: the request's; none where its head could not be read.
  func refused(_ response: inout HTTPResponse, _ fields: HTTPHeaders) {
    let identity = RequestIdentity(fields)
    identity.add(to: &response)
    log.refused(response.status, identity)
    metrics.refused(response.status.code)
  }
}

/// Sees the requests of one route.
struct RouteObserver: Sendable {
  fileprivate let log: RequestLog
  fileprivate let route: Route
  fileprivate let metrics: RouteMetrics
  fileprivate let headMetrics: RouteMetrics?

  /// A request has come.
  func begin(_ request: HTTPRequest) -> Observation {
    var report: RequestReport?
    if case .working = route.work { report = RequestReport() }
    return Observation(
      identity: RequestIdentity(request.headers, report: report), observer: self, method: request.method,
      received: request.body.count)
  }

  /// One request on its way.
  struct Observation: Sendable {
    let identity: RequestIdentity
    fileprivate let observer: RouteObserver
    fileprivate let method: HTTPMethod
    fileprivate let received: Int
    private let start = ContinuousClock.now

    fileprivate init(identity: RequestIdentity, observer: RouteObserver, method: HTTPMethod, received: Int) {
      self.identity = identity
      self.observer = observer
      self.method = method
      self.received = received
    }

    /// Adds the request's names. Writes the line and counts: now, or where the answer is a stream at its end.
    func end(_ response: inout HTTPResponse) {
      identity.add(to: &response)
      switch response.body {
      // The server leaves the body out, and asks no stream for it.
      case _ where method == .head: finish(response.status.code, sent: 0, nil)
      case .bytes(let bytes): finish(response.status.code, sent: bytes.count, nil)
      case .stream(let stream):
        response.body = .stream(StreamObservation(self, response.status.code).watching(stream))
      }
    }

    fileprivate var elapsed: Duration { ContinuousClock.now - start }

    fileprivate var metrics: RouteMetrics {
      method == .head ? observer.headMetrics ?? observer.metrics : observer.metrics
    }

    fileprivate func finish(_ status: Int, sent: Int, _ stream: RequestLog.Stream?) {
      let duration = elapsed
      metrics.record(status, duration)
      let level = level(status, stream?.outcome)
      observer.log.write(
        RequestLog.Entry(
          level: level, method: method, route: observer.route.path, status: status, duration: duration,
          received: received, sent: sent, identity: identity, stream: stream),
        level: level)
    }

    private func level(_ status: Int, _ outcome: StreamOutcome?) -> Logger.Level {
      if case .probe = observer.route.work { return .debug }
      return status == 500 || outcome == .failed ? .error : .info
    }
  }
}

/// A streamed answer on its way to the client. The connection lets go of a stream when its client has gone, without asking
/// it once more; that is the end then.
private final class StreamObservation: Sendable {
  private struct State {
    var sent = 0
    var firstByte: Duration?
    var hasEnded = false
  }

  private let observation: RouteObserver.Observation
  private let status: Int
  private let state = Mutex(State())

  init(_ observation: RouteObserver.Observation, _ status: Int) {
    self.observation = observation
    self.status = status
  }

  deinit { end(.clientGone) }

  /// The same pieces.
  func watching(_ stream: ResponseStream) -> ResponseStream {
    ResponseStream {
      let piece = await stream.next()
      if let piece { self.passed(piece.count) } else { self.ended() }
      return piece
    }
  }

  private func passed(_ count: Int) {
    let isFirst = state.withLock { state in
      state.sent += count
      guard state.firstByte == nil, count > 0 else { return false }
      state.firstByte = observation.elapsed
      return true
    }
    if isFirst { observation.metrics.streamBegan(after: observation.elapsed) }
  }

  private func ended() {
    if Task.isCancelled { return end(.clientGone) }
    end(observation.identity.id.report?.work.hasFailed == true ? .failed : .complete)
  }

  private func end(_ outcome: StreamOutcome) {
    let last: State? = state.withLock { state in
      guard !state.hasEnded else { return nil }
      state.hasEnded = true
      return state
    }
    guard let last else { return }
    observation.metrics.streamEnded(outcome)
    observation.finish(status, sent: last.sent, RequestLog.Stream(outcome: outcome, firstByte: last.firstByte))
  }
}
