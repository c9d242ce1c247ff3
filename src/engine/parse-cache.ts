import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { openSealedFile, sealJson } from "../base/checksummed-lines.js";
import { sha256 } from "../base/hash.js";
import { currentOwner, ownerName } from "../base/owner.js";
import { homePaths } from "../store/home.js";
import { builtCodeVersions } from "./code-version.js";

/** Most texts remembered. */
const MOST = 2_000;

/** What a text was read as: plain YAML, a contract, a whole pipeline, a list of sources. */
export type ParsedKind = "yaml" | "contract" | "pipeline" | "pins";

/**
 * What YAML texts mean, by the hash of the text and of the code that reads them: a run that finds everything cached
 * spends most of its time on reading them otherwise. Kept in the home folder; losing it costs time, nothing else,
 * and one that is damaged counts as lost.
 */
export class ParseCache {
  readonly #path: string | undefined;
  readonly #temporary: string;
  readonly #version: string;
  readonly #entries: Map<string, unknown>;
  #changed = false;

  /** @param home undefined: remember nothing beyond this process. */
  constructor(home: string | undefined) {
    let version: string | undefined;
    try {
      version = builtCodeVersions().reader();
    } catch {
      // Not built: the code that runs has no version.
    }
    this.#version = version ?? "";
    this.#temporary = home === undefined ? "" : homePaths(home).temporary;
    this.#path = home === undefined || version === undefined ? undefined : join(home, ".cache", "parsed.json");
    this.#entries = readEntries(this.#path);
  }

  get(kind: ParsedKind, text: string): unknown {
    const key = this.#key(kind, text);
    const value = this.#entries.get(key);
    if (value === undefined) return undefined;
    // The most recently used stay.
    this.#entries.delete(key);
    this.#entries.set(key, value);
    return structuredClone(value);
  }

  /** Remembers a value that JSON can carry unchanged; forgets others. */
  set(kind: ParsedKind, text: string, value: unknown): void {
    if (value === undefined) return;
    const copy: unknown = JSON.parse(JSON.stringify(value));
    if (!isDeepStrictEqual(copy, value)) return;
    this.#entries.set(this.#key(kind, text), copy);
    this.#changed = true;
  }

  /** Best effort. */
  save(): void {
    if (!this.#changed || this.#path === undefined) return;
    // Named after its owner, so that it is swept should this process be killed now.
    const temporary = join(this.#temporary, `${ownerName(currentOwner())}.parsed`);
    try {
      mkdirSync(dirname(this.#path), { recursive: true });
      mkdirSync(this.#temporary, { recursive: true });
      writeFileSync(temporary, sealJson({ entries: [...this.#entries].slice(-MOST) }));
      renameSync(temporary, this.#path);
      this.#changed = false;
    } catch {
      // Next time.
    }
  }

  #key(kind: string, text: string): string {
    return sha256(`${kind}\n${this.#version}\n${text}`);
  }
}

function readEntries(path: string | undefined): Map<string, unknown> {
  if (path === undefined) return new Map();
  try {
    const list = openSealedFile(readFileSync(path))?.entries;
    return new Map(Array.isArray(list) ? (list as [string, unknown][]) : []);
  } catch {
    return new Map();
  }
}
