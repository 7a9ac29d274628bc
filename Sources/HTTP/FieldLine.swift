import HTTPTypes

/// One `name: value` line: where in it name and value stand (RFC 9112 §5).
struct FieldLine {
  let name: Range<Int>
  let value: Range<Int>

  init(_ text: Span<UInt8>) throws(HTTPRefusal) {
    // RFC 9112 §5.2: obsolete line folding is refused. §2.2: so is white space before the first field.
    guard text.count > 0, !text[0].isOptionalWhitespace else { throw .foldedField }
    var index = 0
    while index < text.count, ByteClass.token.contains(text[index]) { index += 1 }
    // RFC 9112 §5.1: no white space between name and colon; SP is no token character.
    guard index > 0, index < text.count, text[index] == UInt8(ascii: ":") else { throw .malformedField }
    name = 0..<index
    // RFC 9110 §5.5: CR, LF and NUL are dangerous in a value, the other control characters invalid: all refused.
    for position in (index + 1)..<text.count where !text[position].isFieldValue { throw .malformedField }
    value = text.trimmed((index + 1)..<text.count)
  }
}

extension HTTPField.Name {
  /// A name as it stands in a request. The common ones come without an allocation.
  static func reading(_ name: Span<UInt8>) -> HTTPField.Name? {
    switch name.count {
    case 4 where name.equalsIgnoringCase("host"): return .hostField
    case 6 where name.equalsIgnoringCase("accept"): return .accept
    case 6 where name.equalsIgnoringCase("expect"): return .expect
    case 10 where name.equalsIgnoringCase("connection"): return .connection
    case 10 where name.equalsIgnoringCase("user-agent"): return .userAgent
    case 12 where name.equalsIgnoringCase("content-type"): return .contentType
    case 13 where name.equalsIgnoringCase("authorization"): return .authorization
    case 14 where name.equalsIgnoringCase("content-length"): return .contentLength
    case 15 where name.equalsIgnoringCase("accept-encoding"): return .acceptEncoding
    case 15 where name.equalsIgnoringCase("accept-language"): return .acceptLanguage
    case 17 where name.equalsIgnoringCase("transfer-encoding"): return .transferEncoding
    default: return HTTPField.Name(name.text(0..<name.count))
    }
  }
}
