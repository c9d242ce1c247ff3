import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCommandLine } from "../../../src/cli/command-line.js";
import { builtPackage } from "../../cli/support/built-package.js";
import { fakeTerminal } from "../../cli/support/fake-terminal.js";
import { plotHome } from "../../cli/support/plot-home.js";
import { decodePng } from "../support/decode-png.js";
import { textBoxes } from "../support/text-boxes.js";

let home: Awaited<ReturnType<typeof plotHome>>;

beforeAll(async () => {
  builtPackage();
  home = await plotHome("membership");
});

afterAll(() => home.remove());

async function plot(argv: readonly string[], cwd = home.folder) {
  const terminal = fakeTerminal({ cwd });
  const code = await runCommandLine(["plot", "membership", ...argv], terminal);
  return { code, out: terminal.out(), err: terminal.err() };
}

const texts = (svg: string) => textBoxes(svg).map(({ text }) => text);

describe("plot membership", () => {
  it("draws the first run that was measured, the best attack where there is no meta-classifier", async () => {
    const { code, out, err } = await plot([]);
    expect(code).toBe(0);
    const seen = texts(out);
    expect(seen).toContain("Membership inference: by_date/ngram-2");
    expect(seen).toContain("AUC 0.800 [0.700, 0.900] (blind 0.375)");
    expect(seen.join(" ")).toContain("An artefact, not memorisation: the gate fails");
    // The leak is the term's: the largest area of all together does not show it.
    expect(err).toContain(
      'GATE FAILS: the text alone tells members from non-members (blind AUC 0.375, p = 0.005, most by single_feature: "Produced by", AUC 1.000)',
    );
    expect(seen).toContain("single_feature, a blind baseline");
    expect(seen.some((text) => text.startsWith("AUC 1.000 ["))).toBe(true);
    expect(err).toContain("Controls not run: no model.");
    expect(err).toContain("there is no meta-classifier: the best of 2 attacks is shown");
    expect(err).not.toContain("was measured: membership.metric is of another");
  });

  it("draws the best meta-classifier of an experiment, beside loss and the best blind baseline", async () => {
    const { code, out, err } = await plot(["drawn"]);
    expect(code).toBe(0);
    const seen = texts(out);
    expect(seen).toContain("Membership inference: drawn/ngram-2");
    for (const name of ["MaxNormTF/hist_20/random_forest", "loss", "length, a blind baseline"]) {
      expect(seen).toContain(name);
    }
    expect(seen.join(" ")).toContain("May be called memorisation");
    expect(seen).toContain("share of 4 members");
    expect(seen).toContain("of 3 non-members");
    expect(seen).toContain("not run: no word is in half of the units");
    expect(err).toContain("Negative control FAILS: loss 0.600 ± 0.020, must be 0.5, within two standard errors.");
    expect(err).toContain("best of all attacks: loss, AUC 0.990");
    expect(err).toContain("the best of 2 meta-classifiers");
    expect(err).toContain("other runs: drawn/big");
    expect(err).toContain("the gate was warn when the attack was measured");
    expect((await plot(["n/ngram-2"])).out).toContain("Membership inference: drawn/ngram-2");
  });

  it("refuses runs that are not there, not meant clearly, not measured or no targets", async () => {
    const near = await plot(["drwan"]);
    expect(near.code).toBe(2);
    expect(near.err).toContain('there is no run "drwan"; did you mean "drawn"?');
    expect(near.err).toContain("by_date, drawn, by_date/ngram-2, drawn/big, drawn/ngram-2");
    expect((await plot(["ngram-2"])).err).toContain('"ngram-2" is the end of 2 names');
    const reference = await plot(["drawn/ngram-2/reference"]);
    expect(reference.code).toBe(2);
    expect(reference.err).toContain("drawn/ngram-2/reference is a reference run: attacks are measured on target runs");
    const unmeasured = await plot(["drawn/big", "--json"]);
    expect(unmeasured.code).toBe(1);
    expect(JSON.parse(unmeasured.out)).toMatchObject({
      error: { tag: "plot/nothing-to-show", message: "no attack on drawn/big was measured" },
    });
  });

  it("names the pipeline that makes a missing table", async () => {
    const other = await plotHome("connectome");
    const { code, err } = await plot([], other.folder);
    expect(code).toBe(2);
    expect(err).toContain("there is no table membership.run yet");
    expect(err).toContain("neurotables run membership-randomised makes it");
    other.remove();
  });

  it("writes the same file every time", async () => {
    for (const name of ["a.png", "b.png", "a.svg", "b.svg"]) {
      const { code, err } = await plot(["drawn", "-o", name, "--width", "640", "--theme", "dark"]);
      expect(code).toBe(0);
      expect(err).toContain("membership of drawn/ngram-2: 3 curves, 640 × ");
    }
    const read = (name: string) => readFileSync(join(home.folder, name));
    expect(read("a.png").equals(read("b.png"))).toBe(true);
    expect(read("a.svg").equals(read("b.svg"))).toBe(true);
    expect(decodePng(read("a.png")).width).toBe(1280);
  });
});
