import Foundation
import Kernels
import Models
import TestSupport
import Testing
import Workers

/// A copy of a fixture's model in which something is changed before it is loaded.
struct ChangedModel {
  private let fixture: ModelFixture
  private let folder: TemporaryFolder

  init(_ fixture: ModelFixture) throws {
    self.fixture = fixture
    folder = try TemporaryFolder()
    for name in ["config.json", "generation_config.json", "model.safetensors"] {
      try folder.write(name, try Fixtures.bytes("\(fixture.name)/\(name)"))
    }
  }

  /// Changes config.json's members.
  func changingConfiguration(_ change: (inout [String: Any]) -> Void) throws -> ChangedModel {
    let json = try JSONSerialization.jsonObject(
      with: Data(contentsOf: folder.url.appendingPathComponent("config.json")))
    var members = try #require(json as? [String: Any])
    change(&members)
    try folder.write("config.json", [UInt8](JSONSerialization.data(withJSONObject: members)))
    return self
  }

  /// Gives a tensor another name of the same length.
  func renaming(_ name: String, to other: String) throws -> ChangedModel {
    var weights = try Data(contentsOf: folder.url.appendingPathComponent("model.safetensors"))
    let place = try #require(weights.range(of: Data("\"\(name)\"".utf8)), "\(name)")
    try #require(name.utf8.count == other.utf8.count)
    weights.replaceSubrange(place, with: Data("\"\(other)\"".utf8))
    try folder.write("model.safetensors", [UInt8](weights))
    return self
  }

  /// Keeps a part of a file.
  func truncating(_ name: String, keep: (Int) -> Int) throws -> ChangedModel {
    let bytes = try Fixtures.bytes("\(fixture.name)/\(name)")
    try folder.write(name, Array(bytes.prefix(keep(bytes.count))))
    return self
  }

  /// What loading it fails with; nil where it succeeds.
  func loadingError(_ quantization: Quantization = .int8) throws -> ModelError? {
    let context = try Self.context
    do throws(ModelError) {
      let model = try ModelRegistry.load(
        folder: folder.path, architecture: fixture.architecture, quantization: quantization, context)
      _ = try GenerationConfiguration(folder: folder.path, dimensions: model.dimensions)
      return nil
    } catch {
      return error
    }
  }

  /// What packs weights in tests.
  static var context: KernelContext {
    get throws(any Error) { KernelContext(kernels: try KernelSet.selected(), pool: try WorkerPool(threads: 2)) }
  }
}
