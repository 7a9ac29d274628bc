/// Which codings a client takes an answer in (RFC 9110 §12.5.3). A value without I/O.
public struct AcceptedCodings: Sendable, Equatable {
  /// How an answer is to be coded.
  public enum Choice: Sendable, Equatable {
    case identity
    case gzip
    /// Neither: the client refuses what it would get.
    case nothing
  }

  /// Weights in thousandths; negative: not named.
  private var gzip: Int16 = -1
  private var identity: Int16 = -1
  private var others: Int16 = -1

  /// Those of a request without the field: the answer is sent as it is.
  public init() {}

  /// Those of a field's value.
  public init(_ value: String) {
    read(Array(value.utf8).span)
  }

  /// Whether an answer must not be sent as it is: `identity;q=0`, or `*;q=0` without `identity`.
  public var refusesIdentity: Bool { identity == 0 || (identity < 0 && others == 0) }

  /// What the client likes best of what there is; of two that it likes the same, gzip.
  public var choice: Choice {
    let gzipWeight = gzip >= 0 ? gzip : others
    if gzipWeight > 0 {
      // Without a weight of its own identity is only the fallback; `*` names it too.
      let identityWeight = identity >= 0 ? identity : max(0, others)
      return gzipWeight >= identityWeight ? .gzip : .identity
    }
    return refusesIdentity ? .nothing : .identity
  }

  /// Reads one field line; several are one list (RFC 9110 §5.3).
  mutating func read(_ value: Span<UInt8>) {
    var start = 0
    while start < value.count {
      let end = value.firstIndex(of: UInt8(ascii: ","), from: start) ?? value.count
      readMember(value.extracting(start..<end))
      start = end + 1
    }
  }

  /// `coding [ OWS ";" OWS "q=" qvalue ]`. A member that is anything else says nothing.
  private mutating func readMember(_ member: Span<UInt8>) {
    let semicolon = member.firstIndex(of: UInt8(ascii: ";")) ?? member.count
    let name = member.extracting(member.trimmed(0..<semicolon))
    guard let weight = Self.weight(member, from: semicolon) else { return }
    if name.equalsIgnoringCase("gzip") || name.equalsIgnoringCase("x-gzip") {
      gzip = max(gzip, weight)
    } else if name.equalsIgnoringCase("identity") {
      identity = max(identity, weight)
    } else if name.equalsIgnoringCase("*") {
      others = max(others, weight)
    }
  }

  /// RFC 9110 §12.4.2: `0` or `1` with at most three decimals, not above 1. In thousandths; 1 where there is none.
  private static func weight(_ member: Span<UInt8>, from semicolon: Int) -> Int16? {
    guard semicolon < member.count else { return 1_000 }
    let parameter = member.extracting(member.trimmed((semicolon + 1)..<member.count))
    guard parameter.count >= 3, parameter.count <= 7, parameter[0].lowercased == UInt8(ascii: "q"),
      parameter[1] == UInt8(ascii: "="), let whole = parameter[2].decimalValue, whole <= 1
    else { return nil }
    var weight = whole * 1_000
    if parameter.count > 3, parameter[3] != UInt8(ascii: ".") { return nil }
    var scale = 100
    for index in 4..<max(4, parameter.count) {
      guard let digit = parameter[index].decimalValue else { return nil }
      weight += digit * scale
      scale /= 10
    }
    return weight <= 1_000 ? Int16(weight) : nil
  }
}
