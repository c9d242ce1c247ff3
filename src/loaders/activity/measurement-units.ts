import { LoadError } from "../../base/errors.js";

/** Units of time that a YAML file may state, in seconds. */
export const TIME_UNITS = { s: 1, ms: 1e-3, us: 1e-6, min: 60 } as const;
export type TimeUnit = keyof typeof TIME_UNITS;
export const TIME_UNIT_NAMES = ["s", "ms", "us", "min"] as const;

/** Units of length that a YAML file may state, in micrometres. */
export const LENGTH_UNITS = { um: 1, nm: 1e-3, mm: 1e3, m: 1e6 } as const;
export const LENGTH_UNIT_NAMES = ["um", "nm", "mm", "m"] as const;

const SPELLINGS: Readonly<Record<string, readonly string[]>> = {
  s: ["s", "sec", "secs", "second", "seconds"],
  ms: ["ms", "msec", "msecs", "millisecond", "milliseconds"],
  us: ["us", "µs", "μs", "usec", "microsecond", "microseconds"],
  min: ["min", "mins", "minute", "minutes"],
  um: ["um", "µm", "μm", "micron", "microns", "micrometer", "micrometers", "micrometre", "micrometres"],
  nm: ["nm", "nanometer", "nanometers", "nanometre", "nanometres"],
  mm: ["mm", "millimeter", "millimeters", "millimetre", "millimetres"],
  m: ["m", "meter", "meters", "metre", "metres"],
  "dF/F": ["df/f", "δf/f", "dff", "df/f0", "δf/f0"],
  au: ["au", "a.u.", "a.u", "arbitrary", "arbitrary units", "arb. units"],
};
const UNIT_OF = new Map(Object.entries(SPELLINGS).flatMap(([unit, all]) => all.map((text) => [text, unit] as const)));

/** One spelling of a unit: `seconds` and `Sec` are `s`. What is not known stays as it is, trimmed. */
export function canonicalUnit(text: string): string {
  const trimmed = text.trim();
  return UNIT_OF.get(trimmed.toLowerCase()) ?? trimmed;
}

/**
 * Compares the unit that a file states with the one that is expected.
 * @throws {LoadError} `load/unit` with both.
 */
export function requireUnit(options: {
  readonly file: string;
  readonly field: string;
  /** What the file says; null or blank when it says nothing. */
  readonly stated: string | null;
  readonly expected: string;
}): void {
  const { file, field, stated, expected } = options;
  if (stated === null || stated.trim() === "" || canonicalUnit(stated) === canonicalUnit(expected)) return;
  throw new LoadError("unit", `${file}, ${field}: the file says that the unit is "${stated}", not "${expected}"`, {
    fields: { file, field, stated, expected },
    wayOut: "State the unit of the file in the parameters of the step, or correct the file.",
  });
}
