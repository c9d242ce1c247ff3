import { StorageError } from "./errors.js";

/** Node's error code (`ENOSPC`), or undefined for anything else. */
export function errorCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === "string" ? code : undefined;
}

const PROBLEMS: Readonly<Record<string, readonly [problem: string, wayOut: string]>> = {
  ENOSPC: [
    "disk-full",
    "Free some space (`neurotables gc` removes what no snapshot needs) or choose another --home, then run again.",
  ],
  EDQUOT: ["disk-full", "Your disk quota is used up: free some space or choose another --home, then run again."],
  EFBIG: ["disk-full", "The file system or a limit (ulimit -f) refuses files of this size: choose another --home."],
  EACCES: ["permission", "Make the folder writable for this user, or choose another --home."],
  EPERM: ["permission", "Make the folder writable for this user, or choose another --home."],
  EROFS: ["permission", "The file system is mounted read-only: choose another --home."],
  EMFILE: ["too-many-files", "Too many files are open: raise the limit (ulimit -n) or use fewer --jobs."],
  ENFILE: ["too-many-files", "Too many files are open on this machine: close some programs or use fewer --jobs."],
  ENOENT: ["missing", "Something removed the file or its folder while it was needed: run again."],
  ENOTDIR: ["not-a-folder", "A file is in the place of a folder: move it away or choose another --home."],
  EISDIR: ["not-a-file", "A folder is in the place of a file: move it away or choose another --home."],
  EXDEV: ["other-file-system", "The temporary file must be on the file system of --home."],
};

/**
 * Node's error as a {@link StorageError} that names path and errno: tags `storage/disk-full`, `storage/permission`,
 * `storage/too-many-files`, `storage/missing`, … and otherwise `storage/write-failed` or `storage/read-failed`.
 * A StorageError passes unchanged.
 */
export function storageError(action: "read" | "write" | "remove", path: string, error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  const code = errorCode(error) ?? "unknown";
  const [problem, wayOut] = PROBLEMS[code] ?? [
    action === "read" ? "read-failed" : "write-failed",
    "Check the disk (its log, its health, whether it is still mounted), then run again.",
  ];
  return new StorageError(problem, `cannot ${action} ${path}: ${code}`, {
    fields: { file: path, errno: code, action },
    wayOut,
    cause: error,
  });
}

/** Runs `operation`; what it throws leaves as a {@link storageError}. */
export function guarded<T>(action: "read" | "write" | "remove", path: string, operation: () => T): T {
  try {
    return operation();
  } catch (error) {
    throw storageError(action, path, error);
  }
}
