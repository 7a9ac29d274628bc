import Models
import Testing
import Tokenizers

@Suite struct RegistryTests {
  @Test func `every architecture has a model and a tokenizer`() {
    let architectures = ModelRegistry.architectures + [SalienceConfiguration.architecture]
    #expect(architectures.sorted() == TokenizerRegistry.architectures)
  }
}
