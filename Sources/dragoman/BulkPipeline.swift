import Inference

/// Feeds the engine with chunks of texts, several in flight, and writes the translations in order.
struct TranslationPipeline {
  static let chunksInFlight = 12  // fewer than the bulk requests that the engine takes
  static let textsInFlight = 256  // enough to keep the batch full while a chunk is being written
  static let bytesInFlight = 1 << 20  // no chunk is started beyond these

  /// How it ended.
  struct Report {
    /// Texts written.
    let count: Int
    /// The one written last.
    let last: InputText?
    /// What stopped it; nil where every text was written.
    let failure: (any Error)?
  }

  private enum Event {
    case read(Result<[InputText], CommandFailure>)
    case translated(chunk: Int, Result<Translation, InferenceError>)
  }

  private struct Chunk {
    let texts: [InputText]
    var translation: Result<Translation, any Error>?

    var bytes: Int { texts.reduce(0) { $0 + $1.bytes } }
  }

  private let engine: InferenceEngine
  private let template: TranslationRequest
  private let input: InputReader
  private var writer: TranslationWriter
  private var progress: ProgressLine
  /// Chunks that are not written yet, by number.
  private var chunks: [Int: Chunk] = [:]
  private var started = 0
  private var written = 0
  private var isReading = false
  private var isAtEnd = false

  /// - Parameter template: everything about the requests but their texts.
  init(
    engine: InferenceEngine, template: TranslationRequest, input: InputReader, writer: TranslationWriter,
    progress: ProgressLine
  ) {
    self.engine = engine
    self.template = template
    self.input = input
    self.writer = writer
    self.progress = progress
  }

  /// Translates everything, up to the first text that cannot be read, translated or written. When the task is
  /// cancelled, what is finished and in order is written.
  mutating func run() async -> Report {
    var failure: (any Error)?
    await withTaskGroup(of: Event.self) { group in
      while failure == nil {
        if !isReading, !isAtEnd, hasRoom {
          isReading = true
          group.addTask { [input] in .read(await input.next()) }
        }
        guard let event = await group.next() else { return }
        switch event {
        case .read(.success(let texts)):
          isReading = false
          isAtEnd = texts.isEmpty
          if !texts.isEmpty { translate(texts, in: &group) }
        case .read(.failure(let error)):
          // Its turn comes behind all that was read before.
          isAtEnd = true
          chunks[started] = Chunk(texts: [], translation: .failure(error))
          started += 1
        case .translated(let chunk, let result):
          chunks[chunk]?.translation = result.mapError { $0 as any Error }
        }
        failure = writeFinished()
      }
      group.cancelAll()
    }
    progress.finish()
    return Report(count: writer.count, last: writer.last, failure: failure)
  }

  private var hasRoom: Bool {
    chunks.count < Self.chunksInFlight
      && chunks.values.reduce(0) { $0 + $1.texts.count } + InputReader.chunkTexts <= Self.textsInFlight
      && chunks.values.reduce(0) { $0 + $1.bytes } < Self.bytesInFlight
  }

  private mutating func translate(_ texts: [InputText], in group: inout TaskGroup<Event>) {
    let chunk = started
    started += 1
    chunks[chunk] = Chunk(texts: texts)
    var request = template
    request.texts = texts.map(\.text)
    group.addTask { [engine, request] in
      do throws(InferenceError) {
        return .translated(chunk: chunk, .success(try await engine.translate(request)))
      } catch {
        return .translated(chunk: chunk, .failure(error))
      }
    }
  }

  /// Writes the chunks whose turn it is; returns what stops the work.
  private mutating func writeFinished() -> (any Error)? {
    while let chunk = chunks[written], let translation = chunk.translation {
      do {
        try writer.write(chunk.texts, translation.get())
      } catch let error as InferenceError {
        return CommandFailure(Self.places(chunk.texts) + ": \(error)")
      } catch {
        return error
      }
      chunks[written] = nil
      written += 1
      progress.add(texts: chunk.texts.count, bytes: chunk.bytes)
    }
    return nil
  }

  private static func places(_ texts: [InputText]) -> String {
    guard let first = texts.first, let last = texts.last, texts.count > 1 else { return texts.first?.place ?? "" }
    return "\(first.place) to \(last.file == first.file ? "\(last.line ?? 0)" : last.place)"
  }
}
