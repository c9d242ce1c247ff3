import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const cli = join(root, "dist", "cli", "main.js");

const POLL_MILLISECONDS = 50;
const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;

export function scratchFolder() {
  return mkdtempSync(join(tmpdir(), "neurotables-bench-"));
}

/** The first folder of raw files: NEUROTABLES_SOURCES, else ../shared/data; undefined when there is none. */
export function realSources() {
  const folders = [...(process.env.NEUROTABLES_SOURCES ?? "").split(":"), join(root, "..", "shared", "data")];
  return folders.find((folder) => {
    try {
      return folder !== "" && readdirSync(join(folder, "celegans")).includes("Cook2019");
    } catch {
      return false;
    }
  });
}

/**
 * Runs a program to its end. `cpu` (user and system) and `peak` (sum of resident sets, shared pages counted each time)
 * cover it and all processes below it; they are read from /proc 20 times a second, and NaN elsewhere than on Linux.
 */
export async function measureTree(command, args, options = {}) {
  const began = performance.now();
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
  const output = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"]) {
    child[stream].setEncoding("utf8").on("data", (text) => {
      output[stream] += text;
    });
  }
  const seen = new Map();
  let peak = Number.NaN;
  const look = () => {
    const memory = lookAtTree(child.pid, seen);
    if (memory > 0) peak = Number.isNaN(peak) ? memory : Math.max(peak, memory);
  };
  const poll = setInterval(look, POLL_MILLISECONDS);
  const code = await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  }).finally(() => clearInterval(poll));
  const wall = (performance.now() - began) / 1000;
  const cpu = seen.size === 0 ? Number.NaN : [...seen.values()].reduce((sum, value) => sum + value, 0);
  return { code, wall, cpu, peak, ...output };
}

/** As {@link measureTree}; throws when the program fails. */
export async function measureSuccess(command, args, options) {
  const result = await measureTree(command, args, options);
  if (result.code === 0) return result;
  throw new Error(`${command} ${args.join(" ")} ended with code ${result.code}:\n${result.stderr.slice(-4000)}`);
}

/** Adds the processor seconds of each process of a tree to `seen`; gives its resident bytes now. */
function lookAtTree(top, seen) {
  const children = new Map();
  const states = new Map();
  let names = [];
  try {
    names = readdirSync("/proc");
  } catch {
    return 0;
  }
  for (const name of names) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const text = readFileSync(`/proc/${name}/stat`, "latin1");
      const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
      const parent = Number(fields[1]);
      const siblings = children.get(parent) ?? [];
      siblings.push(Number(name));
      children.set(parent, siblings);
      states.set(Number(name), fields);
    } catch {
      // It ended meanwhile.
    }
  }
  let memory = 0;
  const pending = [top];
  while (pending.length > 0) {
    const pid = pending.pop();
    const fields = states.get(pid);
    if (fields === undefined) continue;
    seen.set(pid, (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND);
    memory += Number(fields[21]) * PAGE_BYTES;
    pending.push(...(children.get(pid) ?? []));
  }
  return memory;
}

/**
 * Seconds that a short program takes, run some times in a row: the shortest and the middle one, and the processor time
 * of one run (from /proc, NaN elsewhere than on Linux).
 */
export function timeCommand(command, args, { times, env } = {}) {
  const all = [];
  const before = childSeconds();
  for (let i = 0; i < times; i++) {
    const began = performance.now();
    const { status, stderr } = spawnSync(command, args, { env: env ?? process.env, maxBuffer: 1 << 28 });
    all.push((performance.now() - began) / 1000);
    if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with code ${status}:\n${stderr}`);
  }
  const cpu = (childSeconds() - before) / times;
  all.sort((a, b) => a - b);
  return { best: all[0], middle: all[Math.floor(times / 2)], cpu };
}

/** Processor seconds of the children of this process that have ended. */
function childSeconds() {
  try {
    const text = readFileSync("/proc/self/stat", "latin1");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
  } catch {
    return Number.NaN;
  }
}

/** What a program needs of a machine that does nothing else: its processor time, or its shortest run. */
export function needed({ best, cpu }) {
  return Number.isNaN(cpu) ? best : Math.min(best, cpu);
}

/** Processor and wall seconds of work in this process. */
export async function measureHere(work) {
  const began = performance.now();
  const cpu = process.cpuUsage();
  const value = await work();
  const used = process.cpuUsage(cpu);
  return { value, wall: (performance.now() - began) / 1000, cpu: (used.user + used.system) / 1e6 };
}
