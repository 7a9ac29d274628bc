import HTTP
import Inference

/// GET /languages: `[{"code", "name", "targets"}]`, as LibreTranslate shows them.
struct LanguagesEndpoint: Sendable {
  let service: InferenceService

  func respond() -> HTTPResponse {
    let directory: LanguageDirectory
    do {
      directory = try service.languages()
    } catch {
      return Answer.error(.engine(error))
    }
    return Answer.json { writer in
      writer.array(directory.targets.sorted { $0.key < $1.key }) { writer, language in
        writer.object { object in
          object.member("code", LanguageDirectory.shown(language.key))
          object.member("name", LanguageNames.name(of: language.key))
          object.member("targets") { writer in
            let targets = language.value.union([language.key]).map(LanguageDirectory.shown).sorted()
            writer.array(targets) { $0.string($1) }
          }
        }
      }
    }
  }
}
