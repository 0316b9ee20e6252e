// The style of the app, in addition to that of pages.

/** The style sheet. */
export const APP_STYLE = `
#drop { border: 1px dashed var(--muted); border-radius: 6px; padding: 1.75rem 1.5rem; margin: 1.5rem 0 1rem; background: var(--soft); }
#drop.over { border-style: solid; border-color: var(--accent); }
#drop p { margin: .75rem 0 0; }
input[type=file], button { font: inherit; color: inherit; }
input[type=file]::file-selector-button, .actions button {
  font: inherit; padding: .35rem .9rem; margin-right: .75rem; border: 1px solid var(--muted); border-radius: 4px; background: var(--paper); color: var(--ink); cursor: pointer;
}
.actions button:hover, input[type=file]::file-selector-button:hover { border-color: var(--accent); }
button.name, .trail button {
  border: 0; padding: 0; background: none; color: var(--accent); cursor: pointer; text-align: left; overflow-wrap: anywhere;
  text-decoration: underline; text-underline-offset: .15em; font-family: ui-monospace, "SFMono-Regular", "DejaVu Sans Mono", Menlo, monospace; font-size: .9em;
}
.trail { display: flex; flex-wrap: wrap; list-style: none; padding: 0; margin: 1rem 0 .25rem; }
.trail li:not(:last-child)::after { content: "/"; color: var(--muted); margin: 0 .45rem; }
.trail .image { font-weight: 600; }
#status { min-height: 1.5em; color: var(--muted); }
pre { background: var(--soft); border: 1px solid var(--line); border-radius: 4px; padding: .75rem 1rem; max-height: 28rem; overflow: auto; font-size: .85rem; line-height: 1.45; tab-size: 4; }
[hidden] { display: none; }
.error { color: var(--error); } .warning { color: var(--warning); }
#image > h2 { margin-top: 2rem; font-size: 1.35rem; overflow-wrap: anywhere; }
`;
