import Inference

extension JSONWriter {
  /// A translated segment with its place in the text, its score, its flags and, where
  /// there are any, word alignment and other translations.
  package mutating func segment(_ segment: SegmentResult) {
    object { object in
      object.member("source", segment.source)
      object.member("target", segment.target)
      object.member("source_offsets") { $0.offsets(segment.sourceOffsets) }
      object.member("score") { $0.score(segment.score) }
      object.member("flags") { $0.array(segment.flags) { $0.string($1.rawValue) } }
      if let alignment = segment.alignment {
        object.member("alignment") { $0.array(alignment) { $0.link($1) } }
      }
      if !segment.alternatives.isEmpty {
        object.member("alternatives") { $0.array(segment.alternatives) { $0.alternative($1) } }
      }
    }
  }

  /// Start and end in the source, start and end in the target, weight.
  private mutating func link(_ link: AlignmentLink) {
    let places = [link.source.lowerBound, link.source.upperBound, link.target.lowerBound, link.target.upperBound]
    array(places.map(Optional.some) + [nil]) { writer, place in
      if let place { writer.integer(place) } else { writer.number(link.weight) }
    }
  }

  private mutating func alternative(_ alternative: Alternative) {
    object { object in
      object.member("target", alternative.target)
      object.member("score") { $0.score(alternative.score) }
    }
  }
}
