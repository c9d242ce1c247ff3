import { compareCodeUnits } from "../base/canonical-json.js";
import { NEURON_LABELS, neuronByLabel } from "./neuron-registry.js";

/** How a spelling was recognised; `none`: not a neuron, and in no table of aliases. */
export type AliasRule = "exact" | "zero_pad" | "case" | "file_exception" | "replacement_table" | "none";

/** A cell as every table names it. */
export interface ResolvedCell {
  /** Canonical name of the cell, a neuron or not; never empty for a non-empty spelling. */
  readonly cell: string;
  /** The same name when the cell is a neuron (CANL and CANR too), else null. */
  readonly neuron: string | null;
  readonly rule: AliasRule;
}

export interface ResolveOptions {
  /** Spellings that mean a certain cell in one file only (`NSM` → NSMR). They win over every other rule. */
  readonly exceptions?: ReadonlyMap<string, string>;
  /** Other names of cells that are no neurons (`BWM-DL01` → dBWML1). */
  readonly replacements?: ReadonlyMap<string, string>;
}

/** The 64 zero-padded names of ventral-cord motor neurons, AS01 to VD09 → AS1 to VD9. */
export const ZERO_PAD_ALIASES: ReadonlyMap<string, string> = new Map(
  NEURON_LABELS.flatMap((label): [string, string][] => {
    const numbered = /^(AS|DA|DB|DD|VA|VB|VC|VD)([1-9])$/.exec(label);
    return numbered ? [[`${numbered[1]}0${numbered[2]}`, label]] : [];
  }).sort(([a], [b]) => compareCodeUnits(a, b)),
);

/** Lower-case spellings that occur in a published file (NeuronConnect.xls). Case is not folded in general. */
export const CASE_ALIASES: ReadonlyMap<string, string> = new Map([
  ["avfl", "AVFL"],
  ["avfr", "AVFR"],
]);

function resolveNeuron(name: string): ResolvedCell | null {
  if (neuronByLabel(name) !== null) return { cell: name, neuron: name, rule: "exact" };
  const unpadded = ZERO_PAD_ALIASES.get(name);
  if (unpadded !== undefined) return { cell: unpadded, neuron: unpadded, rule: "zero_pad" };
  const folded = CASE_ALIASES.get(name);
  if (folded !== undefined) return { cell: folded, neuron: folded, rule: "case" };
  return null;
}

/**
 * Names a cell canonically: file exceptions, then the exact name of a neuron, zero padding, letter case, the
 * replacement table; else the trimmed spelling itself, as a cell that is no neuron. Names of neurons are never taken
 * from the replacement table (one published table pads them). Specification sections 2.5, 3.2 and 3.4.
 */
export function resolveCell(raw: string, options: ResolveOptions = {}): ResolvedCell {
  const name = raw.trim();
  const exception = options.exceptions?.get(name);
  if (exception !== undefined) {
    return { cell: exception, neuron: neuronByLabel(exception)?.label ?? null, rule: "file_exception" };
  }
  const neuron = resolveNeuron(name);
  if (neuron !== null) return neuron;
  const replacement = options.replacements?.get(name);
  if (replacement === undefined) return { cell: name, neuron: null, rule: "none" };
  const target = resolveNeuron(replacement);
  return { cell: target?.cell ?? replacement, neuron: target?.neuron ?? null, rule: "replacement_table" };
}
