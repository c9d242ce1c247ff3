import { type Contract, type Field, qualifiedName } from "./contract.js";
import { formatFieldType } from "./field-type.js";

const ROLES = {
  public: "",
  view: "Derived table. ",
  record: "Source-shaped intermediate. ",
} as const;

/** The text of `docs/data-dictionary.md`: every table and column with type, unit, rules and meaning. */
export function renderDictionary(contracts: readonly Contract[]): string {
  const parts = [
    "# Data dictionary",
    "",
    "Generated from `schemas/` by `npm run generate`: do not edit. Types are Arrow types; a `?` after the type of an item",
    "or a member lets it be null. Timestamps are microseconds since 1970-01-01 UTC.",
    "",
  ];
  let dataset = "";
  for (const contract of contracts) {
    if (contract.dataset !== dataset) {
      dataset = contract.dataset;
      parts.push(`## ${dataset}`, "");
    }
    parts.push(...renderTable(contract));
  }
  return `${parts.join("\n").trimEnd()}\n`;
}

function renderTable(contract: Contract): string[] {
  const key = contract.key.length === 0 ? "No key." : `Key: ${names(contract.key)}.`;
  const sameOrder = contract.key.join() === contract.sort.join() || contract.sort.length === 0;
  const order = sameOrder ? "" : ` Sorted by ${names(contract.sort)}.`;
  return [
    `### ${qualifiedName(contract)}`,
    "",
    `${ROLES[contract.role]}${contract.description} ${key}${order}`,
    "",
    "| column | type | unit | null | meaning |",
    "|---|---|---|---|---|",
    ...contract.fields.map(renderField),
    "",
  ];
}

function names(columns: readonly string[]): string {
  return columns.map((column) => `\`${column}\``).join(", ");
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replace(/\s+/g, " ");
}

function renderField(field: Field): string {
  const rules: string[] = [];
  if (field.values !== undefined) rules.push(`One of ${field.values.map((value) => `\`${value}\``).join(", ")}.`);
  if (field.minimum !== undefined) rules.push(`At least ${field.minimum}.`);
  if (field.maximum !== undefined) rules.push(`At most ${field.maximum}.`);
  if (field.pattern !== undefined) rules.push(`Matches \`${field.pattern}\`.`);
  if (field.nan) rules.push("May be NaN.");
  if (field.references !== undefined) rules.push(`Refers to \`${field.references}\`.`);
  const meaning = [field.description, ...rules].join(" ");
  const type = `\`${formatFieldType(field.type)}\``;
  return `| \`${field.name}\` | ${cell(type)} | ${cell(field.unit ?? "")} | ${field.nullable ? "yes" : ""} | ${cell(meaning)} |`;
}
