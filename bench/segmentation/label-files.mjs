import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";

const DESCRIPTIONS = { uint8: "|u1", uint16: "<u2", int32: "<i4" };
const ARRAYS = { uint8: Uint8Array, uint16: Uint16Array, int32: Int32Array };
/** Of a slab that is read at once. */
const SLAB_BYTES = 2 ** 25;

/** Writes a `.npy` file, version 1.0, from pieces in C order. */
export async function writeNpy(path, { type, shape }, pieces) {
  const text = `{'descr': '${DESCRIPTIONS[type]}', 'fortran_order': False, 'shape': (${shape.join(", ")}), }`;
  const length = Math.ceil((10 + text.length + 1) / 64) * 64 - 10;
  const head = Buffer.alloc(10 + length, " ");
  head.write("\x93NUMPY\x01\x00", 0, "latin1");
  head.writeUInt16LE(length, 8);
  head.write(`${text}`, 10, "latin1");
  head.write("\n", 10 + length - 1, "latin1");
  const file = createWriteStream(path);
  const write = (bytes) => new Promise((resolve, reject) => file.write(bytes, (e) => (e ? reject(e) : resolve())));
  await write(head);
  for await (const piece of pieces) await write(Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength));
  file.end();
  await finished(file);
}

/** Writes a volume of three axes as `.npy`, slab by slab. */
export async function writeVolume(path, volume) {
  const { shape, type, blockShape } = volume;
  const [depth, height, width] = shape;
  const plane = height * width * ARRAYS[type].BYTES_PER_ELEMENT;
  const thick = blockShape[0] * Math.max(1, Math.floor(SLAB_BYTES / (plane * blockShape[0])));
  await writeNpy(
    path,
    { type, shape },
    (async function* () {
      for (let z = 0; z < depth; z += thick) {
        yield await volume.read([z, 0, 0], [Math.min(thick, depth - z), height, width]);
      }
    })(),
  );
}

/**
 * Writes labels as `.npy`, int32: one list of `{ id, voxels }` per channel, voxels as linear indices, later ones painted
 * over earlier ones. One channel alone has no axis for it.
 */
export async function writeLabels(path, shape, channels) {
  const plane = shape[1] * shape[2];
  await writeNpy(
    path,
    { type: "int32", shape: channels.length === 1 ? shape : [channels.length, ...shape] },
    (function* () {
      for (const labels of channels) {
        const planes = Array.from({ length: shape[0] }, () => []);
        for (const { id, voxels } of labels) {
          for (const voxel of voxels) planes[Math.floor(voxel / plane)].push([voxel % plane, id]);
        }
        for (const painted of planes) {
          const values = new Int32Array(plane);
          for (const [at, id] of painted) values[at] = id;
          yield values;
        }
      }
    })(),
  );
}

/** Voxels of every label of a volume, as ascending linear indices; `channels` lists, for three axes one. */
export async function readLabels(volume) {
  const shape = volume.shape.slice(-3);
  const channels = Array.from({ length: volume.shape.length === 4 ? volume.shape[0] : 1 }, () => new Map());
  for await (const block of volume.blocks()) {
    const origin = volume.shape.length === 4 ? block.origin : [0, ...block.origin];
    const size = volume.shape.length === 4 ? block.shape : [1, ...block.shape];
    const { data } = block;
    for (let i = 0; i < data.length; i++) {
      const id = data[i];
      if (id === 0) continue;
      const x = i % size[3];
      const y = Math.floor(i / size[3]) % size[2];
      const z = Math.floor(i / (size[3] * size[2])) % size[1];
      const labels = channels[origin[0] + Math.floor(i / (size[3] * size[2] * size[1]))];
      if (!labels.has(id)) labels.set(id, []);
      labels.get(id).push(((origin[1] + z) * shape[1] + origin[2] + y) * shape[2] + origin[3] + x);
    }
  }
  return channels.map((labels) =>
    [...labels]
      .map(([id, voxels]) => ({ id, voxels: voxels.sort((a, b) => a - b) }))
      .sort((a, b) => b.voxels.length - a.voxels.length || a.id - b.id),
  );
}
