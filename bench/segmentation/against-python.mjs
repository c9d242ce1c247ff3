import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { measureSuccess, root } from "../measure.mjs";
import { megabytes, seconds } from "../report.mjs";

/** Other versions thin other voxels. */
const SCIKIT_IMAGE = "0.19.3";
/** Of values; counts, sizes and matches are equal. */
const TOLERANCE = 1e-6;

/** A Python with scikit-image 0.19.3 (Debian's is /usr/bin/python3), or why there is none. */
export function findScikitImage() {
  const commands = [process.env.NEUROTABLES_PYTHON, "python3", "/usr/bin/python3"].filter(Boolean);
  for (const command of commands) {
    const { status, stdout } = spawnSync(command, ["-c", "import skimage; print(skimage.__version__)"], {
      encoding: "utf8",
    });
    if (status === 0 && stdout.trim() === SCIKIT_IMAGE) return { command };
  }
  return { reason: `none of ${commands.join(", ")} has scikit-image ${SCIKIT_IMAGE}` };
}

/** Scores with python/segmentation.py. */
export async function scoreWithPython(python, { truth, prediction, options = {} }) {
  const script = join(root, "bench", "python", "segmentation.py");
  const flags = [
    ...(options.partly ? ["--partly"] : []),
    ...(options.dimNeurons ? ["--dim-neurons", options.dimNeurons.join(",")] : []),
  ];
  const { stdout } = await measureSuccess(python.command, ["-W", "ignore", script, truth, prediction, ...flags]);
  const { wall, cpu, ...rest } = JSON.parse(stdout);
  const sum = (times, without) =>
    Object.entries(times).reduce((all, [phase, time]) => all + (phase === without ? 0 : time), 0);
  return {
    ...rest,
    phases: wall,
    wall: sum(wall),
    cpu: sum(cpu),
    // Reading the arrays apart.
    wallAlone: sum(wall, "load"),
    cpuAlone: sum(cpu, "load"),
  };
}

/** Scores with neurotables in a process of its own. `truth`, `prediction`: paths, or `{ path, key }`. */
export async function scoreWithOurs({ truth, prediction, ...request }) {
  const place = (given) => (typeof given === "string" ? { path: given } : given);
  const script = join(root, "bench", "segmentation", "score-image.mjs");
  const text = JSON.stringify({ ...request, truth: place(truth), prediction: place(prediction) });
  return JSON.parse((await measureSuccess(process.execPath, [script, text])).stdout);
}

/** The run with the middle processor time. */
export async function middleOf(rounds, run) {
  const all = [];
  for (let i = 0; i < rounds; i++) all.push(await run());
  return all.sort((a, b) => a.cpu - b.cpu)[Math.floor(rounds / 2)];
}

export function row(way, { wall, cpu, peak }) {
  return [way, seconds(wall), seconds(cpu), megabytes(peak)];
}

/** Both give the same numbers: whole ones exactly, others within the tolerance. @returns how many were compared */
export function requireEqual(ours, theirs, place = "") {
  if (theirs === null || typeof theirs !== "object") {
    const differs =
      typeof theirs === "number" && typeof ours === "number"
        ? !(Math.abs(ours - theirs) <= (Number.isInteger(ours) && Number.isInteger(theirs) ? 0 : TOLERANCE))
        : ours !== theirs;
    if (differs) throw new Error(`${place} is ${ours} here and ${theirs} in Python`);
    return 1;
  }
  if (ours === null || typeof ours !== "object") throw new Error(`${place} is ${ours} here and an object in Python`);
  const names = new Set([...Object.keys(ours), ...Object.keys(theirs)]);
  let compared = 0;
  for (const name of names) {
    for (const [where, side] of [
      ["here", ours],
      ["in Python", theirs],
    ]) {
      if (side[name] === undefined) throw new Error(`${place}/${name} is missing ${where}`);
    }
    compared += requireEqual(ours[name], theirs[name], `${place}/${name}`);
  }
  return compared;
}
