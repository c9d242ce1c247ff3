import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import type { Limits } from "../../src/base/limits.js";
import { readZip } from "../../src/formats/archive/zip-archive.js";
import { openHdf5Volume } from "../../src/formats/hdf5-volume/open-hdf5-volume.js";
import { openNifti } from "../../src/formats/image/nifti/open-nifti.js";
import { openNrrd } from "../../src/formats/image/nrrd/open-nrrd.js";
import { openTiff } from "../../src/formats/image/tiff/open-tiff.js";
import { openVaa3d } from "../../src/formats/image/vaa3d/open-vaa3d.js";
import { PACKED_MAGIC } from "../../src/formats/image/vaa3d/vaa3d-header.js";
import { parseSwc } from "../../src/formats/swc/parse-swc.js";
import { decodeUtf8 } from "../../src/formats/text/utf8-text.js";
import { parseToml } from "../../src/formats/toml/parse-toml.js";
import { openNpy } from "../../src/formats/volume/npy.js";
import { listArraysOf, openVolume } from "../../src/formats/volume/open-volume.js";
import { elementCount, type Volume } from "../../src/formats/volume/volume.js";
import { openZarr } from "../../src/formats/zarr/open-zarr.js";
import { writeHdf5 } from "../../src/sample-data/hdf5-writer.js";
import { type ZarrFile, type ZarrForm, zarrFiles } from "../../src/sample-data/zarr-writer.js";
import { buildZip } from "../formats/archive/build-zip.js";
import { niftiFile } from "../formats/image/nifti-file.js";
import { greyFields, tiffFile } from "../formats/image/tiff-file.js";
import { TIFFFILE_FILES } from "../formats/image/tifffile-files.js";
import { packBits, vaa3dHeader } from "../formats/image/vaa3d-file.js";
import { npyFile } from "../formats/volume-npy/npy-file.js";
import { counted } from "../formats/zarr/zarr-fixtures.js";
import { temporaryDirectory } from "../support/temporary-directory.js";
import { mutate } from "./mutate.js";
import type { Random } from "./random.js";
import type { FuzzTarget } from "./targets.js";

const file = "fuzz";
const ramp = Uint8Array.from({ length: 48 }, (_, i) => (i * 7) % 251);
const mutateText = (source: string, random: Random) => Buffer.from(mutate(Buffer.from(source), random));

type Open = (path: string, options: { readonly file: string; readonly limits: Limits }) => Promise<Volume>;

const folder = temporaryDirectory();
/** The file that readers of files get their bytes through. */
const path = (name: string) => join(folder, name);

/** Reads every element, which must be as many as the shape says, and a corner by itself. */
async function readAll(volume: Volume): Promise<void> {
  try {
    const { shape } = volume;
    let elements = 0;
    for await (const { data } of volume.blocks()) elements += data.length;
    if (elements !== elementCount(shape)) throw new Error(`${elements} elements of a volume of ${shape.join(" × ")}`);
    if (elements === 0) return;
    const last = shape.map((size) => size - 1);
    const corner = await volume.read(
      last,
      last.map(() => 1),
    );
    if (corner.length !== 1) throw new Error(`${corner.length} elements of one`);
  } finally {
    await volume.close();
  }
}

const readFile = (name: string, open: Open) => async (bytes: Uint8Array, limits: Limits) => {
  writeFileSync(path(name), bytes);
  await readAll(await open(path(name), { file, limits }));
};

/** Seeds that are read once before the run, so that modules that are loaded late do not count as slow inputs. */
const warmed =
  (seeds: readonly Uint8Array[] | (() => Promise<readonly Uint8Array[]>), read: FuzzTarget["read"]) => async () => {
    const all = typeof seeds === "function" ? await seeds() : seeds;
    const limits = { bytes: 1e9, entries: 1e6, ratio: 1e4, depth: 64, cells: 1e9 };
    for (const bytes of all) await Promise.resolve(read(bytes, limits)).catch(() => {});
    return all;
  };

const NPY = [
  npyFile({ descr: "'<u2'", shape: [2, 3, 4], elements: ramp }),
  npyFile({ descr: "'|u1'", shape: [48], elements: ramp, version: 2 }),
  npyFile({ descr: "'>f4'", shape: [3, 4], fortran: true, elements: ramp }),
];

