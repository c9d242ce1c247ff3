import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { communitiesPicture } from "../../../src/plots/communities/communities-picture.js";
import { communitiesPlot } from "../../../src/plots/communities/communities-plot.js";
import { readTimeline } from "../../../src/plots/communities/read-timeline.js";
import type { PlotTables } from "../../../src/plots/plot-tables.js";
import { THEMES } from "../../../src/plots/theme.js";
import { joinRows, syntheticBehaviour, syntheticRun } from "../dynamic-connectome/support/synthetic-run.js";
import { writtenTables } from "../dynamic-connectome/support/written-tables.js";
import { clashes, textBoxes } from "../support/text-boxes.js";

const SMALL = { neurons: 12, animals: 2, bins: 60, components: 3 } as const;

const runs = joinRows(
  syntheticRun({ ...SMALL, seed: 1, runId: "common", lost: [2], unstructured: [1] }),
  syntheticRun({ ...SMALL, seed: 2, runId: "clock", alignment: "shared_clock" }),
  syntheticRun({ ...SMALL, seed: 3, runId: "many", components: 14, neurons: 40, animals: 20, bins: 200 }),
  syntheticRun({ ...SMALL, seed: 4, runId: "tiny", neurons: 2, animals: 1, bins: 1, components: 1, starts: 1 }),
  syntheticRun({ ...SMALL, seed: 5, runId: "<odd>", neurons: 3, neuronNames: ["<i>", "a&b", "AVAL"] }),
  syntheticBehaviour({ seed: 6, animals: 2, frames: 240, stimuli: 2 }),
);

const REQUEST = { argument: undefined, all: false, channels: [] };
const STYLE = { theme: THEMES.light, width: 1300 };

let store: { readonly tables: PlotTables; close(): Promise<void> };

beforeAll(async () => {
  store = await writtenTables(runs);
});

afterAll(() => store.close());

const draw = (argument?: string, all = false, tables = store.tables) =>
  communitiesPlot.draw(tables, { ...REQUEST, argument, all }, STYLE);
const read = (run: string) => readTimeline(store.tables, run, { all: false, notes: [] });
const texts = (svg: string) => textBoxes(svg).map(({ text }) => text);
const ribbons = (svg: string) => [...svg.matchAll(/<path d="M[^"]*C[^"]*Z" [^>]*fill-opacity="0.5"/g)].length;

describe("plot communities", () => {
  it.each(Object.values(THEMES))("is the one kept, in $name", async (theme) => {
    const argument = { light: "common", dark: "clock", print: "common" }[theme.name];
    const picture = await communitiesPlot.draw(store.tables, { ...REQUEST, argument }, { theme, width: 900 });
    await expect(picture.svg).toMatchFileSnapshot(`golden/communities-${theme.name}.svg`);
  });

  it("has a lane for each component, with the neurons of its communities", async () => {
    const { svg, rows, notes } = await draw("common");
    expect(rows).toBe(3);
    const seen = texts(svg);
    for (const text of [
      "Component 0",
      "Component 1",
      "Component 2",
      "no community structure found",
      "NOT REPRODUCIBLE",
    ]) {
      expect(seen.filter((found) => found === text)).toHaveLength(1);
    }
    expect(notes[0]).toBe("NOT REPRODUCIBLE: other starts do not find component 2 again");
    expect(svg).toContain("component 1: no community structure found");
    const data = await read("common");
    for (const { community, neurons } of data.lanes[0]?.communities?.communities ?? []) {
      expect(seen).toContain(`${community} (${neurons.length})`);
      expect(seen).toContain(neurons.join(" "));
    }
    for (const text of ["2026-01-20-01", "velocity", "mm/s", "reversal", "stimulus"]) expect(seen).toContain(text);
    expect(texts((await draw("clock")).svg)).toEqual(expect.arrayContaining(["NaCl", "2-butanone", "reversals"]));
  });

  it("draws each interval once, at its time", async () => {
    const data = await read("clock");
    const { svg } = communitiesPicture({ ...data, flows: [] }, STYLE);
    const outlines = [...svg.matchAll(/<path d="([^"]*)" fill="none" stroke="#8b929a" stroke-width="0.5"\/>/g)];
    const boxes = outlines.flatMap(([, d = ""]) => d.split("z").filter((piece) => piece.startsWith("M")));
    expect(boxes).toHaveLength(data.intervals.length);
    expect(ribbons(svg)).toBe(0);
  });

  it("draws ribbons where an interval follows another with room between them, and all transitions below", async () => {
    const data = await read("clock");
    const [a, b] = [0, 1].map((component) => ({
      component,
      animal: null,
      startS: 10 + 60 * component,
      endS: 30 + 60 * component,
    }));
    const flows = data.flows.filter(({ from, to }) => from.component === 0 && to.component === 1);
    expect(flows.length).toBeGreaterThan(1);
    const two = communitiesPicture({ ...data, intervals: [a, b] as never, flows }, STYLE);
    // Each shared community once between the lanes, once below.
    expect(ribbons(two.svg)).toBe(2 * flows.length);
    expect(two.notes.join()).not.toContain("ribbons between lanes");
    const touching = { ...b, startS: 30 };
    const none = communitiesPicture({ ...data, intervals: [a, touching] as never, flows }, STYLE);
    expect(ribbons(none.svg)).toBe(flows.length);
    expect(none.notes).toContain("ribbons between lanes: 0 of 1 transition, the others have no room");
    const apart = communitiesPicture({ ...data, intervals: [a, a] as never, flows }, STYLE);
    expect(apart.notes).toContain("no interval follows one of another component on the same clock");
    expect(communitiesPicture({ ...data, intervals: [] }, STYLE).notes).toContain(
      "no component is active above half of its maximum",
    );
  });

  it("draws twelve lanes unless asked for all", async () => {
    const some = await draw("many");
    expect(some.rows).toBe(12);
    expect(some.notes).toContain("not shown: 2 components of smaller weight: --all shows them");
    expect((await draw("many", true)).rows).toBe(14);
  });

  it("has no texts that touch, whatever the run, the width and the theme", async () => {
    for (const run of ["common", "clock", "many", "tiny", "<odd>"]) {
      const data = await read(run);
      for (const theme of Object.values(THEMES)) {
        for (const width of [900, 1300, 2600]) {
          const picture = communitiesPicture(data, { theme, width });
          expect({ run, width, clashes: clashes(picture) }).toEqual({ run, width, clashes: [] });
          expect(/NaN|undefined|Infinity|null/.exec(picture.svg)).toBeNull();
        }
      }
    }
  });

  it("writes names as text, and the same bytes every time", async () => {
    const { svg } = await draw("<odd>");
    expect(svg).toContain("&lt;i&gt;");
    expect(svg).not.toContain("<i>");
    expect((await draw("<odd>")).svg).toBe(svg);
  });

  it("says what to run where tables are empty or not there", async () => {
    const none: PlotTables = { has: () => true, rows: async () => [] };
    await expect(draw(undefined, false, none)).rejects.toMatchObject({ tag: "plot/nothing-to-show" });
    const few: PlotTables = { ...store.tables, has: (table) => table !== "dynamic_connectome.flow" };
    await expect(draw(undefined, false, few)).rejects.toMatchObject({
      message: "there is no table dynamic_connectome.flow yet",
      wayOut: "neurotables run dynamic-connectome makes it",
    });
  });
});
