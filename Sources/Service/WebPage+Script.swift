extension WebPage {
  /// What both modes share, and translating.
  static let script = #"""
    const at = id => document.getElementById(id);
    const other = "und";  // ISO 639-2: undetermined
    let languages = [];
    const mode = () => at("form").dataset.mode;
    const say = (text, bad = false) => { at("message").textContent = text; at("message").className = bad ? "bad" : ""; };
    const name = code => code === other ? "Another"
      : (languages.find(language => language.code === code) || { name: inEnglish(code) }).name;
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
    function fillTargets() {
      const code = at("source").value;
      fill(at("target"), mode() === "summarize" ? [code, ...targetsOf(code)] : targetsOf(code));
    }
    function setMode(next) {
      at("form").dataset.mode = next;
      const summarizes = next === "summarize";
      at("source-label").textContent = summarizes ? "Language" : "From";
      at("target-label").textContent = summarizes ? "Summary in" : "To";
      at("go").textContent = summarizes ? "Summarize" : "Translate";
      const codes = languages.map(language => language.code);
      if (!codes.length) return;
      fill(at("source"), summarizes ? [...codes, other] : codes);
      at("target").value = "";
      fillTargets();
      showMarks(null);
      say("");
    }
    async function answer(response) {
      let body = {};
      try { body = await response.json(); } catch { throw new Error("The server answered " + response.status + " without JSON."); }
      if (!response.ok) {
        const error = new Error(body.error || "The server answered " + response.status + ".");
        // 400 asks for a key, 403 does not know the one it got.
        if (response.status === 403 || response.status === 400 && (body.error || "").endsWith("API key")) askForKey();
        error.retryAfter = response.status === 503 ? Number(response.headers.get("Retry-After")) || 1 : 0;
        throw error;
      }
      return body;
    }
    // The key lives as long as the tab.
    function keep(key) { try { sessionStorage.setItem("key", key); } catch { /* then as long as the page */ } }
    function kept() { try { return sessionStorage.getItem("key") || ""; } catch { return ""; } }
    function askForKey() {
      at("key-field").hidden = false;
      at("key").focus();
    }
    function headers() {
      const key = at("key").value.trim();
      return { "Content-Type": "application/json", ...(key ? { Authorization: "Bearer " + key } : {}) };
    }
    async function load() {
      try {
        languages = await answer(await fetch("languages"));
        setMode(document.querySelector("[name=mode]:checked").value);
        at("go").disabled = false;
      } catch (error) {
        say(error.message, true);
        setTimeout(load, 1000 * (error.retryAfter || 5));
      }
    }
    async function work(path, fields, show) {
      at("go").disabled = true;
      say(path === "summarize" ? "Summarizing …" : "Translating …");
      const start = performance.now();
      try {
        const body = await answer(await fetch(path, {
          method: "POST",
          headers: headers(),
          body: JSON.stringify(fields)
        }));
        const remark = show(body);
        say((remark ? remark + " " : "") + ((performance.now() - start) / 1000).toFixed(2) + " s");
      } catch (error) {
        say(error.message, true);
      } finally {
        at("go").disabled = false;
      }
    }
    function translate() {
      const fields = { q: at("text").value, source: at("source").value, target: at("target").value };
      return work("translate", fields, body => {
        at("result").value = body.translatedText;
        return body.truncated ? "A part was too long and is cut off." : "";
      });
    }
    at("source").addEventListener("change", () => {
      // A summary is in its text's language until another one is chosen.
      if (mode() === "summarize") at("target").value = "";
      fillTargets();
    });
    at("key").value = kept();
    at("key").addEventListener("input", () => keep(at("key").value));
    at("swap").addEventListener("click", () => {
      const source = at("source").value, target = at("target").value;
      if (!targetsOf(target).includes(source)) return say("No model translates from " + name(target) + " to " + name(source) + ".", true);
      at("source").value = target;
      fillTargets();
      at("target").value = source;
      if (at("result").value) { at("text").value = at("result").value; at("result").value = ""; }
      say("");
    });
    for (const choice of document.querySelectorAll("[name=mode]")) {
      choice.addEventListener("change", () => setMode(choice.value));
    }
    at("form").addEventListener("submit", event => {
      event.preventDefault();
      if (mode() === "summarize") summarize(); else translate();
    });
    at("text").addEventListener("keydown", event => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); at("form").requestSubmit(); }
    });
    """#
}
