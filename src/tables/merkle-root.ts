import { compareCodeUnits } from "../base/canonical-json.js";
import { hashOf } from "../base/hash.js";
import type { Contract } from "./contract.js";
import { formatFieldType } from "./field-type.js";

/**
 * The identity of a table's data: the Merkle root over its partitions, ordered by partition id. The ids themselves and
 * partitions without rows do not count. The same function as `tableHash` beside the partition hasher, in a module that
 * does not load Arrow: a run that finds everything cached needs no more.
 */
export function tableHash(
  contract: Pick<Contract, "fields">,
  partitions: readonly { readonly partition: string; readonly hash: string; readonly rows: number }[],
): string {
  const filled = partitions
    .filter((partition) => partition.rows > 0)
    .sort((a, b) => compareCodeUnits(a.partition, b.partition));
  return hashOf({
    format: "neurotables table 1",
    schema: contract.fields.map((field) => [
      field.name,
      formatFieldType(field.type).replaceAll("?", ""),
      field.unit ?? "",
    ]),
    partitions: filled.map(({ rows, hash }) => ({ rows, hash })),
  });
}
