import Foundation
import TestSupport
import Testing
import Tokenizers

/// What libsentencepiece 0.2.3 answers: Tests/Fixtures/tokenizers/generate.py.
struct SentencePieceAnswers: Decodable, Sendable, CustomTestStringConvertible {
  struct Case: Decodable, Sendable {
    let text: String
    let ids: [Int32]
    let pieces: [String]
    let decoded: String
  }

  struct Decode: Decodable, Sendable {
    let ids: [Int32]
    let text: String
  }

  let model: String
  let count: Int
  let cases: [Case]
  let decodes: [Decode]

  var testDescription: String { model }

  static func all() throws -> [SentencePieceAnswers] { try Fixtures.json("tokenizers/expected.json") }

  func tokenizer() throws -> SentencePieceTokenizer { try fixtureTokenizer(model) }
}

func fixtureTokenizer(_ model: String, reserved: Set<String> = []) throws -> SentencePieceTokenizer {
  try SentencePieceTokenizer(
    bytes: try Fixtures.bytes("tokenizers/\(model).model"), name: "\(model).model", reservedPieces: reserved)
}

/// The scalars of a text, for comparisons: String equality is canonical equivalence, which is too kind.
func scalars(_ text: String) -> [Unicode.Scalar] { Array(text.unicodeScalars) }

@Suite struct SentencePieceOracleTests {
  @Test(arguments: try SentencePieceAnswers.all())
  func `pieces and ids equal the reference's`(answers: SentencePieceAnswers) throws {
    let tokenizer = try answers.tokenizer()
    #expect(tokenizer.count == answers.count)
    for line in answers.cases {
      #expect(tokenizer.encode(line.text) == line.ids, "\(scalars(line.text))")
      let pieces = tokenizer.pieces(of: line.text)
      #expect(pieces.map(\.id) == line.ids)
      #expect(pieces.map { scalars($0.text) } == line.pieces.map(scalars), "\(scalars(line.text))")
    }
  }

  @Test(arguments: try SentencePieceAnswers.all())
  func `texts of ids equal the reference's`(answers: SentencePieceAnswers) throws {
    let tokenizer = try answers.tokenizer()
    for line in answers.cases {
      #expect(scalars(tokenizer.decode(line.ids)) == scalars(line.decoded), "\(scalars(line.text))")
    }
    for decode in answers.decodes {
      #expect(scalars(tokenizer.decode(decode.ids)) == scalars(decode.text), "\(decode.ids)")
    }
  }

  @Test(arguments: try SentencePieceAnswers.all())
  func `a piece is found by its spelling`(answers: SentencePieceAnswers) throws {
    let tokenizer = try answers.tokenizer()
    for id in 0..<Int32(tokenizer.count) {
      let piece = try #require(tokenizer.piece(id))
      #expect(tokenizer.id(of: piece) == id)
    }
    #expect(tokenizer.piece(-1) == nil)
    #expect(tokenizer.piece(Int32(tokenizer.count)) == nil)
    #expect(tokenizer.id(of: "no such piece") == nil)
  }
}
