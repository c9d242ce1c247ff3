import { InterruptedError } from "../../base/errors.js";
import type { TensorOperand } from "../../compute/device/command.js";
import type { Device, FloatType } from "../../compute/device/device.js";
import { coreConsistency } from "./corcondia.js";
import { type CpModel, type Factors, gramOf, normalisedModel } from "./cp-model.js";
import { type Algorithm, sweepWork } from "./cp-sweep.js";
import { type FactorMatch, factorMatch } from "./factor-match.js";
import { fitCp } from "./fit-cp.js";
import type { FitJournal, FitKey, FitRecord } from "./fit-journal.js";
import { type HostTensor, uploadTensor } from "./host-tensor.js";
import { nuclearScoreOfGram, pairGramOfSquare } from "./nuclear-score.js";
import { seenRows } from "./presence.js";
import { randomStart } from "./random-start.js";

export interface FitSetting {
  readonly run: string;
  readonly type: FloatType;
  readonly seed: number;
  readonly algorithm: Algorithm;
  readonly iterations: number;
  readonly tolerance: number | undefined;
  readonly innerSweeps: number;
  readonly journal: FitJournal;
  readonly signal: AbortSignal;
  /** Called after each fit. */
  readonly onFit: () => void;
}

export interface ScanSetting extends FitSetting {
  readonly ranks: readonly number[];
  readonly starts: number;
  /** See {@link StartFit.stuck}. */
  readonly stuck: number;
}

export interface StartFit {
  readonly start: number;
  readonly errors: Float64Array;
  readonly converged: boolean;
  /** Whether it explains less of ‖X‖² than the best start of the rank, by more than a share: e² − best² above a limit. */
  readonly stuck: boolean;
  readonly model: CpModel;
  /** Of the best start's components with those of this one; undefined for the best. */
  readonly match: FactorMatch | undefined;
}

export interface RankScan {
  readonly rank: number;
  readonly fits: readonly StartFit[];
  /** The start with the lowest error, the first of equal ones. */
  readonly best: StartFit;
  readonly corcondia: number;
  /** Mean factor match score of the other starts to the best; null with one. */
  readonly stability: number | null;
  readonly nuclearScore: number;
}

/** The factors that a start begins with; the same at every call. */
export function startFactors(tensor: HostTensor, seed: number, rank: number, start: number): Factors {
  const { shape, normSquared, symmetric, presence, missing } = tensor;
  return randomStart({ shape, rank, start, seed, normSquared, symmetric, seen: seenRows(shape, presence, missing) });
}

/**
 * Fits every rank from every start, and compares. Fits that the journal has are not done again.
 * @throws {InterruptedError}
 * @throws {DeviceError}
 */
export async function scanRanks(
  device: Device,
  operand: TensorOperand,
  tensor: HostTensor,
  setting: ScanSetting,
): Promise<RankScan[]> {
  const scans: RankScan[] = [];
  for (const rank of setting.ranks) {
    const records: FitRecord[] = [];
    for (let start = 0; start < setting.starts; start++) {
      const init = startFactors(tensor, setting.seed, rank, start);
      records.push(await fitOnce(device, operand, tensor, { run: setting.run, rank, start }, init, setting));
    }
    scans.push(await compareStarts(device, operand, tensor, rank, records, setting));
  }
  return scans;
}

/** One fit, or what the journal has of it. */
export async function fitOnce(
  device: Device,
  operand: TensorOperand,
  { normSquared, presence, missing }: HostTensor,
  key: FitKey,
  init: Factors,
  setting: FitSetting,
): Promise<FitRecord> {
  const { journal, signal } = setting;
  if (signal.aborted) throw new InterruptedError();
  const kept = journal.get(key);
  if (kept !== undefined && kept.converged !== null) {
    setting.onFit();
    return kept;
  }
  const perSweep = sweepWork(operand, key.rank);
  let counted = kept?.errors.length ?? 0;
  const fit = await device.scope((memory) =>
    fitCp(device, memory, operand, {
      rank: key.rank,
      init,
      algorithm: setting.algorithm,
      iterations: setting.iterations,
      tolerance: setting.tolerance,
      innerSweeps: setting.innerSweeps,
      normSquared,
      presence,
      missing,
      resume: kept,
      signal,
      onSweeps: async (sweeps, state) => {
        const work = (sweeps - counted) * perSweep;
        counted = sweeps;
        await journal.running(key, work, state);
      },
    }),
  );
  const { factors, errors, converged } = fit;
  const record: FitRecord = { key, factors, errors, converged };
  journal.done(record);
  setting.onFit();
  return record;
}

async function compareStarts(
  device: Device,
  operand: TensorOperand,
  tensor: HostTensor,
  rank: number,
  records: readonly FitRecord[],
  { stuck, signal }: ScanSetting,
): Promise<RankScan> {
  const errorOf = ({ errors }: FitRecord) => errors.at(-1) as number;
  const first = records.reduce((best, record) => (errorOf(record) < errorOf(best) ? record : best));
  const models = records.map(({ factors }) => normalisedModel(factors, tensor.shape, rank));
  const bestModel = models[first.key.start] as CpModel;
  const fits = records.map((record, start): StartFit => {
    const model = models[start] as CpModel;
    return {
      start,
      errors: record.errors,
      converged: record.converged === true,
      stuck: errorOf(record) ** 2 - errorOf(first) ** 2 > stuck,
      model,
      match: record === first ? undefined : factorMatch(bestModel, model),
    };
  });
  const matches = fits.flatMap(({ match }) => match ?? []);
  const { presence, missing, symmetric } = tensor;
  const gram = symmetric ? pairGramOfSquare(bestModel.factors, rank) : gramOf(bestModel.factors[0], rank);
  return {
    rank,
    fits,
    best: fits[first.key.start] as StartFit,
    corcondia: await coreConsistency(device, operand, bestModel, { presence, missing, signal }),
    stability: matches.length === 0 ? null : matches.reduce((sum, { score }) => sum + score, 0) / matches.length,
    nuclearScore: nuclearScoreOfGram(gram, rank),
  };
}

/** Uploads the tensor into a scope of its own, for the time of `body`. */
export function withTensor<T>(
  device: Device,
  type: FloatType,
  tensor: HostTensor,
  body: (operand: TensorOperand) => Promise<T>,
): Promise<T> {
  return device.scope((memory) => body(uploadTensor(memory, type, tensor)));
}
