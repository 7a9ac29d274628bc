import Glibc
import Inference

/// Feeds the engine with chunks of lines, several in flight, and writes the translations in order.
struct TranslationPipeline {
  static let chunkLines = 256
  static let chunksInFlight = 4  // enough to keep the batch full while one chunk is being written

  let engine: InferenceEngine
  let template: TranslationRequest
  let progress: Progress

  /// Translates line by line.
  func translateLines(_ input: inout InputText) async throws {
    try await withThrowingTaskGroup(of: (Int, [String]).self) { group in
      var waiting: [Int: [String]] = [:]
      var endings: [[Bool]] = []
      var started = 0
      var written = 0
      var failure: CommandFailure?
      while true {
        while started - written < Self.chunksInFlight, failure == nil {
          let lines: [(text: String, hasNewline: Bool)]
          do throws(CommandFailure) {
            lines = try input.lines(Self.chunkLines)
          } catch {
            // What was read before is translated and written first.
            failure = error
            break
          }
          if lines.isEmpty { break }
          let chunk = started
          started += 1
          endings.append(lines.map(\.hasNewline))
          let request = request(lines.map(\.text))
          group.addTask { [engine] in (chunk, try await engine.translate(request).texts) }
        }
        guard let (chunk, texts) = try await group.next() else {
          if let failure { throw failure }
          return
        }
        waiting[chunk] = texts
        while let texts = waiting.removeValue(forKey: written) {
          try write(texts, endings[written])
          endings[written] = []
          written += 1
        }
      }
    }
  }

  /// Translates everything as one text.
  func translateDocument(_ input: inout InputText) async throws {
    let text = try input.document()
    guard let translated = try await engine.translate(request([text])).texts.first else { return }
    try StandardOutput.write(translated)
    progress.add(lines: 1)
  }

  private func request(_ texts: [String]) -> TranslationRequest {
    var request = template
    request.texts = texts
    return request
  }

  private func write(_ texts: [String], _ hasNewline: [Bool]) throws {
    var output = ""
    for (text, ends) in zip(texts, hasNewline) {
      // A line of input is a line of output, even if the model says a newline. Scalars, because CR LF is one Character.
      for scalar in text.unicodeScalars { output.unicodeScalars.append(scalar == "\n" ? " " : scalar) }
      if ends { output += "\n" }
    }
    try StandardOutput.write(output)
    progress.add(lines: texts.count)
  }
}

/// The standard output, unbuffered.
enum StandardOutput {
  /// Writes all of a text.
  static func write(_ text: String) throws(CommandFailure) {
    var text = text
    let failure: Int32? = text.withUTF8 { bytes in
      guard let start = bytes.baseAddress else { return nil }
      var offset = 0
      while offset < bytes.count {
        let count = Glibc.write(STDOUT_FILENO, start + offset, bytes.count - offset)
        if count < 0, errno != EINTR { return errno }
        offset += max(0, count)
      }
      return nil
    }
    if let failure { throw CommandFailure("standard output: \(String(cString: strerror(failure)))") }
  }
}
