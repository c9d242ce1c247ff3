import { existsSync } from "node:fs";
import { builtModule } from "../../../base/built-module.js";
import { runOnThreads } from "../../../base/worker-pool.js";
import { type FeatureTask, UnitDescriber } from "./describe-units.js";
import type { FeatureOptions } from "./feature-options.js";
import type { TokenBases } from "./token-bases.js";

/** Units to describe on one thread. */
export interface DescribeJob {
  readonly tasks: readonly FeatureTask[];
  readonly options: FeatureOptions;
  readonly units: readonly TokenBases[];
}

/** Of one task: what `UnitDescriber` finds, unit after unit. */
export interface DescribedUnits {
  readonly aggregates: Float64Array | undefined;
  readonly counts: readonly Uint32Array[];
}

/** Pieces of work per thread, so that one that ends late does not keep all waiting. */
const PIECES = 4;
/** Tokens times tasks from which threads are worth starting: half a second. */
const LEAST_WORK = 3e7;

/** Describes units, for each task. */
export function describeAll({ tasks, options, units }: DescribeJob): DescribedUnits[] {
  const describer = new UnitDescriber(tasks, options);
  const described: { aggregates: Float64Array | undefined; counts: Uint32Array[] }[] = tasks.map(({ edges }) => ({
    aggregates: undefined,
    counts: edges.map(({ length }) => new Uint32Array(units.length * (length + 1))),
  }));
  for (const [index, unit] of units.entries()) {
    for (const [task, { aggregates, counts }] of describer.describe(unit).entries()) {
      const own = described[task] as (typeof described)[number];
      if (aggregates !== undefined) {
        own.aggregates ??= new Float64Array(units.length * aggregates.length);
        own.aggregates.set(aggregates, index * aggregates.length);
      }
      counts.forEach((some, k) => void own.counts[k]?.set(some, index * some.length));
    }
  }
  return described;
}

/**
 * As {@link describeAll}, in pieces, on threads where there are several and the work is worth it. Pieces come in any
 * order; what they hold does not depend on the threads.
 * @param onPiece gets the units `first` … of the given ones
 */
export async function describeInThreads(
  job: DescribeJob,
  {
    threads,
    leastWork = LEAST_WORK,
    signal,
    onPiece,
  }: {
    readonly threads: number;
    readonly leastWork?: number | undefined;
    readonly signal?: AbortSignal | undefined;
    readonly onPiece: (first: number, units: number, described: readonly DescribedUnits[]) => void;
  },
): Promise<void> {
  const tokens = job.units.reduce((sum, { ids }) => sum + ids.length, 0);
  const worker = builtModule(new URL("./describe-worker.js", import.meta.url));
  const isWorthIt = threads > 1 && job.units.length > 1 && tokens * job.tasks.length >= leastWork;
  if (!isWorthIt || !existsSync(worker)) {
    onPiece(0, job.units.length, describeAll(job));
    return;
  }
  const pieces = piecesOf(job.units, tokens / (threads * PIECES));
  await runOnThreads<DescribedUnits[]>({
    worker,
    threads,
    bytes: pieces.map(() => 0),
    mostBytes: 0,
    parcel: (piece) => {
      const { first, end } = pieces[piece] as Piece;
      const message: DescribeJob = { ...job, units: job.units.slice(first, end) };
      return { message, transfer: [] };
    },
    onReply: (piece, described) => {
      const { first, end } = pieces[piece] as Piece;
      onPiece(first, end - first, described);
    },
    signal,
  });
}

interface Piece {
  readonly first: number;
  readonly end: number;
}

/** Units one after another, some so many tokens at a time. */
function piecesOf(units: readonly TokenBases[], tokens: number): Piece[] {
  const pieces: Piece[] = [];
  let first = 0;
  let held = 0;
  for (const [index, { ids }] of units.entries()) {
    held += ids.length;
    if (held < tokens && index + 1 < units.length) continue;
    pieces.push({ first, end: index + 1 });
    first = index + 1;
    held = 0;
  }
  return pieces;
}
