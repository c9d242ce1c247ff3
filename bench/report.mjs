/** A Markdown table; numbers are given as text. */
export function markdownTable(columns, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  const dashes = columns.map((_column, index) => (index === 0 ? "---" : "---:"));
  return [line(columns), line(dashes), ...rows.map((row) => line(row))].join("\n");
}

/** Replaces what stands between `<!-- NAME -->` and `<!-- /NAME -->`. */
export function replaceSection(text, name, content) {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const from = text.indexOf(open);
  const to = text.indexOf(close);
  if (from < 0 || to < from) throw new Error(`bench/README.md has no section ${open} … ${close}`);
  return `${text.slice(0, from + open.length)}\n${content}\n${text.slice(to)}`;
}

export function seconds(value) {
  return value < 1 ? `${Math.round(value * 1000)} ms` : `${value.toFixed(value < 10 ? 2 : 1)} s`;
}

export function megabytes(bytes) {
  return `${Math.round(bytes / 1e6)} MB`;
}

/** `12.3 M` */
export function millions(value) {
  return `${(value / 1e6).toFixed(value < 1e7 ? 2 : 1)} M`;
}
