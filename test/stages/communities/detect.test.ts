import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { detect } from "../../../src/stages/communities/detect.js";
import type { Row } from "../../../src/tables/contract.js";
import { DISASSORTATIVE, plantedMatrix } from "../../compute/graph/planted-graphs.js";
import { componentRow, experimentRow, runStage } from "./stage-run.js";

const EACH = 8;
const NAMES = Array.from({ length: 3 * EACH }, (_, i) => `N${String(i).padStart(2, "0")}`);

function pairRow(component: number, i: string, j: string, value: number, direction = "together"): Row {
  return { run_id: "common", component, neuron_i: i, neuron_j: j, direction, value };
}

/** The pairs of a planted matrix. */
function pairRows(
  component: number,
  means: readonly (readonly number[])[],
  seed: number,
  direction = "together",
): Row[] {
  const { matrix, nodes } = plantedMatrix(means, EACH, seed);
  return NAMES.flatMap((one, i) =>
    NAMES.slice(i + 1).map((other, k) =>
      pairRow(component, one, other, matrix[i * nodes + i + 1 + k] as number, direction),
    ),
  );
}

/** The strongest block first. */
const DENSE = [
  [2, 0.1, 0.1],
  [0.1, 1, 0.1],
  [0.1, 0.1, 0.5],
];
const noise = [
  [1, 1, 1],
  [1, 1, 1],
  [1, 1, 1],
];

/** Component 0 has dense blocks, 1 has crossed blocks, 2 noise, 3 no pairs. */
const tables = {
  experiment: [experimentRow({ neurons: NAMES })],
  component: [0, 1, 2, 3].map((k) => componentRow(k)),
  factor_pair: [...pairRows(0, DENSE, 3), ...pairRows(1, DISASSORTATIVE, 3), ...pairRows(2, noise, 3)],
};

const withLeiden = { methods: ["weighted_sbm", "leiden"], leiden: { threshold: 0.1 } };

function membersOf(rows: readonly Row[] | undefined, component: number, method: string, level = 0): string[] {
  const groups = new Map<number, string[]>();
  for (const row of rows ?? []) {
    if (row.component !== component || row.method !== method || row.level !== level) continue;
    const community = row.community as number;
    groups.set(community, [...(groups.get(community) ?? []), row.neuron_id as string]);
  }
  return [...groups].sort(([a], [b]) => a - b).map(([, names]) => names.sort().join(" "));
}

const blocks = [0, 1, 2].map((block) => NAMES.slice(block * EACH, (block + 1) * EACH).join(" "));

