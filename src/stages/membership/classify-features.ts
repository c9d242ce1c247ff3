import type { Data, RecordBatch } from "apache-arrow";
import { compareCodeUnits } from "../../base/canonical-json.js";
import { ContractError } from "../../base/errors.js";
import { childRange, isNull, valueAt } from "../../formats/arrow/array-view.js";
import type { TableSource } from "../../tables/table-io.js";

/** Scaled features of a unit; what is null is NaN. */
export interface DescribedUnit {
  readonly docId: string;
  readonly split: "train" | "test";
  readonly features: Float64Array;
}

/** What one classifier is trained on and tested with. */
export interface FeatureGroup {
  readonly runId: string;
  readonly fold: number;
  readonly norm: string;
  readonly extractor: string;
  /** In order of their names. */
  readonly units: readonly DescribedUnit[];
}

/**
 * The groups of `document_feature` in stored order. Memory: one group and one batch.
 * @throws {ContractError} `contract/group-split` when a group comes back after another.
 */
export async function* featureGroups(table: TableSource): AsyncGenerator<FeatureGroup> {
  const finished = new Set<string>();
  let current: { name: string; group: FeatureGroup; units: DescribedUnit[] } | undefined;
  for await (const batch of table.batches(["run_id", "fold", "norm", "extractor", "doc_id", "split", "scaled"])) {
    const [runs, folds, norms, extractors] = ["run_id", "fold", "norm", "extractor"].map((name) =>
      columnOf(batch, name),
    ) as [Data, Data, Data, Data];
    const [docs, splits, scaled] = ["doc_id", "split", "scaled"].map((name) => columnOf(batch, name)) as [
      Data,
      Data,
      Data,
    ];
    for (let row = 0; row < batch.numRows; row++) {
      const key = {
        runId: valueAt(runs, row) as string,
        fold: valueAt(folds, row) as number,
        norm: valueAt(norms, row) as string,
        extractor: valueAt(extractors, row) as string,
      };
      const name = groupName(key);
      if (current?.name !== name) {
        if (current !== undefined) yield sorted(current.group, current.units);
        if (finished.has(name)) {
          throw new ContractError("group-split", `rows of ${name} do not stand together`, {
            fields: { table: "membership.document_feature", group: name },
            wayOut: "Features of a run must come from one piece of work: run the step that makes them again.",
          });
        }
        finished.add(name);
        const units: DescribedUnit[] = [];
        current = { name, group: { ...key, units }, units };
      }
      current.units.push({
        docId: valueAt(docs, row) as string,
        split: valueAt(splits, row) as DescribedUnit["split"],
        features: numbersAt(scaled, row),
      });
    }
  }
  if (current !== undefined) yield sorted(current.group, current.units);
}

/** Run, fold, normalisation and extractor, for messages. */
export function groupName({ runId, fold, norm, extractor }: Omit<FeatureGroup, "units">): string {
  return `${runId}, fold ${fold}, ${norm}/${extractor}`;
}

function sorted(group: FeatureGroup, units: DescribedUnit[]): FeatureGroup {
  units.sort((a, b) => compareCodeUnits(a.docId, b.docId));
  return { ...group, units };
}

function columnOf(batch: RecordBatch, name: string): Data {
  return batch.data.children[batch.schema.fields.findIndex((field) => field.name === name)] as Data;
}

function numbersAt(lists: Data, row: number): Float64Array {
  const { from, to } = childRange(lists, row, 1);
  const items = lists.children[0] as Data;
  const numbers = (items.values as Float64Array).slice(from, to);
  if (items.nullCount > 0) {
    for (let i = from; i < to; i++) if (isNull(items, i)) numbers[i - from] = Number.NaN;
  }
  return numbers;
}
