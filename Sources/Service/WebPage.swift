import COpenSSL
import HTTP
import HTTPTypes

/// GET /: a page to translate and summarize with. It needs no other host: style and script stand in it, and a browser
/// runs no others.
struct WebPage: Sendable {
  private let body: FixedBody

  /// - Parameter keys: whether the page asks for a key from the start; it does so later where the server refuses it.
  init(keys: KeyUse) {
    body = FixedBody(Array(Self.html(keys).utf8))
  }

  func response() -> HTTPResponse {
    var response = HTTPResponse(status: .ok, contentType: "text/html; charset=utf-8", fixed: body)
    response.headers.append(contentsOf: Self.fields)
    return response
  }

  /// What keeps other pages, and what somebody might bring into this one, from using it.
  private static let fields: [HTTPField] = [
    ("Content-Security-Policy", policy), ("X-Frame-Options", "DENY"), ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"), ("Cross-Origin-Resource-Policy", "same-origin"),
  ].compactMap { name, value in HTTPHeaderName(name).map { HTTPField(name: $0, value: value) } }

  /// Content Security Policy Level 3: the one script and the one style are known by their digests (§8.3).
  private static let policy =
    "default-src 'none'; style-src \(source(of: styleElement)); script-src \(source(of: scriptElement)); img-src data:; "
    + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

  /// `'sha256-…'`; where there is no digest the browser runs nothing.
  private static func source(of text: String) -> String {
    guard let digest = SHA256.digest(of: Array(text.utf8)) else { return "'none'" }
    var encoded = [UInt8](repeating: 0, count: 4 * ((digest.count + 2) / 3) + 1)
    let count = EVP_EncodeBlock(&encoded, digest, Int32(digest.count))
    return "'sha256-" + String(decoding: encoded[..<Int(count)], as: UTF8.self) + "'"
  }

  /// What stands between the tags, to the byte.
  private static let styleElement = "\n" + style + "\n"
  private static let scriptElement = "\n\"use strict\";\n" + script + "\n" + summaryScript + "\nload();\n"

  private static func html(_ keys: KeyUse) -> String {
    #"""
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Dragoman</title>
    <link rel="icon" href="data:,">
    <style>\#(styleElement)</style>
    </head>
    <body>
    <main>
    <header>
    <h1>Dragoman</h1>
    <p>Your text is translated and summarized on this machine and goes nowhere else.</p>
    </header>
    <form id="form" data-mode="translate">
    <fieldset class="modes">
    <legend class="unseen">What to do with the text</legend>
    <label><input type="radio" name="mode" value="translate" checked> <span>Translate</span></label>
    <label><input type="radio" name="mode" value="summarize"> <span>Summarize</span></label>
    </fieldset>
    <div class="bar">
    <label><span id="source-label">From</span> <select id="source" required></select></label>
    <button type="button" id="swap" class="translate" title="Swap the languages" aria-label="Swap the languages">⇄</button>
    <label><span id="target-label">To</span> <select id="target" required></select></label>
    <label class="summarize">Length <select id="length">
    <option value="short">Short</option><option value="medium" selected>Medium</option><option value="long">Long</option>
    </select></label>
    <label class="summarize">Method <select id="method"><option value="auto">Automatic</option>
    <option value="abstractive">In new words</option><option value="extractive">Sentences of the text</option>
    </select></label>
    <label class="summarize">About <input id="query" maxlength="2000" placeholder="Anything"></label>
    <label id="key-field"\#(keys == .none ? " hidden" : "")>API key <input id="key" type="password" autocomplete="off"
      maxlength="512" placeholder="\#(keys == .optional ? "Not needed" : "")"></label>
    <button class="main" id="go" disabled>Translate</button>
    </div>
    <div class="texts">
    <div><label for="text">Text</label>
    <div class="layers"><div id="marks" aria-hidden="true"></div><textarea id="text" autofocus required spellcheck="true"
      placeholder="Write or paste; Ctrl+Enter starts"></textarea></div></div>
    <div class="translate"><label for="result">Translation</label>
    <textarea id="result" readonly aria-live="polite"></textarea></div>
    <div class="summarize"><span class="label" id="summary-label">Summary</span>
    <div id="summary" role="group" aria-labelledby="summary-label" aria-live="polite"></div>
    <p id="hint" class="unseen">Enter selects, in the text, the sentence that this one rests on most.</p>
    <ul id="flags"></ul>
    <p id="facts"></p></div>
    </div>
    <p id="message" role="status">Loading the languages …</p>
    </form>
    <footer><a href="openapi.yaml">The API</a> · <a href="version">Version</a> · <a href="ready">Ready?</a></footer>
    </main>
    <script>\#(scriptElement)</script>
    </body>
    </html>

    """#
  }
}
