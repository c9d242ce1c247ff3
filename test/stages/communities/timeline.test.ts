import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { activeRuns, binEdges } from "../../../src/stages/communities/active-runs.js";
import { timeline } from "../../../src/stages/communities/timeline.js";
import type { Row } from "../../../src/tables/contract.js";
import { componentRow, experimentRow, runStage } from "./stage-run.js";

const NEURONS = ["A", "B", "C", "D"];

function binRows(count: number, animals?: readonly string[]): Row[] {
  const per = animals === undefined ? count : count / animals.length;
  return Array.from({ length: count }, (_, bin) => ({
    run_id: "common",
    bin,
    animal_id: animals?.[Math.floor(bin / per)] ?? null,
    first_frame: 4 * (bin % per),
    t_s: 1 + 2 * (bin % per),
  }));
}

function courseRows(courses: readonly (readonly number[])[]): Row[] {
  return courses.flatMap((course, component) =>
    course.map((value, bin) => ({ run_id: "common", component, bin, animal_id: null, t_s: 0, value })),
  );
}

function loadingRows(loadings: readonly Readonly<Record<string, number>>[]): Row[] {
  return loadings.flatMap((loading, component) =>
    Object.entries(loading).map(([animal_id, value]) => ({ run_id: "common", component, animal_id, value })),
  );
}

function communityRows(memberships: readonly (readonly number[])[], method = "weighted_sbm", level = 0): Row[] {
  return memberships.flatMap((members, component) =>
    members.map((community, i) => ({
      run_id: "common",
      component,
      method,
      level,
      community,
      neuron_id: NEURONS[i],
      strength: 1,
      description_length: null,
      modularity: null,
    })),
  );
}

/** Two components on a shared clock of ten bins of 2 s, in three animals. */
function sharedTables(courses: readonly (readonly number[])[]) {
  return {
    experiment: [experimentRow({ neurons: NEURONS, animals: ["w2", "w0", "w1"], n_bins: 10 })],
    bin: binRows(10),
    component: courses.map((_, k) => componentRow(k)),
    factor_time: courseRows(courses),
    factor_animal: loadingRows(courses.map(() => ({ w0: 0.8, w1: 0.4, w2: 0.41 }))),
    community: communityRows(courses.map((_, k) => (k === 0 ? [0, 0, 1, 1] : [1, 0, 0, 0]))),
  };
}

