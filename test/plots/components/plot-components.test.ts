import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { componentsPicture } from "../../../src/plots/components/components-picture.js";
import { componentsPlot } from "../../../src/plots/components/components-plot.js";
import { readComponents } from "../../../src/plots/components/read-components.js";
import type { PlotRequest } from "../../../src/plots/plot-kind.js";
import type { PlotTables } from "../../../src/plots/plot-tables.js";
import { rasterise } from "../../../src/plots/rasterise.js";
import { THEMES } from "../../../src/plots/theme.js";
import {
  animalIds,
  joinRows,
  syntheticBehaviour,
  syntheticRun,
  type TableRows,
} from "../dynamic-connectome/support/synthetic-run.js";
import { writtenTables } from "../dynamic-connectome/support/written-tables.js";
import { decodePng } from "../support/decode-png.js";
import { goldenSvg } from "../support/golden-svg.js";
import { clashes, textBoxes } from "../support/text-boxes.js";

const SMALL = { neurons: 8, animals: 2, bins: 40, components: 2 } as const;

const ODD = ["<a&b>", '"q"', "AVAL", "\u0001"];

const worms = joinRows(
  syntheticRun({ ...SMALL, seed: 1, runId: "common", lost: [1], unstructured: [0] }),
  syntheticRun({ ...SMALL, seed: 2, runId: "shuffled", control: true, controlOf: "common", lost: [0, 1] }),
  syntheticRun({ ...SMALL, seed: 3, runId: "many", components: 10, starts: 1 }),
  syntheticRun({ ...SMALL, seed: 4, runId: "clock", alignment: "shared_clock", kernel: "signed" }),
  syntheticRun({ ...SMALL, seed: 6, runId: "tiny", neurons: 3, animals: 1, bins: 5, components: 1 }),
  syntheticRun({ ...SMALL, seed: 7, runId: "wide", neurons: 60, animals: 3, kernel: "signed" }),
  syntheticRun({ ...SMALL, seed: 8, runId: "animals", animals: 24, bins: 240 }),
  syntheticRun({ ...SMALL, seed: 9, runId: "bin", animals: 1, bins: 1 }),
  syntheticRun({ ...SMALL, seed: 10, runId: 'r&"<x>', neurons: 4, neuronNames: ODD, components: 1 }),
  maskedRun("union"),
  syntheticBehaviour({ seed: 5, animals: 2, frames: 160, stimuli: 2 }),
);

/** A run of any neuron in which no animal has both of the first two. */
function maskedRun(runId: string): TableRows {
  const rows = syntheticRun({ ...SMALL, seed: 12, runId });
  const [experiment] = rows["dynamic_connectome.experiment"] ?? [];
  const [first, second] = (experiment?.neurons ?? []) as string[];
  const mask = [first, second].map((neuron_id, index) => ({
    run_id: runId,
    animal_id: animalIds(2)[index],
    neuron_id,
    reason: "absent",
  }));
  return {
    ...rows,
    "dynamic_connectome.experiment": [{ ...experiment, neuron_set: "union" }],
    "dynamic_connectome.mask": mask,
  };
}

const REQUEST: PlotRequest = { argument: undefined, all: false, channels: [] };
const STYLE = { theme: THEMES.light, width: 1300 };

let store: { readonly tables: PlotTables; close(): Promise<void> };

beforeAll(async () => {
  store = await writtenTables(worms);
});

afterAll(() => store.close());

const draw = (request: Partial<PlotRequest> = {}, tables = store.tables) =>
  componentsPlot.draw(tables, { ...REQUEST, ...request }, STYLE);
const texts = (svg: string) => textBoxes(svg).map(({ text }) => text);

