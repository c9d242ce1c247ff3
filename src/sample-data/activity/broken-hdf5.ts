import { u16, u32, u64 } from "../hdf5-messages.js";
import { type WriteHdf5Dataset, type WriteHdf5Options, writeHdf5 } from "../hdf5-writer.js";
import { BROKEN_FRAMES, BROKEN_ROIS, brokenTraces, type RecordingBreakage } from "./broken-recording.js";

/** Changes of the datasets of an HDF5 file: another one, or none. */
export type Hdf5Changes = Readonly<Record<string, WriteHdf5Dataset | null>>;

/** Writes a sound recording with changes. */
export type Hdf5Recording = (changes: Hdf5Changes, more?: Omit<WriteHdf5Options, "datasets">) => Uint8Array;

/** A recording of these parts that can be changed. */
export function hdf5Recording(parts: WriteHdf5Options): Hdf5Recording {
  return (changes, more = {}) => {
    const all = Object.entries({ ...parts.datasets, ...changes });
    const datasets = Object.fromEntries(all.filter((entry): entry is [string, WriteHdf5Dataset] => entry[1] !== null));
    return writeHdf5({ ...parts, ...more, datasets });
  };
}

/** A dataset of numbers. */
export function numbers(shape: readonly number[], values: ArrayLike<number>): WriteHdf5Dataset {
  return { shape, data: Float64Array.from(values) };
}

/** A dataset of 64-bit integers. */
export function integers(shape: readonly number[], values: readonly (number | bigint)[]): WriteHdf5Dataset {
  return { shape, data: BigInt64Array.from(values, BigInt) };
}

/** A list. */
export function vector(values: ArrayLike<number>): WriteHdf5Dataset {
  return numbers([values.length], values);
}

/** Traces as frames × ROIs. */
export function framesByRois(traces: readonly Float64Array[]): WriteHdf5Dataset {
  const [rois, frames] = [traces.length, traces[0]?.length ?? 0];
  return numbers(
    [frames, rois],
    Float64Array.from({ length: frames * rois }, (_, i) => traces[i % rois]?.[Math.floor(i / rois)] as number),
  );
}

/** Traces as ROIs × frames. */
export function roisByFrames(traces: readonly Float64Array[]): WriteHdf5Dataset {
  return numbers([traces.length, traces[0]?.length ?? 0], Float64Array.from(traces.flatMap((trace) => [...trace])));
}

/**
 * Faults of bytes and storage that every loader of HDF5 meets: `traces` is the path of a matrix that it needs.
 * `missing` is what it says where there is none.
 */