const nrrdText = (...lines: string[]) => `${["NRRD0004", ...lines].join("\n")}\n\n`;
const NRRD_TEXTS = [
  nrrdText(
    "type: uint16",
    "dimension: 3",
    "sizes: 4 3 2",
    "endian: little",
    "encoding: raw",
    "space directions: (1,0,0) (0,1,0) (0,0,2)",
  ),
  nrrdText("type: uint8", "dimension: 2", "sizes: 8 6", "encoding: gzip", "kinds: domain domain", "key:=value"),
];
const NRRD = [
  Buffer.concat([Buffer.from(NRRD_TEXTS[0] as string), ramp]),
  Buffer.concat([Buffer.from(NRRD_TEXTS[1] as string), gzipSync(ramp)]),
  Buffer.from(`${nrrdText("type: int", "dimension: 1", "sizes: 3", "encoding: ascii")}1 -2 3\n`),
];

const NIFTI = [
  niftiFile({ datatype: 2, dim: [4, 3, 4], pixdim: [1, 0.5, 0.5, 2], units: 3, data: ramp }),
  niftiFile({ version: 2, datatype: 512, dim: [4, 3, 2], bigEndian: true, slope: 2, intercept: 1, data: ramp }),
];

const TIFF = [
  tiffFile([
    { fields: greyFields(6, 4, { description: "ImageJ=1.53\nimages=2\nslices=2\n" }), blocks: [ramp.subarray(0, 24)] },
    { fields: greyFields(6, 4), blocks: [ramp.subarray(24)] },
  ]),
  tiffFile([{ fields: greyFields(4, 6, { bits: 16 }), blocks: [ramp] }], { bigEndian: true, big: true }),
  ...TIFFFILE_FILES.map(({ base64 }) => gunzipSync(Buffer.from(base64, "base64"))).filter(
    ({ length }) => length < 20_000,
  ),
];

const VAA3D = [
  Buffer.concat([vaa3dHeader({ code: 2, sizes: [4, 3, 2, 1] }), ramp]),
  Buffer.concat([vaa3dHeader({ code: 1, order: "B", sizes: [4, 3, 2, 2], sizeBytes: 2 }), ramp]),
  Buffer.concat([
    vaa3dHeader({ magic: PACKED_MAGIC, code: 1, sizes: [8, 3, 2, 1] }),
    packBits(
      Array.from(ramp, (value) => value >> 5),
      { width: 1 },
    ),
  ]),
  Buffer.concat([
    vaa3dHeader({ magic: PACKED_MAGIC, code: 2, sizes: [8, 3, 2, 1] }),
    packBits(
      Array.from(ramp, (value) => value >> 4),
      { width: 2 },
    ),
  ]),
];

const HDF5 = [
  writeHdf5({
    datasets: { a: { shape: [6, 8], data: Uint16Array.from(ramp), chunks: [4, 4], filters: [{ id: 1, values: [1] }] } },
  }),
  writeHdf5({ datasets: { a: { shape: [4, 12], data: Int32Array.from(ramp) } } }),
];

const SWC = [
  "# a neuron\n1 1 0 0 0 1 -1\n2 2 1 0.5 0 0.5 1\n3 3 -1e1 2 .5 0.25 2\n4 6 2 2 2 1 2\n",
  "7 0 1 1 1 1 -1\r\n",
];
const TOML = ['a = "0.384"\n[general]\n"b c" = [1, 2.5, nan, "x"]\n[general.d]\ne = true\n', "x = [[1], [-2]]\n"];

const ZARR_FORMS: readonly ZarrForm[] = [
  { path: "a", chunks: [3, 4], codec: "gzip", attributes: { _ARRAY_DIMENSIONS: ["y", "x"] } },
  { path: "a", chunks: [3, 4], codec: "blosc", order: "F" },
  { path: "a", chunks: [3, 4], codec: "zstd", version: 3 },
  { path: "a", chunks: [3, 4], codec: "lz4", bigEndian: true },
  { path: "a", chunks: [3, 4], codec: "zlib", separator: "/" },
  { path: "a", chunks: [1, 2], shards: [2, 4], codec: "raw", version: 3 },
];
const stores: ZarrFile[][] = [];

async function zarrSeeds(): Promise<Uint8Array[]> {
  const array = { shape: [5, 6], type: "uint16", data: counted("uint16", [5, 6]) } as const;
  if (stores.length === 0) for (const form of ZARR_FORMS) stores.push(await zarrFiles(form, array));
  return stores.map(zipStore);
}

