import Inference
import Service

/// Texts become translations, a chunk of them in one request.
struct TranslationWork: BulkWork {
  let engine: InferenceEngine
  /// Everything about the requests but their texts.
  let template: TranslationRequest
  let format: BulkFormat

  /// Texts enough to keep the batch full while a chunk is being written.
  let limits = BulkLimits(
    chunkTexts: 32, chunkBytes: 1 << 16, chunksInFlight: 12, textsInFlight: 256, bytesInFlight: 1 << 20)

  func results(
    of texts: [InputText], onProgress: @escaping @Sendable (SummaryProgress) -> Void
  ) async throws(InferenceError) -> [BulkResult] {
    var request = template
    request.texts = texts.map(\.text)
    let translation = try await engine.translate(request)
    guard format == .json else { return translation.texts.map { BulkResult(output: .text($0)) } }
    let segments = Dictionary(grouping: translation.segments, by: \.item)
    return zip(texts, translation.texts).enumerated().map { index, pair in
      let line = Self.line(pair.0, pair.1, segments[index] ?? [], model: translation.model)
      return BulkResult(output: .json(line))
    }
  }

  /// The members are those of a detailed answer to POST /translate.
  private static func line(
    _ text: InputText, _ translated: String, _ segments: [SegmentResult], model: String
  ) -> [UInt8] {
    JSONLine.bytes(of: text) { object in
      object.member("source", text.text)
      object.member("translatedText", translated)
      if segments.areTruncated { object.member("truncated") { $0.bool(true) } }
      object.member("details") { $0.array(segments) { $0.segment($1) } }
      object.member("model", model)
    }
  }
}

/// A line of JSON for a text.
enum JSONLine {
  /// Where the text comes from, then what `members` writes.
  static func bytes(of text: InputText, _ members: (inout JSONWriter.Members) -> Void) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { object in
      object.member("file", text.file)
      if let line = text.line { object.member("line") { $0.integer(line) } }
      members(&object)
    }
    return writer.bytes + [0x0A]
  }
}