describe("interval", () => {
  it("is a run of bins above half the maximum; a gap of one bin is closed, one of two is not", async () => {
    const course = [0.1, 0.9, 0.6, 0.2, 1, 0.5, 0.2, 0.51, 0.7, 0];
    const { rows, facts } = await runStage(timeline, sharedTables([course]));
    expect(rows.interval).toEqual([
      {
        run_id: "common",
        component: 0,
        interval: 0,
        animal_id: null,
        first_bin: 1,
        last_bin: 4,
        t_start_s: 2,
        t_end_s: 10,
        animals: ["w2", "w0"],
      },
      expect.objectContaining({ interval: 1, first_bin: 7, last_bin: 8, t_start_s: 14, t_end_s: 18 }),
    ]);
    expect(facts).toEqual({ intervals: 2 });
  });

  it("goes to the edges of the first and last bins", async () => {
    const { rows } = await runStage(timeline, sharedTables([[1, 0, 0, 0, 0, 0, 0, 0, 1, 1]]));
    expect(rows.interval).toMatchObject([
      { first_bin: 0, last_bin: 0, t_start_s: 0, t_end_s: 2 },
      { first_bin: 8, last_bin: 9, t_start_s: 16, t_end_s: 20 },
    ]);
  });

  it("follows the parameters", async () => {
    const tables = sharedTables([[1, 0.3, 0.3, 0.9, 0, 0, 0, 0, 0, 0]]);
    const spans = async (given: object) =>
      ((await runStage(timeline, tables, given)).rows.interval as Row[]).map((row) => [row.first_bin, row.last_bin]);
    expect(await spans({})).toEqual([
      [0, 0],
      [3, 3],
    ]);
    expect(await spans({ closes: 2 })).toEqual([[0, 3]]);
    expect(await spans({ half: 0.2, closes: 0 })).toEqual([[0, 3]]);
    expect(await spans({ half: 0.95 })).toEqual([[0, 0]]);
  });

  it("does not exist for a component that is zero", async () => {
    const { rows } = await runStage(timeline, sharedTables([new Array(10).fill(0)]));
    expect(rows.interval).toEqual([]);
    expect(rows.flow).toEqual([]);
  });

  it("ends with the animal where animals are in sequence, and has that animal alone", async () => {
    const courses = [
      [0, 0, 0, 0, 1, 1, 1, 0, 0, 0],
      [0, 0, 0, 1, 0, 0, 0.9, 0, 0, 0],
    ];
    const tables = {
      ...sharedTables(courses),
      experiment: [experimentRow({ neurons: NEURONS, animals: ["w1", "w0"], n_bins: 10, alignment: "concatenated" })],
      bin: binRows(10, ["w1", "w0"]),
      factor_animal: loadingRows(courses.map(() => ({ w0: 0.8, w1: 0.1 }))),
    };
    const { rows } = await runStage(timeline, tables);
    expect(rows.interval).toMatchObject([
      {
        component: 0,
        interval: 0,
        animal_id: "w1",
        first_bin: 4,
        last_bin: 4,
        t_start_s: 8,
        t_end_s: 10,
        animals: ["w1"],
      },
      {
        component: 0,
        interval: 1,
        animal_id: "w0",
        first_bin: 5,
        last_bin: 6,
        t_start_s: 0,
        t_end_s: 4,
        animals: ["w0"],
      },
      { component: 1, interval: 0, animal_id: "w1", first_bin: 3, last_bin: 3, animals: ["w1"] },
      { component: 1, interval: 1, animal_id: "w0", first_bin: 6, last_bin: 6, animals: ["w0"] },
    ]);
    // w1: 1 then 0; w0: 0 then 1. Nothing follows from the end of one animal to the start of the next.
    const pairs = new Set(
      (rows.flow as Row[]).map((row) => [row.from_component, row.to_component, row.n_transitions].join()),
    );
    expect([...pairs].sort()).toEqual(["0,1,1", "1,0,1"]);
  });
});

describe("flow", () => {
  it("counts the neurons that communities of consecutive intervals share, and how often they follow", async () => {
    const courses = [
      [1, 0, 0, 0, 0, 0, 1, 1, 0, 0],
      [0, 0, 1, 1, 0, 0, 0, 0, 0, 1],
    ];
    const { rows } = await runStage(timeline, sharedTables(courses));
    const cells = (rows.flow as Row[]).map(({ run_id: _, ...row }) => Object.values(row).join(" ")).sort();
    // 0 → 1 twice, 1 → 0 once. Component 0: AB | CD, component 1: BCD | A.
    expect(cells).toEqual(["0 0 1 0 1 2", "0 0 1 1 1 2", "0 1 1 0 2 2", "1 0 0 0 1 1", "1 0 0 1 2 1", "1 1 0 0 1 1"]);
  });

  it("takes overlapping intervals by start, equal starts by component, and a component that follows itself", async () => {
    const courses = [
      [1, 1, 1, 1, 0, 0, 1, 0, 0, 1],
      [1, 1, 0, 0, 0, 0, 0, 0, 0, 0],
    ];
    const { rows } = await runStage(timeline, sharedTables(courses));
    const pairs = new Set(
      (rows.flow as Row[]).map((row) => [row.from_component, row.to_component, row.n_transitions].join()),
    );
    expect([...pairs].sort()).toEqual(["0,0,1", "0,1,1", "1,0,1"]);
    const itself = (rows.flow as Row[]).filter((row) => row.from_component === 0 && row.to_component === 0);
    expect(itself).toMatchObject([
      { from_community: 0, to_community: 0, n_neurons: 2 },
      { from_community: 1, to_community: 1, n_neurons: 2 },
    ]);
  });

  it("is of level 0 of the block model, of leiden where that is alone or asked for", async () => {
    const courses = [
      [1, 0, 0, 0, 0, 0, 0, 0, 0, 0],
      [0, 0, 1, 1, 0, 0, 0, 0, 0, 0],
    ];
    const tables = sharedTables(courses);
    const one = communityRows(
      [
        [0, 0, 0, 0],
        [0, 0, 0, 0],
      ],
      "leiden",
    );
    const upper = communityRows(
      [
        [0, 0, 0, 0],
        [0, 0, 0, 0],
      ],
      "weighted_sbm",
      1,
    );
    const flows = async (community: Row[], given: object = {}) =>
      ((await runStage(timeline, { ...tables, community }, given)).rows.flow as Row[]).length;
    expect(await flows([...tables.community, ...upper, ...one])).toBe(3);
    expect(await flows([...tables.community, ...one], { method: "leiden" })).toBe(1);
    expect(await flows(one)).toBe(1);
    expect(await flows([])).toBe(0);
  });
});

