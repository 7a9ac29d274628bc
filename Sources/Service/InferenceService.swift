import Dispatch
import Inference
import Synchronization

/// What the endpoints need of the engine, so that they can be tested without a model.
public struct InferenceService: Sendable {
  /// How far the models are.
  public var readiness: @Sendable () -> InferenceEngine.Readiness
  /// Throws what every request would be refused with now, whatever it holds.
  public var checkAdmission: @Sendable () throws(InferenceError) -> Void
  /// The languages of the loaded models.
  public var languages: @Sendable () throws(InferenceError) -> LanguageDirectory
  /// Translates one request.
  public var translate: @Sendable (TranslationRequest) async throws(InferenceError) -> Translation
  /// The same, telling of each segment, in order, when it is done.
  public var translateInParts:
    @Sendable (TranslationRequest, @escaping @Sendable (SegmentResult) -> Void) async throws(InferenceError) ->
      Translation
  /// Summarizes one text.
  public var summarize: @Sendable (SummarizationRequest) async throws(InferenceError) -> Summary
  /// The same, telling, on any thread, how far it has come.
  public var summarizeWithProgress:
    @Sendable (SummarizationRequest, @escaping @Sendable (SummaryProgress) -> Void) async throws(InferenceError) ->
      Summary
  /// Waits until loading has ended, well or badly.
  public var loaded: @Sendable () async -> Void
  /// Ends the engine's threads; returns when they have ended.
  public var shutdown: @Sendable () async -> Void
  /// What the engine has counted; nil before the models are loaded.
  package var statistics: @Sendable () -> EngineStatistics? = { nil }

  /// Makes a service of its parts. The segments of a translation are told when all of it is done, and no progress of a
  /// summary, until that is changed.
  public init(
    readiness: @escaping @Sendable () -> InferenceEngine.Readiness,
    checkAdmission: @escaping @Sendable () throws(InferenceError) -> Void = { () throws(InferenceError) in },
    languages: @escaping @Sendable () throws(InferenceError) -> LanguageDirectory,
    translate: @escaping @Sendable (TranslationRequest) async throws(InferenceError) -> Translation,
    summarize: @escaping @Sendable (SummarizationRequest) async throws(InferenceError) -> Summary,
    loaded: @escaping @Sendable () async -> Void = {},
    shutdown: @escaping @Sendable () async -> Void = {}
  ) {
    self.readiness = readiness
    self.checkAdmission = checkAdmission
    self.languages = languages
    self.translate = translate
    self.summarize = summarize
    translateInParts = { request, onSegment async throws(InferenceError) in
      let translation = try await translate(request)
      for segment in translation.segments { onSegment(segment) }
      return translation
    }
    summarizeWithProgress = { request, _ async throws(InferenceError) in try await summarize(request) }
    self.loaded = loaded
    self.shutdown = shutdown
  }
}

extension InferenceService {
  /// The service of an engine.
  public init(_ engine: InferenceEngine) {
    self.init(engine) { request throws(InferenceError) in try await engine.translate(request) }
    translateInParts = { request, onSegment async throws(InferenceError) in
      try await engine.translate(request, onSegment: onSegment)
    }
  }

  /// The service of an engine with another way to translate.
  ///
  /// - Parameter translate: what answers instead of the engine's own `translate`.
  public init(
    _ engine: InferenceEngine,
    translate: @escaping @Sendable (TranslationRequest) async throws(InferenceError) -> Translation
  ) {
    let cache = DirectoryCache()
    self.init(
      readiness: { engine.readiness },
      checkAdmission: { () throws(InferenceError) in try engine.checkAdmission() },
      languages: { () throws(InferenceError) in try cache.directory(of: engine) },
      translate: translate,
      summarize: { request throws(InferenceError) in try await engine.summarize(request) },
      loaded: { _ = try? await engine.loaded() },
      shutdown: {
        // Joining threads blocks, and Swift's own threads are too few to be blocked.
        await withCheckedContinuation { continuation in
          DispatchQueue.global().async {
            engine.shutdown()
            continuation.resume()
          }
        }
      })
    summarizeWithProgress = { request, onProgress async throws(InferenceError) in
      try await engine.summarize(request, onProgress: onProgress)
    }
    statistics = { engine.statistics }
  }
}

/// The directory of an engine, made once: a catalog does not change while it is served.
private final class DirectoryCache: Sendable {
  private let made: Mutex<LanguageDirectory?> = Mutex(nil)

  func directory(of engine: InferenceEngine) throws(InferenceError) -> LanguageDirectory {
    switch engine.readiness {
    case .ready: break
    case .loading(let models): throw .notReady(reason: "loading \(models.joined(separator: ", "))")
    case .failed(let reasons):
      throw .modelsFailed(reason: reasons.sorted { $0.key < $1.key }.map(\.value).joined(separator: "; "))
    case .stopped: throw .shuttingDown
    }
    if let directory = made.withLock({ $0 }) { return directory }
    guard let catalog = engine.catalog else { throw .notReady(reason: "no catalog") }
    let directory = LanguageDirectory(catalog)
    made.withLock { $0 = directory }
    return directory
  }
}
