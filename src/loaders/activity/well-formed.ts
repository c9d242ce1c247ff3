/** Halves of surrogate pairs, which JSON escapes and MATLAB characters may be, but no text of a table. */
const LONE_SURROGATES = /\p{Surrogate}/gu;

/** Whether a text can be written as UTF-8. */
export function isWellFormed(text: string): boolean {
  return text.search(LONE_SURROGATES) < 0;
}

/** The text with `\ud800` in place of each half of a surrogate pair, for rows that account for it. */
export function escapeSurrogates(text: string): string {
  return text.replace(LONE_SURROGATES, (half) => `\\u${half.charCodeAt(0).toString(16)}`);
}
