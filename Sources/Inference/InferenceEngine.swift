import Kernels
import Models
import Synchronization
import Workers

/// Translates with the models of a folder: loads them, runs the batch, answers requests from any task.
public final class InferenceEngine: Sendable {
  /// Whether requests can be taken.
  public enum Readiness: Sendable, Equatable {
    /// Models are being loaded.
    case loading(models: [String])
    case ready
    /// Models that failed, with the reason; nothing is translated.
    case failed([String: String])
    case stopped
  }

  private enum Phase: Sendable {
    case loading(models: [String])
    case ready(ModelCatalog, EngineLoop)
    case failed([String: String])
    case stopped
  }

  public let configuration: EngineConfiguration
  private let phase: Mutex<Phase>
  private let pool: WorkerPool
  private let thread: Mutex<NamedThread?>
  private let whenLoaded: Mutex<[CheckedContinuation<Void, Never>]> = Mutex([])

  /// Starts loading and returns at once; `readiness` tells how it goes.
  public init(configuration: EngineConfiguration) throws(InferenceError) {
    self.configuration = configuration
    phase = Mutex(.loading(models: []))
    thread = Mutex(nil)
    do {
      pool = try WorkerPool(threads: configuration.threads)
      let started = try NamedThread(name: "engine", stackSize: 4 << 20) { [self] in run() }
      thread.withLock { $0 = started }
    } catch {
      throw .failed(reason: error.description)
    }
  }

  /// How far the models are.
  public var readiness: Readiness {
    phase.withLock { phase in
      switch phase {
      case .loading(let models): .loading(models: models)
      case .ready: .ready
      case .failed(let reasons): .failed(reasons)
      case .stopped: .stopped
      }
    }
  }

  /// The loaded models, once they are ready.
  public var catalog: ModelCatalog? {
    phase.withLock { phase in
      if case .ready(let catalog, _) = phase { catalog } else { nil }
    }
  }

  /// The loop, while it runs.
  var loop: EngineLoop? {
    phase.withLock { phase in
      if case .ready(_, let loop) = phase { loop } else { nil }
    }
  }

  /// Refuses what would be refused whatever it holds, before anybody reads it: while models are loaded, when all that
  /// may wait is waiting, and during a shutdown.
  public func checkAdmission() throws(InferenceError) { try current().1.check(nil) }

  /// Segments that wait for a row.
  public var waitingSegments: Int { loop?.waitingSegments ?? 0 }

  /// Rows that are being decoded.
  public var runningRows: Int { loop?.runningRows ?? 0 }

  /// Waits until loading has ended, well or badly, and returns the catalog.
  public func loaded() async throws(InferenceError) -> ModelCatalog {
    await withCheckedContinuation { continuation in
      let waits = whenLoaded.withLock { waiters in
        guard case .loading = readiness else { return false }
        waiters.append(continuation)
        return true
      }
      if !waits { continuation.resume() }
    }
    return try current().0
  }

  /// Fails what is in progress, ends the threads and waits for them.
  public func shutdown() {
    let loop = phase.withLock { phase -> EngineLoop? in
      defer { phase = .stopped }
      if case .ready(_, let loop) = phase { return loop }
      return nil
    }
    loop?.stop()
    let ended = thread.withLock { thread in
      defer { thread = nil }
      return thread
    }
    ended?.join()
    pool.shutdown()
  }

  func current() throws(InferenceError) -> (ModelCatalog, EngineLoop) {
    let now: Result<(ModelCatalog, EngineLoop), InferenceError> = phase.withLock { phase in
      switch phase {
      case .ready(let catalog, let loop): .success((catalog, loop))
      case .loading(let models): .failure(.notReady(reason: "loading \(models.joined(separator: ", "))"))
      case .failed(let reasons):
        .failure(.modelsFailed(reason: reasons.sorted { $0.key < $1.key }.map(\.value).joined(separator: "; ")))
      case .stopped: .failure(.shuttingDown)
      }
    }
    return try now.get()
  }

  /// Puts segments for one model into the queue.
  func submit(
    _ segments: [EngineLoop.Segment], model: Int, priority: Priority, deadline: ContinuousClock.Instant
  ) throws(InferenceError) -> Submission {
    try current().1.submit(segments, model: model, priority: priority, deadline: deadline)
  }

  /// The engine's thread: loads, then decodes until it is stopped.
  private func run() {
    let context = KernelContext(kernels: configuration.kernels, pool: pool)
    let catalog = ModelCatalog(load(context))
    let loop = EngineLoop(
      configuration: configuration, models: catalog.models.map(\.card.id), scorer: catalog.salience?.card.id)
    let isReady = phase.withLock { phase in
      guard case .loading = phase else { return false }
      phase = .ready(catalog, loop)
      return true
    }
    let waiters = whenLoaded.withLock { waiters in
      defer { waiters = [] }
      return waiters
    }
    for waiter in waiters { waiter.resume() }
    if isReady {
      loop.run(models: catalog.models.map(\.model), salience: catalog.salience?.model, context: context)
    }
  }

  /// Loads and tests every model; if one fails, the phase becomes `failed` with every reason.
  private func load(_ context: KernelContext) -> [LoadedFolder] {
    let folders: [String]
    do throws(InferenceError) {
      folders = try ModelCatalog.folders(in: configuration.modelsFolder)
    } catch {
      setFailed([configuration.modelsFolder: error.description])
      return []
    }
    let names = folders.map { String($0.split(separator: "/").last ?? "") }
    phase.withLock { phase in
      if case .loading = phase { phase = .loading(models: names) }
    }
    var models: [LoadedFolder] = []
    var reasons: [String: String] = [:]
    for (name, folder) in zip(names, folders) {
      do throws(InferenceError) {
        let model = try LoadedFolder(folder, quantization: configuration.quantization, context)
        try model.selfTest(context)
        if let twin = models.first(where: { $0.card.id == model.card.id }) {
          throw .failed(reason: "\(folder): id \(model.card.id) is that of \(twin.path) too")
        }
        models.append(model)
      } catch {
        reasons[name] = error.description
      }
    }
    if !reasons.isEmpty { setFailed(reasons) }
    return models
  }

  private func setFailed(_ reasons: [String: String]) {
    phase.withLock { phase in
      if case .loading = phase { phase = .failed(reasons) }
    }
  }
}
