// The style of pages: one column of text, figures over its whole width, light or dark by the reader's setting.

/** The style sheet. It loads nothing. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: light-dark(#fcfcfa, #17181a);
  --ink: light-dark(#1d1f21, #e6e5e1);
  --muted: light-dark(#5b5f64, #a3a7ab);
  --line: light-dark(#dcdbd5, #34373b);
  --soft: light-dark(#f3f2ee, #202225);
  --accent: light-dark(#1f5f8b, #8cc0e6);
  --head: light-dark(#b4a1d6, #6a5797);
  --tables: light-dark(#dbd1ee, #4d4269);
  --files: light-dark(#9db9a6, #4f7560);
  --image: light-dark(#d9b26f, #9a7433);
  --around: light-dark(#c3d2d9, #43565f);
  --gap: light-dark(#efeee9, #26292c);
  --on: light-dark(#1d1f21, #f2f1ed);
  --error: light-dark(#a3281e, #f0988f);
  --warning: light-dark(#7d5300, #e3b866);
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif;
}
main, header, footer, nav.contents { max-width: 66rem; margin: 0 auto; padding: 0 1.5rem; }
header { padding-top: 2.5rem; }
h1 { font-size: 1.6rem; line-height: 1.25; font-weight: 600; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; font-weight: 600; margin: 3rem 0 .5rem; }
h3 { font-size: 1rem; font-weight: 600; margin: 1.75rem 0 .35rem; overflow-wrap: anywhere; }
p { margin: .35rem 0 .75rem; max-width: 44rem; }
.muted, caption, dt { color: var(--muted); }
.lead { font-size: 1.05rem; color: var(--muted); }
a { color: var(--accent); text-underline-offset: .15em; }
h2:focus, h3:focus { outline: none; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
nav.contents ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; padding: 0; margin: 1rem 0 0; }
section { border-top: 1px solid var(--line); margin-top: 2.5rem; }
section > h2 { margin-top: 1.25rem; }
table { border-collapse: collapse; width: 100%; font-size: .925rem; margin: .75rem 0 1rem; }
caption { text-align: left; padding-bottom: .35rem; }
th, td { text-align: left; vertical-align: baseline; padding: .3rem .9rem .3rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
th { font-weight: 600; white-space: nowrap; }
tbody th { font-weight: 400; white-space: normal; }
th.number, td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; overflow-wrap: normal; }
.scroll { overflow-x: auto; }
code, .path { font-family: ui-monospace, "SFMono-Regular", "DejaVu Sans Mono", Menlo, monospace; font-size: .9em; }
dl.facts { display: grid; grid-template-columns: minmax(8rem, max-content) 1fr; gap: .15rem 1.5rem; margin: .5rem 0 1rem; font-size: .95rem; }
dl.facts dd { margin: 0; overflow-wrap: anywhere; }
figure { margin: 1rem 0 1.25rem; }
figure svg { display: block; width: 100%; height: auto; }
figcaption { font-size: .9rem; color: var(--muted); margin-top: .4rem; }
svg text { font: 11px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: var(--on); }
svg text.scale, svg text.caption { fill: var(--muted); }
svg text.caption { font-size: 12px; }
svg .frame { fill: none; stroke: var(--line); }
svg .tick { stroke: var(--line); }
svg .lens { fill: var(--soft); }
svg rect.cell { stroke: var(--paper); stroke-width: 1; }
.head { fill: var(--head); } .index { fill: var(--tables); } .files { fill: var(--files); }
.image { fill: var(--image); } .around { fill: var(--around); } .gap { fill: var(--gap); }
.t0 { fill: light-dark(#b9cfd9, #3a5461); } .t1 { fill: light-dark(#cfd8b7, #525c35); } .t2 { fill: light-dark(#e3cfae, #6b5630); }
.t3 { fill: light-dark(#d9c3cf, #63475a); } .t4 { fill: light-dark(#c5c8e2, #474b73); } .t5 { fill: light-dark(#bfdacb, #37594a); }
.t6 { fill: light-dark(#dedcd5, #42444a); }
.legend { display: flex; flex-wrap: wrap; gap: .3rem 1.25rem; list-style: none; padding: 0; margin: .75rem 0; font-size: .9rem; }
.legend svg { width: .8rem; height: .8rem; margin-right: .4rem; vertical-align: -.05rem; }
details { margin: .75rem 0; }
summary { cursor: pointer; color: var(--accent); }
footer { padding: 3rem 1.5rem 2.5rem; color: var(--muted); font-size: .9rem; }
.skip { position: absolute; left: -100rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--paper); padding: .5rem; }
@media (max-width: 40rem) { dl.facts { grid-template-columns: 1fr; } dl.facts dd { margin-bottom: .4rem; } }
@media print { nav, .skip { display: none; } section { break-inside: avoid-page; } }
`;