describe("communities/detect", () => {
  it("finds planted blocks, dense and crossed, and nothing in noise and in a graph without edges", async () => {
    const { rows, facts, messages } = await runStage(detect, tables);
    expect(membersOf(rows.community, 0, "weighted_sbm")).toEqual(blocks);
    expect(membersOf(rows.community, 1, "weighted_sbm").sort()).toEqual(blocks);
    expect(membersOf(rows.community, 2, "weighted_sbm")).toEqual([NAMES.join(" ")]);
    expect(membersOf(rows.community, 3, "weighted_sbm")).toEqual([NAMES.join(" ")]);
    const values = tables.factor_pair.flatMap(({ component, value }) => (component === 0 ? [value as number] : []));
    const strong = values.filter((value) => value >= 0.001 * Math.max(...values)).length;
    expect(strong).toBeLessThan(values.length);
    expect(rows.graph).toMatchObject([
      { component: 0, n_communities: 3, structure_found: true, n_edges: strong, threshold: 0.001 },
      { component: 1, n_communities: 3, structure_found: true },
      { component: 2, n_communities: 1, structure_found: false },
      {
        component: 3,
        n_communities: 1,
        structure_found: false,
        n_edges: 0,
        description_length: null,
        modularity: null,
      },
    ]);
    const noisy = rows.graph?.[2] as Row;
    expect(noisy.description_length).toBe(noisy.description_length_one);
    expect(messages[2]).toBe(
      `common, component 2: no community structure found (weighted_sbm, 24 neurons, ${noisy.n_edges} edges)`,
    );
    expect(messages[3]).toBe("common, component 3: no community structure found (weighted_sbm, 24 neurons, 0 edges)");
    expect(facts).toEqual({ graphs: 4, graphs_without_structure: 2 });
  });

  it("has the merge path as higher levels, each of which costs description length", async () => {
    const { rows } = await runStage(detect, tables);
    const lengths = [0, 1, 2].map((level) => {
      const of = (rows.community as Row[]).filter((row) => row.component === 0 && row.level === level);
      expect(of).toHaveLength(NAMES.length);
      expect(new Set(of.map((row) => row.community)).size).toBe(3 - level);
      return of[0]?.description_length as number;
    });
    expect(lengths[0]).toBe(rows.graph?.[0]?.description_length);
    expect(lengths[2]).toBe(rows.graph?.[0]?.description_length_one);
    expect(lengths[1]).toBeGreaterThan(lengths[0] as number);
    expect(lengths[2]).toBeGreaterThan(lengths[1] as number);
    expect(Math.max(...(rows.community as Row[]).map((row) => row.level as number))).toBe(2);
  });

  it("numbers communities by falling strength, which is the weight to one's own", async () => {
    const { rows } = await runStage(detect, tables);
    const level = (rows.community as Row[]).filter((row) => row.component === 0 && row.level === 0);
    const sums = [0, 1, 2].map((k) =>
      level.filter((row) => row.community === k).reduce((sum, row) => sum + (row.strength as number), 0),
    );
    expect(sums).toEqual([...sums].sort((a, b) => b - a));
    const inside = tables.factor_pair.filter(
      ({ component, neuron_i, neuron_j }) =>
        component === 0 && [neuron_i, neuron_j].every((name) => (blocks[0] as string).includes(name as string)),
    );
    expect(sums[0]).toBeCloseTo(2 * inside.reduce((sum, row) => sum + (row.value as number), 0), 9);
  });

  it("tells the block model from Leiden on crossed blocks", async () => {
    const { rows } = await runStage(detect, tables, withLeiden);
    expect(membersOf(rows.community, 0, "leiden").sort()).toEqual(blocks);
    expect(membersOf(rows.community, 1, "weighted_sbm").sort()).toEqual(blocks);
    expect(membersOf(rows.community, 1, "leiden").sort()).not.toEqual(blocks);
    const leiden = (rows.graph as Row[]).filter(({ method }) => method === "leiden");
    expect(leiden).toMatchObject([
      { component: 0, threshold: 0.1, n_communities: 3, description_length: null, description_length_one: null },
      { component: 1, threshold: 0.1 },
      { component: 2, threshold: 0.1 },
      { component: 3, threshold: 0.1, structure_found: false, modularity: null },
    ]);
    for (const row of rows.community as Row[]) if (row.method === "leiden") expect(row.level).toBe(0);
  });

  it("does not depend on the order of rows, neurons and ends", async () => {
    const expected = await runStage(detect, tables);
    const turned = {
      experiment: [experimentRow({ neurons: [...NAMES].reverse() })],
      component: [...tables.component].reverse(),
      factor_pair: [...tables.factor_pair]
        .reverse()
        .map((row) => ({ ...row, neuron_i: row.neuron_j, neuron_j: row.neuron_i }) as Row),
    };
    const { rows } = await runStage(detect, turned);
    expect(rows).toEqual(expected.rows);
  });

  it("leaves out weak pairs; neurons without any edge are still nodes", async () => {
    const clique = NAMES.slice(0, 6);
    const strong = clique.flatMap((i, k) => clique.slice(k + 1).map((j) => pairRow(0, i, j, 1)));
    const weak = NAMES.slice(6).map((name) => pairRow(0, "N00", name, 0.01));
    const of = { ...tables, component: [componentRow(0)], factor_pair: [...strong, ...weak] };
    const { rows } = await runStage(detect, of, { threshold: 0.1 });
    expect(rows.graph).toMatchObject([{ n_neurons: 24, n_edges: 15, n_communities: 2 }]);
    expect(membersOf(rows.community, 0, "weighted_sbm")).toEqual([clique.join(" "), NAMES.slice(6).join(" ")]);
    expect((rows.community as Row[]).find(({ neuron_id, level }) => neuron_id === "N20" && level === 0)?.strength).toBe(
      0,
    );
  });

  it("takes the pairs that move in opposite directions when told to", async () => {
    const factor_pair = [...pairRows(0, DENSE, 3), ...pairRows(0, noise, 4, "opposite")];
    const of = { ...tables, component: [componentRow(0)], factor_pair };
    expect((await runStage(detect, of)).rows.graph).toMatchObject([{ n_communities: 3 }]);
    expect((await runStage(detect, of, { pairs: "opposite" })).rows.graph).toMatchObject([{ n_communities: 1 }]);
  });

  it("records its parameters and how surely the searches found the best", async () => {
    const { rows } = await runStage(detect, tables, { starts: 3, compat: { doubled_edges: true } });
    const facts = new Map((rows.community_parameter as Row[]).map(({ name, value }) => [name, value]));
    expect(facts.get("starts")).toBe("3");
    expect(facts.get("threshold")).toBe("0.001");
    expect(facts.get("compat")).toBe('{"doubled_edges":true}');
    expect(facts.get("leiden")).toBe("null");
    expect(facts.get("weighted_sbm.searches")).toBe("[16,16,16,null]");
    expect(JSON.parse(facts.get("weighted_sbm.searches_at_best") as string)[0]).toBeGreaterThan(0);
  });

  it("counts every edge twice for comparison", async () => {
    const single = (await runStage(detect, tables)).rows.graph as Row[];
    const doubled = (await runStage(detect, tables, { compat: { doubled_edges: true } })).rows.graph as Row[];
    expect(doubled[0]?.n_edges).toBe(single[0]?.n_edges);
    expect(doubled[0]?.description_length).not.toBe(single[0]?.description_length);
  });

  it("refuses leiden without a threshold", () => {
    expect(() => detect.parameters.parse({ methods: ["leiden"] })).toThrow(/needs `leiden: \{ threshold/);
    expect(detect.parameters.parse({})).toMatchObject({ methods: ["weighted_sbm"], threshold: 0.001, leiden: null });
  });

  it.each([
    [{ ...tables, factor_pair: [pairRow(0, "N00", "XX", 1)] }, /neuron XX/],
    [{ ...tables, factor_pair: [pairRow(9, "N00", "N01", 1)] }, /component 9/],
  ])("names what the run does not have", async (wrong, message) => {
    await expect(runStage(detect, wrong)).rejects.toMatchObject({
      tag: "contract/orphan",
      message: expect.stringMatching(message),
    });
  });

  it("writes one row per neuron and level for any graph", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(
          fc.tuple(fc.nat(5), fc.nat(5)).filter(([i, j]) => i < j),
          {
            selector: ([i, j]) => `${i} ${j}`,
          },
        ),
        async (pairs) => {
          const neurons = NAMES.slice(0, 6);
          const factor_pair = pairs.map(([i, j], k) => pairRow(0, NAMES[i] as string, NAMES[j] as string, 1 + k));
          const of = { experiment: [experimentRow({ neurons })], component: [componentRow(0)], factor_pair };
          const { rows } = await runStage(detect, of, { ...withLeiden, starts: 1 });
          const counts = new Map<string, number>();
          for (const { method, level } of rows.community as Row[]) {
            counts.set(`${method} ${level}`, (counts.get(`${method} ${level}`) ?? 0) + 1);
          }
          expect([...counts.values()].every((count) => count === 6)).toBe(true);
          expect(rows.graph).toHaveLength(2);
        },
      ),
      { numRuns: 25 },
    );
  });
});
