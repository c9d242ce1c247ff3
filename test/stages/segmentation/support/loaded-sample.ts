import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLog } from "../../../../src/base/log.js";
import { npyBytes } from "../../../../src/sample-data/fisbe/broken-predictions.js";
import { brokenStore, type StoreArray } from "../../../../src/sample-data/fisbe/broken-volume.js";
import type { EvidenceValue, Stage, StageContext } from "../../../../src/stages/stage.js";
import type { Row } from "../../../../src/tables/contract.js";
import { loadBelow, writeBelow } from "../../../loaders/fisbe/support/volume-files.js";
import { memoryTransformContext } from "../../../support/memory-tables.js";
import { stageResources } from "../../../support/stage-resources.js";

export type Tables = Readonly<Record<string, readonly Row[]>>;

/** Labels of a prediction, and their size. */
export interface Labels {
  readonly data: Uint8Array | Uint16Array;
  readonly shape: readonly number[];
}

/** Tables that stages read, as the loader makes them of one small sample and predictions of it by method. */
export async function loadedSample(options: {
  readonly sample: string;
  readonly folders?: string;
  readonly raw?: StoreArray;
  readonly truth?: StoreArray | null;
  readonly predictions?: Readonly<Record<string, Labels>>;
  readonly parameters?: object;
}): Promise<Tables> {
  const { sample, folders = "samples", raw = {}, truth = {}, predictions = {}, parameters = {} } = options;
  const folder = mkdtempSync(join(tmpdir(), "neurotables-stage-"));
  try {
    const store = `fisbe/${folders}/${sample}.zarr`;
    const files = Object.fromEntries(
      [...(await brokenStore({ raw, truth }))].map(([path, bytes]) => [`${store}/${path}`, bytes]),
    );
    const paths = [store];
    for (const [method, { data, shape }] of Object.entries(predictions)) {
      const path = `fisbe/predictions/${method}/${sample}.npy`;
      files[path] = npyBytes(data, shape);
      paths.push(path);
    }
    writeBelow(folder, files);
    const { rows } = await loadBelow(folder, paths, parameters);
    return {
      volume_record: rows.volume_record ?? [],
      chunk: rows.chunk ?? [],
      "segmentation.prediction": rows.published_prediction ?? [],
      "segmentation.chunk": rows.published_chunk ?? [],
      split_record: [],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs a stage over tables in memory: its rows by table, its evidence and what it warned of. */
export async function runStage<P>(
  stage: Stage<P>,
  inputs: Tables,
  parameters: object = {},
): Promise<{ rows: Record<string, Row[]>; evidence: Record<string, EvidenceValue>; warnings: string[] }> {
  const { context, rows } = memoryTransformContext(inputs, stage.parameters.parse(parameters));
  const evidence: Record<string, EvidenceValue> = {};
  const warnings: string[] = [];
  const whole: StageContext<P> = {
    ...context,
    log: { ...silentLog, warn: (message) => void warnings.push(message) },
    partition: "sample",
    threads: 1,
    ...stageResources(),
    evidence: (facts) => void Object.assign(evidence, facts),
  };
  await stage.run(whole);
  return { rows, evidence, warnings };
}