const zipStore = (files: readonly ZarrFile[]) =>
  buildZip(files.map(({ path: name, bytes }) => ({ name, content: bytes, method: 0 })));

/** One file of a store mutated, and an archive around all of them that is right. */
function mutateStore(random: Random): Uint8Array {
  const files = random.pick(stores);
  const chosen = random.below(files.length);
  const other = random.pick(files).bytes;
  return zipStore(
    files.map((each, i) => (i === chosen ? { ...each, bytes: mutate(each.bytes, random, other) } : each)),
  );
}

/** The members of an archive as a folder: what a zip reader refuses is refused here too. */
async function readStoreFolder(bytes: Uint8Array, limits: Limits): Promise<void> {
  const root = path("fuzz.zarr");
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root);
  const archive = await readZip(bytes, { file, limits });
  try {
    for (const { name } of archive.entries) {
      const target = join(root, name);
      // A store has no file above another.
      if (name.endsWith("/") || archive.entries.some((entry) => entry.name.startsWith(`${name}/`))) continue;
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, await archive.read(name));
    }
  } finally {
    await archive.close();
  }
  await readAll(await openZarr(root, { file, key: "a", limits }));
}

const readZarrZip = readFile("fuzz.zarr.zip", (name, options) => openZarr(name, { ...options, key: "a" }));
const readHdf5 = readFile("fuzz.h5", (name, options) => openHdf5Volume(name, { ...options, key: "a" }));

/** As anybody's file is read: its format found, its arrays listed, the first of them opened. */
async function readAnyVolume(bytes: Uint8Array, limits: Limits): Promise<void> {
  writeFileSync(path("fuzz.bin"), bytes);
  const [first] = await listArraysOf(path("fuzz.bin"), { file, limits });
  const key = first === undefined || first.key === "" ? {} : { key: first.key };
  await readAll(await openVolume(path("fuzz.bin"), { file, limits, ...key }));
}

const target = (name: string, seeds: readonly Uint8Array[], open: Open, more: Partial<FuzzTarget> = {}): FuzzTarget => {
  const read = readFile(`fuzz.${name}`, open);
  return { name, seeds: warmed(seeds, read), read, share: 0.5, ...more };
};

/** Readers of volumes, skeletons and scores. */
export const VOLUME_TARGETS: readonly FuzzTarget[] = [
  target("npy", NPY, openNpy),
  target("nrrd", NRRD, openNrrd, {
    structure: (random) => {
      const chosen = random.below(2);
      const data = chosen === 0 ? ramp : gzipSync(random.chance(3) ? mutate(ramp, random) : ramp);
      return Buffer.concat([mutateText(NRRD_TEXTS[chosen] as string, random), data]);
    },
  }),
  target("nifti", [...NIFTI, ...NIFTI.map((bytes) => gzipSync(bytes))], openNifti, {
    structure: (random) => gzipSync(mutate(random.pick(NIFTI), random)),
  }),
  target("tiff", TIFF, openTiff),
  target("vaa3d", VAA3D, openVaa3d),
  { name: "hdf5-volume", seeds: warmed(HDF5, readHdf5), read: readHdf5, share: 0.5 },
  { name: "zarr-zip", seeds: warmed(zarrSeeds, readZarrZip), read: readZarrZip, structure: mutateStore, share: 0.5 },
  {
    name: "zarr-folder",
    seeds: warmed(zarrSeeds, readStoreFolder),
    read: readStoreFolder,
    structure: mutateStore,
    share: 0.25,
  },
  {
    name: "any-volume",
    seeds: warmed(
      async () => [
        ...NPY,
        ...NRRD,
        ...NIFTI,
        ...VAA3D,
        ...HDF5,
        ...(await zarrSeeds()),
        buildZip([{ name: "a.npy", content: NPY[0] as Uint8Array }]),
        buildZip([{ name: "a.nrrd", content: NRRD[0] as Uint8Array }]),
      ],
      readAnyVolume,
    ),
    read: readAnyVolume,
    share: 0.5,
  },
  {
    name: "swc",
    seeds: SWC.map((text) => Buffer.from(text)),
    read: (bytes, limits) => parseSwc(decodeUtf8(bytes, { file, limits }), { file, limits }),
  },
  {
    name: "toml",
    seeds: TOML.map((text) => Buffer.from(text)),
    read: (bytes, limits) => parseToml(bytes, { file, limits }),
  },
];