describe("communities/timeline", () => {
  it("does not depend on the order of rows", async () => {
    const tables = sharedTables([
      [0.1, 0.9, 0.6, 0.2, 1, 0.5, 0.2, 0.51, 0.7, 0],
      [0, 0, 1, 1, 0, 0, 0, 0, 0, 1],
    ]);
    const turned = Object.fromEntries(Object.entries(tables).map(([name, rows]) => [name, [...rows].reverse()]));
    const [straight, reversed] = [await runStage(timeline, tables), await runStage(timeline, turned)];
    expect(reversed.rows.interval).toEqual(straight.rows.interval);
    const sorted = (rows: Row[] | undefined) => (rows ?? []).map((row) => JSON.stringify(row)).sort();
    expect(sorted(reversed.rows.flow)).toEqual(sorted(straight.rows.flow));
  });

  it.each([
    ["factor_time", { run_id: "common", component: 7, bin: 0, animal_id: null, t_s: 0, value: 1 }, /component 7/],
    ["factor_time", { run_id: "common", component: 0, bin: 99, animal_id: null, t_s: 0, value: 1 }, /bin 99/],
    ["factor_animal", { run_id: "common", component: 0, animal_id: "w9", value: 1 }, /animal w9/],
    ["bin", { run_id: "common", bin: 0, animal_id: "w9", first_frame: 0, t_s: 0 }, /animal w9/],
  ])("names what the run does not have in %s", async (table, row, message) => {
    const tables = { ...sharedTables([[1, 0, 0, 0, 0, 0, 0, 0, 0, 0]]), [table]: [row] };
    await expect(runStage(timeline, tables)).rejects.toMatchObject({
      tag: "contract/orphan",
      message: expect.stringMatching(message),
    });
  });
});

describe("activeRuns", () => {
  const arbitrary = fc.array(fc.record({ value: fc.constantFrom(0, 1), section: fc.constantFrom(0, 0, 0, 1) }));

  it("covers all active places, begins and ends with one, and leaves longer gaps between", () => {
    fc.assert(
      fc.property(arbitrary, fc.nat(3), (places, closes) => {
        const values = places.map(({ value }) => value);
        const section = places.map(({ section }, k) => (k > 4 ? 10 : 0) + section).sort((a, b) => a - b);
        const runs = activeRuns(values, { least: 0.5, closes, section });
        const inRuns = values.map((_, k) => runs.some(({ first, last }) => first <= k && k <= last));
        for (const [k, value] of values.entries()) if (value === 1) expect(inRuns[k]).toBe(true);
        for (const [r, { first, last }] of runs.entries()) {
          expect([values[first], values[last], section[first]]).toEqual([1, 1, section[last]]);
          const next = runs[r + 1];
          if (next !== undefined && section[next.first] === section[last]) {
            expect(next.first - last - 1).toBeGreaterThan(closes);
          }
        }
      }),
    );
  });
});

describe("binEdges", () => {
  it("are midway between centres of a section", () => {
    const { starts, ends } = binEdges([1, 3, 6, 1, 2, 5], [0, 0, 0, 1, 1, 2]);
    expect([...starts]).toEqual([0, 2, 4.5, 0.5, 1.5, 5]);
    expect([...ends]).toEqual([2, 4.5, 7.5, 1.5, 2.5, 5]);
  });
});
