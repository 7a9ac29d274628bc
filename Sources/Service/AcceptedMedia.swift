import HTTP
import HTTPTypes

/// How an answer is wanted that can be had in two ways.
package enum AnswerForm: Sendable, Equatable {
  /// At once, when all of it is known.
  case whole
  /// As a stream of events, as its parts become known.
  case events
}

/// The media ranges that a client accepts, in its order (RFC 9110 §12.5.1).
struct AcceptedMedia {
  private struct MediaRange {
    /// `type/subtype` in lower case.
    let type: Substring
    /// In thousandths.
    let weight: Int
  }

  private let ranges: [MediaRange]

  /// Reads the values of all Accept fields. A range whose weight is none is as good as absent.
  init(_ values: [String]) {
    ranges = values.flatMap { $0.lowercased().split(outsideQuotesAt: ",") }.compactMap { text in
      let parts = text.split(outsideQuotesAt: ";").map(\.trimmed)
      guard let type = parts.first, !type.isEmpty else { return nil }
      guard let weight = parts.dropFirst().first(where: { $0.hasPrefix("q=") }) else {
        return MediaRange(type: type, weight: 1_000)
      }
      return Self.thousandths(weight.dropFirst(2)).map { MediaRange(type: type, weight: $0) }
    }
  }

  /// Events only where their type stands there by name: a wildcard asks for no stream. Named beside JSON, the greater
  /// weight counts; of equal ones, which RFC 9110 leaves to the server, the one that is named first. Parameters but the
  /// weight are ignored: an answer has none that a client could choose.
  var form: AnswerForm {
    guard let events = ranges.firstIndex(where: { $0.type == EventStream.contentType }), ranges[events].weight > 0
    else { return .whole }
    let named = ranges.firstIndex { $0.type == Answer.json }
    // The most specific range counts.
    let json =
      named ?? ranges.firstIndex { $0.type == "application/*" } ?? ranges.firstIndex { $0.type == "*/*" }
    let weight = json.map { ranges[$0].weight } ?? 0
    if weight != ranges[events].weight { return weight > ranges[events].weight ? .whole : .events }
    return named.map { $0 < events } ?? false ? .whole : .events
  }

  /// A weight: 0 to 1 with at most three decimals (RFC 9110 §12.4.2). Nil for anything else.
  private static func thousandths(_ text: Substring) -> Int? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard let whole = parts.first, whole == "0" || whole == "1", parts.count <= 2 else { return nil }
    let decimals = parts.count == 2 ? parts[1] : ""
    guard decimals.utf8.count <= 3, decimals.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    let fraction = Int(decimals + String(repeating: "0", count: 3 - decimals.utf8.count)) ?? 0
    let value = (whole == "1" ? 1_000 : 0) + fraction
    return value <= 1_000 ? value : nil
  }
}

extension HTTPRequest {
  /// How the answer is wanted.
  package var preferredForm: AnswerForm { AcceptedMedia(headers[values: .accept]).form }
}

extension StringProtocol where SubSequence == Substring {
  /// The parts between separators that stand in no quoted string (RFC 9110 §5.6.4).
  fileprivate func split(outsideQuotesAt separator: Character) -> [Substring] {
    var parts: [Substring] = []
    var start = startIndex
    var isQuoted = false
    var isEscaped = false
    for index in indices {
      let character = self[index]
      if isEscaped {
        isEscaped = false
      } else if isQuoted, character == "\\" {
        isEscaped = true
      } else if character == "\"" {
        isQuoted.toggle()
      } else if character == separator, !isQuoted {
        parts.append(self[start..<index])
        start = self.index(after: index)
      }
    }
    return parts + [self[start...]]
  }

  fileprivate var trimmed: Substring {
    let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
    guard let first = firstIndex(where: { !isBlank($0) }), let last = lastIndex(where: { !isBlank($0) }) else {
      return ""
    }
    return self[first...last]
  }
}
