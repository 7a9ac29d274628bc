import Service
import Testing

@Suite struct SettingTests {
  /// No setting can be empty, so an empty one stops the start with its place. A flag that does not reach the
  /// configuration leaves that to the variable, which is the last to be read.
  @Test func `serve has a flag for every setting`() async throws {
    for setting in Setting.all where setting.name != .config {
      let outcome = try await Program.run(
        ["serve", "--port", "0", "--\(setting.flag)", ""], environment: ["DRAGOMAN_LOG_FORMAT": "none"])
      #expect(outcome.status == 1 && outcome.errors.contains("--\(setting.flag): \"\""), "\(outcome.errors)")
    }
  }
}
