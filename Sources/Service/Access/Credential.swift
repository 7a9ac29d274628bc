import HTTP
import HTTPTypes

/// The key in a request's header or query.
enum Credential: Sendable, Equatable {
  /// There is none; the body may hold one.
  case none
  case key(String)
  /// Two header fields with a key.
  case contradictory

  /// Reads `Authorization: Bearer KEY` and `Authorization: DeepL-Auth-Key KEY` (schemes without case, RFC 9110 §11.1), else
  /// `api_key` of the query. Other schemes are somebody else's, such as a proxy's in front.
  init(_ request: HTTPRequest) {
    let keys = request.headers[values: .authorization].compactMap(Self.key)
    if keys.count > 1 {
      self = .contradictory
    } else if let key = keys.first ?? Self.key(inQuery: request.query) {
      self = .key(key)
    } else {
      self = .none
    }
  }

  private static func key(_ field: String) -> String? {
    guard let space = field.firstIndex(of: " "), ["bearer", "deepl-auth-key"].contains(field[..<space].lowercased())
    else { return nil }
    let key = field[space...].drop { $0 == " " }
    return key.isEmpty ? nil : String(key)
  }

  /// What is malformed is left to whoever reads the fields.
  private static func key(inQuery query: String?) -> String? {
    guard let query, query.utf8.count >= 9, let key = (try? FormFields(query: query))?["api_key"], !key.isEmpty else {
      return nil
    }
    return key
  }
}
