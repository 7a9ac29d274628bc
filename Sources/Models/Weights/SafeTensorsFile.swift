import Foundation
import Tensors

/// The weights of a `.safetensors` file, mapped. Layout: u64 header length, JSON header, data; all little-endian.
/// Source: https://github.com/huggingface/safetensors, README, "Format".
public struct SafeTensorsFile: Sendable {
  static let headerLimit = 100_000_000  // bytes, the format's own limit

  /// A tensor whose number format is known by name only, until somebody wants to read it.
  struct Entry {
    let type: String
    let shape: Shape
    let begin: Int
    let end: Int
  }

  /// The file's path.
  public let path: String
  /// The tensors by name.
  public let tensors: [String: StoredTensor]
  /// Tensors in formats that are not read, with the format's name.
  public let unsupported: [String: String]

  /// Maps the file and checks its header against its size.
  public init(path: String) throws(ModelError) {
    self.path = path
    let file = try MappedFile(modelFile: path)
    let (entries, dataStart) = try Self.header(of: file)
    var tensors: [String: StoredTensor] = [:]
    var unsupported: [String: String] = [:]
    for (name, entry) in entries {
      guard let element = ElementType(rawValue: entry.type) else {
        unsupported[name] = entry.type
        continue
      }
      guard let count = entry.shape.count,
        let tensor = StoredTensor(
          file: file, offset: dataStart + entry.begin, element: element, shape: entry.shape),
        count * element.size == entry.end - entry.begin
      else {
        throw .malformed(
          path: path,
          reason: "tensor \(name) of shape \(entry.shape) does not fill its bytes \(entry.begin) to \(entry.end)")
      }
      tensors[name] = tensor
    }
    self.tensors = tensors
    self.unsupported = unsupported
  }

  private static func header(of file: MappedFile) throws(ModelError) -> ([String: Entry], dataStart: Int) {
    let path = file.path
    guard file.bytes.count >= 8 else {
      throw .malformed(path: path, reason: "\(file.bytes.count) bytes; a header needs 8")
    }
    let length = file.bytes.loadUnaligned(as: UInt64.self).littleEndian
    guard length <= UInt64(min(headerLimit, file.bytes.count - 8)) else {
      throw .malformed(path: path, reason: "a header of \(length) bytes in a file of \(file.bytes.count)")
    }
    let dataStart = 8 + Int(length)
    let json = Data(file.bytes[8..<dataStart])
    let header = try JSONFile.decode(Header.self, from: json, path: path)
    try checkOffsets(header.entries, dataSize: file.bytes.count - dataStart, path: path)
    return (header.entries, dataStart)
  }

  /// Tensors lie one behind the other without gap or overlap, as the format demands.
  private static func checkOffsets(_ entries: [String: Entry], dataSize: Int, path: String) throws(ModelError) {
    var end = 0
    let ordered = entries.sorted { ($0.value.begin, $0.value.end, $0.key) < ($1.value.begin, $1.value.end, $1.key) }
    for (name, entry) in ordered {
      guard entry.begin == end, entry.end >= entry.begin, entry.end <= dataSize else {
        throw .malformed(
          path: path,
          reason: "tensor \(name) has bytes \(entry.begin) to \(entry.end); \(end) to at most \(dataSize) was due")
      }
      end = entry.end
    }
    guard end == dataSize else {
      throw .malformed(path: path, reason: "\(dataSize) bytes of data, of which the header names \(end)")
    }
  }

  private struct Header: Decodable {
    let entries: [String: Entry]

    struct Name: CodingKey {
      let stringValue: String
      var intValue: Int? { nil }
      init(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
    }

    struct Fields: Decodable {
      let dtype: String
      let shape: [Int]
      let data_offsets: [Int]
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Name.self)
      var entries: [String: Entry] = [:]
      for name in container.allKeys where name.stringValue != "__metadata__" {
        let fields = try container.decode(Fields.self, forKey: name)
        guard fields.data_offsets.count == 2, fields.shape.count <= 8 else {
          throw DecodingError.dataCorruptedError(
            forKey: name, in: container, debugDescription: "data_offsets needs two numbers, shape at most eight")
        }
        entries[name.stringValue] = Entry(
          type: fields.dtype, shape: Shape(fields.shape), begin: fields.data_offsets[0], end: fields.data_offsets[1])
      }
      self.entries = entries
    }
  }
}