export function brokenStorage(options: {
  readonly write: Hdf5Recording;
  readonly traces: string;
  readonly missing: RecordingBreakage["outcome"];
  readonly empty: RecordingBreakage["outcome"];
}): RecordingBreakage[] {
  const { write, traces, missing, empty } = options;
  const whole = write({});
  const says = [`/${traces}: `];
  const elsewhere = (link: NonNullable<WriteHdf5Options["links"]>[string]) =>
    write({ [traces]: null }, { links: { [traces]: link, loop: { soft: `/${traces}` } } });
  const cuts = [40, 100, whole.length >> 1, whole.length - 1].map(
    (length): RecordingBreakage => ({
      name: `HDF5 cut to ${length < 200 ? length : length === whole.length - 1 ? "all but a byte" : "half"}`,
      bytes: whole.slice(0, length),
      outcome: "format/truncated",
      says: [`${length < 48 ? length : whole.length}`],
    }),
  );
  const plain = framesByRois(brokenTraces());
  const chunked = { ...plain, chunks: [BROKEN_FRAMES, BROKEN_ROIS] };
  const filler = vector(new Float64Array(60_000));
  return [
    { name: "empty file", bytes: new Uint8Array(0), outcome: empty, says: [] },
    ...cuts,
    {
      name: "HDF5 cut in half that says it ends there",
      bytes: sayingItEnds(whole.slice(0, whole.length >> 1)),
      outcome: "format/hdf5-invalid",
      says: [],
    },
    {
      name: "traces in another HDF5 file",
      bytes: elsewhere({ externalFile: "/etc/passwd", path: "/x" }),
      outcome: "format/external-link",
      says: [...says, "another file", "/etc/passwd"],
    },
    {
      name: "traces in external storage",
      bytes: write({ [traces]: { ...plain, messages: [externalStorage()] } }),
      outcome: "format/external-storage",
      says: [...says, "values are in another file"],
    },
    {
      name: "traces in a virtual dataset",
      bytes: virtualView(write({ [traces]: plain })),
      outcome: "format/virtual-dataset",
      says: [...says, "view of other datasets"],
    },
    {
      name: "soft links in a loop",
      bytes: elsewhere({ soft: "/loop" }),
      outcome: "format/link-loop",
      says: ["soft links lead on"],
    },
    { name: "soft link to nowhere", bytes: elsewhere({ soft: "/nowhere" }), outcome: missing, says: [traces] },
    {
      name: "20 GB of traces that nobody stored",
      bytes: write({ [traces]: { shape: [50_000_000, 50], data: new Float64Array(16) } }),
      outcome: "format/hdf5-invalid",
      says: [...says, "invalid dataset size"],
    },
    {
      name: "20 GB of traces in one small chunk",
      bytes: claiming(write({ [traces]: chunked }), [50_000_000, 50]),
      outcome: "format/limit",
      says: [...says, "50000000 x 50 of 8-byte values"],
    },
    {
      name: "traces of 1 GB of which one chunk was written",
      bytes: claiming(write({ filler, [traces]: chunked }), [1_000_000, 100]),
      outcome: "format/limit",
      says: [...says, "promises \\d+ bytes in \\d+ chunks, 1 of which were written"],
    },
    {
      name: "texts in place of traces",
      bytes: write({ [traces]: { shape: [2, 2], data: ["1", "2", "3", "4"] } }),
      outcome: "format/unexpected-type",
      says: [...says, "values of kind string, not number"],
    },
  ];
}

const words = (...values: readonly number[]) => Buffer.from(BigUint64Array.from(values, BigInt).buffer);

/** The dataspace of frames × ROIs, by which the dataset is found among the bytes. */
const tracesSpace = () => Buffer.concat([Buffer.from([1, 2, 0, 0, 0, 0, 0, 0]), words(BROKEN_FRAMES, BROKEN_ROIS)]);

/** Changes the shape of the only dataset of 40 × 3. */
function claiming(bytes: Uint8Array, shape: readonly [number, number]): Uint8Array {
  const copy = Buffer.from(bytes);
  words(...shape).copy(copy, lastIndex(copy, tracesSpace()) + 8);
  return new Uint8Array(copy);
}

/** Makes the contiguous layout behind the shape of 40 × 3 a virtual one. */
function virtualView(bytes: Uint8Array): Uint8Array {
  const copy = Buffer.from(bytes);
  const layout = copy.indexOf(Buffer.from([3, 1]), lastIndex(copy, tracesSpace()) + 24);
  const stored = words(BROKEN_FRAMES * BROKEN_ROIS * 8);
  for (let at = layout; at >= 0; at = copy.indexOf(Buffer.from([3, 1]), at + 1)) {
    if (!copy.subarray(at + 10, at + 18).equals(stored)) continue;
    copy.set([4, 3], at);
    return new Uint8Array(copy);
  }
  throw new RangeError("there is no contiguous layout of the traces");
}

function lastIndex(bytes: Buffer, part: Buffer): number {
  const at = bytes.lastIndexOf(part);
  if (at < 0) throw new RangeError("there is no dataset of the traces' shape");
  return at;
}

/** The superblock says how long the file is. */
function sayingItEnds(bytes: Uint8Array): Uint8Array {
  const copy = Buffer.from(bytes);
  u64(bytes.length).copy(copy, 40);
  return new Uint8Array(copy);
}

/** The message that values lie in a file of their own. */
function externalStorage() {
  const data = Buffer.concat([
    Buffer.from([1, 0, 0, 0]),
    u16(1),
    u16(1),
    u64(96),
    u64(0),
    u64(0),
    u64(BROKEN_FRAMES * BROKEN_ROIS * 8),
  ]);
  return { type: 7, data: Buffer.concat([data, u32(0)]) };
}
