import { closest } from "../base/diagnostics.js";
import { UsageError } from "../base/errors.js";

/**
 * `edge` → `celegans_connectome.edge` where one dataset has such a table; a full name stays.
 * @throws {UsageError} `usage/no-table`, `usage/ambiguous-table`.
 */
export function qualifiedTable(name: string, known: readonly string[]): string {
  if (known.includes(name)) return name;
  const matches = known.filter((table) => table.endsWith(`.${name}`));
  if (matches.length === 1) return matches[0] as string;
  if (matches.length > 1) {
    throw new UsageError("ambiguous-table", `several datasets have a table ${name}`, {
      fields: { table: name },
      wayOut: `say ${matches.join(" or ")}`,
    });
  }
  const near = closest(
    name,
    known.flatMap((table) => [table, table.slice(table.indexOf(".") + 1)]),
  );
  throw new UsageError(
    "no-table",
    `there is no table ${name}${near === undefined ? "" : `; did you mean "${near}"?`}`,
    {
      fields: { table: name },
      wayOut: "neurotables status lists the tables",
    },
  );
}
