import { existsSync, readdirSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { type NeurotablesError, StorageError, UsageError } from "../base/errors.js";
import { packageRoot } from "../base/package-root.js";
import { DEVICE_NAME } from "../compute/device/open-device.js";
import type { Project } from "../engine/types.js";
import type { Store } from "../store/store.js";
import type { VerbContext } from "./verb.js";

/** Where a command works, before anything is opened. */
export interface ProjectPlace {
  readonly root: string;
  readonly home: string;
  readonly sources: readonly string[];
}

/** The nearest folder, upwards, that holds `pipelines/` or `.neurotables/`; else the folder itself. */
export function findProjectRoot(start: string): string {
  for (let folder = resolve(start); ; folder = dirname(folder)) {
    if (isFolder(join(folder, "pipelines")) || isFolder(join(folder, ".neurotables"))) return folder;
    if (folder === dirname(folder)) return resolve(start);
  }
}

/** The folder above `pipelines/`, or the file's own folder. */
export function rootOfPipeline(file: string): string {
  const folder = dirname(resolve(file));
  return basename(folder) === "pipelines" ? dirname(folder) : folder;
}

/**
 * Where a command works: the root comes from the pipeline files given by path, else from the current folder; the home
 * from --home, NEUROTABLES_HOME, else `.neurotables` in the root (never inside this package).
 *
 * @throws {UsageError} `usage/two-projects`, `usage/no-mirror`.
 */
export function projectPlace(context: VerbContext, pipelines: readonly string[] = []): ProjectPlace {
  const { cwd, env } = context.output.terminal;
  const files = pipelines.map((name) => resolve(cwd, name)).filter(isFile);
  const roots = [...new Set(files.map(rootOfPipeline))];
  if (roots.length > 1) {
    throw new UsageError("two-projects", `the pipelines belong to different projects: ${roots.join(", ")}`, {
      wayOut: "run them one after the other",
    });
  }
  const here = findProjectRoot(cwd);
  const root = roots[0] ?? here;
  const given = context.options.text("home") ?? nonEmpty(env.NEUROTABLES_HOME);
  const owner = root === packageRoot() ? here : root;
  const home = given === undefined ? join(owner, ".neurotables") : resolve(cwd, given);
  return { root, home, sources: sources(context, owner) };
}

/** --sources, else NEUROTABLES_SOURCES, else the project's own `sources/` where there is one. */
function sources(context: VerbContext, project: string): readonly string[] {
  const { cwd, env } = context.output.terminal;
  const given = context.options.texts("sources");
  const fromEnvironment = (env.NEUROTABLES_SOURCES ?? "").split(process.platform === "win32" ? ";" : ":");
  const list = given.length > 0 ? given : fromEnvironment.filter((folder) => folder !== "");
  const own = join(project, "sources");
  if (list.length === 0) return isFolder(own) ? [own] : [];
  return list.map((folder) => {
    const path = resolve(cwd, folder);
    if (!isFolder(path)) {
      const what = existsSync(path) ? "is no folder" : "does not exist";
      throw new UsageError("no-mirror", `the folder of raw files ${folder} ${what}`, {
        fields: { folder: path },
        wayOut: given.length > 0 ? "give an existing folder to --sources" : "correct NEUROTABLES_SOURCES",
      });
    }
    return path;
  });
}

/** Whether a home has ever been written. */
export function homeExists(home: string): boolean {
  return isFolder(home) && readdirSync(home).length > 0;
}

/** The error of commands that read tables where there are none, or none can be read any more. */
export function nothingYet(place: ProjectPlace & { readonly store?: Store }): NeurotablesError {
  const stored = place.store?.generationNumbers().length ?? 0;
  if (stored > 0) {
    return new StorageError("manifest-damaged", `none of the ${stored} manifests in ${place.home} can be read`, {
      fields: { home: place.home, manifests: stored },
      wayOut: "neurotables verify says what is damaged; running the pipelines again commits a new manifest",
    });
  }
  return new UsageError("no-tables", `there are no tables yet in ${place.home}`, {
    fields: { home: place.home },
    wayOut: "neurotables run PIPELINE makes them; --home names another folder",
  });
}

/** Refuses a home that cannot be one before anything is written there. @throws {StorageError} */
export async function refuseUnusableHome({ home }: ProjectPlace): Promise<void> {
  const { inspectHome } = await import("../store/home.js");
  const { nodeFiles } = await import("../base/file-operations.js");
  inspectHome(nodeFiles, home);
}

/** Opens the store, making the home where needed. */
export async function openProject(place: ProjectPlace): Promise<Project> {
  return { ...place, store: await openStore(place.home) };
}

/** Opens the store of a home that must exist. @throws {UsageError} `usage/no-tables`. */
export async function openExistingProject(place: ProjectPlace): Promise<Project> {
  if (!homeExists(place.home)) throw nothingYet(place);
  return openProject(place);
}

async function openStore(home: string): Promise<Store> {
  const { Store } = await import("../store/store.js");
  return Store.open({ home });
}

/** --jobs, or the number of cores. @throws {UsageError} */
export function jobCount(context: VerbContext): number {
  const text = context.options.text("jobs");
  if (text === undefined) return availableParallelism();
  const jobs = Number(text);
  if (!Number.isInteger(jobs) || jobs < 1 || jobs > 1024) {
    throw new UsageError("option-value", `--jobs is a number from 1 to 1024, not "${text}"`);
  }
  return jobs;
}

/** Operands that name files relative to the current folder, made absolute; names stay names. */
export function absolutePipelines(context: VerbContext, names: readonly string[]): string[] {
  return names.map((name) => {
    const path = resolve(context.output.terminal.cwd, name);
    return isFile(path) ? path : name;
  });
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text === "" ? undefined : text;
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}

/** --device as given. @throws {UsageError} */
export function deviceName(context: VerbContext): string | undefined {
  const device = context.options.text("device");
  if (device === undefined || DEVICE_NAME.test(device)) return device;
  throw new UsageError("option-value", `--device is auto, reference, cpu, gpu or gpu:ADAPTER, not "${device}"`);
}
