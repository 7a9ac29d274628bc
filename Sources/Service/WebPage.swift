import HTTP
import HTTPTypes

/// GET /: a page to translate and summarize with. It needs no other host: style and script stand in it.
enum WebPage {
  private static let policy = HTTPHeaderName(literal: "Content-Security-Policy")

  static func response() -> HTTPResponse {
    var response = HTTPResponse(status: .ok, contentType: "text/html; charset=utf-8", body: Array(html.utf8))
    response.headers[policy] =
      "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; connect-src 'self'; "
      + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    return response
  }

  private static let html = #"""
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Dragoman</title>
    <link rel="icon" href="data:,">
    <style>
    \#(style)
    </style>
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
    <script>
    "use strict";
    \#(script)
    \#(summaryScript)
    load();
    </script>
    </body>
    </html>

    """#
}
