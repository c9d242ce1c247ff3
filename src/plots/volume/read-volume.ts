import { type PlotTables, sqlLiteral } from "../plot-tables.js";
import { imageColumns } from "./image-columns.js";
import { readPredictions } from "./read-predictions.js";
import { storedProjection } from "./stored-projection.js";
import type { NeuronSize, SampleFacts, VolumeData } from "./volume-data.js";

const MOST_NEURONS = 10_000;

/** One sample out of the current tables. Cost: its images; no voxels are read. @throws {NeurotablesError} */
export async function readVolume(tables: PlotTables, sampleId: string): Promise<VolumeData> {
  const where = `sample_id = ${sqlLiteral(sampleId)}`;
  type Row = {
    label_set: string | null;
    split: string | null;
    channels: number | null;
    size_x: number | null;
    size_y: number | null;
    size_z: number | null;
    voxel_um: number;
    n_instances: number | null;
    n_dim: number | null;
    source: string | null;
    raw: Uint8Array | null;
    raw_bytes: number | null;
    truth: Uint8Array | null;
    truth_bytes: number | null;
  };
  const [row] = await tables.rows<Row>(
    `SELECT label_set, split, channels, size_x, size_y, size_z, voxel_um, n_instances, n_dim, source,
       ${imageColumns("mip_raw", "raw")}, ${imageColumns("mip_truth", "truth")}
     FROM fisbe.sample WHERE ${where} LIMIT 1`,
  );
  if (row === undefined) throw new Error(`the sample is gone: ${sampleId}`);
  const { size_x: x, size_y: y, size_z: z } = row;
  const sample: SampleFacts = {
    id: sampleId,
    labelSet: row.label_set,
    split: row.split,
    channels: row.channels,
    size: x === null || y === null || z === null ? null : [x, y, z],
    voxelUm: row.voxel_um,
    instances: row.n_instances,
    dim: row.n_dim,
    source: row.source,
  };
  const unread = sample.size === null ? "the volume was not read" : undefined;
  const noTruth = row.n_instances === null ? "there is no ground truth" : "no projection is stored";
  const { predictions, notes } = await readPredictions(tables, where, sampleId);
  return {
    sample,
    raw: storedProjection(row.raw, row.raw_bytes, unread ?? "no projection is stored"),
    truth: storedProjection(row.truth, row.truth_bytes, unread ?? noTruth),
    neurons: await readNeuronSizes(tables, where),
    predictions,
    notes,
  };
}

async function readNeuronSizes(tables: PlotTables, where: string): Promise<readonly NeuronSize[]> {
  if (!tables.has("fisbe.instance")) return [];
  type Row = { instance_id: number; voxels: number; is_dim: boolean | null; is_overlap: boolean };
  const rows = await tables.rows<Row>(
    `SELECT instance_id, voxels::DOUBLE AS voxels, is_dim, is_overlap FROM fisbe.instance
     WHERE ${where} ORDER BY instance_id LIMIT ${MOST_NEURONS}`,
  );
  return rows.map((row) => ({
    id: row.instance_id,
    voxels: row.voxels,
    dim: row.is_dim,
    overlap: row.is_overlap,
  }));
}
