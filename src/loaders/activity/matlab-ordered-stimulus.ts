import { elementCount, type MatlabValue } from "../../formats/matlab/matlab-value.js";
import { spanFault } from "./event-span.js";
import { describeMatlab, matlabElements, matlabNumbers, matlabPlainText } from "./matlab-access.js";
import type { SourceStimulus } from "./source-recording.js";

/**
 * Presentations of a list of stimuli in an order of its own per worm (Yemini 2021): `stim_names` names them, `stims`
 * gives the order per worm (numbers of `stim_names` from 1, or names: one row or cell per worm), `stim_times` the times
 * in seconds at which a stimulus is turned on and off (presentations x 2, or on and off alternating; for all worms, or a
 * cell per worm). What is not of this form is a problem, by the name of its field, and gives no stimuli.
 */
export function orderedStimuli(fields: {
  readonly worms: number;
  readonly names: MatlabValue | undefined;
  readonly times: MatlabValue | undefined;
  readonly order: MatlabValue | undefined;
}): { readonly perWorm: SourceStimulus[][]; readonly problems: readonly (readonly [field: string, why: string])[] } {
  const { worms } = fields;
  const none = Array.from({ length: worms }, (): SourceStimulus[] => []);
  if (fields.names === undefined && fields.times === undefined && fields.order === undefined) {
    return { perWorm: none, problems: [] };
  }
  const refuse = (why: string) => {
    return { perWorm: none, problems: ["stim_names", "stim_times", "stims"].map((field) => [field, why] as const) };
  };
  const names = fields.names === undefined ? null : textsOf(fields.names);
  if (names === null) return refuse("stim_names is no list of texts");
  if (fields.times === undefined) return refuse("there is no stim_times");
  const times = timesPerWorm(fields.times, worms);
  if (times === null) return refuse(`stim_times is ${describeMatlab(fields.times)}`);
  const order = fields.order === undefined ? none.map(() => names) : orderPerWorm(fields.order, worms, names);
  if (order === null)
    return refuse(`stims is ${fields.order === undefined ? "missing" : describeMatlab(fields.order)}`);
  const perWorm: SourceStimulus[][] = [];
  for (let worm = 0; worm < worms; worm++) {
    const presented = order[worm] ?? [];
    const periods = times[worm] ?? [];
    if (presented.length !== periods.length) {
      return refuse(`worm ${worm + 1} has ${presented.length} stimuli, but ${periods.length} times`);
    }
    const fault = periods.map(([on, off]) => spanFault(finite(on), finite(off))).find((found) => found !== null);
    if (fault !== undefined) return refuse(`worm ${worm + 1} has a stimulus of ${fault.detail}`);
    perWorm.push(
      presented.map((name, index): SourceStimulus => {
        const [on, off] = periods[index] as readonly [number, number];
        return { kind: "odour", name, tOnS: finite(on), tOffS: finite(off) };
      }),
    );
  }
  return { perWorm, problems: [] };
}

function finite(number: number): number | null {
  return Number.isFinite(number) ? number : null;
}

function textsOf(value: MatlabValue): string[] | null {
  if (value.kind === "char") {
    const text = matlabPlainText(value);
    return text === null ? null : [text];
  }
  if (value.kind !== "cell") return null;
  const texts = value.cells.map((cell) => matlabPlainText(cell));
  return texts.some((text) => text === null || text === "") ? null : (texts as string[]);
}

type Periods = readonly (readonly [number, number])[];

function timesPerWorm(value: MatlabValue, worms: number): Periods[] | null {
  if (value.kind === "cell") {
    if (value.cells.length !== worms) return null;
    const all = value.cells.map(periodsOf);
    return all.includes(null) ? null : (all as Periods[]);
  }
  const shared = periodsOf(value);
  return shared === null ? null : Array.from({ length: worms }, () => shared);
}

function periodsOf(value: MatlabValue): Periods | null {
  const numbers = matlabNumbers(value);
  if (numbers === null || value.dims.length !== 2) return null;
  const [rows = 0, columns = 0] = value.dims;
  const at = (index: number) => numbers[index] as number;
  if (columns === 2 && rows !== 1) return Array.from({ length: rows }, (_, row) => [at(row), at(row + rows)] as const);
  const alternating = rows === 2 || rows === 1 || columns === 1;
  if (!alternating || numbers.length % 2 !== 0) return null;
  return Array.from({ length: numbers.length / 2 }, (_, index) => [at(2 * index), at(2 * index + 1)] as const);
}

function orderPerWorm(value: MatlabValue, worms: number, names: readonly string[]): string[][] | null {
  const [rows = 0, columns = 0] = value.dims;
  const elements = matlabElements(value);
  if (elements !== null && elements.length === worms && (rows === worms || columns === worms)) {
    const all = elements.map((element) => namesOf(element, names));
    if (!all.includes(null)) return all as string[][];
  }
  const flat = elements ?? [...(matlabNumbers(value) ?? [])];
  const all = flat.map((item) =>
    typeof item === "number" ? nameOf(item, names) : (namesOf(item, names)?.[0] ?? null),
  );
  if (all.includes(null) || value.dims.length !== 2 || all.length !== elementCount(value.dims)) return null;
  if (rows === worms) {
    return Array.from({ length: worms }, (_, worm) =>
      Array.from({ length: columns }, (__, index) => all[worm + index * rows] as string),
    );
  }
  if (columns === worms) {
    return Array.from({ length: worms }, (_, worm) => all.slice(worm * rows, (worm + 1) * rows) as string[]);
  }
  return null;
}

function namesOf(value: MatlabValue, names: readonly string[]): string[] | null {
  const texts = textsOf(value);
  if (texts !== null) return texts;
  const numbers = matlabNumbers(value);
  if (numbers === null) return null;
  const all = Array.from(numbers, (number) => nameOf(number, names));
  return all.includes(null) ? null : (all as string[]);
}

function nameOf(number: number, names: readonly string[]): string | null {
  return Number.isInteger(number) ? (names[number - 1] ?? null) : null;
}
