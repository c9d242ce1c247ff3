import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCommandLine } from "../../src/cli/command-line.js";
import { VERBS } from "../../src/cli/verbs.js";
import { PLOT_KINDS } from "../../src/plots/plot-catalogue.js";
import { THEME_NAMES } from "../../src/plots/theme.js";
import { decodePng } from "../plots/support/decode-png.js";
import { clashes } from "../plots/support/text-boxes.js";
import { builtPackage } from "./support/built-package.js";
import { fakeTerminal } from "./support/fake-terminal.js";
import { plotHome } from "./support/plot-home.js";

let home: Awaited<ReturnType<typeof plotHome>>;

beforeAll(async () => {
  builtPackage();
  home = await plotHome("activity", "connectome");
});

afterAll(() => home.remove());

async function plot(argv: readonly string[], cwd = home.folder) {
  const terminal = fakeTerminal({ cwd });
  const code = await runCommandLine(["plot", ...argv], terminal);
  return { code, out: terminal.out(), err: terminal.err() };
}

/** The names beside the rows of a picture, from the top. */
function names(svg: string): string[] {
  return [...svg.matchAll(/font-size="8.5" [^>]*text-anchor="end">([^<]*)</g)].map(([, name]) => name as string);
}

describe("plot activity", () => {
  it("draws a recording named by the end of its id, its labelled ROIs by type", async () => {
    const { code, out, err } = await plot(["activity", "2022-07-26-31"]);
    expect(err).toBe("not shown: 2 ROIs without a label\nnot shown: behaviour body_angle\n");
    expect(code).toBe(0);
    expect(out.startsWith('<?xml version="1.0" encoding="UTF-8"?>\n<svg ')).toBe(true);
    expect(names(out)).toEqual(["ASEL", "AVAL"]);
    for (const text of ["Lab2026/2022-07-26-31", "velocity", "mm/s", "head_angle", "NaCl 50 mM", "reversal"]) {
      expect(out).toContain(`>${text}<`);
    }
    expect(out).toContain("2 shown of 4 ROIs, 2 labelled");
    expect(clashes({ svg: out, width: 1000, height: 2000 })).toEqual([]);
  });

  it("shows every ROI when asked, and where none is labelled", async () => {
    const all = await plot(["activity", "26-31", "--all", "--channel", "body_angle"]);
    expect(names(all.out)).toEqual(["ASEL", "AVAL", "ROI 2 SAAD?", "ROI 4"]);
    expect(all.out).toContain(">body_angle (first of 2)<");
    expect(names((await plot(["activity", "27-31"])).out)).toEqual(["ROI 1", "ROI 2"]);
  });

  it("does without behaviour, types and stimuli where there are no such tables", async () => {
    const other = await plotHome("activity");
    const { code, out } = await plot(["activity", "26-31"], other.folder);
    expect(code).toBe(0);
    expect(names(out)).toEqual(["ASEL", "AVAL"]);
    expect(out).not.toContain("sensory neurons");
    other.remove();
  });

  it("says which recordings there are", async () => {
    const none = await plot(["activity"]);
    expect(none).toMatchObject({ code: 2, out: "" });
    expect(none.err).toContain("there are Lab2026/2022-07-26-31, Lab2026/2022-07-27-31, Lab2026/empty");
    expect((await plot(["activity", "2022-07-26-3"])).err).toContain('did you mean "2022-07-26-31"?');
    expect((await plot(["activity", "31"])).err).toContain("is the end of 2 names");
    const empty = await plot(["activity", "empty", "--json"]);
    expect(empty.code).toBe(1);
    expect(JSON.parse(empty.out)).toMatchObject({ error: { tag: "plot/nothing-to-show" } });
    const channel = await plot(["activity", "26-31", "--channel", "velocty"]);
    expect(channel.code).toBe(2);
    expect(channel.err).toContain('did you mean "velocity"?');
  });

  it("names the pipeline that makes a missing table", async () => {
    const other = await plotHome("connectome");
    const { code, err } = await plot(["activity", "26-31"], other.folder);
    expect(code).toBe(2);
    expect(err).toContain("there is no table celegans_activity.recording yet");
    expect(err).toContain("neurotables run celegans-activity makes it");
    other.remove();
  });
});

