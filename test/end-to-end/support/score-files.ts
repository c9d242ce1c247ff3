import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Table, tableToIPC } from "apache-arrow";
import { writeParquet } from "../../../src/formats/parquet/write-parquet.js";
import { buildBatch } from "../../../src/tables/batch-builder.js";
import type { Row } from "../../../src/tables/contract.js";
import type { ReferenceSet } from "../../stages/membership/support/reference-set.js";
import { contractOf } from "../../support/arbitrary-table.js";
import { lines } from "./membership-project.js";

/** Rows of the files of one folder of token scores, by table. */
export type ScoreTables = Readonly<Record<keyof typeof TYPES, readonly Row[]>>;

/** Types as Python libraries write them: 64 bits. */
const TYPES = {
  token_score: contractOf([
    { name: "doc_id", type: { kind: "utf8" } },
    { name: "pos", type: { kind: "int64" } },
    { name: "logprob", type: { kind: "float64" }, nan: true },
    { name: "max_logprob", type: { kind: "float64" } },
    { name: "rank", type: { kind: "int64" } },
    { name: "mu", type: { kind: "float64" } },
    { name: "m2", type: { kind: "float64" } },
  ]),
  token: contractOf([
    { name: "doc_id", type: { kind: "utf8" } },
    { name: "input_ids", type: { kind: "list", item: { kind: "int64" }, itemNullable: false } },
  ]),
  assignment: contractOf([
    { name: "doc_id", type: { kind: "utf8" } },
    { name: "label", type: { kind: "bool" } },
    { name: "chunk", type: { kind: "int64" } },
  ]),
  document_mean_probability: contractOf([
    { name: "doc_id", type: { kind: "utf8" } },
    { name: "n_predicted", type: { kind: "int64" } },
    { name: "p", type: { kind: "list", item: { kind: "float64" }, itemNullable: false } },
  ]),
};

/** The scores of a set of matrices as tables; rows in no order. */
export function scoreTables(set: ReferenceSet): ScoreTables {
  const tables: Record<keyof typeof TYPES, Row[]> = {
    token_score: [],
    token: [],
    assignment: [],
    document_mean_probability: [],
  };
  for (const { doc, chunk, label, input_ids, offset_floats } of set.docs) {
    const doc_id = String(doc);
    tables.token.push({ doc_id, input_ids: input_ids.map(BigInt) });
    tables.assignment.push({ doc_id, label: label === 1, chunk: BigInt(chunk) });
    const mean = new Float64Array(set.vocab);
    for (let pos = 1; pos < input_ids.length; pos++) {
      const begin = offset_floats + pos * set.vocab;
      const row = set.floats.subarray(begin, begin + set.vocab);
      const logprob = row[input_ids[pos] as number] as number;
      const score = { doc_id, pos: BigInt(pos), logprob, max_logprob: Math.max(...row), rank: 0n, mu: 0, m2: 0 };
      for (const [v, value] of row.entries()) {
        const p = Math.exp(value);
        mean[v] = (mean[v] as number) + p / (input_ids.length - 1);
        if (value > logprob) score.rank++;
        score.mu += p * value;
        score.m2 += p * value * value;
      }
      tables.token_score.push(score);
    }
    const n_predicted = BigInt(input_ids.length - 1);
    tables.document_mean_probability.push({ doc_id, n_predicted, p: [...mean] });
  }
  tables.token_score.sort((a, b) => Number((a.pos as bigint) - (b.pos as bigint)));
  return tables;
}

type Files = Record<string, string | Uint8Array>;

export function jsonFiles(tables: ScoreTables): Files {
  const plain = (row: Row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [name, Array.isArray(value) ? value.map(Number) : plainValue(value)]),
    );
  return Object.fromEntries(Object.entries(tables).map(([name, rows]) => [`${name}.jsonl`, lines(rows.map(plain))]));
}

function plainValue(value: unknown): unknown {
  if (typeof value === "boolean" || typeof value === "bigint") return Number(value);
  return value;
}

export async function parquetFiles(tables: ScoreTables, directory: string): Promise<Files> {
  const files: Files = {};
  for (const [name, rows] of Object.entries(tables)) {
    const batch = buildBatch(TYPES[name as keyof typeof TYPES], rows);
    const path = join(directory, `${name}.parquet`);
    await writeParquet({ path, schema: batch.schema, batches: [batch], temporaryDirectory: join(directory, "duckdb") });
    files[`${name}.parquet`] = readFileSync(path);
  }
  return files;
}

export function arrowFiles(tables: ScoreTables): Files {
  const bytes = (name: string, rows: readonly Row[]) =>
    tableToIPC(new Table([buildBatch(TYPES[name as keyof typeof TYPES], rows)]), "file");
  return Object.fromEntries(Object.entries(tables).map(([name, rows]) => [`${name}.arrow`, bytes(name, rows)]));
}
