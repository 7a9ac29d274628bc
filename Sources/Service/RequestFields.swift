import Foundation
import HTTP

/// A value as it came, before any rule is applied.
enum WireValue: Equatable, Sendable {
  case absent
  /// Of a form or a query: all that such a value can be is text.
  case form(String)
  case string(String)
  case number(Double)
  case bool(Bool)
  case array([WireValue])
  case object
}

extension WireValue: Decodable {
  init(from decoder: any Decoder) throws {
    if let container = try? decoder.singleValueContainer() {
      if let text = try? container.decode(String.self) {
        self = .string(text)
        return
      }
      if container.decodeNil() {
        self = .absent
        return
      }
      if let bool = try? container.decode(Bool.self) {
        self = .bool(bool)
        return
      }
      if let number = try? container.decode(Double.self) {
        self = .number(number)
        return
      }
    }
    guard var elements = try? decoder.unkeyedContainer() else {
      // What is left is an object, or a number that no Double holds.
      self = (try? decoder.container(keyedBy: NoName.self)) == nil ? .number(.infinity) : .object
      return
    }
    var values: [WireValue] = []
    while !elements.isAtEnd { values.append(try elements.decode(WireElement.self).value) }
    self = .array(values)
  }
}

/// An element of an array: what is no string need not be looked into.
private struct WireElement: Decodable {
  let value: WireValue

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    value = (try? container.decode(String.self)).map(WireValue.string) ?? .object
  }
}

/// A name that no member has: what asks for it learns only whether there is an object.
private enum NoName: CodingKey {}

/// The fields of an endpoint that mean something; others are ignored.
package protocol RequestField: CodingKey, RawRepresentable, CaseIterable, Hashable, Sendable where RawValue == String {}

/// The body of a request, taken apart.
struct RequestFields<Field: RequestField>: Sendable {
  private let values: [Field: WireValue]

  subscript(field: Field) -> WireValue { values[field] ?? .absent }

  /// Reads JSON, or query and form together, as the content type says.
  init(_ request: HTTPRequest) throws(APIError) {
    let type = (request.headers[.contentType] ?? "").prefix { $0 != ";" }
      .lowercased().trimming(while: { $0 == " " || $0 == "\t" })
    if type == "application/json" || type.hasPrefix("application/") && type.hasSuffix("+json") {
      try self.init(json: request.body)
    } else if type == "multipart/form-data" {
      throw .unsupportedMedia(
        "multipart/form-data is not supported: send application/json or application/x-www-form-urlencoded")
    } else if request.body.beginsJSON {
      // curl -d without -H says that JSON is a form; no field of the form could begin like this.
      try self.init(json: request.body)
    } else {
      try self.init(query: request.query ?? "", form: request.body)
    }
  }

  /// Reads a JSON object.
  init(json body: [UInt8]) throws(APIError) {
    do {
      try JSONValidator.validate(body)
    } catch {
      throw .malformedJSON(detail: error.description)
    }
    do {
      values = try JSONDecoder().decode(Members.self, from: Data(body)).values
    } catch {
      throw .malformedJSON(detail: "the text is not an object")
    }
  }

  /// Reads a query and a form; where both have a name, the query's value counts, as in LibreTranslate. A repeated `q` is
  /// an array; of another repeated name the first value counts.
  init(query text: String, form body: [UInt8]) throws(APIError) {
    let query: FormFields
    let form: FormFields
    do throws(FormError) {
      query = try FormFields(query: text, limit: FormArray.pairLimit)
      form = try FormFields(decoding: body, limit: FormArray.pairLimit)
    } catch {
      throw .malformedForm(error)
    }
    var values: [Field: WireValue] = [:]
    for field in Field.allCases {
      var found = query.values(field.rawValue)
      if found.isEmpty { found = form.values(field.rawValue) }
      guard let first = found.first else { continue }
      let many = field.rawValue == FormArray.name && found.count > 1
      values[field] = many ? .array(found.map(WireValue.string)) : first.isEmpty ? .absent : .form(first)
    }
    self.values = values
  }

  private struct Members: Decodable {
    let values: [Field: WireValue]

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Field.self)
      var values: [Field: WireValue] = [:]
      for field in container.allKeys { values[field] = try container.decode(WireValue.self, forKey: field) }
      self.values = values
    }
  }
}

/// What a form writes as an array.
private enum FormArray {
  /// The field that is one where it stands several times.
  static let name = "q"
  /// Pairs of a form: the items that a request may have, and what may stand beside them.
  static let pairLimit = 11_000
}

extension [UInt8] {
  /// Whether the first character behind white space opens a JSON object or array.
  fileprivate var beginsJSON: Bool {
    guard let first = first(where: { !($0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D) }) else { return false }
    return first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
  }
}

extension String {
  fileprivate func trimming(while predicate: (Character) -> Bool) -> String {
    var text = self[...]
    while let first = text.first, predicate(first) { text.removeFirst() }
    while let last = text.last, predicate(last) { text.removeLast() }
    return String(text)
  }
}
