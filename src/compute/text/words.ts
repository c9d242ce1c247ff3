/**
 * Words as scikit-learn's `CountVectorizer` sees them: the text in lower case, maximal runs of two or more letters,
 * digits and underscores (`(?u)\b\w\w+\b`).
 */
export function vectorizerWords(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}_]{2,}/gu) ?? [];
}

/** Words between white space, as they are. */
export function spacedWords(text: string): string[] {
  return text.match(/\S+/g) ?? [];
}
