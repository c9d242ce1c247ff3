import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { randomNumbers } from "../../../src/compute/statistics/random-numbers.js";
import { controls } from "../../../src/stages/membership/controls.js";
import { controlRows } from "../../../src/stages/membership/controls-rows.js";
import { splitUnits } from "../../../src/stages/membership/controls-splits.js";
import type { Contract, Row } from "../../../src/tables/contract.js";
import {
  inventedText,
  membershipContracts,
  runStage,
  type Tables,
  tablesOf,
  type UnitOptions,
} from "./language-models/ngram-tables.js";

let contracts: (table: string) => Contract | undefined;
beforeAll(async () => {
  contracts = await membershipContracts();
});

const run = async (tables: Tables, parameters: unknown = {}) => runStage(controls, tables, parameters, { contracts });

/** Books of two units each; every book prefers some tokens. */
function books(count: number): Record<string, UnitOptions> {
  const roles = ["member", "nonmember", "reference"];
  const units: Record<string, UnitOptions> = {};
  for (let i = 0; i < count; i++) {
    for (const part of [0, 1]) {
      const ids = inventedText(i * 2 + part, 400).map((id) => (id % 3 === 0 ? (id + i) % 50 : id));
      units[`book${i}#${part}`] = { role: roles[i % 3] as string, ids, cluster: `book${i}` };
    }
  }
  return units;
}

const find = (rows: readonly Row[] | undefined, control: string, attack = "loss") =>
  (rows ?? []).find((row) => row.control === control && row.attack === attack) as Row & { auc_mean: number };

describe("membership/controls", () => {
  it("finds nothing where nothing was trained, everything where everything was, and more the more was", async () => {
    const { rows, warnings } = await run(tablesOf(books(18)));
    expect(rows.control).toHaveLength(15);
    for (const attack of ["loss", "mink_20", "ref"]) {
      expect(find(rows.control, "negative", attack)).toMatchObject({ n_splits: 20, status: "pass" });
    }
    expect(find(rows.control, "positive")).toMatchObject({ auc_mean: 1, auc_se: 0, status: "pass" });
    const curve = [0.01, 0.1, 1].map((exposure) => find(rows.control, `exposure_${exposure}`));
    expect(curve.map(({ status }) => status)).toEqual(["information", "pass", "pass"]);
    expect(curve[1]?.auc_mean).toBeGreaterThan(curve[0]?.auc_mean as number);
    expect(curve[2]?.auc_mean).toBe(1);
    expect(warnings).toEqual([]);
    const { detail, null_sd: nullSd } = find(rows.control, "negative");
    expect(JSON.parse(detail as string)).toMatchObject({
      units: 36,
      clusters: 18,
      mean_members: 12,
      mean_nonmembers: 12,
    });
    expect(nullSd).toBeCloseTo(Math.sqrt(25 / (12 * 12 * 12)), 12);
  });

  it("gives the same for any order of rows, other splits for another seed", async () => {
    const tables = tablesOf(books(9));
    const parameters = { splits: 3, exposures: [0.1] };
    const reversed = { ...tables, token: [...tables.token].reverse(), assignment: [...tables.assignment].reverse() };
    const { rows } = await run(tables, parameters);
    expect((await run(reversed, parameters)).rows).toEqual(rows);
    expect((await run(tables, { ...parameters, seed: 2 })).rows).not.toEqual(rows);
    expect(rows.control?.map(({ control }) => control)).toContain("exposure_0.1");
    expect(find(rows.control, "positive").status).toBe("pass");
  });

  it("does not use the labels, and uses as many tokens as asked for", async () => {
    const units = books(9);
    const flipped = Object.fromEntries(
      Object.entries(units).map(([name, unit]) => [
        name,
        { ...unit, role: unit.role === "member" ? "nonmember" : "member" },
      ]),
    );
    const parameters = { splits: 3 };
    const { rows } = await run(tablesOf(units), parameters);
    expect((await run(tablesOf(flipped), parameters)).rows).toEqual(rows);
    const cut = Object.fromEntries(
      Object.entries(units).map(([name, unit]) => [name, { ...unit, ids: unit.ids.slice(0, 50) }]),
    );
    const short = await run(tablesOf(units), { ...parameters, tokens: 50 });
    expect(short.rows).toEqual((await run(tablesOf(cut), parameters)).rows);
    expect(short.rows).not.toEqual(rows);
  });

  it("is not run for a model that cannot be trained here, nor for too few clusters, and says why", async () => {
    const none = (await run(tablesOf(books(9)), { model: "none" })).rows.control ?? [];
    expect(none).toHaveLength(6);
    for (const row of none) {
      expect(row).toMatchObject({ status: "not_run", n_splits: 0, auc_mean: null });
      expect(row?.detail).toContain("no model is trained here");
    }
    const few = await run(tablesOf(books(5)));
    expect(few.rows.control).toHaveLength(6);
    expect(few.rows.control?.[0]).toMatchObject({ status: "not_run", detail: expect.stringContaining("5 clusters") });
    expect(few.warnings).toEqual([expect.stringContaining("has no controls")]);
  });

  it("leaves out units of one token", async () => {
    const tables = tablesOf({ ...books(9), one: { role: "member", ids: [3] } });
    const { rows } = await run(tables, { splits: 2 });
    expect(JSON.parse(find(rows.control, "negative").detail as string)).toMatchObject({ units: 18, clusters: 9 });
  });

  it("fails what is not as it must be", () => {
    const areas = (auc: number) => ({ loss: auc, mink_20: auc, ref: auc });
    const splits = [0.68, 0.7, 0.72].map((auc) => ({
      negative: areas(auc),
      exposures: [areas(auc + 0.2), areas(auc)],
    }));
    const rows = controlRows({ experimentId: "x", order: 2, exposures: [0.1, 1], splits, nullSd: 0.1, facts: {} });
    const statuses = rows.filter(({ attack }) => attack === "loss").map(({ control, status }) => [control, status]);
    expect(statuses).toEqual([
      ["negative", "fail"],
      ["positive", "fail"],
      ["exposure_0.1", "information"],
      ["exposure_1", "fail"],
    ]);
  });
});

describe("splits of the controls", () => {
  it("keep clusters whole, lose nobody, and are even", () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 6, maxLength: 30 });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 0 }), (clusters, seed) => {
        const units = clusters.flatMap((size, c) =>
          Array.from({ length: size }, (_, i) => ({ docId: `${c}#${i}`, cluster: `${c}`, ids: new Int32Array(2) })),
        );
        const { members, nonmembers, reference } = splitUnits(units, randomNumbers(seed));
        const groups = [members, nonmembers, ...reference];
        expect(
          groups
            .flat()
            .map(({ docId }) => docId)
            .sort(),
        ).toEqual(units.map(({ docId }) => docId).sort());
        const clustersOf = groups.map((group) => [...new Set(group.map(({ cluster }) => cluster))]);
        expect(clustersOf.flat()).toHaveLength(clusters.length);
        const [m, n, r1, r2] = clustersOf.map(({ length }) => length) as [number, number, number, number];
        expect(Math.max(m, n, r1 + r2) - Math.min(m, n, r1 + r2)).toBeLessThanOrEqual(1);
        expect(groups.every(({ length }) => length > 0)).toBe(true);
      }),
    );
  });
});
