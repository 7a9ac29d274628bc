import Inference

/// Feeds some work with chunks of texts, several in flight, and writes the results in order.
struct BulkPipeline {
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
    case done(chunk: Int, Result<[BulkResult], InferenceError>)
  }

  private struct Chunk {
    let texts: [InputText]
    var results: Result<[BulkResult], any Error>?

    var bytes: Int { texts.reduce(0) { $0 + $1.bytes } }
  }

  private let work: any BulkWork
  private let input: InputReader
  private var writer: BulkWriter
  private let progress: ProgressDisplay
  /// Chunks that are not written yet, by number.
  private var chunks: [Int: Chunk] = [:]
  private var started = 0
  private var written = 0
  private var isReading = false
  private var isAtEnd = false

  init(work: any BulkWork, input: InputReader, writer: BulkWriter, progress: ProgressDisplay) {
    self.work = work
    self.input = input
    self.writer = writer
    self.progress = progress
  }

  /// Does everything, up to the first text that cannot be read, worked on or written. When the task is
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
          if !texts.isEmpty { start(texts, in: &group) }
        case .read(.failure(let error)):
          // Its turn comes behind all that was read before.
          isAtEnd = true
          chunks[started] = Chunk(texts: [], results: .failure(error))
          started += 1
        case .done(let chunk, let results):
          chunks[chunk]?.results = results.mapError { $0 as any Error }
        }
        failure = writeFinished()
      }
      group.cancelAll()
    }
    progress.finish()
    return Report(count: writer.count, last: writer.last, failure: failure)
  }

  private var hasRoom: Bool {
    let limits = work.limits
    return chunks.count < limits.chunksInFlight
      && chunks.values.reduce(0) { $0 + $1.texts.count } + limits.chunkTexts <= limits.textsInFlight
      && chunks.values.reduce(0) { $0 + $1.bytes } < limits.bytesInFlight
  }

  private mutating func start(_ texts: [InputText], in group: inout TaskGroup<Event>) {
    let chunk = started
    started += 1
    chunks[chunk] = Chunk(texts: texts)
    group.addTask { [work, progress] in
      let place = texts.first?.place ?? ""
      do throws(InferenceError) {
        return .done(
          chunk: chunk,
          .success(try await work.results(of: texts) { progress.set($0, chunk: chunk, place: place) }))
      } catch {
        return .done(chunk: chunk, .failure(error))
      }
    }
  }

  /// Writes the chunks whose turn it is; returns what stops the work.
  private mutating func writeFinished() -> (any Error)? {
    while let chunk = chunks[written], let results = chunk.results {
      do {
        let results = try results.get()
        try writer.write(chunk.texts, results)
        for note in results.compactMap(\.note) { progress.note(note) }
      } catch let error as InferenceError {
        return CommandFailure(Self.places(chunk.texts) + ": \(error)")
      } catch {
        return error
      }
      chunks[written] = nil
      progress.add(texts: chunk.texts.count, bytes: chunk.bytes, chunk: written)
      written += 1
    }
    return nil
  }

  private static func places(_ texts: [InputText]) -> String {
    guard let first = texts.first, let last = texts.last, texts.count > 1 else { return texts.first?.place ?? "" }
    return "\(first.place) to \(last.file == first.file ? "\(last.line ?? 0)" : last.place)"
  }
}
