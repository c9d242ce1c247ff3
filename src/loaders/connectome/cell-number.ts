/** A number as a file states it, or why it is none. */
export type CellNumber =
  | { readonly value: number }
  | { readonly reason: "blank" | "unparsable"; readonly text: string };

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** Texts that say "missing": what spreadsheets and numeric packages write for it. */
const MISSING: ReadonlySet<string> = new Set(["", "nan", "na", "n/a", "null", "none", "-"]);

/**
 * Reads a cell or JSON value as a finite float64. Blank, null, NaN and `NA` are `blank`; anything else that is not a
 * decimal number (units, dates, booleans, infinities) is `unparsable`.
 */
export function cellNumber(raw: unknown): CellNumber {
  if (raw === null || raw === undefined) return { reason: "blank", text: "" };
  if (typeof raw === "number") {
    if (Number.isFinite(raw)) return { value: raw };
    return { reason: Number.isNaN(raw) ? "blank" : "unparsable", text: String(raw) };
  }
  if (typeof raw !== "string") return { reason: "unparsable", text: JSON.stringify(raw) ?? String(raw) };
  const text = raw.trim();
  if (MISSING.has(text.toLowerCase())) return { reason: "blank", text };
  if (!DECIMAL.test(text)) return { reason: "unparsable", text };
  const value = Number(text);
  return Number.isFinite(value) ? { value } : { reason: "unparsable", text };
}

/** A name as a file states it, trimmed; numbers become their decimal text; blank is the empty string. */
export function cellText(raw: unknown): string {
  if (typeof raw === "string") return raw.trim();
  return typeof raw === "number" ? String(raw) : "";
}
