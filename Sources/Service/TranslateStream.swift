import HTTP
import Inference

extension TranslateEndpoint {
  /// Answers with the segments in order as they are done, then with the answer as it is without a stream.
  func stream(_ query: TranslateQuery, _ request: HTTPRequest, _ id: RequestID) async throws(APIError) -> HTTPResponse {
    let service = service
    let answer = StreamedAnswer(
      name: "translation", id: id, logger: logger, patience: patience, executor: request.executor)
    return try await answer.response { feed async throws(APIError) in
      if query.isUnchanged { return .done(TranslateAnswer(unchanged: query)) }
      var scored = query.request
      // The score of a segment is always told. It changes no token.
      if scored.detail == .plain { scored.detail = .scored }
      let wanted = scored
      let translation = try await APIError.ofEngine { () async throws(InferenceError) in
        try await service.translateInParts(wanted) { feed.send(.segment($0, query.details)) }
      }
      id.report?.translated(translation)
      return .done(TranslateAnswer(translation, to: query))
    }
  }
}

extension StreamedEvent {
  /// A translated segment: its number, whose item's it is, and what `details` has of a segment.
  fileprivate static func segment(_ segment: SegmentResult, _ details: TranslateQuery.Details) -> StreamedEvent {
    StreamedEvent(name: .segment) {
      var writer = JSONWriter()
      writer.object { object in
        object.member("index") { $0.integer(segment.index) }
        object.member("item") { $0.integer(segment.item) }
        object.segment(segment)
        if details == .detailed { object.details(of: segment) }
      }
      return writer.bytes
    }
  }

  fileprivate static func done(_ answer: TranslateAnswer) -> StreamedEvent {
    StreamedEvent(name: .done) {
      var writer = JSONWriter()
      answer.write(&writer)
      return writer.bytes
    }
  }
}
