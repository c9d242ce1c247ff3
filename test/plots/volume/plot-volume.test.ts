import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCommandLine } from "../../../src/cli/command-line.js";
import { builtPackage } from "../../cli/support/built-package.js";
import { fakeTerminal } from "../../cli/support/fake-terminal.js";
import { plotHome } from "../../cli/support/plot-home.js";
import { decodePng } from "../support/decode-png.js";
import { clashes, textBoxes } from "../support/text-boxes.js";

let home: Awaited<ReturnType<typeof plotHome>>;

beforeAll(async () => {
  builtPackage();
  home = await plotHome("volume");
});

afterAll(() => home.remove());

async function plot(argv: readonly string[], cwd = home.folder) {
  const terminal = fakeTerminal({ cwd });
  const code = await runCommandLine(["plot", "volume", ...argv], terminal);
  return { code, out: terminal.out(), err: terminal.err() };
}

describe("plot volume", () => {
  it("draws a sample with its predictions, the best first", async () => {
    const { code, out, err } = await plot(["65_A6"]);
    expect({ code, err }).toEqual({ code: 0, err: "beta: one skeleton vanished\n" });
    const texts = textBoxes(out).map(({ text }) => text);
    const panels = ["Raw", "Ground truth", "alpha", "beta", "delta", "gamma"];
    expect(texts.filter((text) => panels.includes(text))).toEqual([
      "Raw",
      "Ground truth",
      "beta",
      "alpha",
      "delta",
      "gamma",
    ]);
    for (const text of [
      "3 neurons  ·  1 dim  ·  2 overlapping",
      "S 0.500",
      "avF1 not defined  ·  C 0.500",
      "2 of 3 neurons found  ·  7 labels, 2 too small",
      "S 0.250",
      "no projection is stored",
      "its projection is not stored as PNG",
      "1 · 12,345 voxels · dim",
      "3 · 801 voxels · overlaps",
    ]) {
      expect(texts).toContain(text);
    }
    expect(texts.join()).toContain("not every neuron is labelled");
    expect(out.match(/<image /g)).toHaveLength(4);
    expect(clashes({ svg: out, width: 1200, height: 2000 })).toEqual([]);
  });

  it("draws a sample without ground truth and predictions, and says so", async () => {
    const { code, out, err } = await plot(["JRC_SS05008"]);
    expect({ code, err }).toEqual({ code: 0, err: "there are no predictions of this sample\n" });
    expect(out).toContain(">there is no ground truth<");
    expect(out).toContain("a crop of a volume");
    expect(out.match(/<image /g)).toHaveLength(1);
  });

  it("writes a PNG, the same every time, and tells programs of it", async () => {
    const write = (name: string) => plot(["65_A6", "-o", name, "--width", "600", "--theme", "dark", "--json"]);
    const { code, out } = await write("a.png");
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      kind: "volume",
      subject: "R14A02-20180905_65_A6",
      rows: 6,
      width: 600,
      notes: ["beta: one skeleton vanished"],
    });
    await write("b.png");
    const [a, b] = ["a.png", "b.png"].map((name) => readFileSync(join(home.folder, name))) as [Buffer, Buffer];
    expect(a.equals(b)).toBe(true);
    expect(decodePng(a).width).toBe(1200);
  });

  it("refuses a sample that is not meant clearly, not there or not read", async () => {
    expect((await plot(["R14A02"])).err).toContain("is the beginning or end of 2 names");
    expect((await plot(["R14A03"])).err).toContain('did you mean "R14A02"?');
    const none = await plot([]);
    expect(none.code).toBe(2);
    expect(none.err).toContain("name a sample: there are JRC_SS05008-20160318_24_B2, R14A02-20180905_65_A6, ");
    const unread = await plot(["VT047848", "--json"]);
    expect(unread.code).toBe(1);
    expect(JSON.parse(unread.out)).toMatchObject({
      error: {
        tag: "plot/nothing-to-show",
        wayOut: "volumes were read of JRC_SS05008-20160318_24_B2, R14A02-20180905_65_A6",
      },
    });
  });

  it("names the pipeline that makes the table", async () => {
    const other = await plotHome("connectome");
    const { code, err } = await plot(["R14A02"], other.folder);
    expect(code).toBe(2);
    expect(err).toContain("neurotables run fisbe makes it");
    other.remove();
  });
});
