import { existsSync, mkdtempSync, readFileSync, rmSync, statfsSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { dirname, join } from "node:path";
import { nodeFiles } from "../base/file-operations.js";
import { LockFolder } from "../base/lock.js";
import { packageRoot } from "../base/package-root.js";
import { byteText } from "./quantities.js";

/** What one probe found. */
export interface ProbeResult {
  readonly name: string;
  readonly status: "ok" | "warn" | "fail";
  readonly detail: string;
  readonly wayOut?: string;
}

export interface Probe {
  readonly name: string;
  run(): Promise<Omit<ProbeResult, "name">>;
}

/** Runs a probe; what it throws is a failure with its message. */
export async function runProbe({ name, run }: Probe): Promise<ProbeResult> {
  try {
    return { name, ...(await run()) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { name, status: "fail", detail: message.split("\n")[0] ?? message };
  }
}

/** Whether this Node is new enough. */
export function nodeProbe(version = process.versions.node): Probe {
  return {
    name: "node",
    async run() {
      const [major = 0, minor = 0] = version.split(".").map(Number);
      const detail = `${version} on ${process.platform} ${process.arch}`;
      const good = major > 20 || (major === 20 && minor >= 19);
      return good ? { status: "ok", detail } : { status: "fail", detail, wayOut: "install Node 20.19 or newer" };
    },
  };
}

export const duckdbProbe: Probe = {
  name: "duckdb",
  async run() {
    const { DuckDBInstance, version } = await import("@duckdb/node-api");
    const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
    try {
      const connection = await instance.connect();
      const [[answer] = []] = (await connection.runAndReadAll("SELECT 42")).getRows();
      connection.closeSync();
      return { status: answer === 42 ? "ok" : "fail", detail: `${version()}, native binding loads` };
    } finally {
      instance.closeSync();
    }
  },
};

export const hdf5Probe: Probe = {
  name: "hdf5",
  async run() {
    const h5wasm = (await import("h5wasm/node")) as unknown as { ready: Promise<{ readonly [name: string]: unknown }> };
    await h5wasm.ready;
    const version = installedVersion("h5wasm");
    return { status: "ok", detail: `h5wasm ${version}` };
  },
};

/** From the package's manifest in the nearest `node_modules` that has it. */
function installedVersion(name: string): string {
  for (let folder = packageRoot(); ; folder = dirname(folder)) {
    const manifest = join(folder, "node_modules", name, "package.json");
    if (existsSync(manifest)) return (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
    if (folder === dirname(folder)) return "of unknown version";
  }
}

export const machineProbe: Probe = {
  name: "machine",
  async run() {
    const memory = totalmem();
    const detail = `${availableParallelism()} cores, ${byteText(memory)} memory`;
    return memory < 2e9 ? { status: "warn", detail, wayOut: "2 GB or more is comfortable" } : { status: "ok", detail };
  },
};

/** Room on the disk of a folder, or of the nearest one above it that exists. */
export function diskProbe(home: string): Probe {
  return {
    name: "disk",
    async run() {
      const folder = existingAbove(home);
      const { bavail, bsize } = statfsSync(folder);
      const free = bavail * bsize;
      const detail = `${byteText(free)} free at ${folder}`;
      return free < 1e9
        ? { status: "warn", detail, wayOut: "free some space, or choose another --home" }
        : { status: "ok", detail };
    },
  };
}

/** The file operations that commits and locks rest on, tried in a folder of their own on the home's file system. */
export function fileOperationsProbe(home: string): Probe {
  return {
    name: "home",
    async run() {
      const folder = mkdtempSync(join(existingAbove(home), ".neurotables-doctor-"));
      try {
        const path = join(folder, "a");
        const descriptor = nodeFiles.open(path, "wx");
        nodeFiles.write(descriptor, Buffer.from("x"));
        nodeFiles.fsync(descriptor);
        nodeFiles.close(descriptor);
        nodeFiles.link(path, join(folder, "b"));
        const exclusive = await failsWith("EEXIST", () => nodeFiles.link(path, join(folder, "b")));
        nodeFiles.rename(path, join(folder, "c"));
        nodeFiles.chmod(join(folder, "c"), 0o444);
        const locks = new LockFolder({ files: nodeFiles, folder });
        const lock = locks.tryLock({ name: "doctor" });
        const second = locks.tryLock({ name: "doctor" });
        lock?.release();
        second?.release();
        if (!exclusive || lock === undefined || second !== undefined) {
          return {
            status: "fail",
            detail: `${folder}: exclusive creation or locks do not hold`,
            wayOut: "choose a --home on a local file system",
          };
        }
        return { status: "ok", detail: `${home}: write, fsync, link, rename and lock work` };
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}

async function failsWith(code: string, action: () => void): Promise<boolean> {
  try {
    action();
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === code;
  }
}

function existingAbove(folder: string): string {
  for (let path = folder; ; path = dirname(path)) {
    try {
      nodeFiles.readdir(path);
      return path;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT" || path === dirname(path)) throw error;
    }
  }
}

/** Adapters are for stages that later versions bring: their absence is no failure. */
