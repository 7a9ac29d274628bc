import HTTP
import HTTPTypes

/// GET /: a page to translate with. It needs no other host: style and script stand in it.
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
    :root { color-scheme: light dark; --ink: #1d2433; --soft: #667085; --page: #f6f5f1; --card: #fff; --line: #d9d6cd;
      --accent: #0b6e5f; --bad: #b42318; }
    @media (prefers-color-scheme: dark) { :root { --ink: #e8e6e1; --soft: #9aa3b2; --page: #14171c; --card: #1c2027;
      --line: #343a45; --accent: #4fc3ae; --bad: #ff8a7a; } }
    * { box-sizing: border-box; }
    body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
    main { max-width: 68rem; margin: 0 auto; padding: 2rem 1rem; }
    h1 { margin: 0; font-size: 1.6rem; letter-spacing: -.02em; }
    header p { margin: .2rem 0 1.5rem; color: var(--soft); }
    .bar { display: flex; flex-wrap: wrap; gap: .6rem; align-items: end; margin-bottom: .8rem; }
    label { font-size: .85rem; color: var(--soft); }
    select, button, textarea { font: inherit; color: inherit; border: 1px solid var(--line); border-radius: .6rem;
      background: var(--card); }
    select { display: block; padding: .45rem .7rem; min-width: 10rem; }
    button { padding: .45rem 1rem; cursor: pointer; }
    button.main { background: var(--accent); border-color: var(--accent); color: var(--page); font-weight: 600;
      margin-left: auto; }
    button:disabled { opacity: .55; cursor: default; }
    .texts { display: grid; grid-template-columns: 1fr 1fr; gap: .8rem; }
    @media (max-width: 44rem) { .texts { grid-template-columns: 1fr; } }
    textarea { display: block; width: 100%; min-height: 15rem; padding: .9rem; resize: vertical; }
    :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
    #message { min-height: 1.5rem; margin: .8rem 0; color: var(--soft); }
    #message.bad { color: var(--bad); }
    footer { color: var(--soft); font-size: .9rem; }
    a { color: inherit; }
    </style>
    </head>
    <body>
    <main>
    <header>
    <h1>Dragoman</h1>
    <p>Your text is translated on this machine and goes nowhere else.</p>
    </header>
    <form id="form">
    <div class="bar">
    <label>From <select id="source" required></select></label>
    <button type="button" id="swap" title="Swap the languages" aria-label="Swap the languages">⇄</button>
    <label>To <select id="target" required></select></label>
    <button class="main" id="go" disabled>Translate</button>
    </div>
    <div class="texts">
    <label>Text <textarea id="text" autofocus required spellcheck="true"
      placeholder="Write or paste; Ctrl+Enter translates"></textarea></label>
    <label>Translation <textarea id="result" readonly aria-live="polite"></textarea></label>
    </div>
    <p id="message" role="status">Loading the languages …</p>
    </form>
    <footer><a href="openapi.yaml">The API</a> · <a href="version">Version</a> · <a href="ready">Ready?</a></footer>
    </main>
    <script>
    "use strict";
    const at = id => document.getElementById(id);
    let languages = [];
    const say = (text, bad = false) => { at("message").textContent = text; at("message").className = bad ? "bad" : ""; };
    const name = code => (languages.find(language => language.code === code) || { name: inEnglish(code) }).name;
    function inEnglish(code) {
      try { return new Intl.DisplayNames(["en"], { type: "language" }).of(code) || code; } catch { return code; }
    }
    function fill(select, codes) {
      const old = select.value;
      select.replaceChildren(...codes.map(code => new Option(name(code), code)));
      if (codes.includes(old)) select.value = old;
    }
    function targetsOf(code) {
      const language = languages.find(language => language.code === code);
      return language ? language.targets.filter(target => target !== code) : [];
    }
    async function answer(response) {
      let body = {};
      try { body = await response.json(); } catch { throw new Error("The server answered " + response.status + " without JSON."); }
      if (!response.ok) {
        const error = new Error(body.error || "The server answered " + response.status + ".");
        error.retryAfter = response.status === 503 ? Number(response.headers.get("Retry-After")) || 1 : 0;
        throw error;
      }
      return body;
    }
    async function load() {
      try {
        languages = await answer(await fetch("languages"));
        fill(at("source"), languages.map(language => language.code));
        fill(at("target"), targetsOf(at("source").value));
        at("go").disabled = false;
        say("");
      } catch (error) {
        say(error.message, true);
        setTimeout(load, 1000 * (error.retryAfter || 5));
      }
    }
    async function translate() {
      at("go").disabled = true;
      say("Translating …");
      const start = performance.now();
      try {
        const body = await answer(await fetch("translate", {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify({ q: at("text").value, source: at("source").value, target: at("target").value })
        }));
        at("result").value = body.translatedText;
        say((body.truncated ? "A part was too long and is cut off. " : "")
          + ((performance.now() - start) / 1000).toFixed(2) + " s");
      } catch (error) {
        say(error.message, true);
      } finally {
        at("go").disabled = false;
      }
    }
    at("source").addEventListener("change", () => fill(at("target"), targetsOf(at("source").value)));
    at("swap").addEventListener("click", () => {
      const source = at("source").value, target = at("target").value;
      if (!targetsOf(target).includes(source)) return say("No model translates from " + name(target) + " to " + name(source) + ".", true);
      at("source").value = target;
      fill(at("target"), targetsOf(target));
      at("target").value = source;
      if (at("result").value) { at("text").value = at("result").value; at("result").value = ""; }
      say("");
    });
    at("form").addEventListener("submit", event => { event.preventDefault(); translate(); });
    at("text").addEventListener("keydown", event => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); at("form").requestSubmit(); }
    });
    load();
    </script>
    </body>
    </html>

    """#
}
