import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PlotTables } from "../../../src/plots/plot-tables.js";
import { rankPicture } from "../../../src/plots/rank/rank-picture.js";
import { rankPlot } from "../../../src/plots/rank/rank-plot.js";
import { readRank } from "../../../src/plots/rank/read-rank.js";
import { THEMES } from "../../../src/plots/theme.js";
import { joinRows, syntheticRun } from "../dynamic-connectome/support/synthetic-run.js";
import { writtenTables } from "../dynamic-connectome/support/written-tables.js";
import { clashes, textBoxes } from "../support/text-boxes.js";

const SMALL = { neurons: 4, animals: 2, bins: 8, components: 3 } as const;
const CONTROL = { ...SMALL, control: true, controlOf: "common" } as const;

const runs = joinRows(
  syntheticRun({ ...SMALL, seed: 1, runId: "common" }),
  syntheticRun({ ...CONTROL, seed: 2, runId: "shuffled" }),
  syntheticRun({ ...CONTROL, seed: 3, runId: "shuffled again" }),
  syntheticRun({ ...CONTROL, seed: 4, runId: "shuffled once more" }),
  syntheticRun({ ...SMALL, seed: 5, runId: "one start", starts: 1 }),
  syntheticRun({ ...SMALL, seed: 6, runId: "wide", components: 40, starts: 30 }),
);

const REQUEST = { argument: undefined, all: false, channels: [] };
const STYLE = { theme: THEMES.light, width: 1000 };

let store: { readonly tables: PlotTables; close(): Promise<void> };

beforeAll(async () => {
  store = await writtenTables(runs);
});

afterAll(() => store.close());

const draw = (argument?: string, tables = store.tables) => rankPlot.draw(tables, { ...REQUEST, argument }, STYLE);
const texts = (svg: string) => textBoxes(svg).map(({ text }) => text);

describe("plot rank", () => {
  it.each(Object.values(THEMES))("is the one kept, in $name", async (theme) => {
    const argument = { light: "common", dark: "shuffled", print: "one start" }[theme.name];
    const picture = await rankPlot.draw(store.tables, { ...REQUEST, argument }, { theme, width: 700 });
    await expect(picture.svg).toMatchFileSnapshot(`golden/rank-${theme.name}.svg`);
  });

  it("draws a run beside its controls, with the limits and the rank that was chosen", async () => {
    const { subject, svg, rows, notes } = await draw();
    expect({ subject, rows }).toEqual({ subject: "common", rows: 8 });
    const seen = texts(svg);
    for (const text of [
      "Error",
      "Core consistency (CORCONDIA)",
      "Stability",
      "Nuclear score",
      "control shuffled",
      "control shuffled again",
      "a start that got stuck",
      "rank 3: chosen by the rule",
      "limit of the rule",
      "below: not reproducible",
      "%, below 0 drawn at 0",
    ]) {
      expect(seen).toContain(text);
    }
    expect(notes).toEqual(["controls not shown: shuffled once more", "other runs: one start, wide"]);
    expect(seen.join(" ")).toContain(
      "the rule: the largest rank with core consistency of at least 80 % and stability of at least 0.95",
    );
    expect(svg).toContain("rank 3 is chosen, chosen by the rule, with relative error 0.238");
  });

  it("draws every start, hollow where it got stuck, and no consistency below 0", async () => {
    const data = await readRank(store.tables, "common", []);
    expect(data.limits).toEqual({ corcondia: 80, stability: 0.95, reproducible: 0.9 });
    expect(data.curve.starts).toHaveLength(8 * 5);
    const alone = { ...data, controls: [] };
    const { svg } = rankPicture(alone, STYLE);
    const dots = [...svg.matchAll(/<circle [^>]*r="2.2"[^>]*>/g)].map(([dot]) => dot);
    // One of each kind stands in the legend.
    expect(dots).toHaveLength(8 * 5 + 2);
    expect(dots.filter((dot) => dot.includes("stroke="))).toHaveLength(2);
    const below = alone.curve.ranks.filter(({ corcondia }) => (corcondia ?? 0) < 0).map(({ rank }) => rank);
    expect(below).toEqual([4, 5, 6, 7, 8]);
    const raised = {
      ...alone.curve,
      ranks: alone.curve.ranks.map((point) => ({ ...point, corcondia: Math.max(0, point.corcondia ?? 0) })),
    };
    const clipped = rankPicture({ ...alone, curve: raised }, STYLE).svg;
    const plots = (text: string) =>
      [...text.matchAll(/<path d="M[^"]*" fill="none" stroke="#23405f"[^>]*>/g)].map(([path]) => path);
    expect(plots(svg)).toEqual(plots(clipped));
  });

  it("says that a control is one, and that nothing is found again", async () => {
    const { svg, notes } = await draw("shuffled");
    expect(notes[0]).toBe("CONTROL of common: every trace shifted in time by itself");
    expect(notes[1]).toBe(
      "NOT REPRODUCIBLE: at rank 3 other starts find other components (stability 0.76, the limit is 0.9)",
    );
    expect(texts(svg)).toEqual(expect.arrayContaining(notes.slice(0, 2)));
    expect(texts(svg)).toContain("rank 3: given");
  });

  it("says that one start tells nothing of stability, and that no rank passes", async () => {
    expect(texts((await draw("one start")).svg)).toContain("one start: how well starts agree is not known");
    const data = await readRank(store.tables, "common", []);
    const rank = { rank: 3, choice: "none_passes", reproducible: true } as const;
    const { notes, svg } = rankPicture({ ...data, run: { ...data.run, rank } }, STYLE);
    expect(notes[0]).toBe("NO RANK PASSES THE RULE: the rank is a guess");
    expect(texts(svg)).toContain("rank 3: the most stable one, as none passes the rule");
  });

  it("has no texts that touch, whatever the run and the width", async () => {
    for (const run of ["common", "shuffled", "one start", "wide"]) {
      const data = await readRank(store.tables, run, []);
      for (const width of [480, 700, 1000, 2000]) {
        const picture = rankPicture(data, { ...STYLE, width });
        expect({ run, width, clashes: clashes(picture) }).toEqual({ run, width, clashes: [] });
        expect(/NaN|undefined|Infinity|null/.exec(picture.svg)).toBeNull();
      }
    }
  });

  it("has the same bytes every time, whatever the order of the fits", async () => {
    const data = await readRank(store.tables, "common", []);
    const turned = { ...data.curve, starts: [...data.curve.starts].reverse() };
    expect(rankPicture(data, STYLE).svg).toBe((await draw("common")).svg);
    expect(rankPicture({ ...data, curve: turned }, STYLE).svg).toBe(rankPicture(data, STYLE).svg);
  });

  it("does without fits and limits, and says what to run where there are no ranks", async () => {
    const needed = ["dynamic_connectome.experiment", "dynamic_connectome.rank"];
    const few: PlotTables = { has: (table) => needed.includes(table), rows: (sql) => store.tables.rows(sql) };
    const { svg } = await draw("common", few);
    expect(texts(svg)).not.toContain("limit of the rule");
    expect(texts(svg)).not.toContain("error of each start");
    const none: PlotTables = { has: () => true, rows: async () => [] };
    await expect(draw(undefined, none)).rejects.toMatchObject({ tag: "plot/nothing-to-show" });
    const bare: PlotTables = { has: () => false, rows: async () => [] };
    await expect(draw(undefined, bare)).rejects.toMatchObject({
      tag: "usage/no-table",
      wayOut: "neurotables run dynamic-connectome makes it",
    });
    await expect(draw("comon")).rejects.toThrow('did you mean "common"?');
  });
});
