import { inMicrometres } from "../length-unit.js";
import type { NrrdHeader } from "./nrrd-header.js";

/** Kinds of axes along which elements are samples of space. */
const SPATIAL = new Set(["domain", "space"]);

/**
 * One letter per axis, slowest first: `x`, `y`, `z` for the axes of space in the order of the file, `c` for colours,
 * vectors and lists, `t` for time. Labels of one letter win. Undefined when two axes would have one letter or nothing
 * tells what an axis is.
 */
export function nrrdAxes({ sizes, kinds, labels, spaceDirections }: NrrdHeader): string | undefined {
  const labelled = labels?.map((label) => label.toLowerCase());
  if (labelled?.every((label) => /^[a-z]$/.test(label)) && new Set(labelled).size === labelled.length) {
    return labelled.reverse().join("");
  }
  const free = ["x", "y", "z"];
  const letters = sizes.map((_size, axis) => {
    const kind = kinds?.[axis];
    if (kind === "time") return "t";
    if (kind !== undefined && !SPATIAL.has(kind)) return "c";
    if (kind === undefined && spaceDirections !== undefined && spaceDirections[axis] === undefined) return "c";
    return free.shift() ?? "?";
  });
  return letters.includes("?") || new Set(letters).size < letters.length ? undefined : letters.reverse().join("");
}

/** Micrometres per step of every axis, slowest first; undefined where the file states no unit of length. */
export function nrrdSpacing(header: NrrdHeader): (number | undefined)[] | undefined {
  const { sizes, spacings, units, spaceDirections, spaceUnits } = header;
  const steps = sizes.map((_size, axis) => {
    const direction = spaceDirections?.[axis];
    if (direction !== undefined) return alongDirection(direction, spaceUnits);
    return inMicrometres(spacings?.[axis], units?.[axis]);
  });
  return steps.every((step) => step === undefined) ? undefined : steps.reverse();
}

/** Length of a direction whose components may have different units. */
function alongDirection(direction: readonly number[], units: readonly string[] | undefined): number | undefined {
  const parts = direction.map((part, axis) => (part === 0 ? 0 : inMicrometres(Math.abs(part), units?.[axis])));
  if (parts.includes(undefined)) return undefined;
  const length = Math.hypot(...(parts as number[]));
  return length > 0 ? length : undefined;
}
