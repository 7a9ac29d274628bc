import Foundation
import Kernels
import Models
import Tensors
import TestSupport
import Testing

/// What every architecture must do.
@Suite struct ModelParityTests {
  @Test func `every architecture of the registry has a fixture`() {
    for architecture in ModelRegistry.architectures {
      let fixture = ModelFixture.all.first { $0.architecture == architecture }
      #expect(fixture.map { FileManager.default.fileExists(atPath: $0.folder + "/expected.json") } == true)
    }
  }

  @Test(arguments: ModelFixture.all)
  func `encoder output and first logits equal those of transformers`(fixture: ModelFixture) throws {
    let expected: ParityFixture = try Fixtures.json("\(fixture.name)/expected.json")
    let context = try ChangedModel.context
    let model = try ModelRegistry.load(
      folder: fixture.folder, architecture: fixture.architecture, quantization: .float32, context)
    let generation = try GenerationConfiguration(folder: fixture.folder, dimensions: model.dimensions)
    for tensors in try #require(expected.tensors) {
      context.workspace.reset()
      let memory = model.dimensions.makeCache(capacity: tensors.input_ids.count)
      let encoded = model.encode([tensors.input_ids], into: [memory], context)
      #expect(encoded.rows == tensors.encoder_out.count)
      let rows = (0..<encoded.rows).map { encoded.elements(row: $0) }
      let error = zip(rows, tensors.encoder_out).map { Self.error($0, $1) }.max() ?? .infinity
      #expect(error < 2e-4, "encoder output of \(tensors.text): relative error \(error)")
      var state = DecoderState()
      state.rows.append(.init(memory: memory, past: model.dimensions.makeCache(capacity: 4)))
      let hidden = [generation.startToken].withUnsafeBufferPointer { model.decodeStep($0, state: &state, context) }
      let logits = context.linear(hidden, model.output.weights).elements(row: 0)
      let logitError = Self.error(logits, tensors.first_step_logits)
      #expect(logitError < 5e-4, "first logits of \(tensors.text): relative error \(logitError)")
    }
  }

  @Test func `an unknown architecture names the known ones`() throws {
    let error = try #require(throws: ModelError.self) {
      try ModelRegistry.load(
        folder: ModelFixture.marian.folder, architecture: "mamba", quantization: .int8, try ChangedModel.context)
    }
    for architecture in ["mamba", "bart", "marian", "t5"] { #expect(error.description.contains(architecture)) }
  }

  /// The largest error, relative to what is expected where that is more than 1; infinite where lengths differ.
  private static func error(_ found: [Float], _ expected: [Float]) -> Float {
    guard found.count == expected.count else { return .infinity }
    return zip(found, expected).map { abs($0 - $1) / max(1, abs($1)) }.reduce(0) { $1 <= $0 ? $0 : $1 }
  }
}

extension Matrix {
  fileprivate func elements(row index: Int) -> [Float] {
    Array(UnsafeBufferPointer(start: row(index), count: columns))
  }
}
