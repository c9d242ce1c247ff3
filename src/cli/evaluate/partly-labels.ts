import { readFile } from "node:fs/promises";
import { LoadError } from "../../base/errors.js";
import { DEFAULT_LIMITS } from "../../base/limits.js";
import { errorCode } from "../../base/storage-error.js";
import { decodeUtf8 } from "../../formats/text/utf8-text.js";
import { listedName } from "../../loaders/fisbe/sample-name.js";
import { parseSplitList } from "../../loaders/fisbe/split-list.js";

/** Which samples are partly labelled. */
export interface PartlyLabels {
  /** Undefined for a sample that is not listed, or without a list. */
  of(sample: string): boolean | undefined;
}

/** Reads a list of samples per split. @throws {LoadError} {FormatError} */
export async function partlyLabels(path: string | undefined): Promise<PartlyLabels> {
  if (path === undefined) return { of: () => undefined };
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const code = errorCode(error) ?? "unknown";
    throw new LoadError("unreadable-file", `cannot read ${path}: ${code}`, {
      fields: { file: path, errno: code },
      wayOut: "give --split-list the file sample_list_per_split.txt",
      cause: error,
    });
  }
  const listed = parseSplitList(decodeUtf8(bytes, { file: path, limits: DEFAULT_LIMITS }), path);
  const partly = new Map(listed.map(({ sample, labelSet }) => [sample, labelSet === "partly"]));
  return { of: (sample) => partly.get(sample) ?? partly.get(listedName(sample)) };
}
