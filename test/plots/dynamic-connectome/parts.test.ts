import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { luminance } from "../../../src/plots/colour.js";
import { ribbonPath } from "../../../src/plots/communities/ribbon.js";
import { animalNames } from "../../../src/plots/dynamic-connectome/animal-names.js";
import { nameList } from "../../../src/plots/dynamic-connectome/name-list.js";
import { pairMaps } from "../../../src/plots/dynamic-connectome/pair-map.js";
import { binMeans } from "../../../src/plots/dynamic-connectome/read-behaviour.js";
import { reproducibilityWords } from "../../../src/plots/dynamic-connectome/run-words.js";
import { blockNames, layoutBlocks, timeAxis } from "../../../src/plots/dynamic-connectome/time-blocks.js";
import { textWidth } from "../../../src/plots/text.js";
import { THEMES } from "../../../src/plots/theme.js";
import { clashes, textBoxes } from "../support/text-boxes.js";

const theme = THEMES.light;

const block = (animal: string | null, firstBin: number, startS: number, endS: number) => ({
  animal,
  firstBin,
  timesS: Float64Array.of(startS + 1, endS - 1),
  startS,
  endS,
});

describe("blocks of time", () => {
  const bins = [block("Lab/a", 0, 0, 100), block("Lab/b", 2, 0, 300)];

  it("stand side by side, as wide as they are long", () => {
    const blocks = layoutBlocks(bins, { left: 50, right: 458, theme });
    expect(blocks.map(({ panel }) => [panel.left, panel.right])).toEqual([
      [50, 150],
      [158, 458],
    ]);
    expect(blocks[1]?.panel.scale.at(150)).toBe(308);
  });

  it("have numbers that do not touch, whatever the width and the number of animals", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 120, max: 2000 }), (animals, width) => {
        const many = Array.from({ length: animals }, (_, index) => block(`Lab/a${index}`, index, 0, 50 + 37 * index));
        const blocks = layoutBlocks(many, { left: 20, right: 20 + width, theme });
        const axis = timeAxis(blocks, 100);
        const names = blockNames(blocks, 0, animalNames(many.map((each) => each.animal as string)).names);
        expect(clashes({ svg: axis + names.svg, width: width + 100, height: 200 })).toEqual([]);
        expect(names.key.length > 0 || textBoxes(names.svg).length === animals).toBe(true);
      }),
    );
  });

  it("are numbered where a name has no room, and a key says which is which", () => {
    const blocks = layoutBlocks(bins, { left: 0, right: 60, theme });
    const names = new Map([
      ["Lab/a", "first animal"],
      ["Lab/b", "second animal"],
    ]);
    const { svg, key } = blockNames(blocks, 0, names);
    expect(textBoxes(svg).map(({ text }) => text)).toEqual(["1", "2"]);
    expect(key).toEqual(["animals: 1 first animal, 2 second animal"]);
  });
});

describe("names", () => {
  it("of animals leave out the dataset that all have", () => {
    const one = animalNames(["Dag2023/x", "Dag2023/y"]);
    expect([...one.names.values()]).toEqual(["x", "y"]);
    expect(one.dataset).toBe("Dag2023");
    const two = animalNames(["Dag2023/x", "Kato2015/y", "plain"]);
    expect([...two.names.values()]).toEqual(["Dag2023/x", "Kato2015/y", "plain"]);
    expect(two.dataset).toBeUndefined();
  });

  it("in a list are as many as fit, with the number of the others", () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[A-Z]{3,5}$/), { maxLength: 30 }),
        fc.integer({ min: 40, max: 400 }),
        (names, width) => {
          const text = nameList(names, width, 9);
          expect(textWidth(text, 9)).toBeLessThanOrEqual(width);
          const [, more = "0"] = /\+(\d+)$/.exec(text) ?? [];
          if (!text.includes("…"))
            expect(text.split(" ").filter((name) => /^[A-Z]/.test(name)).length).toBe(names.length - Number(more));
        },
      ),
    );
  });
});

describe("what is drawn of numbers", () => {
  it("means over the frames of a bin leave out what has no value", () => {
    const values = [1, 3, Number.NaN, 7, Number.NaN, Number.NaN, 5];
    expect([...binMeans(values, Int32Array.of(0, 2, 4, 6, 8), 2)]).toEqual([2, 7, Number.NaN, 5, Number.NaN]);
  });

  it.each(Object.values(THEMES))("colours of pairs go one way in lightness, from near the ground, in $name", (each) => {
    for (const map of pairMaps(each)) {
      const light = map.map(luminance);
      const sign = each.name === "dark" ? 1 : -1;
      for (let k = 1; k < light.length; k++) {
        expect(sign * ((light[k] as number) - (light[k - 1] as number))).toBeGreaterThanOrEqual(0);
      }
    }
  });

  it("ribbons are as high at each end as they are told", () => {
    expect(ribbonPath({ x: 0, top: 10, height: 4 }, { x: 20, top: 30, height: 8 })).toBe(
      "M0 10C10 10 10 30 20 30L20 38C10 38 10 14 0 14Z",
    );
  });

  it("says which components are not found again, or that nobody knows", () => {
    const facts = (component: number, reproducible: boolean | null) => ({
      component,
      lambda: 1,
      share: 0.5,
      match: reproducible === null ? null : 0.5,
      reproducible,
    });
    expect(reproducibilityWords([facts(0, true), facts(1, false)])).toBe(
      "NOT REPRODUCIBLE: other starts do not find component 1 again",
    );
    expect(reproducibilityWords([facts(0, false), facts(1, false)])).toContain("find none of the 2 components again");
    expect(reproducibilityWords([facts(0, null)])).toContain("ONE START");
    expect(reproducibilityWords([facts(0, true)])).toBeUndefined();
    expect(reproducibilityWords([])).toBeUndefined();
  });
});
