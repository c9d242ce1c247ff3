import { documentNumbers } from "./cut-units.js";

export interface TrapTexts {
  readonly per_document: number;
  /** Words of a sequence; the traps of a document take them in turn. */
  readonly lengths: readonly number[];
}

export interface TrapText {
  readonly length: number;
  readonly text: string;
}

/** Documents with fewer different words carry no traps. */
const LEAST_WORDS = 50;

/**
 * Sequences that stand nowhere: words of the document itself, each drawn with the same chance, so that they are rare in
 * any language but told by nothing from other traps (after Meeus et al. 2024, "Copyright Traps for Large Language
 * Models"). They depend on seed and document alone.
 */
export function trapTexts(text: string, docId: string, seed: number, { per_document, lengths }: TrapTexts): TrapText[] {
  const words = [...new Set(text.toLowerCase().match(/\b[a-z]{3,20}\b/g) ?? [])].sort();
  if (words.length < LEAST_WORDS) return [];
  const random = documentNumbers(seed, docId, "traps");
  return Array.from({ length: per_document }, (_, i) => {
    const length = lengths[i % lengths.length] as number;
    const drawn = Array.from({ length }, () => words[Math.floor(random() * words.length)] as string);
    return { length, text: drawn.join(" ") };
  });
}
