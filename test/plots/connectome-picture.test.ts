import { describe, expect, it } from "vitest";
import { connectomePicture } from "../../src/plots/connectome/connectome-picture.js";
import { THEMES } from "../../src/plots/theme.js";
import { syntheticConnectome } from "./support/synthetic-connectome.js";
import { clashes } from "./support/text-boxes.js";

describe("the picture of a connectome", () => {
  it.each(Object.values(THEMES))("is the one kept, in $name", async (theme) => {
    const picture = connectomePicture(syntheticConnectome(9, 30), { theme, width: 700 });
    await expect(picture.svg).toMatchFileSnapshot(`golden/connectome-${theme.name}.svg`);
  });

  it("does not depend on the order of neurons, nor of pairs of different weight", () => {
    const data = syntheticConnectome(40, 200);
    const style = { theme: THEMES.light, width: 1400 };
    const turned = { ...data, neurons: [...data.neurons].reverse() };
    expect(connectomePicture(turned, style).svg).toBe(connectomePicture(data, style).svg);
  });

  it("has no texts that touch, from 2 neurons to 302", () => {
    for (const [neurons, pairs] of [
      [2, 3],
      [22, 100],
      [80, 500],
      [180, 2000],
      [302, 5000],
    ] as const) {
      for (const width of [600, 1000, 1400, 2400, 4800]) {
        const picture = connectomePicture(syntheticConnectome(neurons, pairs), { theme: THEMES.light, width });
        expect({ neurons, width, clashes: clashes(picture) }).toEqual({ neurons, width, clashes: [] });
        expect(picture.rows).toBe(neurons);
      }
    }
  });

  it("of all neurons is small", () => {
    expect(
      connectomePicture(syntheticConnectome(302, 5000), { theme: THEMES.light, width: 1400 }).svg.length,
    ).toBeLessThan(4e5);
  });

  it("draws a gap junction in both places, and a chemical synapse in one", () => {
    const data = syntheticConnectome(9, 0);
    const [a, b] = data.neurons.map(({ label }) => label) as [string, string];
    const pairs = [{ pre: a, post: b, weight: 3 }];
    const count = (kind: "chemical" | "gap") => {
      const { svg } = connectomePicture(
        { ...data, chemical: { ...data.chemical, uncovered: [] }, [kind]: { ...data[kind], pairs, uncovered: [] } },
        { theme: THEMES.light, width: 700 },
      );
      return /crispEdges/.test(svg)
        ? (/d="([^"]*)" fill="[^"]*" shape-rendering/.exec(svg)?.[1]?.match(/z/g)?.length ?? 0)
        : 0;
    };
    expect([count("chemical"), count("gap")]).toEqual([1, 2]);
  });

  it("leaves out the matrix of a kind that is not listed, and says so", () => {
    const data = syntheticConnectome(20, 60);
    const picture = connectomePicture(
      { ...data, gap: { ...data.gap, pairs: [] } },
      { theme: THEMES.light, width: 900 },
    );
    expect(picture.svg).not.toContain("Gap junctions");
    expect(picture.notes).toContain("no gap junctions are listed");
    const nothing = { ...data, gap: { ...data.gap, pairs: [] }, chemical: { ...data.chemical, pairs: [] } };
    expect(connectomePicture(nothing, { theme: THEMES.light, width: 900 }).svg).toContain("none listed");
  });
});
