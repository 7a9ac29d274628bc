import Generation
import Models
import Testing

@Suite struct GenerationOptionsTests {
  let configuration = GenerationConfiguration(startToken: 9, endTokens: [0], maxLength: 64)

  @Test(
    arguments: [(nil, 64), (1, 2), (10, 11), (63, 64), (64, 64), (Int.max - 1, 64), (Int.max, 64)] as [(Int?, Int)])
  func `a request's limit counts without the start token and never raises the model's`(asked: Int?, length: Int) {
    #expect(GenerationOptions(configuration, maxNewTokens: asked).maxLength == length)
  }
}
