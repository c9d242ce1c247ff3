import type { VolumeData } from "../../formats/volume/volume.js";
import { writeHdf5 } from "../hdf5-writer.js";
import { zarrFiles } from "../zarr-writer.js";
import {
  BROKEN_SHAPE,
  BROKEN_VOXELS,
  type Breakage,
  below,
  brokenStore,
  soundTruth,
  textBytes,
} from "./broken-volume.js";

const [DEPTH, HEIGHT, WIDTH] = BROKEN_SHAPE;
const DESCR: Readonly<Record<string, string>> = {
  Uint8Array: "'|u1'",
  Uint16Array: "'<u2'",
  Uint32Array: "'<u4'",
  Int32Array: "'<i4'",
  BigUint64Array: "'<u8'",
  Float32Array: "'<f4'",
};

/** Bytes of a `.npy` file (numpy.lib.format, version 1.0) with what its header says of type and shape. */
export function npyBytes(
  data: VolumeData,
  shape: readonly number[],
  descr = DESCR[data.constructor.name] as string,
): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const text = `{'descr': ${descr}, 'fortran_order': False, 'shape': ${tuple}, }`;
  const header = `${text.padEnd(Math.ceil((11 + text.length) / 64) * 64 - 11)}\n`;
  const head = Buffer.from(`\x93NUMPY\x01\x00\x00\x00${header}`, "latin1");
  head.writeUInt16LE(header.length, 8);
  return new Uint8Array(Buffer.concat([head, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)]));
}

/** The two neurons as labels of one channel, the second in front. */
export function soundLabels(): Uint16Array {
  const truth = soundTruth();
  return Uint16Array.from({ length: BROKEN_VOXELS }, (_, i) =>
    Math.max(truth[i] as number, truth[BROKEN_VOXELS + i] as number),
  );
}

function at(sample: string, extension: string, method = "mine"): string {
  return `fisbe/predictions/${method}/${sample}.${extension}`;
}

/** A prediction without a volume. */
function file(
  name: string,
  extension: string,
  bytes: () => Uint8Array,
  outcome: string,
  says: readonly string[],
): Breakage {
  return { name, outcome, says, files: async (sample) => ({ [at(sample, extension)]: bytes() }) };
}

const npy = (name: string, bytes: () => Uint8Array, outcome: string, says: readonly string[]) =>
  file(name, "npy", bytes, outcome, says);
const hdf = (name: string, bytes: () => Uint8Array, outcome: string, says: readonly string[]) =>
  file(name, "hdf", bytes, outcome, says);

/** A prediction of a sound volume, at whose size it fails or by whose truth it is scored. */
function scored(
  name: string,
  values: { readonly data: VolumeData; readonly shape: readonly number[] },
  outcome: string,
  says: readonly string[],
  method = "mine",
): Breakage {
  return {
    name,
    outcome,
    says,
    at: (sample) => at(sample, "npy", method),
    files: async (sample) => ({
      ...below(`fisbe/samples/completely/test/${sample}.zarr`, await brokenStore()),
      [at(sample, "npy", method)]: npyBytes(values.data, values.shape),
    }),
  };
}

function labels(change: (value: number, i: number) => number): Int32Array {
  return Int32Array.from(soundLabels(), change);
}