describe("plot components", () => {
  it.each(Object.values(THEMES))("is the one kept, in $name", async (theme) => {
    const argument = { light: "common", dark: "clock", print: "shuffled" }[theme.name];
    const picture = await componentsPlot.draw(store.tables, { ...REQUEST, argument }, { theme, width: 900 });
    await expect(goldenSvg(picture.svg)).toMatchFileSnapshot(`golden/components-${theme.name}.svg`);
  });

  it("draws the first run that is no control, and says what must not be overlooked", async () => {
    const { subject, svg, rows, notes } = await draw();
    expect({ subject, rows }).toEqual({ subject: "animals", rows: 2 });
    expect(notes).toContain('other runs: bin, clock, common, many, r&"<x> and 4 more');
    const common = await draw({ argument: "common" });
    const seen = texts(common.svg);
    expect(seen).toContain("NOT REPRODUCIBLE: other starts do not find component 1 again");
    expect(seen.filter((text) => text === "NOT REPRODUCIBLE")).toHaveLength(1);
    expect(common.notes[0]).toBe("NOT REPRODUCIBLE: other starts do not find component 1 again");
    expect(common.svg).toContain("<desc>NOT REPRODUCIBLE");
    expect(seen.some((text) => text.includes("no community structure found: neurons by strength"))).toBe(true);
    expect(seen.some((text) => /^λ 40 {2}· {2}share 74 % {2}· {2}match to the other starts 0\.99/.test(text))).toBe(
      true,
    );
    expect(seen.join(" ")).toContain(
      "rank 2, chosen by the rule  ·  kernel geomean  ·  8 neurons that every animal has  ·  2 animals of Invented2026, one after the other  ·  40 bins of 4 frames (2.4 s)",
    );
    expect(svg).not.toContain("NOT REPRODUCIBLE");
    const control = await draw({ argument: "shuffled" });
    expect(texts(control.svg)).toContain("CONTROL of common: every trace shifted in time by itself");
    expect(texts(control.svg)).toContain("NOT REPRODUCIBLE: other starts find none of the 2 components again");
  });

  it("orders neurons by community, and names them", async () => {
    const { run, components } = await readComponents(store.tables, "common", { all: false, notes: [] });
    const [, second] = components;
    const rows = worms["dynamic_connectome.community"] ?? [];
    const community = (neuron: string) =>
      rows.find((row) => row.run_id === "common" && row.component === 1 && row.neuron_id === neuron)?.community;
    const found = second?.pairs.neurons.map(community) ?? [];
    expect(found).toEqual([...found].sort());
    expect(new Set(second?.pairs.neurons)).toEqual(new Set(run.neurons));
    expect(second?.pairs.groups.reduce((sum, { length }) => sum + length, 0)).toBe(8);
    const svg = (await draw({ argument: "common" })).svg;
    for (const neuron of run.neurons) expect(texts(svg).filter((text) => text === neuron)).toHaveLength(2);
  });

  it("reads pairs, times and animals as the tables have them", async () => {
    const { run, components, blocks } = await readComponents(store.tables, "clock", { all: false, notes: [] });
    const [first] = components;
    const pair = (worms["dynamic_connectome.factor_pair"] ?? []).find(
      (row) => row.run_id === "clock" && row.component === 0 && row.direction === "opposite",
    );
    const size = first?.pairs.neurons.length ?? 0;
    const at = (name: unknown) => first?.pairs.neurons.indexOf(name as string) ?? -1;
    expect(first?.pairs.opposite?.[at(pair?.neuron_i) * size + at(pair?.neuron_j)]).toBe(pair?.value);
    const time = (worms["dynamic_connectome.factor_time"] ?? []).filter(
      (row) => row.run_id === "clock" && row.component === 0,
    );
    expect([...(first?.time ?? [])]).toEqual(time.map(({ value }) => value));
    expect(run.animals).toEqual(animalIds(2));
    expect(first?.animals.every((value) => value > 0)).toBe(true);
    expect(blocks).toHaveLength(1);
  });

  it("shows behaviour on each clock, and stimuli by name where all share one", async () => {
    const clock = texts((await draw({ argument: "clock" })).svg);
    for (const text of ["NaCl", "2-butanone", "reversals", "mean velocity", "mm/s", "together (above)"]) {
      expect(clock).toContain(text);
    }
    const common = await draw({ argument: "common" });
    for (const text of ["2026-01-20-01", "2026-01-21-01", "velocity", "reversal", "stimulus"]) {
      expect(texts(common.svg)).toContain(text);
    }
    expect(texts(common.svg)).not.toContain("NaCl");
  });

  it("draws eight components unless asked for all", async () => {
    const some = await draw({ argument: "many" });
    expect(some.rows).toBe(8);
    expect(some.notes).toContain("not shown: 2 components of smaller weight: --all shows them");
    expect(some.notes[0]).toContain("ONE START");
    const all = await draw({ argument: "many", all: true });
    expect(all.rows).toBe(10);
    expect(all.notes.join()).not.toContain("not shown");
  });

  it("has the same bytes every time, as SVG and as PNG", async () => {
    const one = await draw({ argument: "common" });
    const other = await draw({ argument: "common" });
    expect(one.svg).toBe(other.svg);
    const png = await rasterise(one);
    expect(png.equals(await rasterise(other))).toBe(true);
    expect(decodePng(png).width).toBe(2600);
  });

  it("refuses runs that are not there", async () => {
    await expect(draw({ argument: "comon" })).rejects.toMatchObject({ tag: "usage/unknown-run" });
    await expect(draw({ argument: "comon" })).rejects.toThrow('did you mean "common"?');
  });
});

