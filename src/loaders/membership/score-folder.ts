import { LoadError } from "../../base/errors.js";
import { fileName } from "../connectome/raw-file.js";
import type { LoadContext, SourceFile } from "../loader.js";
import { loadMatrices } from "./log-probability-files.js";
import { loadScoreTables, type ScoreFiles } from "./score-tables.js";
import type { TokenScoreParameters } from "./token-scores.js";

type Role = keyof ScoreFiles;

const ROLES: readonly (readonly [RegExp, Role])[] = [
  [/^token_scores?(?![a-z])/i, "scores"],
  [/^document_mean_probability/i, "means"],
  [/^tokens?(?![a-z])/i, "tokens"],
  [/^(assignments?|documents?)(?![a-z])/i, "documents"],
];

const TABLE = /\.(parquet|arrow|feather|ipc|(jsonl|ndjson)(\.gz)?)$/i;
const OTHER_TABLE = /\.(csv|tsv|xlsx|json|pickle|pkl|npy|npz|parquet|arrow|feather|ipc)(\.gz)?$/i;

/**
 * Loads the files of one folder.
 * @throws {LoadError} `load/no-scores` when it has neither form, `load/missing-file`, `load/table-format`; and as
 * `loadMatrices` and `loadScoreTables`.
 */
export async function loadScoreFolder(context: LoadContext<TokenScoreParameters>): Promise<void> {
  const { files } = context;
  for (const output of ["token_score", "token", "document_mean_probability", "excerpt"]) context.sink(output);
  const inputs = files.find((file) => fileName(file) === "inputs.json");
  const matrix = files.find((file) => fileName(file) === "logprobs.f32le.bin");
  if (inputs !== undefined || matrix !== undefined) {
    if (inputs === undefined) throw missingFile(files, "inputs.json");
    if (matrix === undefined) throw missingFile(files, "logprobs.f32le.bin");
    await loadMatrices(context, { inputs, matrix });
    dropUnread(context, (file) => file === inputs || file === matrix);
    return;
  }
  const roles = rolesOf(files);
  const having = (role: Role) => files.filter((file) => roles.get(file) === role);
  const grouped: ScoreFiles = {
    scores: having("scores"),
    tokens: having("tokens"),
    documents: having("documents"),
    means: having("means"),
  };
  if (roles.size === 0) {
    const folder = folderOf(files);
    throw new LoadError("no-scores", `${folder}: no token scores among ${files.length} files`, {
      fields: { folder, files: files.slice(0, 20).map(fileName) },
      wayOut:
        "A folder holds inputs.json and logprobs.f32le.bin, or token_score*, token* and assignment* as Parquet, Arrow or JSON lines.",
    });
  }
  if (grouped.scores.length === 0) throw missingFile(files, "token_score*");
  if (grouped.tokens.length === 0) throw missingFile(files, "token*");
  if (grouped.documents.length === 0) throw missingFile(files, "assignment* (or document*)");
  await loadScoreTables(context, grouped);
  dropUnread(context, (file) => roles.has(file));
}

function rolesOf(files: readonly SourceFile[]): Map<SourceFile, Role> {
  const roles = new Map<SourceFile, Role>();
  for (const file of files) {
    const name = fileName(file);
    const role = ROLES.find(([pattern]) => pattern.test(name))?.[1];
    if (role === undefined) continue;
    if (TABLE.test(name)) roles.set(file, role);
    else if (OTHER_TABLE.test(name)) {
      throw new LoadError("table-format", `${file.path}: tables of scores are read from Parquet, Arrow or JSON lines`, {
        fields: { file: file.path },
        wayOut: "Write it as .parquet, .arrow or .jsonl (also .jsonl.gz).",
      });
    }
  }
  return roles;
}

function folderOf(files: readonly SourceFile[]): string {
  const path = files[0]?.path ?? "";
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

function missingFile(files: readonly SourceFile[], name: string): LoadError {
  const folder = folderOf(files);
  return new LoadError("missing-file", `${folder}: there is no file ${name}`, {
    fields: { folder, expected: name, files: files.slice(0, 20).map(fileName) },
    wayOut: "Put the files of one run into one folder, and let the source of the step match them all.",
  });
}

function dropUnread(context: LoadContext<TokenScoreParameters>, isRead: (file: SourceFile) => boolean): void {
  for (const file of context.files) {
    if (isRead(file)) continue;
    context.countRead(file, 1);
    const rule = "files of other names are not read";
    context.drop({ file, scope: "file", item: fileName(file), reason: "unread_file", rule });
  }
}
