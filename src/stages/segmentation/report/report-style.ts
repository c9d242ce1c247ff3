/** Style of the report; colours follow the reader's system. */
export const REPORT_STYLE = `
:root { color-scheme: light dark; --ground: #ffffff; --text: #16191d; --muted: #5a6169; --line: #d9dde2; --panel: #f5f7f9; --accent: #23608f; --bar: #2f7fb8; --low: #c05621; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #14171b; --text: #e6e9ed; --muted: #9aa3ad; --line: #2f353c; --panel: #1c2026; --accent: #7db7e0; --bar: #4a9bd1; --low: #e08a4f; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 68rem; padding: 1.5rem; background: var(--ground); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; } h2 { font-size: 1.2rem; margin: 2.2rem 0 .6rem; } h3 { font-size: 1rem; margin: 1.6rem 0 .4rem; }
p { margin: .3rem 0 .8rem; max-width: 60rem; } .muted, figcaption { color: var(--muted); }
a { color: var(--accent); }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: .6rem; margin: 1rem 0; padding: 0; }
.card { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: .6rem .8rem; }
.card b { display: block; font-size: 1.35rem; font-variant-numeric: tabular-nums; } .card small { color: var(--muted); display: block; }
.scroll { overflow-x: auto; margin: .4rem 0 1rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .9rem; }
th, td { padding: .2rem .6rem; border-bottom: 1px solid var(--line); text-align: left; white-space: nowrap; }
th { font-weight: 600; } .number { text-align: right; }
.bar { display: inline-block; width: 10rem; height: .7rem; background: var(--panel); border: 1px solid var(--line); border-radius: 2px; vertical-align: middle; }
.bar i { display: block; height: 100%; background: var(--bar); } .bar i.low { background: var(--low); }
.heat td { padding: .15rem .35rem; font-size: .78rem; text-align: center; border: 1px solid var(--line); } .heat th { font-size: .78rem; text-align: center; }
figure { margin: .6rem 0 1.2rem; } .pair { display: flex; flex-wrap: wrap; gap: .6rem; } .pair div { flex: 0 1 calc(50% - .3rem); min-width: min(100%, 16rem); font-size: .8rem; color: var(--muted); }
.pair img { display: block; max-width: 100%; height: auto; image-rendering: pixelated; border-radius: 4px; }
.warning { border-left: 3px solid var(--low); padding-left: .7rem; }
svg text { fill: currentColor; font: 11px system-ui, sans-serif; }
@media print { body { max-width: none; } details { break-inside: avoid; } }
`;
