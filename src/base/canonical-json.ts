/** Values that have exactly one canonical text. */
export type Canonical = null | boolean | number | string | readonly Canonical[] | { readonly [key: string]: Canonical };

/**
 * One text per value: keys in code-unit order, no white space, numbers as ECMAScript prints them, -0 as `-0`.
 * @throws {TypeError} for NaN, infinities, undefined, functions: they have no canonical form.
 */
export function canonicalJson(value: Canonical): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new TypeError(`no canonical form for the number ${value}`);
    return Object.is(value, -0) ? "-0" : String(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object") throw new TypeError(`no canonical form for a ${typeof value}`);
  const record = value as { readonly [key: string]: Canonical };
  const members = Object.keys(record)
    .filter((key) => record[key] !== undefined)
    .sort(compareCodeUnits)
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(record[key] as Canonical)}`);
  return `{${members.join(",")}}`;
}

/** Order by UTF-16 code unit: the only string order used in keys and tables (never `localeCompare`). */
export function compareCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
