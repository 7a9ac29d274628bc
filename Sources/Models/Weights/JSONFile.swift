import Foundation
import Tensors

/// Reads one JSON file of a model's folder.
enum JSONFile {
  static let sizeLimit = 64 << 20  // bytes; a vocabulary of a million pieces takes 25 MB

  static func decode<Value: Decodable>(_ type: Value.Type, path: String) throws(ModelError) -> Value {
    let data = try contents(of: path)
    return try decode(type, from: data, path: path)
  }

  static func contents(of path: String) throws(ModelError) -> Data {
    let file = try MappedFile(modelFile: path)
    guard file.bytes.count <= sizeLimit else {
      throw .malformed(path: path, reason: "\(file.bytes.count) bytes of JSON; at most \(sizeLimit) are read")
    }
    return Data(file.bytes)
  }

  static func decode<Value: Decodable>(_ type: Value.Type, from data: Data, path: String) throws(ModelError) -> Value {
    do {
      return try JSONDecoder().decode(type, from: data)
    } catch let error as DecodingError {
      throw .malformed(path: path, reason: error.brief)
    } catch {
      throw .malformed(path: path, reason: "\(error)")
    }
  }
}

/// Checks numbers of a model's config.json.
struct RangeCheck {
  let path: String

  /// The value, if it lies in the range; else an error that names it.
  func callAsFunction(_ name: String, _ value: Int, _ range: ClosedRange<Int>) throws(ModelError) -> Int {
    guard range.contains(value) else {
      throw .malformed(
        path: path, reason: "\(name) is \(value); \(range.lowerBound) to \(range.upperBound) is possible")
    }
    return value
  }
}

extension MappedFile {
  /// Maps a file of a model. (FileManager's attributes differ between the static and the dynamic Foundation.)
  convenience init(modelFile path: String) throws(ModelError) {
    do {
      try self.init(path: path)
    } catch {
      throw .unreadable(path: path, reason: error.reason)
    }
  }
}

extension DecodingError {
  /// What was wrong and where, in one line.
  package var brief: String {
    func place(_ context: Context) -> String {
      let path = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined()
      return path.isEmpty ? "at the top" : "at \(path.hasPrefix(".") ? String(path.dropFirst()) : path)"
    }
    switch self {
    case .typeMismatch(let type, let context): return "\(place(context)): expected \(type)"
    case .valueNotFound(let type, let context): return "\(place(context)): null instead of \(type)"
    case .keyNotFound(let key, let context): return "\(place(context)): key \(key.stringValue) is missing"
    case .dataCorrupted(let context): return "\(place(context)): \(context.debugDescription)"
    @unknown default: return "unreadable JSON"
    }
  }
}
