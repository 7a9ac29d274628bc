/// Why form data cannot be read.
public enum FormError: Error, Sendable, Equatable {
  /// The pair at this index holds `%` without two hexadecimal digits, NUL, or bytes that are not UTF-8.
  case malformedPair(index: Int)
  /// More pairs than the limit.
  case tooManyPairs(limit: Int)

  /// One sentence: what was wrong and what would be right.
  public var message: String {
    switch self {
    case .malformedPair(let index):
      return "Malformed form data: pair \(index + 1) has an incomplete % escape, a NUL or bytes that are not UTF-8"
    case .tooManyPairs(let limit): return "Too many form fields: at most \(limit)"
    }
  }
}

/// The names and values of a query string or an `application/x-www-form-urlencoded` body (WHATWG URL §5.1, but strict
/// about escapes and UTF-8, which that standard replaces silently).
public struct FormFields: Sendable, Equatable {
  /// The names in the order of their first values.
  public private(set) var names: [String] = []
  private var valuesByName: [String: [String]] = [:]

  /// Reads `name=value` pairs between `&`; `+` is a space; a pair without `=` has an empty value; empty pairs are skipped.
  ///
  /// - Throws: `FormError` for an invalid pair, or for more pairs than `limit`.
  public init(decoding bytes: [UInt8], limit: Int = 1_000) throws(FormError) {
    let span = bytes.span
    var start = 0
    var index = 0
    while start < bytes.count {
      let end = span.firstIndex(of: UInt8(ascii: "&"), from: start) ?? bytes.count
      if end > start {
        guard index < limit else { throw .tooManyPairs(limit: limit) }
        try add(span.extracting(start..<end), index: index)
        index += 1
      }
      start = end + 1
    }
  }

  /// Reads the query of a target.
  public init(query: String, limit: Int = 1_000) throws(FormError) {
    try self.init(decoding: Array(query.utf8), limit: limit)
  }

  /// The first value of a name, or nil.
  public subscript(name: String) -> String? { valuesByName[name]?.first }

  /// All values of a name, in order.
  public func values(_ name: String) -> [String] { valuesByName[name] ?? [] }

  /// Whether there is no pair.
  public var isEmpty: Bool { names.isEmpty }

  private mutating func add(_ pair: Span<UInt8>, index: Int) throws(FormError) {
    let equals = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.count
    let valueStart = Swift.min(equals + 1, pair.count)
    guard let name = PercentDecoding.decode(pair.extracting(0..<equals), plus: .space),
      let value = PercentDecoding.decode(pair.extracting(valueStart..<pair.count), plus: .space)
    else { throw .malformedPair(index: index) }
    if valuesByName[name] == nil { names.append(name) }
    valuesByName[name, default: []].append(value)
  }
}
