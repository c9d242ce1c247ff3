import { FormatError } from "../../base/errors.js";
import { DEFAULT_LIMITS, type Limits } from "../../base/limits.js";

/**
 * A neuron's skeleton: nodes in the order of the file, each with the node it hangs on. Coordinates and radii are in the
 * units of the file, which the format does not state.
 */
export interface Swc {
  readonly count: number;
  readonly id: Int32Array;
  /** 0 undefined, 1 soma, 2 axon, 3 (basal) dendrite, 4 apical dendrite; others are free. */
  readonly type: Int32Array;
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly z: Float64Array;
  /** NaN where the file writes none. */
  readonly radius: Float64Array;
  /** Id of the parent as in the file, −1 for roots. */
  readonly parent: Int32Array;
  /** Index of the parent in these arrays, −1 for roots. */
  readonly parentIndex: Int32Array;
  /** Lines that begin with `#`, without it. */
  readonly comments: readonly string[];
}

const COLUMNS = ["id", "type", "x", "y", "z", "radius", "parent"] as const;
const MOST_ID = 2 ** 31 - 1;

/**
 * Parses an SWC file: one node a line (`id type x y z radius parent`), `#` begins a comment. Parents may come after
 * their children, there may be several roots (parent −1). More columns than seven are left out.
 * Cost: O(nodes). Source: Cannon et al., J. Neurosci. Methods 84 (1998) 49–54; http://www.neuronland.org (SWC).
 * @throws {FormatError} `swc-invalid` with the line: numbers, ids that occur twice, parents that do not exist, cycles;
 * `too-many-entries`, `too-large`.
 */
export function parseSwc(text: string, { file, limits = DEFAULT_LIMITS }: { file: string; limits?: Limits }): Swc {
  if (text.length > limits.bytes) {
    throw new FormatError("too-large", `${file}: ${text.length} characters, at most ${limits.bytes} are read`, {
      fields: { file, limit: limits.bytes },
    });
  }
  const columns: number[][] = COLUMNS.map(() => []);
  const lines: number[] = [];
  const comments: string[] = [];
  let line = 0;
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf("\n", at);
    const content = text.slice(at, end < 0 ? text.length : end).trim();
    at = end < 0 ? text.length : end + 1;
    line += 1;
    if (content === "") continue;
    if (lines.length + comments.length >= limits.entries) {
      throw new FormatError("too-many-entries", `${file}: more than ${limits.entries} lines`, {
        fields: { file, limit: limits.entries },
      });
    }
    if (content.startsWith("#")) comments.push(content.slice(1).trim());
    else {
      const values = node(content, line, file);
      for (const [column, value] of values.entries()) (columns[column] as number[]).push(value);
      lines.push(line);
    }
  }
  const [id = [], type = [], x = [], y = [], z = [], radius = [], parent = []] = columns;
  return {
    count: id.length,
    id: Int32Array.from(id),
    type: Int32Array.from(type),
    x: Float64Array.from(x),
    y: Float64Array.from(y),
    z: Float64Array.from(z),
    radius: Float64Array.from(radius),
    parent: Int32Array.from(parent),
    parentIndex: parentIndexes(id, parent, lines, file),
    comments,
  };
}

function fault(file: string, line: number, reason: string): FormatError {
  return new FormatError("swc-invalid", `${file}:${line}: ${reason}`, { fields: { file, line } });
}

function node(content: string, line: number, file: string): number[] {
  const words = content.split(/[\s,]+/, COLUMNS.length + 1);
  if (words.length < COLUMNS.length) {
    throw fault(file, line, `a node has the ${COLUMNS.length} columns ${COLUMNS.join(" ")}, here are ${words.length}`);
  }
  return COLUMNS.map((name, column) => {
    const word = words[column] as string;
    const shown = JSON.stringify(word.slice(0, 40));
    if (name === "radius" && /^nan$/i.test(word)) return Number.NaN;
    const value = word.length <= 64 && /^[+-]?(\d|\.\d)/.test(word) ? Number(word) : Number.NaN;
    if (!Number.isFinite(value)) throw fault(file, line, `${name} is ${shown}, no number`);
    if (name === "x" || name === "y" || name === "z" || name === "radius") return value;
    const least = name === "id" ? 0 : name === "parent" ? -1 : -MOST_ID;
    if (!Number.isInteger(value) || value < least || value > MOST_ID) {
      throw fault(file, line, `${name} is ${shown}, no whole number from ${least} to ${MOST_ID}`);
    }
    return value;
  });
}

function parentIndexes(id: number[], parent: number[], lines: number[], file: string): Int32Array {
  const indexOf = new Map<number, number>();
  for (const [index, name] of id.entries()) {
    const before = indexOf.get(name);
    if (before !== undefined) {
      throw fault(file, lines[index] as number, `node ${name} is there already, in line ${lines[before]}`);
    }
    indexOf.set(name, index);
  }
  const parents = new Int32Array(id.length);
  for (const [index, name] of parent.entries()) {
    const found = name === -1 ? -1 : indexOf.get(name);
    if (found === undefined) {
      throw fault(file, lines[index] as number, `node ${id[index]} hangs on node ${name}, which does not exist`);
    }
    parents[index] = found;
  }
  checkAcyclic(parents, (index) =>
    fault(file, lines[index] as number, `node ${id[index]} hangs on itself, in a circle`),
  );
  return parents;
}

/** Walks up from every node until a node known to reach a root. O(nodes). */
function checkAcyclic(parents: Int32Array, cycle: (index: number) => FormatError): void {
  /** 0 not seen, else the number of the walk that saw it first. */
  const walk = new Int32Array(parents.length);
  for (let start = 0; start < parents.length; start++) {
    let at = start;
    while (at !== -1 && walk[at] === 0) {
      walk[at] = start + 1;
      at = parents[at] as number;
    }
    if (at !== -1 && walk[at] === start + 1) throw cycle(at);
  }
}
