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
    const isStream = response => (response.headers.get("Content-Type") || "").startsWith("text/event-stream");
    // Reads events as a browser's EventSource does, which cannot POST; ours are ended by LF.
    async function eachEvent(response, take) {
      const reader = response.body.getReader(), decoder = new TextDecoder();
      let rest = "";
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        const blocks = (rest + decoder.decode(value, { stream: true })).split("\n\n");
        rest = blocks.pop();
        for (const block of blocks) {
          let name = "message", data = [];
          for (const line of block.split("\n")) {
            if (line.startsWith("event: ")) name = line.slice(7);
            if (line.startsWith("data: ")) data.push(line.slice(6));
          }
          if (data.length) take(name, JSON.parse(data.join("\n")));
        }
      }
    }
    // The answer at the end of a stream; what comes before it goes to the functions of `on`, by the events' names.
    async function streamedAnswer(response, on) {
      let body = null, failure = null;
      await eachEvent(response, (name, data) => {
        if (name === "done") body = data;
        else if (name === "error") failure = data.error;
        else if (on[name]) on[name](data);
      });
      if (failure) throw new Error(failure);
      if (!body) throw new Error("The connection ended before the answer was complete.");
      return body;
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
    async function work(path, fields, show, on = {}) {
      at("go").disabled = true;
      say(path === "summarize" ? "Summarizing …" : "Translating …");
      const start = performance.now();
      try {
        const response = await fetch(path, {
          method: "POST",
          headers: { ...headers(), "Accept": "text/event-stream, application/json;q=0.9" },
          body: JSON.stringify(fields)
        });
        const body = await (isStream(response) ? streamedAnswer(response, on) : answer(response));
        const remark = show(body);
        say((remark ? remark + " " : "") + ((performance.now() - start) / 1000).toFixed(2) + " s");
      } catch (error) {
        say(error.message, true);
      } finally {
        at("go").disabled = false;
      }
    }
    function translate() {
      const text = at("text").value, result = at("result");
      const fields = { q: text, source: at("source").value, target: at("target").value };
      const units = unitCounter(text);
      let end = 0;
      result.value = "";
      // A segment goes behind what stands before its source; the whole at the end is the same text.
      const segment = part => {
        const start = units(part.source_offsets[0]), isAtEnd = result.scrollHeight - result.scrollTop - result.clientHeight < 40;
        result.value += text.slice(end, start) + part.target;
        end = units(part.source_offsets[1]);
        if (isAtEnd) result.scrollTop = result.scrollHeight;
        say("Translating … " + Math.floor(100 * end / text.length) + " %");
      };
      return work("translate", fields, body => {
        if (result.value !== body.translatedText) result.value = body.translatedText;
        return body.truncated ? "A part was too long and is cut off." : "";
      }, { segment });
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
