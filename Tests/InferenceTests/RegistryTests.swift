import Models
import Testing
import Tokenizers

@Suite struct RegistryTests {
  @Test func `every architecture has a model and a tokenizer`() {
    #expect(ModelRegistry.architectures == TokenizerRegistry.architectures)
  }
}
