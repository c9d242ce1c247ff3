import type { FileOperations } from "../base/file-operations.js";
import type { Lock } from "../base/lock.js";
import type { Row } from "../tables/contract.js";
import type { Journal } from "./journal.js";
import type {
  AdoptedPart,
  Finding,
  GcReport,
  Generation,
  GenerationEntry,
  Part,
  PublishedMark,
  RecomputeTableHash,
  RememberedKey,
  Snapshot,
  StepRecord,
} from "./types.js";

export interface StoreOptions {
  readonly home: string;
  readonly files?: FileOperations;
  readonly now?: () => Date;
}

/** The home folder: content-addressed parts, step records, generations, journal, locks. Skeleton. */
export declare class Store {
  static open(options: StoreOptions): Promise<Store>;
  readonly home: string;
  readonly journal: Journal;
  temporaryDirectory(name: string): Promise<string>;
  adoptPart(temporaryPath: string, options?: { readonly rows?: number }): Promise<AdoptedPart>;
  partPath(part: Pick<Part, "sha256">): string;
  hasParts(snapshot: Pick<Snapshot, "parts">): boolean;
  readStep(key: string): StepRecord | undefined;
  readStepRecord(key: string): StepRecord | undefined;
  commitStep(record: StepRecord): Promise<void>;
  currentGeneration(): Generation;
  generationNumbers(): number[];
  readGeneration(generation: number): Generation;
  commitGeneration(
    update: (current: Generation) => Readonly<Record<string, GenerationEntry | null>> | undefined,
    run: string,
  ): Promise<Generation>;
  lastKeys(pipeline: string, step: string, partition: string): RememberedKey[];
  rememberKey(unit: { pipeline: string; step: string; partition: string }, key: RememberedKey): void;
  lock(name: string): Promise<Lock>;
  tryLock(name: string): Lock | undefined;
  stepLock(key: string): Promise<Lock>;
  hold(purpose: string): Promise<Lock>;
  verify(options?: { readonly table?: string }, recompute?: RecomputeTableHash): AsyncIterable<Finding>;
  gc(options: { readonly plan: boolean; readonly keepGenerations?: number }): Promise<GcReport>;
  markPublished(mark: Omit<PublishedMark, "at">): Promise<void>;
  catalogueRows(): { readonly snapshot: Row[]; readonly run: Row[]; readonly step: Row[] };
}
