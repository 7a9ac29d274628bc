import Foundation
import Tensors

/// All weights of a model by name, whatever files hold them, and which of them have been read.
public final class WeightSource {
  let path: String
  private let tensors: [String: StoredTensor]
  private let unsupported: [String: String]
  private var unread: Set<String>

  init(path: String, files: [SafeTensorsFile]) throws(ModelError) {
    self.path = path
    var tensors: [String: StoredTensor] = [:]
    var unsupported: [String: String] = [:]
    for file in files {
      for (name, tensor) in file.tensors {
        guard tensors.updateValue(tensor, forKey: name) == nil else {
          throw .malformed(path: file.path, reason: "tensor \(name) stands in another shard too")
        }
      }
      unsupported.merge(file.unsupported) { first, _ in first }
    }
    self.tensors = tensors
    self.unsupported = unsupported
    unread = Set(tensors.keys).union(unsupported.keys)
  }

  /// The weights of a model's folder: `model.safetensors`, or the shards of `model.safetensors.index.json`.
  public convenience init(folder: String) throws(ModelError) {
    let single = folder + "/model.safetensors"
    let index = single + ".index.json"
    if FileManager.default.fileExists(atPath: single) {
      try self.init(path: single, files: [try SafeTensorsFile(path: single)])
      return
    }
    guard FileManager.default.fileExists(atPath: index) else {
      throw .unreadable(
        path: single, reason: "no such file; a model needs model.safetensors or model.safetensors.index.json")
    }
    try self.init(path: index, files: try Self.shards(index: index, folder: folder))
  }

  private struct ShardIndex: Decodable {
    let weight_map: [String: String]
  }

  private static func shards(index path: String, folder: String) throws(ModelError) -> [SafeTensorsFile] {
    let index = try JSONFile.decode(ShardIndex.self, path: path)
    var files: [SafeTensorsFile] = []
    for name in Set(index.weight_map.values).sorted() {
      guard !name.isEmpty, !name.utf8.contains(UInt8(ascii: "/")), name != "..", name != "." else {
        throw .malformed(path: path, reason: "shard \(name) is no file name of this folder")
      }
      files.append(try SafeTensorsFile(path: folder + "/" + name))
    }
    let found = Set(files.flatMap { Array($0.tensors.keys) + Array($0.unsupported.keys) })
    if let missing = index.weight_map.keys.filter({ !found.contains($0) }).min() {
      throw .missingTensor(name: missing, path: path)
    }
    return files
  }

  /// Whether a weight exists.
  func contains(_ name: String) -> Bool { tensors[name] != nil || unsupported[name] != nil }

  /// A weight of the given shape; marks it read.
  func tensor(_ name: String, shape: Shape) throws(ModelError) -> StoredTensor {
    unread.remove(name)
    if let type = unsupported[name] { throw .unsupportedElement(name: name, type: type) }
    guard let tensor = tensors[name] else { throw .missingTensor(name: name, path: path) }
    guard tensor.shape == shape else { throw .wrongShape(name: name, found: tensor.shape, expected: shape) }
    return tensor
  }

  /// Fails if a weight has not been read.
  public func checkAllRead() throws(ModelError) {
    guard unread.isEmpty else { throw .unreadTensors(names: unread.sorted(), path: path) }
  }

  /// Name, number format and shape of every weight, by name.
  public var summary: [(name: String, type: String, shape: Shape)] {
    let readable = tensors.map { (name: $0.key, type: $0.value.element.rawValue, shape: $0.value.shape) }
    let others = unsupported.map { (name: $0.key, type: $0.value, shape: Shape([])) }
    return (readable + others).sorted { $0.name < $1.name }
  }
}
