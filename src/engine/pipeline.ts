import type { LoadPartition } from "../loaders/loader.js";
import type { Contract } from "../tables/contract.js";
import type { JobLimits } from "./executor.js";

/** Raw files as a pipeline names them. */
export interface Source {
  readonly name: string;
  readonly patterns: readonly string[];
  readonly optional: boolean;
  readonly licence?: string;
  readonly url?: string;
  readonly sha256?: string;
  readonly bytes?: number;
}

interface StepBase {
  readonly name: string;
  /** Name of the implementation, or the module path as the file gives it. */
  readonly implementation: string;
  /** Absolute path of a user's own module. */
  readonly module?: string;
  /** Tables it writes, as `dataset.table`, the main one first. */
  readonly into: readonly string[];
  /** `with` as written. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Canonical JSON of each parameter after defaults: what belongs to the key. */
  readonly parameterTexts: Readonly<Record<string, string>>;
  readonly limits: JobLimits;
}

export interface LoadStep extends StepBase {
  readonly kind: "load";
  readonly sources: readonly string[];
  readonly partition: LoadPartition;
  /** Whether a partition that fails leaves the others, see `Loader.independent`. */
  readonly independent: boolean;
}

/** A transform or a stage. */
export interface TransformStep extends StepBase {
  readonly kind: "transform" | "stage";
  readonly from: readonly StepInput[];
  /** Names of the inputs that come partition by partition; empty: the step is one unit. */
  readonly each: readonly string[];
  /** Whether it computes on a device, see `Stage.usesDevice`. */
  readonly usesDevice: boolean;
}

export type Step = LoadStep | TransformStep;

export interface StepInput {
  /** What the implementation asks for: `edge_record`, or `dataset.table` of another dataset. */
  readonly name: string;
  /** `dataset.table`. */
  readonly table: string;
  /** Written by another pipeline: its current snapshot is read. */
  readonly external: boolean;
}

export interface Check {
  readonly name: string;
  readonly rule:
    | { readonly kind: "equal"; readonly sides: readonly [string, string]; readonly on: readonly string[] }
    | { readonly kind: "none"; readonly sql: string }
    | { readonly kind: "unique"; readonly table: string };
  readonly needs: readonly string[];
}

/** One pipeline file, read and found valid. */
export interface Pipeline {
  /** Absolute path. */
  readonly file: string;
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly dataset: string;
  /** Pipelines that are brought up to date before this one, by name. */
  readonly needs: readonly string[];
  readonly schedule?: { readonly cron: string; readonly zone: string };
  readonly sources: ReadonlyMap<string, Source>;
  /** In file order. */
  readonly steps: readonly Step[];
  readonly checks: readonly Check[];
  /** Contract file and hash of every table written or read, by `dataset.table`. */
  readonly contracts: ReadonlyMap<string, TableContract>;
  readonly warnings: readonly string[];
  /** The pipeline that needs it, where it was not asked for itself. */
  readonly neededBy?: string;
  /** Whether `--set` changed it: its results become current only on demand. */
  readonly changed: boolean;
}

export interface TableContract {
  readonly path: string;
  readonly contract: Contract;
}

export { LOAD_TABLES } from "./load-tables.js";

/** The contract of a table that the pipeline writes or reads: reading it found all of them. */
export function contractOf(pipeline: Pick<Pipeline, "contracts" | "name">, table: string): TableContract {
  const found = pipeline.contracts.get(table);
  if (found === undefined) throw new Error(`pipeline ${pipeline.name} has no contract of ${table}`);
  return found;
}

/** `dataset.table` of a name that may leave the dataset out. */
export function qualify(name: string, dataset: string): string {
  return name.includes(".") ? name : `${dataset}.${name}`;
}
