const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text for an HTML text or a quoted attribute; characters that HTML forbids are replaced. */
export function escapeHtml(text: string): string {
  return (
    text
      .replace(/[&<>"']/g, (character) => ENTITIES[character] as string)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, "\ufffd")
  );
}

/** `0.279`; an en dash for what is not there. */
export function decimal(value: number | null | undefined, digits = 3): string {
  return value === null || value === undefined ? "–" : value.toFixed(digits);
}

/** `12,345`; an en dash for what is not there. */
export function count(value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** A table; cells are HTML already. Columns that hold numbers are right-aligned by class. */
export function table(
  head: readonly { readonly html: string; readonly number?: boolean }[],
  rows: readonly (readonly string[])[],
): string {
  const cell = (tag: "th" | "td", html: string, index: number) =>
    `<${tag}${head[index]?.number === true ? ' class="number"' : ""}>${html}</${tag}>`;
  const header = head.map(({ html }, index) => cell("th", html, index)).join("");
  const body = rows.map((row) => `<tr>${row.map((html, index) => cell("td", html, index)).join("")}</tr>`);
  return `<div class="scroll"><table>\n<thead><tr>${header}</tr></thead>\n<tbody>\n${body.join("\n")}\n</tbody></table></div>\n`;
}
