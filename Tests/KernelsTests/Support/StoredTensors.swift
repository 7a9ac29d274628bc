import Foundation
import Tensors

/// Stored tensors for tests, in files that are gone as soon as they are mapped.
enum Stored {
  static func tensor(_ bytes: [UInt8], _ element: ElementType, _ shape: Shape, offset: Int = 0) throws -> StoredTensor {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("dragoman-\(UUID().uuidString)")
    try Data([UInt8](repeating: 0xff, count: offset) + bytes).write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    let file = try MappedFile(path: url.path)
    guard let tensor = StoredTensor(file: file, offset: offset, element: element, shape: shape) else {
      throw CocoaError(.fileReadCorruptFile)
    }
    return tensor
  }

  static func float32(_ values: [Float], _ shape: Shape, offset: Int = 0) throws -> StoredTensor {
    try tensor(values.flatMap { bytes($0.bitPattern) }, .float32, shape, offset: offset)
  }

  static func half(_ values: [UInt16], _ element: ElementType, _ shape: Shape, offset: Int = 0) throws -> StoredTensor {
    try tensor(values.flatMap { bytes($0) }, element, shape, offset: offset)
  }

  private static func bytes<Integer: FixedWidthInteger>(_ value: Integer) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { [UInt8]($0) }
  }
}

extension Tensor {
  convenience init(_ values: [Float], _ shape: Shape) {
    self.init(shape: shape) { memory in
      for (index, value) in values.enumerated() where index < memory.count { memory[index] = value }
    }
  }
}
