import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { Store } from "../../../src/store/store.js";
import type { GenerationEntry } from "../../../src/store/types.js";
import { MEMBERSHIP_TABLES } from "../../plots/membership/support/membership-tables.js";
import { VOLUME_TABLES } from "../../plots/volume/support/volume-tables.js";

const ACTIVITY: Readonly<Record<string, string>> = {
  recording: `SELECT * FROM (VALUES
    ('Lab2026/2022-07-26-31', 'Lab2026', 'baseline', NULL::VARCHAR, 4::INTEGER, 2::INTEGER, 50::INTEGER, 24.5::DOUBLE),
    ('Lab2026/2022-07-27-31', 'Lab2026', NULL, 'SWF415', 2, 0, 50, 24.5),
    ('Lab2026/empty', 'Lab2026', NULL, NULL, 0, 0, 0, NULL)
  ) AS r(recording_id, dataset, condition, strain, n_roi, n_labelled, n_frames, duration_s)`,
  roi: `SELECT * FROM (VALUES
    ('Lab2026/2022-07-26-31', 1::INTEGER, 'AVAL', 'AVAL', 'AVA'),
    ('Lab2026/2022-07-26-31', 2, NULL, 'SAAD?', NULL),
    ('Lab2026/2022-07-26-31', 3, 'ASEL', 'ASEL', 'ASE'),
    ('Lab2026/2022-07-26-31', 4, NULL, NULL, NULL),
    ('Lab2026/2022-07-27-31', 1, NULL, NULL, NULL),
    ('Lab2026/2022-07-27-31', 2, NULL, NULL, NULL)
  ) AS r(recording_id, roi, label, label_raw, neuron_class)`,
  trace: `SELECT recording_id, roi, kind, 0.5::DOUBLE AS dt_s, 'ratio' AS source_kind,
      [CASE WHEN k = 7 THEN 'nan'::DOUBLE ELSE sin(k / 5.0 + roi) END FOR k IN range(50)] AS "values"
    FROM (VALUES ('Lab2026/2022-07-26-31', 4), ('Lab2026/2022-07-27-31', 2)) AS r(recording_id, n),
      LATERAL (SELECT (i + 1)::INTEGER AS roi FROM range(n) AS t(i)), (VALUES ('resampled_z'), ('resampled')) AS k(kind)`,
  frame: `SELECT recording_id, k::INTEGER AS k, k / 2.0 AS t_s
    FROM (VALUES ('Lab2026/2022-07-26-31'), ('Lab2026/2022-07-27-31')) AS r(recording_id), range(50) AS t(k)`,
  behavior: `SELECT 'Lab2026/2022-07-26-31' AS recording_id, channel, sub_index::SMALLINT AS sub_index, unit,
      channel = 'pumping' AS all_missing, [cos(k / 9.0) FOR k IN range(50)] AS "values"
    FROM (VALUES ('velocity', 0, 'mm/s'), ('head_angle', 0, NULL), ('pumping', 0, NULL), ('body_angle', 0, NULL),
      ('body_angle', 1, NULL)) AS c(channel, sub_index, unit)`,
  event: `SELECT 'Lab2026/2022-07-26-31' AS recording_id, 'reversal' AS name, 0::INTEGER AS event_index,
      5.0::DOUBLE AS t_start_s, 8.0::DOUBLE AS t_end_s, NULL::VARCHAR AS value`,
  stimulus: `SELECT 'Lab2026/2022-07-26-31' AS recording_id, 0::INTEGER AS stim_index, 'NaCl' AS name,
      12.0::DOUBLE AS t_on_s, NULL::DOUBLE AS t_off_s, 50.0::DOUBLE AS conc, 'mM' AS conc_unit`,
};

const CONNECTOME: Readonly<Record<string, string>> = {
  neuron: `SELECT * FROM (VALUES
    ('AVAL', 'AVA', 'interneuron', 'lateral ganglion'), ('ASEL', 'ASE', 'sensory', 'lateral ganglion'),
    ('VB2', 'VB', 'motor', 'retrovesicular ganglion'), ('MI', 'MI', 'motor', 'anterior pharyngeal bulb'),
    ('CANL', 'CAN', NULL, NULL)
  ) AS n(label, class, type, ganglion)`,
  consensus: `SELECT *, [{'lineage': 'one'}, {'lineage': 'two'}] AS by_lineage FROM (VALUES
    ('ASEL', 'AVAL', 'chemical', 'present', 3.5::DOUBLE, NULL::DOUBLE), ('AVAL', 'VB2', 'chemical', 'present', NULL, 7.0),
    ('ASEL', 'VB2', 'chemical', 'absent', NULL, NULL), ('MI', 'VB2', 'chemical', 'not_covered', NULL, NULL),
    ('ASEL', 'VB2', 'gap', 'present', 1.0, NULL)
  ) AS c(pre, post, kind, state, mean_count_present, mean_sections_present)`,
  annotation: `SELECT * FROM (VALUES
    ('adult_8', 'witvliet_8', 'adult', 'hermaphrodite', 'head', 'synapse_count', false),
    ('cook', 'cook', 'adult', 'male', 'complete', 'em_sections', true)
  ) AS a(annotation_id, lineage, stage, sex, region, unit, gap_complete)`,
  edge: `SELECT * FROM (VALUES
    ('adult_8', 'ASEL', 'AVAL', 'chemical', 'ASEL', 'AVAL', 4.0::DOUBLE),
    ('adult_8', 'VB2', 'MDL08', 'chemical', 'VB2', NULL, 2.0)
  ) AS e(annotation_id, pre_cell, post_cell, kind, pre, post, weight)`,
};

const SETS = {
  activity: { celegans_activity: ACTIVITY },
  connectome: { celegans_connectome: CONNECTOME },
  membership: MEMBERSHIP_TABLES,
  volume: VOLUME_TABLES,
};

/** A project folder whose home holds two small recordings, a wiring diagram, volumes; without any pipeline. */
export async function plotHome(
  ...sets: readonly (keyof typeof SETS)[]
): Promise<{ readonly folder: string; remove(): void }> {
  const folder = mkdtempSync(join(tmpdir(), "neurotables-plot-test-"));
  const store = await Store.open({ home: join(folder, ".neurotables") });
  const work = await store.temporaryDirectory("test");
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const snapshots: Record<string, GenerationEntry> = {};
  for (const [dataset, tables] of sets.flatMap((set) => Object.entries(SETS[set]))) {
    for (const [name, sql] of Object.entries(tables)) {
      const table = `${dataset}.${name}`;
      const path = join(work, `${table}.parquet`);
      await connection.run(`COPY (${sql}) TO '${path}' (FORMAT parquet)`);
      const { sha256, bytes, rows } = await store.adoptPart(path);
      snapshots[table] = {
        table,
        contractHash: "c".repeat(64),
        tableHash: "d".repeat(64),
        rows,
        bytes,
        partitions: [{ partition: "", rows, hash: "e".repeat(64) }],
        parts: [{ sha256, bytes, rows }],
        pipeline: "gone",
        steps: ["make"],
        keys: [],
        since: 1,
      };
    }
  }
  connection.closeSync();
  instance.closeSync();
  await store.commitGeneration(() => snapshots, "20260102T030405Z-1-abcd");
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
