import type { Contract, Field, FieldType } from "./contract.js";
import { itemType } from "./field-type.js";

const WIDTH = 120;

/**
 * The TypeScript source of `src/tables/generated/<dataset>.ts`: a row type and the column names of each table, as rows
 * are read (64-bit integers and timestamps are bigint).
 */
export function renderTypes(dataset: string, contracts: readonly Contract[]): string {
  const head =
    `// Generated from schemas/${dataset}/*.yaml by \`npm run generate\`: do not edit.\n` +
    "// Rows as they are read; 64-bit integers and timestamps (microseconds since 1970-01-01 UTC) are bigint.\n";
  return [head, ...contracts.map(renderTable)].join("\n");
}

/** `edge_record` → `EdgeRecord`. */
function pascalCase(name: string): string {
  return name
    .split("_")
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join("");
}

function renderTable(contract: Contract): string {
  const name = pascalCase(contract.table);
  const key = contract.key.length === 0 ? "no key" : `key ${contract.key.join(", ")}`;
  const lines = [comment(`${contract.description} Table \`${contract.dataset}.${contract.table}\`, ${key}.`, "")];
  lines.push(`export type ${name}Row = {`);
  for (const field of contract.fields) {
    lines.push(comment(describe(field), "  "));
    lines.push(renderProperty(field));
  }
  lines.push("};", "", renderColumns(contract));
  return `${lines.join("\n")}\n`;
}

function describe(field: Field): string {
  const bounds = [
    field.minimum === undefined ? "" : `at least ${field.minimum}`,
    field.maximum === undefined ? "" : `at most ${field.maximum}`,
  ].filter((text) => text !== "");
  const extra = [
    field.unit === undefined ? "" : `Unit: ${field.unit}.`,
    bounds.length === 0 ? "" : `Bounds: ${bounds.join(", ")}.`,
  ];
  return [field.description, ...extra].filter((text) => text !== "").join(" ");
}

/** A doc comment, wrapped at the line width. */
function comment(text: string, indent: string): string {
  const safe = text.replaceAll("*/", "* /").replace(/\s+/g, " ").trim();
  const single = `${indent}/** ${safe} */`;
  if (single.length <= WIDTH) return single;
  const lines: string[] = [];
  let line = `${indent} *`;
  for (const word of safe.split(" ")) {
    if (line.length + word.length + 1 > WIDTH) {
      lines.push(line);
      line = `${indent} *`;
    }
    line += ` ${word}`;
  }
  return [`${indent}/**`, ...lines, line, `${indent} */`].join("\n");
}

function renderProperty(field: Field): string {
  const literals = field.values?.map((value) => JSON.stringify(value));
  const inner = itemType(field.type);
  const wide = inner.kind === "int64" || inner.kind === "uint64";
  const item = literals === undefined || wide ? undefined : literals.join(" | ");
  const type = renderType(field.type, "  ", item);
  const single = `  readonly ${field.name}: ${type}${field.nullable ? " | null" : ""};`;
  if (single.length <= WIDTH || literals === undefined || wide) return single;
  if (field.type.kind !== "list") {
    const members = [...literals, ...(field.nullable ? ["null"] : [])].map((member) => `    | ${member}`);
    return `  readonly ${field.name}:\n${members.join("\n")};`;
  }
  const members = literals.map((member) => `    | ${member}`);
  return `  readonly ${field.name}: readonly (\n${members.join("\n")}\n  )[]${field.nullable ? " | null" : ""};`;
}

function renderType(type: FieldType, indent: string, literals: string | undefined): string {
  switch (type.kind) {
    case "list": {
      const item = renderType(type.item, indent, literals);
      const united = type.itemNullable ? `${item} | null` : item;
      const grouped = united.includes(" | ") && type.item.kind !== "struct" ? `(${united})` : united;
      return `readonly ${type.itemNullable && type.item.kind === "struct" ? `(${united})` : grouped}[]`;
    }
    case "struct": {
      const members = type.members.map((member) => {
        const inner = renderType(member.type, `${indent}  `, undefined);
        return `${indent}  readonly ${member.name}: ${inner}${member.nullable ? " | null" : ""};`;
      });
      return `{\n${members.join("\n")}\n${indent}}`;
    }
    case "bool":
      return "boolean";
    case "utf8":
      return literals ?? "string";
    case "binary":
      return "Uint8Array";
    case "int64":
    case "uint64":
    case "timestamp":
      return "bigint";
    default:
      return literals ?? "number";
  }
}

function renderColumns(contract: Contract): string {
  const name = `${contract.table.toUpperCase()}_COLUMNS`;
  const columns = contract.fields.map((field) => JSON.stringify(field.name));
  const single = `export const ${name} = [${columns.join(", ")}] as const;`;
  if (single.length <= WIDTH) return single;
  return `export const ${name} = [\n${columns.map((column) => `  ${column},`).join("\n")}\n] as const;`;
}
