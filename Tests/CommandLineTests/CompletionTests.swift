import Foundation
import TestSupport
import Testing

/// What a shell offers behind `dragoman`.
@Suite struct CompletionTests {
  /// What bash offers for the last word of a command line.
  private func offered(_ words: String...) async throws -> [Substring] {
    let script = try await Program.run(["--generate-completion-script", "bash"])
    let folder = try TemporaryFolder()
    try folder.write("dragoman.bash", script.output)
    try folder.write("out", [])
    let process = Program.process([])
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments =
      [
        "-c",
        """
        PATH="$1:$PATH" && source "$2" && shift 2 || exit 1
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*"
        COMP_POINT=${#COMP_LINE}
        _dragoman dragoman "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf '%s\\n' "${COMPREPLY[@]}"
        """,
        "bash", Program.url.deletingLastPathComponent().path, folder.path + "/dragoman.bash",
      ] + words
    process.standardOutput = try FileHandle(forWritingTo: folder.url.appendingPathComponent("out"))
    process.standardError = FileHandle.nullDevice
    try await process.runToEnd()
    return try String(contentsOfFile: folder.path + "/out", encoding: .utf8).split(separator: "\n")
  }

  @Test func `bash is offered commands, languages, choices and files`() async throws {
    #expect(try await offered("dragoman", "tr") == ["translate"])
    #expect(try await offered("dragoman", "bench", "k") == ["kernels"])
    #expect(try await offered("dragoman", "translate", "--from", "") == ["de", "en", "es", "fr"])
    #expect(try await offered("dragoman", "translate", "--from", "fr", "--to", "") == ["en"])
    #expect(try await offered("dragoman", "translate", "--from", "en", "--to", "") == ["de", "es", "fr"])
    #expect(try await offered("dragoman", "translate", "--from", "xx", "--to", "") == [])
    #expect(try await offered("dragoman", "translate", "--split", "") == ["sentence", "paragraph", "none"])
    #expect(try await offered("dragoman", "summarize", "--language", "").contains("en"))
    #expect(try await offered("dragoman", "summarize", "--language", "en", "--to", "") == ["de", "es", "fr"])
    #expect(try await offered("dragoman", "summarize", "--length", "") == ["short", "medium", "long"])
    #expect(try await offered("dragoman", "summarize", "--method", "") == ["abstractive", "extractive", "auto"])
    #expect(try await offered("dragoman", "serve", "--quantization", "") == ["int8", "float32"])
    #expect(try await offered("dragoman", "evaluate", "--metric", "") == ["bleu", "chrf", "chrf++", "rouge"])
    #expect(try await offered("dragoman", "evaluate", "--hypotheses", "READ") == ["README.md"])
    #expect(try await offered("dragoman", "translate", "-o", "READ") == ["README.md"])
    #expect(try await offered("dragoman", "models", "inspect", "mod") == ["models"])
  }

  @Test(arguments: [("zsh", "#compdef dragoman"), ("fish", "complete -c 'dragoman'")])
  func `other shells have a script too`(shell: String, mark: String) async throws {
    let script = try await Program.run(["--generate-completion-script", shell])
    #expect(script.status == 0 && script.output.contains(mark))
    #expect(script.output.contains("sentence") && script.output.contains("max-new-tokens"))
  }
}
