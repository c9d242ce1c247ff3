import fc from "fast-check";
import type { Contract, Field, FieldType, Row } from "../../src/tables/contract.js";
import { contractHash } from "../../src/tables/contract-file.js";
import { INTEGER_RANGE } from "../../src/tables/field-type.js";

/** A contract of the given fields, without key or sort unless said. */
export function contractOf(
  fields: readonly (Partial<Field> & Pick<Field, "name" | "type">)[],
  more: Partial<Contract> = {},
): Contract {
  const contract = {
    dataset: "test",
    table: "sample",
    role: "public" as const,
    description: "Rows of a test.",
    key: [] as readonly string[],
    sort: [] as readonly string[],
    ...more,
    fields: fields.map((field) => ({ nullable: false, nan: false, description: `Column ${field.name}.`, ...field })),
  };
  return { ...contract, hash: contractHash(contract) };
}

const text = fc.oneof(
  fc
    .string({ unit: "binary", maxLength: 30 })
    .filter((value) => (value as unknown as { isWellFormed(): boolean }).isWellFormed()),
  fc.constantFrom("", "a", "exactly12byt", "exactly13byte", "\u0000", "é", "日本語", "😀", "\uffff", "null", "NaN"),
);

const SCALARS: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  bool: fc.boolean(),
  utf8: text,
  binary: fc.uint8Array({ maxLength: 40 }),
  float32: fc.float(),
  float64: fc.double(),
  timestamp: fc.bigInt({ min: -(10n ** 15n), max: 4n * 10n ** 15n }),
};

function arbitraryScalar(kind: string): fc.Arbitrary<unknown> {
  const range = INTEGER_RANGE[kind];
  if (range === undefined) return SCALARS[kind] as fc.Arbitrary<unknown>;
  const [min, max] = range;
  const values = fc.oneof(fc.bigInt({ min, max }), fc.constantFrom(min, max, 0n));
  return kind.endsWith("64") ? values : values.map(Number);
}

const scalarType: fc.Arbitrary<FieldType> = fc
  .constantFrom(...Object.keys(SCALARS), ...Object.keys(INTEGER_RANGE))
  .map((kind) => ({ kind }) as FieldType);

function arbitraryType(depth: number): fc.Arbitrary<FieldType> {
  if (depth === 0) return scalarType;
  const inner = arbitraryType(depth - 1);
  return fc.oneof(
    { weight: 4, arbitrary: scalarType },
    {
      weight: 2,
      arbitrary: fc
        .record({ item: inner, itemNullable: fc.boolean() })
        .map((list) => ({ kind: "list" as const, ...list })),
    },
    {
      weight: 1,
      arbitrary: fc
        .array(fc.record({ type: inner, nullable: fc.boolean() }), { minLength: 1, maxLength: 3 })
        .map((members) => ({
          kind: "struct" as const,
          members: members.map((member, index) => ({ name: `m${index}`, ...member })),
        })),
    },
  );
}

/** Values of a type as rows hold them and as they are read back. */
export function arbitraryValue(type: FieldType, nullable: boolean): fc.Arbitrary<unknown> {
  const present = presentValue(type);
  return nullable ? fc.option(present, { nil: null, freq: 3 }) : present;
}

function presentValue(type: FieldType): fc.Arbitrary<unknown> {
  if (type.kind === "list") return fc.array(arbitraryValue(type.item, type.itemNullable === true), { maxLength: 5 });
  if (type.kind === "struct") {
    return fc.record(
      Object.fromEntries(
        type.members.map((member) => [member.name, arbitraryValue(member.type, member.nullable === true)]),
      ),
      { noNullPrototype: true },
    );
  }
  return arbitraryScalar(type.kind);
}

export interface ArbitraryTable {
  readonly contract: Contract;
  readonly rows: readonly Row[];
}

/** Contracts with every type, nested ones included, and rows that fit them. */
export function arbitraryTable(options: { maxRows?: number; minRows?: number } = {}): fc.Arbitrary<ArbitraryTable> {
  const fields = fc.array(fc.record({ type: arbitraryType(2), nullable: fc.boolean() }), {
    minLength: 1,
    maxLength: 5,
  });
  return fields.chain((list) => {
    const contract = contractOf(list.map((field, index) => ({ name: `c${index}`, nan: true, ...field })));
    const row = fc.record(
      Object.fromEntries(contract.fields.map((field) => [field.name, arbitraryValue(field.type, field.nullable)])),
      { noNullPrototype: true },
    );
    return fc
      .array(row, { minLength: options.minRows ?? 0, maxLength: options.maxRows ?? 60 })
      .map((rows) => ({ contract, rows: rows as Row[] }));
  });
}
