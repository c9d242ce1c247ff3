import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sha256 } from "../../src/base/hash.js";
import { type Contribution, groupContributions, planAssembly } from "../../src/engine/assembly.js";
import type { Contract } from "../../src/tables/contract.js";
import { tableHash } from "../../src/tables/merkle-root.js";

const SIZES = { aloneBytes: 40, groupBytes: 1000 };

function contribution(name: string, bytes: number, content = name): Contribution {
  const hash = sha256(content);
  return {
    step: "load",
    key: hash,
    snapshot: {
      table: "d.t",
      contractHash: "c",
      tableHash: hash,
      rows: bytes === 0 ? 0 : 1,
      bytes,
      partitions: [{ partition: name, rows: bytes === 0 ? 0 : 1, hash }],
      parts: [{ sha256: hash, bytes, rows: bytes === 0 ? 0 : 1 }],
    },
  };
}

const nameOf = ({ snapshot }: Contribution) => snapshot.partitions[0]?.partition ?? "";
const bytesOf = (group: readonly Contribution[]) => group.reduce((sum, { snapshot }) => sum + snapshot.bytes, 0);
const group = (contributions: readonly Contribution[]) => groupContributions(contributions, SIZES);
/** What a group is known by: who is in it, and with which rows. */
const identity = (members: readonly Contribution[]) => members.map(({ key }) => key).join();

/** Contributions in order of their names, most of them small. */
const tables = (most: number) =>
  fc
    .array(fc.tuple(fc.string({ minLength: 1, maxLength: 6 }), fc.nat(45)), {
      maxLength: most,
    })
    .map((pairs) =>
      [...new Map(pairs)]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, bytes]) => contribution(`load/${name}`, bytes)),
    );

describe("groups of partitions", () => {
  it("hold every contribution once, in order, and are the same every time", () => {
    fc.assert(
      fc.property(tables(300), (contributions) => {
        const groups = group(contributions);
        expect(groups.flat()).toEqual(contributions);
        expect(groups.every(({ length }) => length > 0)).toBe(true);
        expect(group(contributions)).toEqual(groups);
      }),
    );
  });

  it("are no larger than a part should be, and hold no partition that is large enough itself", () => {
    fc.assert(
      fc.property(tables(300), (contributions) => {
        for (const members of group(contributions)) {
          if (members.length === 1) continue;
          expect(bytesOf(members)).toBeLessThanOrEqual(SIZES.groupBytes);
          expect(members.every(({ snapshot }) => snapshot.bytes < SIZES.aloneBytes)).toBe(true);
        }
      }),
    );
  });

  it("are one where the table is small", () => {
    fc.assert(
      fc.property(tables(20), (contributions) => {
        const small = contributions.filter(({ snapshot }) => snapshot.bytes < SIZES.aloneBytes);
        expect(group(small)).toHaveLength(Math.min(1, small.length));
      }),
    );
  });

  it("change around one partition that changes, within the bytes of one group", () => {
    fc.assert(
      fc.property(tables(400), fc.nat(), fc.nat(39), (contributions, at, bytes) => {
        fc.pre(contributions.length > 0);
        const index = at % contributions.length;
        const changed = contribution(nameOf(contributions[index] as Contribution), bytes, "other rows");
        const before = group(contributions);
        const after = group(contributions.with(index, changed));
        const known = new Set(before.map(identity));
        const remade = after.filter((members) => !known.has(identity(members)));
        const large = (contributions[index] as Contribution).snapshot.bytes >= SIZES.aloneBytes;
        // What was large parted its neighbours: they may come together.
        expect(remade.reduce((sum, members) => sum + bytesOf(members), 0)).toBeLessThanOrEqual(
          SIZES.groupBytes * (large ? 3 : 1) + SIZES.aloneBytes,
        );
      }),
      { numRuns: 300 },
    );
  });

  it("stay, but for one or two, when one of a thousand partitions changes, comes or goes", () => {
    const size = (index: number) => 5 + (Number.parseInt(sha256(`${index}`).slice(0, 4), 16) % 30);
    const many = Array.from({ length: 1000 }, (_, index) =>
      contribution(`load/${String(index).padStart(4, "0")}`, size(index)),
    );
    const before = group(many);
    expect(before.length).toBeGreaterThan(20);
    const known = new Set(before.map(identity));
    const remade = (contributions: readonly Contribution[]) =>
      group(contributions).filter((members) => !known.has(identity(members))).length;
    const counts: number[] = [];
    for (let index = 0; index < many.length; index += 11) {
      const one = many[index] as Contribution;
      counts.push(remade(many.with(index, contribution(nameOf(one), size(index + 1), "changed"))));
      counts.push(remade(many.toSpliced(index, 1)));
      counts.push(remade(many.toSpliced(index, 0, contribution(`${nameOf(one).slice(0, -1)}!`, 20))));
    }
    expect(counts.filter((count) => count > 2).length / counts.length).toBeLessThan(0.05);
    expect(Math.max(...counts)).toBeLessThanOrEqual(6);
  });
});

describe("the assembly of a table", () => {
  const contract: Contract = {
    dataset: "d",
    table: "t",
    role: "record",
    description: "",
    key: [],
    sort: [],
    fields: [],
    hash: "c",
  };
  const plan = (contributions: readonly Contribution[], distinct = false) =>
    planAssembly({
      table: "d.t",
      contract,
      contributions,
      distinct,
      store: { readStep: () => undefined },
      code: { implementation: () => "1", runner: () => "1" },
      tableHash,
    });

  it("has a hash that depends on the rows and their order, not on who gave them or how they lie", () => {
    const parts = [contribution("a", 10), contribution("b", 5 * 1024 ** 2), contribution("c", 10)];
    const { tableHash: hash, groups, keys } = plan(parts);
    expect(plan([...parts].reverse()).tableHash).toBe(hash);
    expect(plan(parts.map((one, index) => contribution(`x${index}`, one.snapshot.bytes, nameOf(one)))).tableHash).toBe(
      hash,
    );
    // Nothing is to be joined: the small ones have a large one between them.
    expect(groups).toHaveLength(3);
    expect(keys).toEqual(parts.map(({ key }) => key));
    expect(plan(parts).snapshot?.parts.map(({ bytes }) => bytes)).toEqual([10, 5 * 1024 ** 2, 10]);
  });

  it("of no partition, or of empty ones, has a part all the same", () => {
    expect(plan([]).groups).toMatchObject([{ contributions: [] }]);
    const empty = plan([contribution("a", 0), contribution("b", 0)]);
    expect(empty.groups).toHaveLength(1);
    expect(plan([contribution("a", 0)]).snapshot?.parts).toHaveLength(1);
  });

  it("of equal rows that several steps gave is one job, whatever its size", () => {
    const parts = [contribution("a", 10), contribution("b", 5 * 1024 ** 2)];
    expect(plan(parts, true)).toMatchObject({ tableHash: undefined, groups: [{ distinct: true }] });
    expect(plan(parts.slice(0, 1), true).snapshot).toMatchObject({ bytes: 10 });
  });
});
