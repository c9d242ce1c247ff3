import { compareCodeUnits } from "../base/canonical-json.js";
import { hashOf } from "../base/hash.js";
import type { Contract } from "./contract.js";
import { formatFieldType } from "./field-type.js";

/**
 * The identity of a table's data: the Merkle root over its partitions, ordered by partition id. The ids themselves and
 * partitions without rows do not count. Apart from the partition hasher, because that loads Arrow: a run that finds
 * everything cached needs no more than this.
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
    schema: schemaText(contract),
    partitions: filled.map(({ rows, hash }) => ({ rows, hash })),
  });
}

/** What of a contract the logical hashes cover: names, types without nullability, units. */
export function schemaText(contract: Pick<Contract, "fields">): string[][] {
  return contract.fields.map((field) => [
    field.name,
    formatFieldType(field.type).replaceAll("?", ""),
    field.unit ?? "",
  ]);
}
