import { basename, join } from "node:path";
import { createExclusive } from "../base/atomic-file.js";
import { openSealedFile, sealJson } from "../base/checksummed-lines.js";
import { StorageError } from "../base/errors.js";
import type { FileOperations } from "../base/file-operations.js";
import { errorCode, guarded, storageError } from "../base/storage-error.js";

/** Version of the layout below. A home with a higher one is refused. */
export const HOME_FORMAT = 1;

/** Where things lie in a home folder. */
export interface HomePaths {
  readonly home: string;
  /** Sealed JSON `{ format }`. Written last: a home without it is not finished. */
  readonly marker: string;
  /** `ab/<sha256>.parquet`, read-only. */
  readonly parts: string;
  /** Parts that `verify` found damaged, out of the way until `gc`. */
  readonly damaged: string;
  /** `ab/<key>.json`: step records. */
  readonly steps: string;
  /** `ab/<unit>.json`: the keys each unit of work has had. */
  readonly history: string;
  /** `00000042.json`: generations. */
  readonly manifests: string;
  /** `<run>.jsonl`: journals. */
  readonly runs: string;
  /** Marks of generations that were published. */
  readonly published: string;
  readonly locks: string;
  /** `<owner>.<name>`: swept when the owner is dead. */
  readonly temporary: string;
  readonly statCache: string;
  /** `<key>`: how far a stage got that did not end. */
  readonly checkpoints: string;
}

/** The folders and files of a home, by what they hold. */
export function homePaths(home: string): HomePaths {
  return {
    home,
    marker: join(home, "neurotables.json"),
    parts: join(home, "parts"),
    damaged: join(home, "damaged"),
    steps: join(home, "steps"),
    history: join(home, "steps-history"),
    manifests: join(home, "manifests"),
    runs: join(home, "runs"),
    published: join(home, "published"),
    locks: join(home, "locks"),
    temporary: join(home, "tmp"),
    statCache: join(home, "stat-cache.json"),
    checkpoints: join(home, "checkpoints"),
  };
}

const OURS =
  /^(parts|damaged|steps|steps-history|manifests|runs|published|locks|checkpoints|logs|downloads|sql-history|tmp|stat-cache\.json|\..*|lost\+found)$/;

/**
 * Checks a home folder, or makes one. An existing one is only read, so that it may lie on a read-only medium.
 * @throws {StorageError} `storage/newer-home`, `storage/not-a-home` (the folder holds other things),
 * `storage/home-damaged`, or what the file system says.
 */
export async function openHome(files: FileOperations, home: string): Promise<HomePaths> {
  const paths = homePaths(home);
  if (inspectHome(files, home) === "home") return paths;
  for (const folder of ["parts", "steps", "history", "manifests", "runs", "published", "locks", "temporary"] as const) {
    guarded("write", paths[folder], () => files.mkdir(paths[folder]));
  }
  // What is in a home is derived: it never belongs into the project's history.
  await createExclusive({
    files,
    path: join(home, ".gitignore"),
    bytes: Buffer.from("*\n"),
    temporaryDirectory: paths.temporary,
  });
  const marker = Buffer.from(sealJson({ format: HOME_FORMAT }));
  await createExclusive({ files, path: paths.marker, bytes: marker, temporaryDirectory: paths.temporary });
  return paths;
}

/**
 * Whether the folder is a home, or may become one. Writes nothing.
 * @throws {StorageError} as {@link openHome}.
 */
export function inspectHome(files: FileOperations, home: string): "home" | "free" {
  const paths = homePaths(home);
  if (readMarker(files, paths) === "present") return "home";
  const names = list(files, home);
  // Another process may have finished making the home since.
  if (names.includes(basename(paths.marker)) && readMarker(files, paths) === "present") return "home";
  const strangers = names.filter((name) => !OURS.test(name));
  if (strangers.length === 0) return "free";
  throw new StorageError(
    "not-a-home",
    `${home} is not a neurotables home: it holds ${strangers.slice(0, 3).join(", ")}`,
    {
      fields: { file: home, values: strangers.slice(0, 10) },
      wayOut: "Choose an empty or new folder for --home.",
    },
  );
}

/** Whether the marker is there and of a version that we know. */
function readMarker(files: FileOperations, paths: HomePaths): "present" | "absent" {
  let bytes: Buffer;
  try {
    bytes = files.readFile(paths.marker);
  } catch (error) {
    const code = errorCode(error);
    if (code === "ENOENT") return "absent";
    throw storageError("read", paths.marker, error);
  }
  const format = openSealedFile(bytes)?.format;
  if (typeof format !== "number" || !Number.isInteger(format)) {
    throw new StorageError("home-damaged", `${paths.marker} is damaged`, {
      fields: { file: paths.marker },
      wayOut: `Delete ${paths.marker}: it is written again. Then run \`neurotables verify\`.`,
    });
  }
  if (format > HOME_FORMAT) {
    throw new StorageError(
      "newer-home",
      `${paths.home} was made by a newer version (layout ${format}, this one knows ${HOME_FORMAT})`,
      {
        fields: { file: paths.marker, found: format, expected: HOME_FORMAT },
        wayOut: "Update neurotables, or choose another --home.",
      },
    );
  }
  return "present";
}

function list(files: FileOperations, home: string): string[] {
  try {
    return files.readdir(home);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    throw storageError("read", home, error);
  }
}
