import type { SourceFile } from "../loader.js";
import { type JsonRecord, shapeError } from "./json-records.js";

/** A record of a NemaNode file: `{pre, post, typ, syn}`. */
export interface NemaNodeRecord extends JsonRecord {
  readonly pre: string;
  readonly post: string;
  /** 0 chemical, 2 gap, 4 functional. */
  readonly typ: number;
  readonly syn: readonly unknown[];
}

/** The keys that a record must have. */
export const NEMANODE_KEYS: readonly string[] = ["pre", "post", "typ", "syn"];

/** @throws {LoadError} `load/record-shape` naming file, index and key. */
export function nemaNodeRecord(record: JsonRecord, file: SourceFile): NemaNodeRecord {
  const { pre, post, typ, syn } = record.value;
  if (typeof pre !== "string") throw shapeError(file, `${record.cell}, pre`, "text", pre);
  if (typeof post !== "string") throw shapeError(file, `${record.cell}, post`, "text", post);
  if (typeof typ !== "number" || !Number.isInteger(typ)) {
    throw shapeError(file, `${record.cell}, typ`, "a whole number", typ);
  }
  if (!Array.isArray(syn)) throw shapeError(file, `${record.cell}, syn`, "an array", syn);
  return { ...record, pre: pre.trim(), post: post.trim(), typ, syn };
}
