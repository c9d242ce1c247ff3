import { gzipSync } from "node:zlib";
import {
  BROKEN_SHAPE,
  BROKEN_VOXELS,
  type Breakage,
  below,
  brokenStore,
  type StoreArray,
  type StoreFiles,
  soundTruth,
  textBytes,
} from "./broken-volume.js";

const RAW = "volumes/raw/.zarray";
const TRUTH = "volumes/gt_instances/.zarray";
const CHUNK = "volumes/raw/0.1.0.0";
const [DEPTH, HEIGHT, WIDTH] = BROKEN_SHAPE;

function storeOf(sample: string): string {
  return `fisbe/samples/completely/test/${sample}.zarr`;
}

/** A breakage of a store's files. */
function store(
  name: string,
  outcome: string,
  says: readonly string[],
  change: (files: StoreFiles) => void = () => {},
  arrays: { readonly raw?: StoreArray | null; readonly truth?: StoreArray | null } = {},
): Breakage {
  return {
    name,
    outcome,
    says,
    files: async (sample) => {
      const files = await brokenStore(arrays);
      change(files);
      return below(storeOf(sample), files);
    },
  };
}

/** A breakage of the description of an array. */
function described(
  name: string,
  outcome: string,
  says: readonly string[],
  fields: Readonly<Record<string, unknown>>,
  array = RAW,
): Breakage {
  return store(name, outcome, says, (files) => {
    const document = JSON.parse(new TextDecoder().decode(files.get(array))) as object;
    files.set(array, textBytes(JSON.stringify({ ...document, ...fields })));
  });
}

/** A breakage of one stored chunk of the raw array. */
function chunk(
  name: string,
  tag: string,
  says: readonly string[],
  change: (bytes: Uint8Array) => Uint8Array,
): Breakage {
  return store(name, `volumes: ${tag}`, ["volumes/raw", "0\\.1\\.0\\.0", ...says], (files) => {
    files.set(CHUNK, change(files.get(CHUNK) as Uint8Array));
  });
}

function truthOf(
  type: "int16" | "int32" | "uint32" | "int64" | "float32",
  change: (value: number, i: number) => number,
): StoreArray {
  const values = Array.from(soundTruth(), change);
  const shape = [2, DEPTH, HEIGHT, WIDTH];
  if (type === "int16") return { type, shape, data: Int16Array.from(values) };
  if (type === "int32") return { type, shape, data: Int32Array.from(values) };
  if (type === "uint32") return { type, shape, data: Uint32Array.from(values) };
  if (type === "float32") return { type, shape, data: Float32Array.from(values) };
  return { type, shape, data: BigInt64Array.from(values.map(BigInt)) };
}

const none = () => {};

