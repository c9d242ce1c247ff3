import { readFile } from "node:fs/promises";
import { FormatError, LoadError } from "../../base/errors.js";
import type { Limits } from "../../base/limits.js";
import type { SourceFile } from "../loader.js";

/**
 * The bytes of a raw file, read whole.
 * @throws {FormatError} `format/too-large` when the file is longer than `limits.bytes`.
 * @throws {LoadError} `load/unreadable` when the file cannot be read.
 */
export async function readRawFile(file: SourceFile, limits: Limits): Promise<Uint8Array> {
  if (file.bytes > limits.bytes) {
    throw new FormatError("too-large", `${file.path} has ${file.bytes} bytes, more than the limit of ${limits.bytes}`, {
      fields: { file: file.path, bytes: file.bytes, limit: limits.bytes },
      wayOut: "Check that the file is what its name says.",
    });
  }
  try {
    return await readFile(file.absolutePath);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown error";
    throw new LoadError("unreadable", `${file.path} cannot be read: ${code}`, {
      fields: { file: file.path, code },
      wayOut: "Check the permissions of the file and of its folder.",
    });
  }
}

/** The last segment of a mirror-relative path. */
export function fileName(file: SourceFile): string {
  return file.path.slice(file.path.lastIndexOf("/") + 1);
}

/**
 * The one file of a partition.
 * @throws {LoadError} `load/file-count` when there are several.
 */
export function onlyFile(files: readonly SourceFile[]): SourceFile {
  const [file, ...more] = files;
  if (file === undefined || more.length > 0) {
    const names = files.map((each) => each.path).join(", ");
    throw new LoadError("file-count", `one file is expected, ${files.length} are given: ${names}`, {
      fields: { files: files.map((each) => each.path) },
      wayOut: "Name one file in the source of this step.",
    });
  }
  return file;
}

/**
 * The file of a partition whose last path segment is `name`.
 * @throws {LoadError} `load/file-missing` naming the files that are there.
 */
export function fileNamed(files: readonly SourceFile[], name: string): SourceFile {
  const found = files.filter((file) => fileName(file) === name);
  const [file] = found;
  if (file === undefined || found.length > 1) {
    const there = files.map((each) => each.path);
    throw new LoadError(
      "file-missing",
      `${found.length === 0 ? "no" : "more than one"} file ${name} among ${there.join(", ")}`,
      { fields: { file: name, found: there }, wayOut: "Name the file in the source of this step." },
    );
  }
  return file;
}
