import { NEURON_LABELS } from "../../tables/neuron-registry.js";

/**
 * The published replacement of a name: every '?' is deleted, then of all labels that are free, in slot order, the first
 * with most equal characters at equal positions. Null when no label is free. Cost: 300 comparisons.
 */
export function nearestLabel(name: string, used: ReadonlySet<string>): string | null {
  const query = name.replaceAll("?", "");
  let nearest: string | null = null;
  let most = -1;
  for (const label of NEURON_LABELS) {
    if (used.has(label)) continue;
    const equal = equalCharacters(query, label);
    if (equal > most) {
      nearest = label;
      most = equal;
    }
  }
  return nearest;
}

function equalCharacters(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  let equal = 0;
  for (let i = 0; i < length; i++) if (a[i] === b[i]) equal++;
  return equal;
}

/**
 * Step 1 of the published procedure: every name that is no number becomes the nearest label that no earlier name took,
 * sure names too (specification section 3.1; defect `label_nearest`).
 */
export function rewriteNames(names: readonly string[]): string[] {
  const used = new Set<string>();
  return names.map((name) => {
    const written = isNumeric(name) ? name : (nearestLabel(name, used) ?? name);
    used.add(written);
    return written;
  });
}

/** Python's `str.isnumeric`. */
export function isNumeric(text: string): boolean {
  return /^\p{N}+$/u.test(text);
}
