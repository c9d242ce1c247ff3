import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";

/** An array to be stored; little-endian machines only, as everything here. */
export interface StoredLabels {
  readonly shape: readonly number[];
  readonly values: Uint8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array;
}

const TYPES: Readonly<Record<string, string>> = {
  Uint8Array: "|u1",
  Uint16Array: "<u2",
  Int16Array: "<i2",
  Uint32Array: "<u4",
  Int32Array: "<i4",
  Float32Array: "<f4",
};

function typeOf({ values }: StoredLabels): string {
  return TYPES[values.constructor.name] as string;
}

function bytesOf({ values }: StoredLabels): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}

/** Writes a NumPy array, version 1. */
export function writeNpy(path: string, labels: StoredLabels): string {
  const shape = labels.shape.length === 1 ? `${labels.shape[0]},` : labels.shape.join(", ");
  const text = `{'descr': '${typeOf(labels)}', 'fortran_order': False, 'shape': (${shape}), }`;
  const header = Buffer.from(`${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`, "latin1");
  const length = Buffer.alloc(2);
  length.writeUInt16LE(header.length);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, Buffer.concat([Buffer.from("\x93NUMPY\x01\x00", "latin1"), length, header, bytesOf(labels)]));
  return path;
}

/** Writes arrays of a Zarr 2 folder, each in one gzipped chunk. */
export function writeZarr(
  path: string,
  arrays: Readonly<Record<string, StoredLabels>>,
  attributes: Readonly<Record<string, unknown>> = {},
): string {
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, ".zgroup"), JSON.stringify({ zarr_format: 2 }));
  for (const [key, labels] of Object.entries(arrays)) {
    const folder = join(path, ...key.split("/"));
    mkdirSync(folder, { recursive: true });
    const { shape } = labels;
    const metadata = {
      zarr_format: 2,
      shape,
      chunks: shape,
      dtype: typeOf(labels),
      compressor: { id: "gzip", level: 1 },
      fill_value: 0,
      order: "C",
      filters: null,
    };
    writeFileSync(join(folder, ".zarray"), JSON.stringify(metadata));
    writeFileSync(join(folder, ".zattrs"), JSON.stringify(attributes));
    writeFileSync(join(folder, shape.map(() => 0).join(".")), gzipSync(bytesOf(labels)));
  }
  return path;
}
