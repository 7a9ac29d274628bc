import Inference
import Service

/// A translated text as a line of JSON; the members are those of a detailed answer to POST /translate.
enum JSONLine {
  static func bytes(
    _ text: InputText, _ translated: String, _ segments: [SegmentResult], model: String
  ) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { object in
      object.member("file", text.file)
      if let line = text.line { object.member("line") { $0.integer(line) } }
      object.member("source", text.text)
      object.member("translatedText", translated)
      if segments.areTruncated { object.member("truncated") { $0.bool(true) } }
      object.member("details") { $0.array(segments) { $0.segment($1) } }
      object.member("model", model)
    }
    return writer.bytes + [0x0A]
  }
}
