import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { WebgpuModule } from "./webgpu-api.js";

/** The one version of the package `webgpu` that the kernels are tested with; others load elsewhere or behave otherwise. */
export const WEBGPU_VERSION = "0.6.2";
export const INSTALL_LINE = `npm install --ignore-scripts webgpu@${WEBGPU_VERSION}`;

export interface WebgpuPlaces {
  /** Folders from which a package is looked for as Node does, in this order. */
  readonly folders: readonly string[];
}

/** This package's place, the current folder, and the folder named by `NEUROTABLES_WEBGPU`. */
export function webgpuPlaces(): WebgpuPlaces {
  const named = process.env.NEUROTABLES_WEBGPU;
  const folders = [dirname(fileURLToPath(import.meta.url)), process.cwd()];
  return { folders: named ? [...folders, resolve(named)] : folders };
}

/** `node_modules/webgpu` in a folder or the nearest above it. */
function nearestPackage(folder: string): string | undefined {
  for (let at = resolve(folder); ; at = dirname(at)) {
    const found = join(at, "node_modules", "webgpu");
    if (existsSync(join(found, "package.json"))) return found;
    if (dirname(at) === at) return undefined;
  }
}

/** Where the package is, or why there is none that can be used. */
export type FoundWebgpu = { readonly folder: string } | { readonly reason: string };

/** Looks for `webgpu` of the version {@link WEBGPU_VERSION}; nothing is loaded. Cost: a few file look-ups. */
export function findWebgpu(places: WebgpuPlaces = webgpuPlaces()): FoundWebgpu {
  const refused = new Map<string, string>();
  for (const place of places.folders) {
    const folder = nearestPackage(place);
    if (folder === undefined || refused.has(folder)) continue;
    const version = versionOf(folder);
    if (version === WEBGPU_VERSION) return { folder };
    refused.set(folder, version);
  }
  if (refused.size === 0) return { reason: `the package webgpu is not installed; install it with: ${INSTALL_LINE}` };
  const found = [...refused].map(([folder, version]) => `${version} in ${folder}`).join(", ");
  return { reason: `webgpu ${WEBGPU_VERSION} is needed, found is ${found}; install it with: ${INSTALL_LINE}` };
}

function versionOf(folder: string): string {
  try {
    const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { version?: unknown };
    return typeof version === "string" ? version : "no version";
  } catch (error) {
    return `an unreadable package.json (${error instanceof Error ? error.message : String(error)})`;
  }
}

/** The file to import of a package found by {@link findWebgpu}. */
export function webgpuEntry(folder: string): string {
  return pathToFileURL(join(folder, "index.js")).href;
}

/** What a failed import of the package means, in words. */
export function importReason(message: string): string {
  const first = message.split("\n")[0] ?? message;
  if (/GLIBC(XX)?_/.test(message)) return `webgpu ${WEBGPU_VERSION} needs a newer C or C++ library: ${first}`;
  if (/dawn\.node/.test(message)) {
    return `webgpu ${WEBGPU_VERSION} has no library for ${process.platform}-${process.arch}, or it cannot be loaded: ${first}`;
  }
  return `webgpu ${WEBGPU_VERSION} cannot be imported: ${first}`;
}

/** Drivers write their noise about a missing `XDG_RUNTIME_DIR` to standard error: a private folder where it is unset. */
export function quietRuntimeFolder(): void {
  if (process.platform !== "linux" || process.env.XDG_RUNTIME_DIR) return;
  const folder = mkdtempSync(join(tmpdir(), "neurotables-gpu-"));
  process.env.XDG_RUNTIME_DIR = folder;
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
}

/** Imports the package. @throws What the import throws; see {@link importReason}. */
export async function importWebgpu(folder: string): Promise<WebgpuModule> {
  quietRuntimeFolder();
  return (await import(webgpuEntry(folder))) as WebgpuModule;
}
