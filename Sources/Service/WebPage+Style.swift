extension WebPage {
  /// The look of the page. The layer of marks behind the text has the text's own measures, so that marks lie under words.
  static let style = #"""
    :root { color-scheme: light dark; --ink: #1d2433; --soft: #667085; --page: #f6f5f1; --card: #fff; --line: #d9d6cd;
      --accent: #0b6e5f; --bad: #b42318; --mark: 11 110 95; }
    @media (prefers-color-scheme: dark) { :root { --ink: #e8e6e1; --soft: #9aa3b2; --page: #14171c; --card: #1c2027;
      --line: #343a45; --accent: #4fc3ae; --bad: #ff8a7a; --mark: 79 195 174; } }
    * { box-sizing: border-box; }
    body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
    main { max-width: 68rem; margin: 0 auto; padding: 2rem 1rem; }
    h1 { margin: 0; font-size: 1.6rem; letter-spacing: -.02em; }
    header p { margin: .2rem 0 1.2rem; color: var(--soft); }
    .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
    .modes { display: flex; gap: .3rem; margin: 0 0 1rem; padding: 0; border: 0; }
    .modes input { position: absolute; opacity: 0; }
    .modes span { display: block; padding: .3rem .9rem; border-radius: .6rem; cursor: pointer; font-size: 1rem; }
    .modes :checked + span { background: var(--card); color: var(--ink); box-shadow: inset 0 0 0 1px var(--line); }
    .modes :focus-visible + span { outline: 3px solid var(--accent); outline-offset: 2px; }
    .bar { display: flex; flex-wrap: wrap; gap: .6rem; align-items: end; margin-bottom: .8rem; }
    label, .label { font-size: .85rem; color: var(--soft); }
    select, button, textarea, input { font: inherit; color: inherit; border: 1px solid var(--line); border-radius: .6rem;
      background: var(--card); }
    select, .bar input { display: block; padding: .45rem .7rem; min-width: 8rem; color: var(--ink); font-size: 1rem; }
    .bar select, .bar input, .bar button { height: 2.5rem; }
    button { padding: .45rem 1rem; cursor: pointer; }
    button.main { background: var(--accent); border-color: var(--accent); color: var(--page); font-weight: 600;
      margin-left: auto; }
    button:disabled { opacity: .55; cursor: default; }
    .texts { display: grid; grid-template-columns: 1fr 1fr; gap: .8rem; }
    .texts > div { min-width: 0; }
    @media (max-width: 44rem) { .texts { grid-template-columns: 1fr; } }
    [data-mode=translate] .summarize, [data-mode=summarize] .translate { display: none; }
    textarea, #marks, #summary { display: block; width: 100%; min-height: 15rem; padding: .9rem; font: inherit;
      color: var(--ink); border: 1px solid var(--line); border-radius: .6rem; }
    textarea { resize: vertical; }
    .layers { position: relative; background: var(--card); border-radius: .6rem; }
    .layers textarea { position: relative; background: none; overflow-y: scroll; }
    #marks { position: absolute; inset: 0; min-height: 0; overflow-x: hidden; overflow-y: scroll; color: transparent;
      border-color: transparent; white-space: pre-wrap; overflow-wrap: break-word; pointer-events: none; }
    mark { color: transparent; border-radius: .2rem; background: rgb(var(--mark) / .15); }
    mark.main { background: rgb(var(--mark) / .3); }
    mark.most { background: rgb(var(--mark) / .45); box-shadow: 0 0 0 1px var(--accent); }
    #summary { background: var(--card); overflow-wrap: break-word; }
    #summary [role=button] { cursor: pointer; border-radius: .2rem; }
    #summary [role=button]:hover, #summary [role=button]:focus, #summary [aria-pressed=true] {
      background: rgb(var(--mark) / .2); }
    #facts { margin: .5rem 0 0; color: var(--soft); font-size: .9rem; }
    #flags { margin: .5rem 0 0; padding-left: 1.2rem; color: var(--bad); font-size: .9rem; }
    #flags:empty { display: none; }
    :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
    #message { min-height: 1.5rem; margin: .8rem 0; color: var(--soft); }
    #message.bad { color: var(--bad); }
    footer { color: var(--soft); font-size: .9rem; }
    a { color: inherit; }
    """#
}
