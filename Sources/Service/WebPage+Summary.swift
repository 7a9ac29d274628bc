extension WebPage {
  /// Summarizing, and showing which sentences of the text a sentence of the summary rests on.
  static let summaryScript = #"""
    const flagTexts = {
      unsupported_number: "A number in it is not in the text.",
      unsupported_name: "A name in it is not in the text.",
      unsupported_quotation: "Words in quotation marks in it are not in the text.",
      repetition: "It says some words again and again.",
      truncated: "A limit ended it.",
      copied: "Most of it is the text's own words in a row.",
      short_text: "The text has no more to give.",
      untranslated: "A sentence is left in the text's language: its translation said a number that the text lacks."
    };
    // The text that the summary on the page is of; places in another text would be wrong.
    let summarized = null;
    let pressed = null;

    // Where code point n of a text stands in a JavaScript string, for rising n.
    function unitCounter(text) {
      let point = 0, unit = 0;
      return wanted => {
        while (point < wanted && unit < text.length) {
          unit += text.codePointAt(unit) > 0xFFFF ? 2 : 1;
          point += 1;
        }
        return unit;
      };
    }
    // The places that a sentence rests on, in the text's order, each with how much it matters.
    function placesOf(sentence) {
      const places = new Map();
      const add = (range, kind) => places.set(range.join(), { range, kind });
      for (const source of sentence.attention || []) if (source.weight >= 0.05) add(source.source_offsets, "");
      for (const range of sentence.source_offsets) add(range, "main");
      if (sentence.argmax) add(sentence.argmax, "most");
      return [...places.values()].sort((a, b) => a.range[0] - b.range[0]);
    }
    function showMarks(sentence) {
      const text = at("text").value;
      if (!sentence || text !== summarized) return at("marks").replaceChildren();
      const units = unitCounter(text), nodes = [];
      let last = 0, first = null;
      for (const { range, kind } of placesOf(sentence)) {
        const start = units(range[0]);
        if (start < last) continue;
        const end = units(range[1]);
        const mark = document.createElement("mark");
        mark.className = kind;
        mark.textContent = text.slice(start, end);
        nodes.push(text.slice(last, start), mark);
        if (kind === "most" || !first) first = mark;
        last = end;
      }
      const view = at("text");
      at("marks").replaceChildren(...nodes, text.slice(last) + "\n");
      if (first) {
        const top = first.offsetTop, bottom = top + first.offsetHeight;
        if (top < view.scrollTop || bottom > view.scrollTop + view.clientHeight) view.scrollTop = top - 40;
      }
      at("marks").scrollTop = view.scrollTop;
    }
    function select(sentence) {
      const range = sentence.argmax || sentence.source_offsets[0], text = at("text").value;
      if (!range || text !== summarized) return;
      const units = unitCounter(text), start = units(range[0]);
      at("text").focus();
      at("text").setSelectionRange(start, units(range[1]));
    }
    function press(node, sentence) {
      for (const old of at("summary").children) old.setAttribute("aria-pressed", "false");
      pressed = pressed === sentence ? null : sentence;
      if (pressed) node.setAttribute("aria-pressed", "true");
      showMarks(sentence);
    }
    function sentenceNode(sentence) {
      const node = document.createElement("span");
      node.textContent = sentence.text;
      node.tabIndex = 0;
      node.setAttribute("role", "button");
      node.setAttribute("aria-pressed", "false");
      node.setAttribute("aria-describedby", "hint");
      node.addEventListener("pointerenter", () => showMarks(sentence));
      node.addEventListener("pointerleave", () => showMarks(pressed));
      node.addEventListener("focus", () => showMarks(sentence));
      node.addEventListener("click", () => press(node, sentence));
      node.addEventListener("keydown", event => {
        if (event.key === " ") { event.preventDefault(); press(node, sentence); }
        if (event.key === "Enter") { event.preventDefault(); select(sentence); }
      });
      return node;
    }
    function showSummary(body, text) {
      summarized = text;
      pressed = null;
      showMarks(null);
      at("summary").replaceChildren(...body.sentences.flatMap(sentence => [sentenceNode(sentence), " "]));
      at("flags").replaceChildren(...body.flags.map(flag => {
        const item = document.createElement("li");
        item.textContent = flagTexts[flag] || flag;
        return item;
      }));
      const read = body.coverage, parts = read.chunks === 1 ? "one part" : read.chunks + " parts";
      at("facts").textContent = (body.method_used === "abstractive" ? "In new words" : "Sentences of the text")
        + (body.model ? " (" + body.model + ")" : "") + ": " + body.reason + ". Read: " + read.covered_sentences + " of "
        + read.source_sentences + " sentences, in " + parts + ".";
    }
    function summarize() {
      const text = at("text").value;
      const fields = { q: text, language: at("source").value, target: at("target").value, length: at("length").value,
        method: at("method").value, query: at("query").value, details: true };
      const phases = { reading: "Reading", writing: "Writing", translating: "Translating" };
      const progress = report => say((phases[report.phase] || "Working") + " … " + report.done + " of " + report.total);
      return work("summarize", fields, body => showSummary(body, text), { progress });
    }
    at("text").addEventListener("input", () => showMarks(pressed));
    at("text").addEventListener("scroll", () => { at("marks").scrollTop = at("text").scrollTop; });
    """#
}
