import { dirname, join } from "node:path";
import { writeFileAtomic } from "../base/atomic-file.js";
import { openSealedFile, sealJson } from "../base/checksummed-lines.js";
import type { FileOperations } from "../base/file-operations.js";
import { sha256 } from "../base/hash.js";
import { guarded } from "../base/storage-error.js";
import { listFolder } from "./list-folder.js";
import { isRememberedKey } from "./shapes.js";
import type { RememberedKey } from "./types.js";

/** Most keys remembered per unit of work. */
const MOST = 32;

/** One partition of one step of one pipeline. */
export interface UnitName {
  readonly pipeline: string;
  readonly step: string;
  readonly partition: string;
}

/**
 * The keys that each unit of work has had, newest first: what `why` compares with. One small file per unit, so that
 * asking for 10,000 units reads 10,000 small files (some 30 µs each) and writing one touches no other.
 */
export class KeyHistory {
  readonly #files: FileOperations;
  readonly #folder: string;
  readonly #temporary: string;

  constructor(options: { readonly files: FileOperations; readonly folder: string; readonly temporary: string }) {
    this.#files = options.files;
    this.#folder = options.folder;
    this.#temporary = options.temporary;
  }

  /** Newest first; empty when the unit is unknown or its file is damaged. */
  keys(unit: UnitName): RememberedKey[] {
    try {
      return parseHistory(this.#files.readFile(this.#path(unit)))?.keys ?? [];
    } catch {
      return [];
    }
  }

  /** Puts the key first. Does nothing when it is first already. */
  async remember(unit: UnitName, key: RememberedKey): Promise<void> {
    const before = this.keys(unit);
    if (before[0]?.key === key.key) return;
    await this.#write(unit, [key, ...before.filter((other) => other.key !== key.key)].slice(0, MOST));
  }

  /** Forgets the keys for which `keep` is false. */
  async forget(keep: (key: string) => boolean): Promise<void> {
    for (const path of this.all()) {
      const history = guarded("read", path, () => parseHistory(this.#files.readFile(path)));
      if (history === undefined) continue;
      const keys = history.keys.filter((remembered) => keep(remembered.key));
      if (keys.length === history.keys.length) continue;
      if (keys.length > 0) await this.#write(history.unit, keys);
      else guarded("remove", path, () => this.#files.unlink(path));
    }
  }

  /** Paths of all files. */
  *all(): Iterable<string> {
    for (const shard of listFolder(this.#files, this.#folder)) {
      const folder = join(this.#folder, shard);
      for (const name of listFolder(this.#files, folder)) yield join(folder, name);
    }
  }

  async #write(unit: UnitName, keys: readonly RememberedKey[]): Promise<void> {
    const path = this.#path(unit);
    const { pipeline, step, partition } = unit;
    const bytes = Buffer.from(sealJson({ pipeline, step, partition, keys }));
    guarded("write", path, () => this.#files.mkdir(dirname(path)));
    await writeFileAtomic({ files: this.#files, path, bytes, temporaryDirectory: this.#temporary, durable: false });
  }

  #path({ pipeline, step, partition }: UnitName): string {
    const name = sha256(`${pipeline}\n${step}\n${partition}`).slice(0, 40);
    return `${this.#folder}/${name.slice(0, 2)}/${name}.json`;
  }
}

/** The content of one history file; undefined when damaged. */
export function parseHistory(bytes: Uint8Array): { unit: UnitName; keys: RememberedKey[] } | undefined {
  const value = openSealedFile(bytes);
  if (value === undefined) return undefined;
  const { pipeline, step, partition, keys } = value;
  if (typeof pipeline !== "string" || typeof step !== "string" || typeof partition !== "string") return undefined;
  if (!Array.isArray(keys) || !keys.every(isRememberedKey)) return undefined;
  return { unit: { pipeline, step, partition }, keys };
}
