import type { RoiRow } from "../../tables/generated/celegans_activity.js";
import type { TableSource } from "../../tables/table-io.js";
import { duplicateLabel } from "../activity-table-faults.js";

/** A neuron that a recording identifies. */
export interface IdentifiedNeuron {
  readonly neuronId: string;
  readonly neuronClass: string | null;
  readonly roi: number;
}

/** Neurons of one recording. */
export interface RecordingNeurons {
  /** By ROI. */
  readonly kept: ReadonlyMap<number, IdentifiedNeuron>;
  /** Labels whose confidence is too low. */
  readonly filtered: readonly string[];
}

const COLUMNS = ["recording_id", "roi", "status", "label", "neuron_class", "confidence"] as const;
type Roi = Pick<RoiRow, (typeof COLUMNS)[number]>;

/**
 * The identified neurons of the chosen recordings: status exact or alias, and a confidence of at least `minConfidence`
 * where the source states one.
 * @throws {ContractError} `contract/duplicate-label` for two ROIs of a recording with one label.
 */
export async function readIdentifiedNeurons(
  roi: TableSource,
  recordings: Iterable<string>,
  minConfidence: number,
): Promise<Map<string, RecordingNeurons>> {
  const neurons = new Map<string, { kept: Map<number, IdentifiedNeuron>; filtered: string[] }>();
  for (const id of recordings) neurons.set(id, { kept: new Map(), filtered: [] });
  const taken = new Set<string>();
  for await (const row of roi.rows<Roi>(COLUMNS)) {
    const own = neurons.get(row.recording_id);
    const { label, status } = row;
    if (own === undefined || label === null || (status !== "exact" && status !== "alias")) continue;
    const key = `${row.recording_id}\n${label}`;
    if (taken.has(key)) throw duplicateLabel(row.recording_id, label);
    taken.add(key);
    if (row.confidence !== null && row.confidence < minConfidence) own.filtered.push(label);
    else own.kept.set(row.roi, { neuronId: label, neuronClass: row.neuron_class, roi: row.roi });
  }
  return neurons;
}
