import { sha256 } from "../base/hash.js";

/**
 * The `source_id` of a raw file: first 32 hexadecimal digits of the SHA-256 of dataset, line feed and the path below
 * the mirror. It does not depend on what the file holds, so a transform may name a file without reading `source_file`.
 */
export function sourceId(dataset: string, path: string): string {
  return sha256(`${dataset}\n${path}`).slice(0, 32);
}
