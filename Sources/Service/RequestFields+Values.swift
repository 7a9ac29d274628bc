/// What endpoints read out of fields. Null and an empty value of a form are absent everywhere.
extension RequestFields {
  /// A text, or nil where the field is absent or empty.
  ///
  /// - Parameter expected: what the field must be, for who sent something else.
  func text(_ field: Field, expected: String) throws(APIError) -> String? {
    switch self[field] {
    case .absent, .string(""), .form(""): return nil
    case .string(let text), .form(let text): return text
    case .number, .bool, .array, .object: throw .invalid(parameter: field.rawValue, expected: expected)
    }
  }

  /// An integer of a range, or nil where the field is absent.
  func integer(_ field: Field, _ range: ClosedRange<Int>) throws(APIError) -> Int? {
    let value: Int?
    switch self[field] {
    case .absent: return nil
    case .number(let number): value = Int(exactly: number)
    case .form(let text): value = Int(text)
    case .string, .bool, .array, .object: value = nil
    }
    guard let value, range.contains(value) else {
      let isOpen = range.upperBound == .max
      throw .invalid(
        parameter: field.rawValue,
        expected: "an integer " + (isOpen ? "of at least" : "from")
          + " \(range.lowerBound)" + (isOpen ? "" : " to \(range.upperBound)"))
    }
    return value
  }

  /// Whether something is wanted; false where the field is absent.
  func flag(_ field: Field) throws(APIError) -> Bool {
    switch self[field] {
    case .absent: return false
    case .bool(let value): return value
    case .form(let text) where ["true", "1", "on"].contains(text.lowercased()): return true
    case .form(let text) where ["false", "0", "off"].contains(text.lowercased()): return false
    case .form, .string, .number, .array, .object:
      throw .invalid(parameter: field.rawValue, expected: "true or false")
    }
  }

  /// One of a few names, or nil where the field is absent.
  func choice<Choice: RawRepresentable & CaseIterable>(
    _ field: Field
  ) throws(APIError) -> Choice? where Choice.RawValue == String {
    let text: String?
    switch self[field] {
    case .absent: return nil
    case .string(let value), .form(let value): text = value
    case .number, .bool, .array, .object: text = nil
    }
    guard let choice = text.flatMap(Choice.init(rawValue:)) else {
      throw .invalid(parameter: field.rawValue, expected: Choice.allCases.map(\.rawValue).inWords("or"))
    }
    return choice
  }
}
