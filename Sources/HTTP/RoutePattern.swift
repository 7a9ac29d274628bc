/// A path of literal segments and `{name}` parameters.
struct RoutePattern: Sendable, Equatable {
  enum Segment: Sendable, Equatable {
    case literal(String)
    case parameter(String)
  }

  let text: String
  let segments: [Segment]

  /// Reads a pattern written in the source.
  init(_ text: String) {
    precondition(text.hasPrefix("/"), "The route \(text) must begin with /")
    self.text = text
    segments = text.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map { part in
      guard part.hasPrefix("{"), part.hasSuffix("}") else { return .literal(String(part)) }
      precondition(part.count > 2, "The route \(text) has a parameter without a name")
      return .parameter(String(part.dropFirst().dropLast()))
    }
  }

  var isLiteral: Bool {
    segments.allSatisfy { if case .literal = $0 { true } else { false } }
  }

  /// The literals, nil for a parameter: what decides which paths match.
  var shape: [String?] {
    segments.map { if case .literal(let text) = $0 { text } else { nil } }
  }

  /// Whether this has a literal where the other, at the first difference, has a parameter.
  func isMoreSpecific(than other: RoutePattern) -> Bool {
    for (mine, theirs) in zip(shape, other.shape) where (mine == nil) != (theirs == nil) { return mine != nil }
    return false
  }

  /// The parameters when a path, as it was sent, matches; a parameter never matches an empty segment.
  func match(_ rawPath: String) -> RouteParameters? {
    var parameters = RouteParameters()
    let parts = rawPath.utf8.dropFirst().split(
      separator: UInt8(ascii: "/"), maxSplits: segments.count, omittingEmptySubsequences: false)
    guard parts.count == segments.count else { return nil }
    for (part, segment) in zip(parts, segments) {
      guard let decoded = PercentDecoding.decode(Array(part).span, plus: .plus) else { return nil }
      switch segment {
      case .literal(let literal): guard decoded == literal else { return nil }
      case .parameter(let name):
        guard !decoded.isEmpty else { return nil }
        parameters.append(name, decoded)
      }
    }
    return parameters
  }
}
