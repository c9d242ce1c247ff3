import { statSync } from "node:fs";
import { join } from "node:path";
import type { Project } from "./types.js";

/** Where `--download` puts files: laid out as a mirror, and the last of the mirrors. */
export function downloadFolder(home: string): string {
  return join(home, "downloads");
}

/** The folders that mirror raw files: the given ones, then what was downloaded. */
export function mirrorFolders(project: Pick<Project, "home" | "sources">): {
  readonly mirrors: readonly string[];
  /** The one of downloads, if there is one. */
  readonly downloads?: string;
} {
  const downloads = downloadFolder(project.home);
  if (statSync(downloads, { throwIfNoEntry: false })?.isDirectory() !== true) return { mirrors: project.sources };
  return { mirrors: [...project.sources, downloads], downloads };
}
