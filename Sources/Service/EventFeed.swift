import DequeModule
import Synchronization

/// How long a streamed answer may be silent.
public struct StreamPatience: Sendable, Equatable {
  /// From the request to the head of the answer, where there is no event yet. An error that comes before it has its own
  /// status; one that comes behind it is an event.
  public var head = Duration.seconds(10)
  /// Between two events; then a comment goes out. Proxies give up after 60 seconds.
  public var silence = Duration.seconds(15)

  /// The defaults.
  public init() {}
}

/// An event on its way. Its text is made when it is sent.
struct StreamedEvent: Sendable {
  let name: EventStream.Name
  let data: @Sendable () -> [UInt8]
}

/// Events between the work that has them and the connection that takes them.
///
/// The work is never held up by a slow reader. What waits here is bounded by the answer: its parts, which the work keeps
/// for the whole anyway (texts are shared, not copied), and one event of progress. One reader at a time.
final class EventFeed: Sendable {
  /// What an event means for an answer that has not begun.
  enum Opening: Sendable {
    /// The answer begins with it: 200.
    case begins
    /// It waits: an error may still get a status of its own.
    case waits
  }

  /// Where an error can still be said.
  enum Failure: Sendable {
    /// It is the whole answer.
    case answer
    /// It is the last event.
    case event
  }

  private enum Start: Sendable {
    case waiting
    case begun
    case failed(APIError)
  }

  private struct State {
    var start = Start.waiting
    var events: Deque<StreamedEvent> = []
    var isOver = false
    /// It has been silent for too long.
    var isSilent = false
    var isCancelled = false
    var reader: CheckedContinuation<Void, Never>?
    /// When the reader last got something.
    var moved: ContinuousClock.Instant

    /// Whether the reader has something to do.
    var isReady: Bool {
      if isSilent || isCancelled { return true }
      switch start {
      case .waiting: return false
      case .begun: return !events.isEmpty || isOver
      case .failed: return true
      }
    }
  }

  /// Events go into one chunk until it has as many bytes.
  private static let chunkBytes = 16 * 1_024

  private let patience: StreamPatience
  private let state: Mutex<State>

  init(_ patience: StreamPatience) {
    self.patience = patience
    state = Mutex(State(moved: ContinuousClock.now))
  }

  // MARK: The work's side

  /// Hands an event over. Progress that nobody has taken yet makes room for newer progress.
  func send(_ event: StreamedEvent, _ opening: Opening = .begins) {
    change { state in
      if event.name == .progress, state.events.last?.name == .progress { state.events.removeLast() }
      state.events.append(event)
      if case .waiting = state.start, opening == .begins { state.start = .begun }
    }
  }

  /// Hands the last event over.
  func end(_ event: StreamedEvent) {
    send(event)
    change { $0.isOver = true }
  }

  /// Says why there is no whole answer.
  func fail(_ error: APIError) -> Failure {
    change { state in
      state.isOver = true
      guard case .waiting = state.start else {
        state.events.append(StreamedEvent(name: .error) { Answer.bytes(of: error) })
        return .event
      }
      state.start = .failed(error)
      return .answer
    }
  }

  // MARK: The reader's side

  /// Waits until the answer begins: with an event, or because its head has waited long enough.
  /// - Returns: the error that is the answer instead.
  func begun() async -> APIError? {
    await untilReady()
    return state.withLock { state in
      if state.isCancelled { return .engine(.cancelled) }
      if case .failed(let error) = state.start { return error }
      state.start = .begun
      return nil
    }
  }

  /// The next events, or a comment where there have been none for long; nil behind the last.
  func next() async -> [UInt8]? {
    await untilReady()
    var bytes: [UInt8] = []
    while bytes.count < Self.chunkBytes, let event = state.withLock({ $0.events.popFirst() }) {
      EventStream.append(event.name, data: event.data(), to: &bytes)
    }
    let isOver = state.withLock { state in
      state.isSilent = false
      state.moved = ContinuousClock.now
      return state.isCancelled || state.isOver && state.events.isEmpty
    }
    if bytes.isEmpty { return isOver ? nil : EventStream.stillThere }
    return bytes
  }

  private func untilReady() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isReady = state.withLock { state in
          if !state.isReady { state.reader = continuation }
          return state.isReady
        }
        if isReady { continuation.resume() }
      }
    } onCancel: {
      change { $0.isCancelled = true }
    }
  }

  // MARK: The clock's side

  /// Wakes the reader whenever it has been silent for too long, until the task is cancelled.
  func watchSilence() async {
    var due = state.withLock(\.moved) + patience.head
    while (try? await Task.sleep(until: due, clock: .continuous)) != nil {
      due = silence(at: ContinuousClock.now)
    }
  }

  /// Looks at how long nothing was sent; when to look again.
  private func silence(at now: ContinuousClock.Instant) -> ContinuousClock.Instant {
    change { state in
      let pause = if case .waiting = state.start { patience.head } else { patience.silence }
      if now < state.moved + pause { return state.moved + pause }
      state.isSilent = true
      return now + patience.silence
    }
  }

  /// Changes the state and wakes the reader if there is something for it now.
  private func change<Value: Sendable>(_ change: (inout State) -> Value) -> Value {
    let (value, reader) = state.withLock { state -> (Value, CheckedContinuation<Void, Never>?) in
      let value = change(&state)
      guard state.isReady, let reader = state.reader else { return (value, nil) }
      state.reader = nil
      return (value, reader)
    }
    reader?.resume()
    return value
  }
}

/// The work behind a streamed answer. It is cancelled when nobody holds it any more: the answer is complete, or its
/// client has gone.
final class StreamedWork: Sendable {
  let feed: EventFeed
  private let tasks: [Task<Void, Never>]

  /// - Parameter executor: where the work runs; a task of its own would not inherit its request's.
  init(
    _ patience: StreamPatience, _ executor: (any TaskExecutor)?, _ work: @escaping @Sendable (EventFeed) async -> Void
  ) {
    let feed = EventFeed(patience)
    self.feed = feed
    tasks = [Task(executorPreference: executor) { await work(feed) }, Task { await feed.watchSilence() }]
  }

  deinit {
    for task in tasks { task.cancel() }
  }
}
