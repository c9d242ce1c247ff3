import { readFileSync } from "node:fs";
import type { VolumeType } from "../../../../src/formats/volume/volume.js";
import { memoryVolume } from "../../../support/memory-volume.js";

const TYPES: Readonly<Record<string, VolumeType>> = {
  "|u1": "uint8",
  "<u2": "uint16",
  "<i4": "int32",
  "<u4": "uint32",
};

/** A small array in NumPy's format, version 1, C order. */
export function readNpy(path: string): { shape: number[]; type: VolumeType; values: Float64Array } {
  const bytes = readFileSync(path);
  const headerLength = bytes.readUInt16LE(8);
  const header = bytes.subarray(10, 10 + headerLength).toString("latin1");
  const type = TYPES[/'descr': '([^']+)'/.exec(header)?.[1] ?? ""];
  if (type === undefined || !header.includes("'fortran_order': False")) throw new Error(`${path}: ${header}`);
  const shape = (/'shape': \(([^)]*)\)/.exec(header)?.[1] ?? "").split(",").filter((part) => part.trim() !== "");
  const data = bytes.subarray(10 + headerLength);
  const width = { uint8: 1, uint16: 2, int32: 4, uint32: 4 }[type as string] as number;
  const values = Float64Array.from({ length: data.length / width }, (_, i) =>
    type === "int32" ? data.readInt32LE(i * width) : data.readUIntLE(i * width, width),
  );
  return { shape: shape.map(Number), type, values };
}

/** In blocks of two channels and of planes, rows and columns that do not divide the array. */
export function npyVolume(path: string) {
  const { shape, type, values } = readNpy(path);
  return memoryVolume(shape, values, { type, name: path, blockShape: [2, 11, 23, 17].slice(4 - shape.length) });
}