/** Ways to break a prediction: its file, its values, its size, its name; and what is only unusual. */
export const PREDICTION_BREAKAGES: readonly Breakage[] = [
  npy(
    "prediction of fractions",
    () => npyBytes(new Float32Array(BROKEN_VOXELS), BROKEN_SHAPE),
    "volumes: load/label-type",
    ["float32", "whole numbers"],
  ),
  npy(
    "prediction with a negative id",
    () =>
      npyBytes(
        labels((value, i) => (i === WIDTH + 2 ? -1 : value)),
        BROKEN_SHAPE,
      ),
    "volumes: load/negative-label",
    ["\\[0, 1, 2\\] is -1"],
  ),
  npy(
    "prediction of two axes",
    () => npyBytes(new Uint16Array(BROKEN_VOXELS), [DEPTH * HEIGHT, WIDTH]),
    "volumes: load/label-axes",
    ["60 × 12"],
  ),
  npy(
    "prediction of five axes",
    () => npyBytes(new Uint16Array(4 * BROKEN_VOXELS), [2, 2, ...BROKEN_SHAPE]),
    "volumes: load/label-axes",
    ["2 × 2 × 6 × 10 × 12"],
  ),
  npy("prediction of one number", () => npyBytes(new Uint16Array(1), []), "volumes: load/label-axes", ["0 are left"]),
  npy("pickled objects", () => npyBytes(new Uint8Array(64), [8], "'|O'"), "volumes: format/npy-object", ["pickled"]),
  npy(
    "structured values",
    () => npyBytes(new Uint8Array(64), [8], "[('a', '<u4'), ('b', '<f4')]"),
    "volumes: format/npy-object",
    ["structured"],
  ),
  npy("npy cut in half", () => npyBytes(soundLabels(), BROKEN_SHAPE).subarray(0, 900), "volumes: format/truncated", []),
  npy("npy whose shape lies", () => npyBytes(soundLabels(), [6000, HEIGHT, WIDTH]), "volumes: format/truncated", []),
  npy(
    "npy that claims 4 EB",
    () => npyBytes(soundLabels(), [2 ** 20, 2 ** 20, 2 ** 20]),
    "volumes: format/too-large",
    [],
  ),
  npy(
    "axis of 33,000 steps in a prediction",
    () => npyBytes(new Uint8Array(33_000 * 4), [33_000, 2, 2]),
    "volumes: load/volume-size",
    ["33000"],
  ),
  npy("empty file", () => new Uint8Array(0), "volumes: format/empty", []),
  npy("text in place of an array", () => textBytes("label,voxels\n1,900\n"), "volumes: format/[a-z-]+", []),
  npy(
    "label of 2^32",
    () =>
      npyBytes(
        BigUint64Array.from(soundLabels(), (value) => (value === 2 ? 2n ** 32n : BigInt(value))),
        BROKEN_SHAPE,
      ),
    "volumes: load/large-label",
    ["4294967296"],
  ),
  npy(
    "label of 2^63",
    () =>
      npyBytes(
        BigUint64Array.from(soundLabels(), (value) => (value === 2 ? 2n ** 63n - 1n : BigInt(value))),
        BROKEN_SHAPE,
      ),
    "volumes: load/large-label",
    ["9223372036854775807"],
  ),
  hdf(
    "HDF5 cut in half",
    () => {
      const whole = writeHdf5({ datasets: { "volumes/prediction": { shape: BROKEN_SHAPE, data: soundLabels() } } });
      return whole.subarray(0, whole.length >> 1);
    },
    "volumes: format/[a-z-]+",
    [],
  ),
  hdf("HDF5 without an array", () => writeHdf5({ groups: { volumes: {} } }), "volumes: load/no-array", ["no array"]),
  hdf(
    "several arrays, none of them named",
    () =>
      writeHdf5({
        datasets: {
          "volumes/first": { shape: BROKEN_SHAPE, data: soundLabels() },
          "volumes/second": { shape: BROKEN_SHAPE, data: soundLabels() },
        },
      }),
    "volumes: load/prediction-key",
    ["volumes/first \\(6 x 10 x 12", "volumes/second"],
  ),
  hdf(
    "HDF5 labels of fractions",
    () =>
      writeHdf5({ datasets: { "volumes/prediction": { shape: BROKEN_SHAPE, data: new Float32Array(BROKEN_VOXELS) } } }),
    "volumes: load/label-type",
    ["volumes/prediction", "float32"],
  ),
  {
    name: "Zarr prediction with a chunk cut in half",
    files: async (sample) => {
      const form = { path: "prediction", chunks: [3, HEIGHT, WIDTH] };
      const stored = await zarrFiles(form, { shape: BROKEN_SHAPE, type: "uint16", data: soundLabels() });
      const files = new Map(stored.map(({ path, bytes }) => [path, bytes]));
      const last = files.get("prediction/1.0.0") as Uint8Array;
      files.set("prediction/1.0.0", last.subarray(0, last.length - 12));
      return below(at(sample, "zarr"), files);
    },
    outcome: "volumes: format/truncated",
    says: ["prediction", "1\\.0\\.0"],
  },
  {
    name: "two predictions of one method",
    files: async (sample) => ({
      [at(sample, "hdf")]: writeHdf5({ datasets: { prediction: { shape: BROKEN_SHAPE, data: soundLabels() } } }),
      [at(sample, "npy")]: npyBytes(soundLabels(), BROKEN_SHAPE),
    }),
    outcome: "volumes: load/two-predictions",
    says: ["mine/", "\\.hdf and .*\\.npy"],
  },
  scored(
    "prediction of fractions beside its volume",
    { data: new Float32Array(BROKEN_VOXELS), shape: BROKEN_SHAPE },
    "prediction: load/label-type",
    ["float32", "whole numbers", "mine/"],
  ),
  {
    name: "prediction without an array beside its volume",
    outcome: "prediction: load/no-array",
    says: ["mine/", "no array"],
    at: (sample) => at(sample, "zarr", "mine"),
    files: async (sample) => ({
      ...below(`fisbe/samples/completely/test/${sample}.zarr`, await brokenStore()),
      [`${at(sample, "zarr", "mine")}/.zgroup`]: textBytes('{"zarr_format": 2}'),
    }),
  },
  scored(
    "prediction larger on one axis, smaller on another",
    { data: new Uint16Array(7 * HEIGHT * 11), shape: [7, HEIGHT, 11] },
    "prediction: load/label-shapes",
    ["6 × 10 × 12", "7 × 10 × 11", "mine/"],
  ),
  scored(
    "prediction called as a baseline",
    { data: soundLabels(), shape: BROKEN_SHAPE },
    "predictions: load/two-predictions",
    ["baseline connected_components"],
    "connected_components",
  ),
  // What is unusual is carried.
  npy("prediction without a label", () => npyBytes(new Uint16Array(BROKEN_VOXELS), BROKEN_SHAPE), "carried", [
    "published_prediction .*labels_raw=0 labels_kept=0 voxels=0",
  ]),
  npy(
    "labels above 65,535",
    () =>
      npyBytes(
        Uint32Array.from(soundLabels(), (value) => value * 70_000),
        BROKEN_SHAPE,
      ),
    "carried",
    ["predicted_instance .*source_label=140000 ", "published_chunk .*dtype=uint32"],
  ),
  npy("labels of 64 bits", () => npyBytes(BigUint64Array.from(soundLabels(), BigInt), BROKEN_SHAPE), "carried", [
    "published_prediction .*labels_raw=2 ",
    "published_chunk .*dtype=uint16",
  ]),
  npy(
    "masks in channels, one of them empty",
    () =>
      npyBytes(
        Uint8Array.from([...soundTruth(), ...new Uint8Array(BROKEN_VOXELS)], (value) => Math.min(value, 1)),
        [3, ...BROKEN_SHAPE],
      ),
    "carried",
    ["published_prediction .*channels=3 labels_raw=2 .*has_overlap=true"],
  ),
  npy("axes of one step", () => npyBytes(soundLabels(), [1, DEPTH, 1, HEIGHT, WIDTH]), "carried", [
    "published_prediction .*channels=1 labels_raw=2 ",
  ]),
  scored(
    "prediction larger on every axis",
    { data: new Uint16Array(8 * 12 * 14).fill(1), shape: [8, 12, 14] },
    "carried",
    ["published_prediction .*labels_raw=1 .*voxels=1344"],
  ),
];
