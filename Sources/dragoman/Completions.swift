import ArgumentParser
import Foundation
import Inference
import Models
import Service

/// What a shell offers for arguments that the program knows better than the shell.
extension CompletionKind {
  /// Languages that the models translate from.
  static let sourceLanguage = CompletionKind.custom { words, _, _ in
    directions(words).map(\.from).distinct
  }

  /// Languages of texts that the models translate or summarize.
  static let textLanguage = CompletionKind.custom { words, _, _ in
    cards(words).flatMap(\.languages).map(\.from).distinct
  }

  /// Languages that the models translate to, from the one behind --from or --language where that is given already.
  static let targetLanguage = CompletionKind.custom { words, _, _ in
    let from = (value(of: "--from", in: words) ?? value(of: "--language", in: words))?.lowercased()
    return directions(words).filter { from == nil || $0.from.lowercased() == from }.map(\.to).distinct
  }

  /// The choices of a type that has a few.
  static func choice<Choice: CaseIterable & RawRepresentable>(_ type: Choice.Type) -> CompletionKind
  where Choice.RawValue == String {
    .list(type.allCases.map(\.rawValue))
  }

  /// What the models translate.
  private static func directions(_ words: [String]) -> [(from: String, to: String)] {
    cards(words).flatMap(\.languages).filter { $0.task != .summarization }.map { ($0.from, $0.to) }
  }

  /// The cards of the models' folder; one that cannot be read offers nothing.
  private static func cards(_ words: [String]) -> [ModelCard] {
    let environment = ProcessInfo.processInfo.environment
    let folder = value(of: "--models", in: words) ?? environment["DRAGOMAN_MODELS"]
    let folders = try? ModelCatalog.folders(in: folder ?? ServiceConfiguration.defaultModelsFolder)
    return (folders ?? []).compactMap { try? ModelCard(folder: $0) }
  }

  private static func value(of flag: String, in words: [String]) -> String? {
    words.firstIndex(of: flag).map { words.index(after: $0) }.flatMap { $0 < words.endIndex ? words[$0] : nil }
  }
}

extension [String] {
  fileprivate var distinct: [String] { Set(self).sorted() }
}
