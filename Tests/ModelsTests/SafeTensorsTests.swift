import Foundation
import Models
import Tensors
import TestSupport
import Testing

@Suite struct SafeTensorsTests {
  /// A file of the given header and so many bytes of data.
  func bytes(_ header: String, data: Int) -> [UInt8] {
    let length = UInt64(header.utf8.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + Array(header.utf8)
      + [UInt8](repeating: 0, count: data)
  }

  @Test func `tensors are found by name with type, shape and bytes`() throws {
    let folder = try TemporaryFolder()
    let header =
      #"{"b":{"dtype":"F32","shape":[2,2],"data_offsets":[4,20]},"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]},"__metadata__":{"format":"pt"}}"#
    let file = try SafeTensorsFile(path: folder.write("m.safetensors", bytes(header, data: 20)))
    #expect(file.tensors["a"]?.shape == [2])
    #expect(file.tensors["a"]?.element == .bfloat16)
    #expect(file.tensors["b"]?.bytes.count == 16)
  }

  @Test func `a type that is not read is known by name`() throws {
    let folder = try TemporaryFolder()
    let header = #"{"a":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}"#
    let file = try SafeTensorsFile(path: folder.write("m.safetensors", bytes(header, data: 8)))
    #expect(file.tensors.isEmpty && file.unsupported["a"] == "I64")
  }

  static let hostile: [(String, Int)] = [
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 4),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 4),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#, 8),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}"#, 8),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, 8),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 8),
    (
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 4
    ),
    (#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, 4),
    (#"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,4]}}"#, 4),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,99999999999999999999]}}"#, 4),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}"#, 4),
    (#"{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}}"#, 4),
    (#"{"a":{"shape":[1],"data_offsets":[0,4]}}"#, 4),
    (#"{"a":7}"#, 4), ("[]", 0), ("", 0), ("{", 0), ("nonsense", 3),
    (String(repeating: "[", count: 100_000), 0),
  ]

  @Test(arguments: hostile.indices) func `a header that does not fit its data is refused`(index: Int) throws {
    let folder = try TemporaryFolder()
    let (header, data) = Self.hostile[index]
    let path = try folder.write("m.safetensors", bytes(header, data: data))
    let error = try #require(throws: ModelError.self) { try SafeTensorsFile(path: path) }
    #expect(error.description.contains("m.safetensors"), "\(error)")
  }

  @Test func `a header longer than the file is refused`() throws {
    let folder = try TemporaryFolder()
    for length in [9, 1 << 20, UInt64.max] as [UInt64] {
      let head = (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * UInt64($0))) } + Array("{}".utf8)
      let path = try folder.write("m.safetensors", head)
      #expect(throws: ModelError.self) { try SafeTensorsFile(path: path) }
    }
    #expect(throws: ModelError.self) { try SafeTensorsFile(path: try folder.write("short", [1, 2, 3])) }
    #expect(throws: ModelError.self) { try SafeTensorsFile(path: try folder.write("empty", [])) }
    #expect(throws: ModelError.self) { try SafeTensorsFile(path: folder.path) }
    #expect(throws: ModelError.self) { try SafeTensorsFile(path: folder.path + "/absent") }
  }

  @Test func `shards must hold what their index names, inside the folder`() throws {
    let folder = try TemporaryFolder()
    let header = #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#
    try folder.write("one.safetensors", bytes(header, data: 4))
    try folder.write("model.safetensors.index.json", #"{"weight_map":{"a":"one.safetensors"}}"#)
    _ = try WeightSource(folder: folder.path)
    try folder.write("model.safetensors.index.json", #"{"weight_map":{"a":"one.safetensors","b":"one.safetensors"}}"#)
    #expect(throws: ModelError.self) { try WeightSource(folder: folder.path) }
    for name in ["../one.safetensors", "/etc/passwd", "", "..", "absent.safetensors"] {
      try folder.write("model.safetensors.index.json", #"{"weight_map":{"a":"\#(name)"}}"#)
      #expect(throws: ModelError.self) { try WeightSource(folder: folder.path) }
    }
    try folder.write("two.safetensors", bytes(header, data: 4))
    try folder.write(
      "model.safetensors.index.json", #"{"weight_map":{"a":"one.safetensors","c":"two.safetensors"}}"#)
    #expect(throws: ModelError.self) { try WeightSource(folder: folder.path) }
  }
}
