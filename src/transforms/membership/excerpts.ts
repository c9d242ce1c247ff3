import type { ExcerptRow } from "../../tables/generated/membership.js";
import { codePoints } from "./code-points.js";
import { cutSegments, cutWindow, documentNumbers, parseWindow } from "./cut-units.js";
import type { DocumentsParameters } from "./documents-parameters.js";
import { trapTexts } from "./trap-texts.js";

/** How `excerpt.window` begins for a planted sequence: `trap:25`. */
export const TRAP_WINDOW = "trap:";

/**
 * The units of a document: its window (`pg105`), or its segments (`pg105#1` …), those that are long enough; and its
 * traps (`pg105#trap1` …).
 */
export function excerptsOf(docId: string, text: string, parameters: DocumentsParameters): ExcerptRow[] {
  const { segments, window, seed } = parameters;
  const cut =
    segments !== undefined
      ? cutSegments(text, segments)
      : [cutWindow(text, parseWindow(window), documentNumbers(seed, docId, "window"))];
  const rows = cut
    .map((unit, i) => ({
      doc_id: segments === undefined ? docId : `${docId}#${i + 1}`,
      source_doc_id: docId,
      segment: i,
      window: segments === undefined ? window : `segments:${segments.characters}`,
      char_start: BigInt(unit.start),
      n_chars: BigInt(unit.length),
      text: unit.text,
    }))
    .filter((row) => row.n_chars > 0n && row.n_chars >= BigInt(parameters.minimum));
  if (parameters.traps === undefined || rows.length === 0) return rows;
  const traps = trapTexts(text, docId, seed, parameters.traps).map((trap, i) => ({
    doc_id: `${docId}#trap${i + 1}`,
    source_doc_id: docId,
    segment: cut.length + i,
    window: `${TRAP_WINDOW}${trap.length}`,
    char_start: 0n,
    n_chars: BigInt(codePoints(trap.text)),
    text: trap.text,
  }));
  return [...rows, ...traps];
}
