import { didYouMean } from "../base/diagnostics.js";
import type { FieldType, StructMember } from "./contract.js";

/** Types without parameters, in the order in which they are listed to people. */
export const SCALAR_TYPES = [
  "bool",
  "int8",
  "int16",
  "int32",
  "int64",
  "uint8",
  "uint16",
  "uint32",
  "uint64",
  "float32",
  "float64",
  "utf8",
  "binary",
  "timestamp",
] as const;

const TYPE_NAMES = [...SCALAR_TYPES, "list", "struct"];
const SYNONYMS: Readonly<Record<string, string>> = {
  string: "utf8",
  str: "utf8",
  text: "utf8",
  varchar: "utf8",
  int: "int32",
  integer: "int32",
  long: "int64",
  bigint: "int64",
  float: "float32",
  single: "float32",
  double: "float64",
  number: "float64",
  boolean: "bool",
  bytes: "binary",
  blob: "binary",
  date: "timestamp",
  datetime: "timestamp",
  array: "list",
};
const REFUSED: Readonly<Record<string, string>> = {
  float16: "DuckDB cannot store half floats: use float32",
  half: "DuckDB cannot store half floats: use float32",
  halffloat: "DuckDB cannot store half floats: use float32",
  fixed_size_binary: "DuckDB cannot store fixed-size binary values: use binary",
  fixed_size_list: "array lengths are data: use list<…> with a shape column",
  dictionary: "encoding is no part of a contract: use utf8, with values where they are known",
};

/** Why a type's text is not a type: the message, where in the text (0-based), and a hint. */
export class TypeSyntaxError extends Error {
  readonly position: number;
  readonly hint: string | undefined;

  constructor(message: string, position: number, hint?: string) {
    super(message);
    this.position = position;
    this.hint = hint;
  }
}

/** Names of columns and members; `constructor` is taken because rows are plain objects. */
export function isColumnName(name: string): boolean {
  return /^[a-z][a-z0-9_]{0,62}$/.test(name) && name !== "constructor";
}

/**
 * Reads `utf8`, `int32`, `list<float64>`, `list<struct<name: utf8, weight: float64?>>`. `?` after an item's or member's
 * type lets it be null. At most 8 levels deep.
 * @throws {TypeSyntaxError}
 */
export function parseFieldType(text: string): FieldType {
  const parser = new TypeParser(text);
  const type = parser.type(0);
  if (parser.takes("?")) {
    throw new TypeSyntaxError("a column is made nullable by `nullable: true`, not by `?`", parser.position - 1);
  }
  parser.end();
  return type;
}

class TypeParser {
  readonly text: string;
  position = 0;

  constructor(text: string) {
    this.text = text;
  }

  skip(): void {
    while (this.text[this.position] === " ") this.position++;
  }

  takes(symbol: string): boolean {
    this.skip();
    if (this.text[this.position] !== symbol) return false;
    this.position++;
    return true;
  }

  expect(symbol: string): void {
    if (this.takes(symbol)) return;
    const found = this.text[this.position];
    throw new TypeSyntaxError(
      `expected \`${symbol}\` in the type, found ${found === undefined ? "its end" : `\`${found}\``}`,
      this.position,
    );
  }

  end(): void {
    this.skip();
    if (this.position < this.text.length) {
      throw new TypeSyntaxError(`unexpected \`${this.text.slice(this.position)}\` after the type`, this.position);
    }
  }

  word(): { word: string; at: number } {
    this.skip();
    const at = this.position;
    const word = /^[A-Za-z0-9_]+/.exec(this.text.slice(at))?.[0] ?? "";
    this.position += word.length;
    return { word, at };
  }

  type(depth: number): FieldType {
    if (depth > 8) throw new TypeSyntaxError("types may be nested 8 levels deep at most", this.position);
    const { word, at } = this.word();
    if (word === "list") {
      this.expect("<");
      const item = this.type(depth + 1);
      const itemNullable = this.takes("?");
      this.expect(">");
      return itemNullable ? { kind: "list", item, itemNullable } : { kind: "list", item };
    }
    if (word === "struct") return { kind: "struct", members: this.members(depth) };
    const scalar = SCALAR_TYPES.find((name) => name === word);
    if (scalar !== undefined) return { kind: scalar };
    const lower = word.toLowerCase();
    const reason = REFUSED[lower];
    if (reason !== undefined) throw new TypeSyntaxError(`type ${word} is refused: ${reason}`, at);
    const synonym = SYNONYMS[lower];
    const hint = synonym === undefined ? didYouMean(word, TYPE_NAMES) : `did you mean "${synonym}"?`;
    const named = word === "" ? "a type is missing" : `unknown type "${word}"`;
    throw new TypeSyntaxError(named, at, hint ?? `the types are ${TYPE_NAMES.join(", ")}`);
  }

  members(depth: number): StructMember[] {
    this.expect("<");
    const members: StructMember[] = [];
    do {
      const { word: name, at } = this.word();
      if (!isColumnName(name)) throw new TypeSyntaxError(`"${name}" is no member name`, at);
      if (members.some((member) => member.name === name)) {
        throw new TypeSyntaxError(`member "${name}" occurs twice`, at);
      }
      this.expect(":");
      const type = this.type(depth + 1);
      members.push(this.takes("?") ? { name, type, nullable: true } : { name, type });
    } while (this.takes(","));
    this.expect(">");
    return members;
  }
}

/** The inverse of {@link parseFieldType}: one text per type. */
export function formatFieldType(type: FieldType): string {
  if (type.kind === "list") return `list<${formatFieldType(type.item)}${type.itemNullable ? "?" : ""}>`;
  if (type.kind === "struct") {
    const members = type.members.map(
      (member) => `${member.name}: ${formatFieldType(member.type)}${member.nullable ? "?" : ""}`,
    );
    return `struct<${members.join(", ")}>`;
  }
  return type.kind;
}

/** The type of the innermost items of a list; the type itself when it is no list. */
export function itemType(type: FieldType): FieldType {
  return type.kind === "list" ? itemType(type.item) : type;
}

/** Inclusive bounds of the integer types. */
export const INTEGER_RANGE: Readonly<Record<string, readonly [bigint, bigint]>> = {
  int8: [-128n, 127n],
  int16: [-32768n, 32767n],
  int32: [-2147483648n, 2147483647n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint8: [0n, 255n],
  uint16: [0n, 65535n],
  uint32: [0n, 4294967295n],
  uint64: [0n, 2n ** 64n - 1n],
};

/** Whether the type is one of the eight integer types. */
export function isInteger(type: FieldType): boolean {
  return type.kind in INTEGER_RANGE;
}

/** Whether the type is float32 or float64. */
export function isFloat(type: FieldType): boolean {
  return type.kind === "float32" || type.kind === "float64";
}

/** Whether a float stands anywhere inside. */
export function hasFloat(type: FieldType): boolean {
  if (type.kind === "list") return hasFloat(type.item);
  if (type.kind === "struct") return type.members.some((member) => hasFloat(member.type));
  return isFloat(type);
}
