import type { MatlabValue } from "../../formats/matlab/matlab-value.js";
import { writeHdf5 } from "../hdf5-writer.js";
import { BROKEN_FRAMES, BROKEN_ROIS, type RecordingBreakage, textBytes } from "./broken-recording.js";

/** Faults of the bytes of a MATLAB 5 file that is not compressed; `variable` is a full double matrix of it. */
export function brokenMatlab5(whole: Uint8Array): RecordingBreakage[] {
  return [
    { name: "empty file", bytes: new Uint8Array(0), outcome: "format/wrong-format", says: ["no MATLAB file"] },
    {
      name: "text named .mat",
      bytes: textBytes("not a matrix ".repeat(20)),
      outcome: "format/wrong-format",
      says: ["no MATLAB file"],
    },
    {
      name: "MATLAB 5 cut in its header",
      bytes: whole.slice(0, 100),
      outcome: "format/truncated",
      says: ["100 bytes, the header alone has 128"],
    },
    {
      name: "MATLAB 5 cut in half",
      bytes: whole.slice(0, whole.length >> 1),
      outcome: "format/truncated",
      says: ["claims \\d+ bytes, \\d+ are there"],
    },
    {
      name: "MATLAB 5 variable that claims 2 GB",
      bytes: withUint32(whole, 132, 0x7fff_ff00),
      outcome: "format/truncated",
      says: ["claims 2147483392 bytes"],
    },
  ];
}

/** A matrix of frames × ROIs whose dimensions claim 20 GB. */
export function claiming20Gigabytes(whole: Uint8Array, dims: readonly [number, number]): Uint8Array {
  const copy = Buffer.from(whole);
  const words = (values: readonly number[]) => Buffer.from(Int32Array.from(values).buffer);
  const at = copy.indexOf(words(dims));
  if (at < 0) throw new RangeError(`there are no dimensions ${dims.join(" x ")}`);
  words([50_000_000, 50]).copy(copy, at);
  return new Uint8Array(copy);
}

/** Makes a variable of MATLAB 5 one of the class of function handles, which are not read. */
export function asFunctionHandle(whole: Uint8Array, variable: string): Uint8Array {
  const copy = Buffer.from(whole);
  const name = copy.indexOf(Buffer.from(variable));
  // Before the name: its tag of 8 bytes, dimensions of 16, flags of 16 of which the class is the ninth.
  const flags = name - 8 - 16 - 8;
  if (name < 0 || copy.readUInt32LE(flags - 8) !== 6) throw new RangeError(`${variable} is not where it should be`);
  copy[flags] = 16;
  return new Uint8Array(copy);
}

/** Faults of the bytes of a MATLAB 7.3 file whose struct is `struct`. */
export function brokenMatlab73(whole: Uint8Array, struct: string): RecordingBreakage[] {
  const half = whole.slice(0, whole.length >> 1);
  const cell = (references: readonly string[]) => ({
    shape: [references.length],
    data: { references },
    attributes: { MATLAB_class: "cell" },
  });
  const tree = (width: number, levels: number) => {
    const names = Array.from({ length: levels }, (_, level) => (level === 0 ? `${struct}/traces` : `#refs#/${level}`));
    return Object.fromEntries(
      names.map((name, level) => [name, cell(new Array<string>(width).fill(names[level + 1] ?? "#refs#/end"))]),
    );
  };
  const file = (datasets: NonNullable<Parameters<typeof writeHdf5>[0]["datasets"]>) =>
    writeHdf5({
      userBlock: whole.slice(0, 512),
      datasets: {
        ...datasets,
        "#refs#/end": { shape: [1, 1], data: Float64Array.of(1), attributes: { MATLAB_class: "double" } },
      },
      groups: { [struct]: { MATLAB_class: "struct" } },
    });
  return [
    {
      name: "MATLAB 7.3 cut in half",
      bytes: half,
      outcome: "format/truncated",
      says: [`ends at byte ${whole.length}`],
    },
    {
      name: "MATLAB 7.3 header and nothing else",
      bytes: whole.slice(0, 512),
      outcome: "format/wrong-format",
      says: ["no HDF5 signature"],
    },
    {
      name: "cell that contains itself",
      bytes: file({ [`${struct}/traces`]: cell([`${struct}/traces`]) }),
      outcome: "format/reference-loop",
      says: [`${struct}\\.traces\\{1\\}`, "contains itself"],
    },
    {
      name: "cells that contain each other",
      bytes: file({ [`${struct}/traces`]: cell(["#refs#/b"]), "#refs#/b": cell([`${struct}/traces`]) }),
      outcome: "format/reference-loop",
      says: ["traces\\{1\\}\\{1\\}"],
    },
    {
      name: "a few cells that contain each other four billion times",
      bytes: file(tree(255, 4)),
      outcome: "format/limit",
      says: ["more than 1000000 arrays"],
    },
    {
      name: "cells a hundred deep",
      bytes: file(tree(1, 100)),
      outcome: "format/limit",
      says: ["deeper than 64 levels"],
    },
    {
      name: "cell in another file",
      bytes: writeHdf5({
        userBlock: whole.slice(0, 512),
        groups: { [struct]: { MATLAB_class: "struct" } },
        links: { [`${struct}/traces`]: { externalFile: "/etc/passwd", path: "/x" } },
      }),
      outcome: "format/external-link",
      says: ["/etc/passwd"],
    },
  ];
}

/** Frames × ROIs as a MATLAB matrix. */
export function matlabMatrix(traces: readonly Float64Array[], frames = BROKEN_FRAMES): MatlabValue {
  const real = Float64Array.from(traces.flatMap((trace) => [...trace]));
  return {
    kind: "numeric",
    class: "double",
    dims: [traces.length === 0 ? 0 : frames, traces.length],
    real,
    imaginary: null,
  };
}

/** Names of the ROIs of a broken recording. */
export const BROKEN_NAMES: readonly string[] = ["AVAL", "AVAR", "RIML"].slice(0, BROKEN_ROIS);

function withUint32(bytes: Uint8Array, offset: number, value: number): Uint8Array {
  const copy = bytes.slice();
  new DataView(copy.buffer).setUint32(offset, value, true);
  return copy;
}
