import Models
import Testing
import Tokenizers

@Suite struct RegistryTests {
  @Test func `every architecture of a model has a tokenizer`() {
    // Not equal: a tokenizer may come before its model.
    #expect(Set(ModelRegistry.architectures).isSubset(of: TokenizerRegistry.architectures))
  }
}
