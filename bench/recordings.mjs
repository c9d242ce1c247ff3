// Invented recordings in the HDF5 layout of the Flavell laboratory: contiguous arrays, frames × ROIs.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const dist = join(dirname(fileURLToPath(import.meta.url)), "..", "dist");
const FOLDER = join("celegans", "Dag2023", "swf702_with_id");
/** Steps of the slow part's wave. */
const WAVE = Float64Array.from({ length: 4096 }, (_, i) => Math.sin((2 * Math.PI * i) / 4096));

/** Path of a recording below the mirror. */
export function recordingPath(index) {
  return join(FOLDER, `2030-01-01-${String(index).padStart(4, "0")}-data.h5`);
}

/**
 * Writes recordings below a mirror folder, one file in memory at a time. Their numbers depend on the arguments alone.
 * @param {{ mirror: string, recordings: number, rois: number, frames: number, steps: readonly number[] }} options
 *   `steps`: seconds between frames, of one recording after the other in turn.
 * @returns bytes written
 */
export async function writeRecordings({ mirror, recordings, rois, frames, steps }) {
  const { writeHdf5 } = await import(join(dist, "sample-data", "hdf5-writer.js"));
  mkdirSync(join(mirror, FOLDER), { recursive: true });
  let bytes = 0;
  for (let index = 0; index < recordings; index++) {
    const file = recordingFile(writeHdf5, { index, rois, frames, step: steps[index % steps.length] });
    writeFileSync(join(mirror, recordingPath(index)), file);
    bytes += file.length;
  }
  return bytes;
}

/** Writes one of the recordings again, with other numbers. */
export async function changeRecording({ mirror, index, rois, frames, steps }) {
  const { writeHdf5 } = await import(join(dist, "sample-data", "hdf5-writer.js"));
  const changed = { index, rois, frames, step: steps[index % steps.length], salt: 1 };
  writeFileSync(join(mirror, recordingPath(index)), recordingFile(writeHdf5, changed));
}

function recordingFile(writeHdf5, { index, rois, frames, step, salt = 0 }) {
  const next = noise(index * 2 + salt + 1);
  const time = new Float64Array(frames);
  for (let k = 0; k < frames; k++) time[k] = 1000 * index + k * step + (k === 0 ? 0 : 0.02 * step * (next() - 0.5));
  const traces = new Float64Array(frames * rois);
  for (let roi = 0; roi < rois; roi++) {
    const [turn, phase, height] = [next() * 40 + 4, next() * 4096, 0.2 + 0.4 * next()];
    for (let k = 0; k < frames; k++) {
      traces[k * rois + roi] = 1 + height * WAVE[(phase + turn * k) & 4095] + 0.1 * (next() - 0.5);
    }
  }
  const velocity = Float64Array.from({ length: frames }, (_, k) => 0.1 * WAVE[(37 * k) & 4095]);
  // Two segments, as when the microscope is refilled; 1-based and inclusive.
  const border = BigInt(frames >> 1);
  return writeHdf5({
    datasets: {
      "gcamp/traces_array_F_F20": { shape: [frames, rois], data: traces },
      "gcamp/idx_splits": { shape: [2, 2], data: BigInt64Array.of(1n, border + 1n, border, BigInt(frames)) },
      "timing/timestamp_confocal": { shape: [frames], data: time },
      "behavior/velocity": { shape: [frames], data: velocity },
    },
  });
}

/** Uniform in [0, 1) with 32 bits, fast (xorshift). */
function noise(seed) {
  let state = Math.imul(seed, 0x9e3779b1) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