/** Ways to break a sample: its store, its arrays, their descriptions and chunks, and what is only unusual. */
export const SAMPLE_BREAKAGES: readonly Breakage[] = [
  store("no image", "volumes: load/no-raw", ["no volumes/raw", "volumes/gt_instances \\(2 x 6"], none, { raw: null }),
  store("no description of the image", "volumes: load/no-raw", ["no volumes/raw"], (files) => void files.delete(RAW)),
  store("no array at all", "volumes: load/no-array", ["no array"], (files) => {
    files.delete(RAW);
    files.delete(TRUTH);
  }),
  store("description cut in half", "volumes: format/json-syntax", ["volumes/raw"], (files) => {
    const whole = files.get(RAW) as Uint8Array;
    files.set(RAW, whole.subarray(0, whole.length >> 1));
  }),
  store("empty description", "volumes: format/empty", ["volumes/raw"], (files) => {
    files.set(RAW, new Uint8Array(0));
  }),
  described("shape that is no list", "volumes: format/zarr-metadata", ['shape is "big"'], { shape: "big" }),
  described("axis of no step", "volumes: format/zarr-metadata", ["positive"], { shape: [3, 0, HEIGHT, WIDTH] }),
  described("axis of negative length", "volumes: format/zarr-metadata", ["positive"], {
    shape: [3, -6, HEIGHT, WIDTH],
  }),
  described("chunks of three axes", "volumes: format/zarr-metadata", ["axes"], { chunks: [3, HEIGHT, WIDTH] }),
  described("axis of 40,000 steps", "volumes: load/volume-size", ["3 × 40000 × 10 × 12"], {
    shape: [3, 40_000, 10, 12],
  }),
  described("2^33 voxels", "volumes: load/volume-size", ["below 2\\^32 voxels"], {
    shape: [3, 2048, 2048, 2048],
    chunks: [1, 64, 64, 64],
  }),
  described(
    "600 channels of neurons in 2^27 voxels",
    "volumes: load/volume-size",
    ["gt_instances has 600 × "],
    { shape: [600, 512, 512, 512], chunks: [1, 64, 64, 64] },
    TRUTH,
  ),
  described("chunks of 8 TB", "volumes: format/limit", ["chunk"], { chunks: [1, 10_000, 20_000, 20_000] }),
  described("type that is no number", "volumes: format/unsupported-type", ['"<c8"'], { dtype: "<c8" }),
  described("fewer bytes per value than stored", "volumes: format/chunk-size", ["volumes/raw", "chunk"], {
    dtype: "|u1",
  }),
  described(
    "more bytes per value than stored",
    "volumes: format/chunk-size",
    ["gt_instances", "chunk"],
    { dtype: "<u2" },
    TRUTH,
  ),
  described("unknown codec", "volumes: format/unsupported-codec", ['"jpeg"'], { compressor: { id: "jpeg" } }),
  described("unknown filter", "volumes: format/unsupported-codec", ["filter"], { filters: [{ id: "quantize" }] }),
  described("fill value that is a text", "volumes: format/zarr-metadata", ["fill"], { fill_value: "none" }),
  chunk("gzip chunk cut in half", "format/truncated", [], (bytes) => bytes.subarray(0, bytes.length >> 1)),
  chunk("empty chunk", "format/truncated", [], () => new Uint8Array(0)),
  chunk("chunk that is no gzip", "format/chunk-damaged", [], () => textBytes("plainly no gzip")),
  chunk("chunk with a flipped bit", "format/chunk-damaged", [], (bytes) => {
    const copy = bytes.slice();
    copy[copy.length - 6] = (copy[copy.length - 6] as number) ^ 1;
    return copy;
  }),
  chunk("chunk of half the values", "format/chunk-size", [], () => gzipSync(new Uint8Array(2 * 3 * HEIGHT * WIDTH))),
  chunk("chunk of 64 MB of zeros", "format/chunk-size", [], () => gzipSync(new Uint8Array(64 * 1024 ** 2))),
  store("folder in place of a chunk", "volumes: format/not-a-file", ["0\\.1\\.0\\.0"], (files) => {
    files.delete(CHUNK);
    files.set(`${CHUNK}/inner`, textBytes("x"));
  }),
  store("image of fractions", "volumes: load/volume-type", ["float32"], none, {
    raw: { type: "float32", data: new Float32Array(3 * BROKEN_VOXELS).fill(0.5) },
  }),
  store("image of signed values", "volumes: load/volume-type", ["int16"], none, {
    raw: { type: "int16", data: new Int16Array(3 * BROKEN_VOXELS) },
  }),
  store("image without channels", "volumes: load/volume-axes", ["6 × 10 × 12", "c, z, y, x"], none, {
    raw: { shape: [DEPTH, HEIGHT, WIDTH], data: new Uint16Array(BROKEN_VOXELS) },
  }),
  store("image with a time axis", "volumes: load/volume-axes", ["1 × 3 × 6 × 10 × 12"], none, {
    raw: { shape: [1, 3, DEPTH, HEIGHT, WIDTH] },
  }),
  store("truth of fractions", "volumes: load/volume-type", ["gt_instances", "float32"], none, {
    truth: truthOf("float32", (value) => value / 2),
  }),
  store("truth of 64 bits", "volumes: load/volume-type", ["gt_instances", "int64"], none, {
    truth: truthOf("int64", (value) => value),
  }),
  store("truth with a negative id", "volumes: load/negative-label", ["gt_instances", "\\[1, 2, 3, 4\\] is -7"], none, {
    truth: truthOf("int32", (value, i) => (i === BROKEN_VOXELS + (2 * HEIGHT + 3) * WIDTH + 4 ? -7 : value)),
  }),
  store("truth of another size", "volumes: load/volume-shapes", ["6 × 10 × 12", "6 × 10 × 11"], none, {
    truth: { shape: [2, DEPTH, HEIGHT, 11], data: new Uint8Array(2 * DEPTH * HEIGHT * 11) },
  }),
  store("truth without channels", "volumes: load/volume-axes", ["gt_instances", "6 × 10 × 12"], none, {
    truth: { shape: [DEPTH, HEIGHT, WIDTH], data: new Uint8Array(BROKEN_VOXELS) },
  }),
  store("dim neurons as a text", "volumes: load/dim-neurons", ['dim_neurons is "first"'], none, {
    truth: { attributes: { dim_neurons: "first" } },
  }),
  store("dim neurons as fractions", "volumes: load/dim-neurons", ["\\[1\\.5\\]"], none, {
    truth: { attributes: { dim_neurons: [1.5] } },
  }),
  store("attributes that are no JSON", "volumes: format/json-syntax", ["gt_instances"], (files) => {
    files.set("volumes/gt_instances/.zattrs", textBytes("{dim_neurons: [1]}"));
  }),
  {
    name: "two volumes of one sample",
    files: async (sample) => ({
      ...below(`fisbe/fisbe_synthetic/${sample}.zarr`, await brokenStore()),
      ...below(storeOf(sample), await brokenStore()),
    }),
    outcome: "volumes: load/two-volumes",
    says: ["fisbe_synthetic/.*and.*fisbe/samples/"],
  },
  // What is unusual is carried.
  store("no ground truth", "carried", ["volume_record .*n_instances=null n_dim=null .*fg_voxels=null"], none, {
    truth: null,
  }),
  store("ground truth of background alone", "carried", ["volume_record .*n_instances=0 .*fg_voxels=0"], none, {
    truth: { data: new Uint8Array(2 * BROKEN_VOXELS) },
  }),
  store(
    "chunk that was never written",
    "carried",
    ["volume_record .*raw_sum=\\d+", "chunk .*array=raw .*codec=raw"],
    (files) => {
      files.delete(CHUNK);
    },
  ),
  store("ids above 65,535", "carried", ["instance .*source_label=70001 ", "chunk .*gt_instances.*dtype=uint32"], none, {
    truth: truthOf("uint32", (value) => (value === 0 ? 0 : value + 70_000)),
  }),
  store(
    "ids of signed 16 bits",
    "carried",
    ["instance .*source_label=2 ", "chunk .*gt_instances.*dtype=uint16"],
    none,
    {
      truth: truthOf("int16", (value) => value),
    },
  ),
  store(
    "0/1 masks and an empty channel",
    "carried",
    [
      "instance instance_id=1 channel=0 source_label=1 ",
      "instance instance_id=2 channel=2 source_label=1 .*is_dim=true",
    ],
    none,
    {
      truth: {
        shape: [3, DEPTH, HEIGHT, WIDTH],
        data: Uint8Array.from([
          ...soundTruth().subarray(0, BROKEN_VOXELS),
          ...new Uint8Array(BROKEN_VOXELS),
          ...soundTruth()
            .subarray(BROKEN_VOXELS)
            .map((value) => Math.min(value, 1)),
        ]),
        attributes: { dim_neurons: [2] },
      },
    },
  ),
  store("two neurons in one channel", "carried", ["instance instance_id=2 channel=0 source_label=9 voxels=3 "], none, {
    truth: { data: soundTruth().map((value, i) => (i < 3 ? 9 : value)) },
  }),
  store(
    "dim neurons that nobody is",
    "carried",
    ["volume_record .*n_dim=2 ", "instance instance_id=1 .*is_dim=false"],
    none,
    {
      truth: { attributes: { dim_neurons: [7, -1] } },
    },
  ),
  store("one dim neuron, not in a list", "carried", ["instance instance_id=2 .*is_dim=true"], none, {
    truth: { attributes: { dim_neurons: 2 } },
  }),
];

/** Links out of a store, and to nowhere: they would end the search for files of the whole source. */
export const LINKED_SAMPLES: readonly Breakage[] = [
  {
    name: "chunk that is a link out of the store",
    files: async (sample) => {
      const files = await brokenStore();
      files.delete(CHUNK);
      return {
        ...below(storeOf(sample), files),
        "outside/chunk": gzipSync(new Uint8Array(2 * 3 * HEIGHT * WIDTH * 2)),
      };
    },
    links: (sample) => ({ [`${storeOf(sample)}/${CHUNK}`]: "../../../../../../../outside/chunk" }),
    outcome: "volumes: format/unsafe-path",
    says: ["0\\.1\\.0\\.0", "leads out of the folder"],
  },
  {
    name: "description that is a link out of the store",
    files: async (sample) => {
      const files = await brokenStore();
      const outside = files.get(RAW) as Uint8Array;
      files.delete(RAW);
      return { ...below(storeOf(sample), files), "outside/zarray": outside };
    },
    links: (sample) => ({ [`${storeOf(sample)}/${RAW}`]: "../../../../../../../outside/zarray" }),
    outcome: "volumes: format/unsafe-path",
    says: ["\\.zarray", "leads out of the folder"],
  },
];
