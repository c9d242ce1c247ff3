import { spawn } from "node:child_process";
import { findWebgpu, importReason, quietRuntimeFolder, webgpuEntry } from "./webgpu-package.js";

export interface AdapterDescription {
  /** As the driver names it: `llvmpipe (LLVM 15.0.6, 256 bits)`. */
  readonly name: string;
  /** Driver and its version, as far as the package tells. */
  readonly driver: string;
  readonly vendor: string;
  /** `vulkan`, `metal`, `d3d12`, … */
  readonly backend: string;
  /** Emulated by the processor: found by name only, never taken by `gpu` or `auto`. */
  readonly software: boolean;
  readonly limits: Readonly<Record<string, number>>;
}

/** The adapters there are, or why none can be seen; with the package that saw them. */
export interface AdapterList {
  readonly adapters: readonly AdapterDescription[];
  /** Empty where there are adapters. */
  readonly reason: string;
  readonly folder?: string;
}

/** What {@link PROBE} writes. */
interface ProbeAnswer {
  readonly importError?: string;
  readonly adapters?: readonly {
    readonly backend: string;
    readonly name: string;
    readonly info: Readonly<Record<string, string | boolean>>;
    readonly limits: Readonly<Record<string, number>>;
  }[];
}

/**
 * Asks Dawn for its adapters in a process of its own: Dawn writes why it refuses a driver to standard error only, and a
 * driver that crashes must not take this process with it. An adapter name that no adapter has makes it list them all.
 */
const PROBE = `
const answer = {};
try {
  const { create } = await import(process.argv[1]);
  answer.adapters = [];
  let listed = "";
  try {
    await create(["adapter=\\u0001"]).requestAdapter();
  } catch (error) {
    listed = String(error.message);
  }
  for (const [, backend, name] of listed.matchAll(/backend: '([^']*)', name: '(.*)'$/gm)) {
    const adapter = await create(["backend=" + backend, "adapter=" + name]).requestAdapter();
    if (adapter === null) continue;
    const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info;
    const limits = {};
    for (const limit of Object.getOwnPropertyNames(Object.getPrototypeOf(adapter.limits))) {
      if (typeof adapter.limits[limit] === "number") limits[limit] = adapter.limits[limit];
    }
    answer.adapters.push({ backend, name, limits, info: { vendor, architecture, device, description, isFallbackAdapter } });
  }
} catch (error) {
  answer.importError = String(error?.message ?? error);
}
process.send(answer, () => process.exit(0));
`;
const LONGEST_MILLISECONDS = 30_000;
const SOFTWARE = /llvmpipe|lavapipe|softpipe|swiftshader|basic render|\bwarp\b/i;

const seen = new Map<string, Promise<AdapterList>>();

/**
 * All adapters that the package `webgpu` can use, in its order, or the reason why there are none: package absent or of
 * another version, library that cannot be loaded, no driver, or what Dawn says against the driver. The answer is kept for
 * the life of the process. Cost: a few file look-ups without the package, some 200 ms with it.
 */
export async function listAdapters(): Promise<AdapterList> {
  const found = findWebgpu();
  if ("reason" in found) return { adapters: [], reason: found.reason };
  const key = [found.folder, process.env.VK_DRIVER_FILES, process.env.VK_ICD_FILENAMES].join("\n");
  const known = seen.get(key);
  if (known !== undefined) return known;
  const asked = askDawn(found.folder);
  seen.set(key, asked);
  return asked;
}

/** The hardware adapter that `gpu` opens, undefined where there is none. */
export async function hardwareAdapter(): Promise<AdapterDescription | undefined> {
  return (await listAdapters()).adapters.find((adapter) => !adapter.software);
}

/** Why there is no hardware adapter, in one line for people; empty where there is one. */
export async function gpuReasons(): Promise<string> {
  const { adapters, reason } = await listAdapters();
  if (adapters.some((adapter) => !adapter.software)) return "";
  return adapters.length === 0 ? reason : softwareOnly(adapters);
}

/** The reason where all adapters are emulated. */
export function softwareOnly(adapters: readonly AdapterDescription[]): string {
  const names = adapters.map((adapter) => adapter.name).join(", ");
  const first = (adapters[0]?.name ?? "").split(" ")[0];
  return `there are only software adapters: ${names}; they are used where named, as in gpu:${first}`;
}

/** The first adapter whose name, driver or vendor holds the text, without regard to case. */
export function adapterNamed(adapters: readonly AdapterDescription[], text: string): AdapterDescription | undefined {
  const wanted = text.toLowerCase();
  return adapters.find(({ name, driver, vendor }) =>
    [name, driver, vendor].some((field) => field.toLowerCase().includes(wanted)),
  );
}

function askDawn(folder: string): Promise<AdapterList> {
  quietRuntimeFolder();
  return new Promise((resolve) => {
    // Drivers write what they like to standard output: the answer comes as a message.
    const child = spawn(process.execPath, ["--input-type=module", "-e", PROBE, webgpuEntry(folder)], {
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    let stderr = "";
    let answer: ProbeAnswer | undefined;
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill("SIGKILL");
    }, LONGEST_MILLISECONDS);
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.on("message", (message) => {
      answer = message as ProbeAnswer;
    });
    const end = (how: string) => {
      clearTimeout(timer);
      if (answer !== undefined) return resolve(listOf(answer, stderr, folder));
      resolve({ adapters: [], reason: `the process that looks for a gpu ${how}${said(stderr)}`, folder });
    };
    child.on("error", (error) => end(`could not be started: ${error.message}`));
    child.on("close", (code, signal) => {
      if (late) end(`did not answer in ${LONGEST_MILLISECONDS / 1000} s`);
      else end(signal === null ? `ended with code ${code}` : `was ended by ${signal}, as by a driver that crashes`);
    });
  });
}

/** Reads the answer of the process; `stderr` is what Dawn and the drivers said. */
export function listOf(answer: ProbeAnswer, stderr: string, folder: string): AdapterList {
  if (answer.importError !== undefined) return { adapters: [], reason: importReason(answer.importError), folder };
  const adapters = (answer.adapters ?? []).map(({ backend, name, info, limits }): AdapterDescription => {
    const text = (field: string) => String(info[field] ?? "");
    return {
      name,
      driver: text("description") || backend,
      vendor: text("vendor"),
      backend,
      software: info.isFallbackAdapter === true || text("architecture") === "software" || SOFTWARE.test(name),
      limits,
    };
  });
  if (adapters.length > 0) return { adapters, reason: "", folder };
  if (/Found no drivers|Couldn't load Vulkan/.test(stderr)) {
    return { adapters, reason: `there is no Vulkan driver for a gpu${said(stderr)}`, folder };
  }
  return { adapters, reason: `Dawn takes no gpu of this machine${said(stderr)}`, folder };
}

/** What Dawn warns of, without the notes about limits and places in its sources. */
function said(stderr: string): string {
  const lines = stderr
    .split("\n")
    .map((line) => line.trim().replace(/^Warning: /, ""))
    .filter((line) => line !== "" && !/artificially reduced|^at |^- While /.test(line));
  return lines.length === 0 ? "" : ` (${[...new Set(lines)].slice(0, 3).join("; ")})`;
}