describe("plot connectome", () => {
  it("draws the consensus, or one annotation", async () => {
    const consensus = await plot(["connectome"]);
    expect(consensus.code).toBe(0);
    for (const text of ["Chemical synapses (2 pairs)", "Gap junctions (1 pair)", "2 lineages: one, two"]) {
      expect(consensus.out).toContain(text);
    }
    expect(consensus.out).toContain("mean synapse count (log scale)");
    expect(consensus.out).toContain("not covered: nobody looked");
    expect(consensus.err).toContain("listed only by lineages that count EM sections: 1 pair");
    const adult = await plot(["connectome", "adult_8"]);
    expect(adult.out).toContain("synapse count (log scale)");
    expect(adult.err).toContain("not shown: 1 connection of cells that are no neurons");
    expect(adult.err).toContain("gap junctions are not complete in this annotation");
    expect((await plot(["connectome", "adult_9"])).err).toContain('did you mean "adult_8"?');
  });
});

describe("plot", () => {
  it("writes files whole, and the same ones every time", async () => {
    const folder = join(home.folder, "pictures");
    mkdirSync(folder);
    for (const name of ["a.svg", "b.svg", "a.png", "b.png"]) {
      const { code, out, err } = await plot(["activity", "26-31", "-o", `pictures/${name}`, "--width", "600"]);
      expect({ code, out }).toEqual({ code: 0, out: "" });
      expect(err).toContain(`activity of Lab2026/2022-07-26-31: 2 rows, 600 × `);
    }
    const read = (name: string) => readFileSync(join(folder, name));
    expect(read("a.svg").equals(read("b.svg"))).toBe(true);
    expect(read("a.png").equals(read("b.png"))).toBe(true);
    expect(decodePng(read("a.png")).width).toBe(1200);
    await plot(["activity", "nobody", "-o", "pictures/c.svg"]);
    expect(readdirSync(folder).sort()).toEqual(["a.png", "a.svg", "b.png", "b.svg"]);
    expect((await plot(["activity", "26-31", "-o", "nowhere/a.svg"])).code).toBe(7);
  });

  it("tells programs what it drew", async () => {
    const { out, err } = await plot(["activity", "26-31", "-o", "pictures/d.png", "--json", "--theme", "dark"]);
    expect(err).toBe("");
    expect(JSON.parse(out)).toMatchObject({
      kind: "activity",
      subject: "Lab2026/2022-07-26-31",
      out: join(home.folder, "pictures", "d.png"),
      format: "png",
      theme: "dark",
      rows: 2,
      width: 1000,
    });
    const inline = JSON.parse((await plot(["connectome", "--json"])).out) as { out: null; svg: string; rows: number };
    expect(inline).toMatchObject({ out: null, rows: 5 });
    expect(inline.svg).toContain("<svg ");
  });

  it("refuses what it cannot draw before it reads anything", async () => {
    expect((await plot(["activty", "26-31"])).err).toContain('did you mean "activity"?');
    expect((await plot(["activity", "26-31", "-o", "a.pdf"])).err).toContain("--out a.png");
    expect((await plot(["activity", "26-31", "--width", "80"])).err).toContain("from 500 to 6000");
    expect((await plot(["activity", "26-31", "--theme", "sepia"])).code).toBe(2);
  });

  it("leaves nothing behind in the home", () => {
    const left = readdirSync(join(home.folder, ".neurotables", "tmp"), { recursive: true }) as string[];
    expect(left.filter((name) => /plot|sql-/.test(name))).toEqual([]);
  });

  it("has the kinds and themes that help and completion offer", () => {
    const verb = VERBS.find(({ name }) => name === "plot");
    expect(verb?.words).toEqual(PLOT_KINDS.map(({ name }) => name));
    expect(verb?.options.find(({ name }) => name === "theme")?.choices).toEqual([...THEME_NAMES]);
  });
});
