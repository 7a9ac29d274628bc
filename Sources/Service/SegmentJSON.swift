import Inference

extension JSONWriter {
  /// A translated segment with its place in the text, its score, its flags and, where
  /// there are any, word alignment and other translations.
  package mutating func segment(_ segment: SegmentResult) {
    object { object in
      object.segment(segment)
      object.details(of: segment)
    }
  }

  /// Start and end in the source, start and end in the target, weight.
  fileprivate mutating func link(_ link: AlignmentLink) {
    let places = [link.source.lowerBound, link.source.upperBound, link.target.lowerBound, link.target.upperBound]
    array(places.map(Optional.some) + [nil]) { writer, place in
      if let place { writer.integer(place) } else { writer.number(link.weight) }
    }
  }

  fileprivate mutating func alternative(_ alternative: Alternative) {
    object { object in
      object.member("target", alternative.target)
      object.member("score") { $0.score(alternative.score) }
    }
  }
}

extension JSONWriter.Members {
  /// What is told of every segment.
  mutating func segment(_ segment: SegmentResult) {
    member("source", segment.source)
    member("target", segment.target)
    member("source_offsets") { $0.offsets(segment.sourceOffsets) }
    member("score") { $0.score(segment.score) }
    member("flags") { $0.array(segment.flags) { $0.string($1.rawValue) } }
  }

  /// What is told only where details are wanted.
  mutating func details(of segment: SegmentResult) {
    if let alignment = segment.alignment {
      member("alignment") { $0.array(alignment) { $0.link($1) } }
    }
    if !segment.alternatives.isEmpty {
      member("alternatives") { $0.array(segment.alternatives) { $0.alternative($1) } }
    }
  }
}
