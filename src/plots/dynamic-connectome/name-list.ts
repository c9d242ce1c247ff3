import { fitText, textWidth } from "../text.js";

/** As many names as fit, and how many more there are: `AVAL AVAR +5`. */
export function nameList(names: readonly string[], width: number, size: number): string {
  for (let shown = names.length; shown > 0; shown--) {
    const more = names.length - shown;
    const text = `${names.slice(0, shown).join(" ")}${more > 0 ? ` +${more}` : ""}`;
    if (textWidth(text, size) <= width) return text;
  }
  return names.length === 0 ? "" : fitText(`${names[0]} +${names.length - 1}`, width, size);
}
