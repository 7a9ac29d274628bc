import Foundation
import Tensors
import Testing

@Suite struct MappedFileTests {
  private func temporary() -> URL {
    FileManager.default.temporaryDirectory.appendingPathComponent("dragoman-\(UUID().uuidString)")
  }

  @Test func `a mapped file has the bytes of the file, also after it was deleted`() throws {
    let url = temporary()
    let content = (0..<10_001).map { UInt8(truncatingIfNeeded: $0 * 7) }
    try Data(content).write(to: url)
    let file = try MappedFile(path: url.path)
    #expect(file.path == url.path)
    try FileManager.default.removeItem(at: url)
    #expect(Array(file.bytes) == content)
    // Pages that were given back are read again.
    for range in [0..<10_001, 0..<0, 1..<5_000, 4_096..<8_192, 8_000..<10_001] { file.release(range) }
    #expect(Array(file.bytes) == content)
  }

  @Test func `a missing file is an error that names path and cause`() throws {
    let path = temporary().path
    let error = #expect(throws: MappedFileError.self) { try MappedFile(path: path) }
    #expect(error?.path == path)
    #expect(error?.operation == "open")
    #expect(error?.code == ENOENT)
    #expect(error?.description.hasPrefix("\(path): open failed: ") == true)
  }

  @Test func `a folder is refused`() throws {
    let path = FileManager.default.temporaryDirectory.path
    let error = #expect(throws: MappedFileError.self) { try MappedFile(path: path) }
    #expect(error?.path == path)
    #expect(error?.description.contains("no regular file") == true)
  }

  @Test func `a device is refused`() throws {
    #expect(throws: MappedFileError.self) { try MappedFile(path: "/dev/zero") }
  }

  @Test func `an empty file maps to no bytes`() throws {
    let url = temporary()
    try Data().write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    let file = try MappedFile(path: url.path)
    #expect(file.bytes.isEmpty)
    file.release(0..<0)
    #expect(StoredTensor(file: file, offset: 0, element: .float32, shape: [1]) == nil)
    #expect(StoredTensor(file: file, offset: 0, element: .float32, shape: [0])?.bytes.isEmpty == true)
  }
}