describe("a picture of components", () => {
  it.each(["common", "tiny", "wide", "animals", "bin"])(
    "has no texts that touch, whatever the width: %s",
    async (run) => {
      const data = await readComponents(store.tables, run, { all: false, notes: [] });
      for (const theme of Object.values(THEMES)) {
        for (const width of [900, 1300, 3000]) {
          const picture = componentsPicture(data, { theme, width });
          expect({ width, clashes: clashes(picture) }).toEqual({ width, clashes: [] });
          expect({ width, broken: /NaN|undefined|Infinity|null/.test(picture.svg) }).toEqual({ width, broken: false });
        }
      }
    },
  );

  it("writes names as text, whatever they hold", async () => {
    const { svg } = await draw({ argument: 'r&"<x>' });
    for (const text of ["&lt;a&amp;b&gt;", "&quot;q&quot;", "\ufffd", "Components of r&amp;&quot;&lt;x&gt;"]) {
      expect(svg).toContain(`>${text}<`);
    }
    expect(svg).not.toContain("<a&b>");
  });

  it("does with the factors alone, and says what is not there", async () => {
    const needed = ["experiment", "bin", "component", "factor_time", "factor_animal", "factor_pair"];
    const few = only(needed.map((name) => `dynamic_connectome.${name}`));
    const { svg } = await draw({ argument: "common" }, few);
    expect(texts(svg).some((text) => text.startsWith("rank not stated"))).toBe(true);
    expect(texts(svg).some((text) => text.includes("no communities were looked for: neurons by strength"))).toBe(true);
    expect(texts(svg)).not.toContain("active: above half of its maximum");
    expect(texts(svg)).not.toContain("velocity");
    expect(clashes({ svg, width: 1300, height: 3000 })).toEqual([]);
  });

  it("marks pairs whose neurons no animal has together", async () => {
    const { components } = await readComponents(store.tables, "union", { all: false, notes: [] });
    const missing = components.map(({ pairs }) => pairs.together.filter((value) => Number.isNaN(value)).length);
    expect(missing).toEqual([2, 2]);
    expect(texts((await draw({ argument: "union" })).svg)).toContain("in no animal both neurons");
    expect(texts((await draw({ argument: "common" })).svg)).not.toContain("in no animal both neurons");
  });

  it("says what to run where tables are empty or not there", async () => {
    const empty: PlotTables = { has: () => true, rows: async () => [] };
    await expect(draw({}, empty)).rejects.toMatchObject({
      tag: "plot/nothing-to-show",
      message: "there is no run",
      wayOut: expect.stringContaining("neurotables run dynamic-connectome"),
    });
    const unfitted: PlotTables = {
      has: () => true,
      rows: async <Row>() => [{ run_id: "r", control: null, has_rows: false }] as Row[],
    };
    await expect(draw({ argument: "r" }, unfitted)).rejects.toThrow("the run r has no components");
    const rest = Object.keys(worms).filter((name) => name !== "dynamic_connectome.factor_pair");
    await expect(draw({}, only(rest))).rejects.toMatchObject({
      tag: "usage/no-table",
      message: "there is no table dynamic_connectome.factor_pair yet",
      wayOut: "neurotables run dynamic-connectome makes it",
    });
  });
});

/** The tables without all others. */
function only(names: readonly string[]): PlotTables {
  return { has: (table) => names.includes(table), rows: (sql) => store.tables.rows(sql) };
}
