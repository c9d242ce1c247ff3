import type { ContractCatalogue } from "../engine/contracts.js";
import type { Project } from "../engine/types.js";
import type { CatalogueRow, CatalogueValue, SqlCatalogue, SqlColumn, SqlView } from "../sql/sql-types.js";
import type { Contract, FieldType } from "../tables/contract.js";

/** The current tables as SQL sees them, by name. Comments come from the contracts that are found. */
export async function currentViews(project: Project): Promise<readonly SqlView[]> {
  const { ContractCatalogue } = await import("../engine/contracts.js");
  const { join } = await import("node:path");
  const contracts = new ContractCatalogue({ root: project.root, derived: join(project.home, ".contracts") });
  const snapshots = Object.entries(project.store.currentGeneration().snapshots);
  return Promise.all(
    snapshots.map(async ([name, snapshot]) => {
      const contract = await readContract(contracts, name);
      return {
        name,
        partPaths: snapshot.parts.map((part) => project.store.partPath(part)),
        ...(contract === undefined
          ? {}
          : { description: contract.description, columns: contract.fields.map(sqlColumn) }),
      };
    }),
  );
}

/** A contract may have been changed or deleted since its table was written: the table is read all the same. */
async function readContract(contracts: ContractCatalogue, table: string): Promise<Contract | undefined> {
  try {
    const path = contracts.find(table);
    return path === undefined ? undefined : await contracts.read(path);
  } catch {
    return undefined;
  }
}

function sqlColumn(field: Contract["fields"][number]): SqlColumn {
  const unit = field.unit === undefined ? "" : ` [${field.unit}]`;
  return { name: field.name, type: sqlType(field.type), description: `${field.description}${unit}` };
}

const SQL_TYPES = {
  bool: "BOOLEAN",
  utf8: "VARCHAR",
  binary: "BLOB",
  float32: "FLOAT",
  float64: "DOUBLE",
  timestamp: "TIMESTAMP WITH TIME ZONE",
  int8: "TINYINT",
  int16: "SMALLINT",
  int32: "INTEGER",
  int64: "BIGINT",
  uint8: "UTINYINT",
  uint16: "USMALLINT",
  uint32: "UINTEGER",
  uint64: "UBIGINT",
} as const;

/** DuckDB's name of a contract's type. */
export function sqlType(type: FieldType): string {
  if (type.kind === "list") return `${sqlType(type.item)}[]`;
  if (type.kind === "struct") {
    const members = type.members.map((member) => `"${member.name.replaceAll('"', '""')}" ${sqlType(member.type)}`);
    return `STRUCT(${members.join(", ")})`;
  }
  return SQL_TYPES[type.kind];
}

/** The store's catalogue as SQL takes it: lists and objects as JSON text. */
export function sqlCatalogue(project: Project): SqlCatalogue {
  const { snapshot, run, step } = project.store.catalogueRows();
  return { snapshot: snapshot.map(catalogueRow), run: run.map(catalogueRow), step: step.map(catalogueRow) };
}

function catalogueRow(row: Readonly<Record<string, unknown>>): CatalogueRow {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, catalogueValue(value)]));
}

function catalogueValue(value: unknown): CatalogueValue {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "object") return JSON.stringify(value);
  return value as CatalogueValue;
}
