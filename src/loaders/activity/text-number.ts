const PLAIN = /^[-+0-9.eE]+$/;
const MISSING = /^(?:[-+]?nan|na|n\/a|null)?$/i;
const INFINITE = /^([-+]?)inf(?:inity)?$/i;

/**
 * The number that a field of a text file states. Blank, `nan`, `NA` and `null` are NaN, `inf` is infinite; undefined
 * where the field is no number.
 */
export function textNumber(field: string): number | undefined {
  const text = field.trim();
  if (text !== "" && PLAIN.test(text)) {
    const value = Number(text);
    return Number.isNaN(value) ? undefined : value;
  }
  if (MISSING.test(text)) return Number.NaN;
  const infinite = INFINITE.exec(text);
  if (infinite === null) return undefined;
  return infinite[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}
