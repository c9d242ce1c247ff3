import { describe, expect, it } from "vitest";
import { instanceColour } from "../../../src/compute/volume/instance-colour.js";
import { hexColour } from "../../../src/plots/colour.js";
import { rasterise } from "../../../src/plots/rasterise.js";
import { THEMES } from "../../../src/plots/theme.js";
import type { VolumeData } from "../../../src/plots/volume/volume-data.js";
import { volumePicture } from "../../../src/plots/volume/volume-picture.js";
import { goldenSvg } from "../support/golden-svg.js";
import { opaquePixels } from "../support/opaque-pixels.js";
import { clashes, textBoxes } from "../support/text-boxes.js";
import { inventedImage } from "./support/invented-image.js";
import { syntheticVolume } from "./support/synthetic-volume.js";

const STYLE = { theme: THEMES.light, width: 1200 };

function texts(data: VolumeData, width = 1200): string[] {
  return textBoxes(volumePicture(data, { ...STYLE, width }).svg).map(({ text }) => text);
}

/** Where the images of a picture are, from its text. */
function images(svg: string) {
  return [...svg.matchAll(/<image ([^>]*)\/>/g)].map(([, attributes = ""]) => {
    const value = (name: string) => new RegExp(`(?:^| )${name}="([^"]*)"`).exec(attributes)?.[1] ?? "";
    const [x, y, width, height] = ["x", "y", "width", "height"].map((name) => Number(value(name))) as [
      number,
      number,
      number,
      number,
    ];
    return { x, y, width, height, rendering: value("image-rendering"), css: value("class"), href: value("href") };
  });
}

describe("the picture of a volume", () => {
  it.each(Object.values(THEMES))("is the one kept, in $name", async (theme) => {
    const picture = volumePicture(syntheticVolume({ neurons: 5, predictions: 3 }), { theme, width: 700 });
    await expect(goldenSvg(picture.svg)).toMatchFileSnapshot(`golden/volume-${theme.name}.svg`);
  });

  it("does not depend on the order of predictions and neurons", () => {
    const data = syntheticVolume({ neurons: 80, predictions: 6 });
    const turned = {
      ...data,
      predictions: [...data.predictions].reverse(),
      neurons: [...data.neurons].reverse(),
    };
    expect(volumePicture(turned, STYLE).svg).toBe(volumePicture(data, STYLE).svg);
  });

  it("has no texts that touch, whatever the width and the number of panels", () => {
    for (const [neurons, predictions] of [
      [0, 0],
      [1, 1],
      [7, 4],
      [300, 30],
    ] as const) {
      for (const size of [
        [24, 16, 9],
        [30, 200, 5],
        [400, 20, 5],
      ] as const) {
        for (const width of [300, 520, 1200, 3000]) {
          const picture = volumePicture(syntheticVolume({ neurons, predictions, size }), { ...STYLE, width });
          const at = { neurons, predictions, size, width };
          expect({ ...at, clashes: clashes(picture) }).toEqual({ ...at, clashes: [] });
          expect(picture.rows).toBe(predictions + 2);
        }
      }
    }
  });

  it("puts the best prediction first and what has no score last, equals by name", () => {
    const { predictions, ...rest } = syntheticVolume({ neurons: 4, predictions: 3 });
    const [one, two, unscored] = predictions as [
      (typeof predictions)[0],
      (typeof predictions)[0],
      (typeof predictions)[0],
    ];
    const score = { s: 0.5, f1: 0.25, coverage: 0.75, found: 2, neurons: 4 };
    const listed = [
      { ...unscored, method: "aa" },
      { ...one, method: "zz", score },
      { ...two, method: "best", score: { ...score, s: 0.6 } },
      { ...two, method: "mm", score },
      { ...two, method: "zero", score: { ...score, s: 0 } },
      { ...two, method: "undefined", score: { s: null, f1: null, coverage: null, found: null, neurons: 0 } },
    ];
    const seen = texts({ ...rest, predictions: listed });
    const names = ["best", "mm", "zz", "zero", "aa", "undefined"];
    expect(seen.filter((text) => names.includes(text))).toEqual(names);
    for (const text of ["S 0.600", "avF1 0.250  ·  C 0.750", "S not defined", "not scored"])
      expect(seen).toContain(text);
    expect(seen).toContain("2 of 4 neurons found  ·  4 labels, 1 too small");
  });

  it("embeds images as they are stored, sharp where enlarged and averaged where reduced", () => {
    const data = syntheticVolume({ neurons: 1, predictions: 0, size: [400, 300, 9] });
    const bytes = [data.raw, data.truth].map((image) =>
      "png" in image ? Buffer.from(image.png).toString("base64") : "",
    );
    const large = images(volumePicture(data, STYLE).svg);
    expect(large.map(({ href }) => href)).toEqual(bytes.map((base64) => `data:image/png;base64,${base64}`));
    expect(large.map(({ rendering, css }) => [rendering, css])).toEqual(Array(2).fill(["optimizeSpeed", "nt-pixels"]));
    const small = images(volumePicture(data, { ...STYLE, width: 700 }).svg);
    expect(small.map(({ rendering, css }) => [rendering, css])).toEqual(Array(2).fill(["optimizeQuality", ""]));
  });

  it("keeps the proportions of images, however long", () => {
    for (const [width, height] of [
      [24, 16],
      [5, 90],
      [90, 5],
    ] as const) {
      const data = syntheticVolume({ neurons: 1, predictions: 2, size: [width, height, 3] });
      for (const image of images(volumePicture(data, STYLE).svg)) {
        expect(Math.abs(image.height / image.width - height / width)).toBeLessThan(0.01 * (height / width));
        expect(image.height).toBeLessThan(900);
      }
    }
  });

  it("has one scale bar, as long as it says", () => {
    for (const size of [24, 173, 685, 1400]) {
      const data = syntheticVolume({ neurons: 1, predictions: 3, size: [size, size, 9] });
      const { svg } = volumePicture(data, STYLE);
      const bars = [...svg.matchAll(/width="([\d.]+)" height="3" fill="#ffffff"/g)];
      expect(bars).toHaveLength(1);
      const um = Number(/>([\d.]+) µm</.exec(svg)?.[1]);
      const image = images(svg)[0] as { width: number };
      expect((Number(bars[0]?.[1]) / image.width) * size * 0.44).toBeCloseTo(um, 0);
      expect(String(um)).toMatch(/^[125]0*$/);
      expect(um).toBeLessThanOrEqual(0.3 * size * 0.44);
    }
  });

  it("lists neurons in the colours of the projections, the largest of many", () => {
    const data = syntheticVolume({ neurons: 70, predictions: 0 });
    const { svg, notes } = volumePicture(data, STYLE);
    const listed = textBoxes(svg).flatMap(({ text }) => /^(\d+) · [\d,]+ voxels/.exec(text)?.[1] ?? []);
    const smallest = [...data.neurons].sort((a, b) => a.voxels - b.voxels).slice(0, 10);
    const expected = data.neurons.filter((neuron) => !smallest.includes(neuron)).map(({ id }) => String(id));
    expect(listed).toEqual(expected);
    for (const id of expected) expect(svg).toContain(`fill="${hexColour(instanceColour(Number(id)))}"`);
    expect(notes).toContain("not listed: 10 smaller neurons");
    expect(texts(syntheticVolume({ neurons: 4, predictions: 0 }))).toContain("4 · 154,838 voxels · dim · overlaps");
  });

  it("says in its panel what is missing, and draws the rest", () => {
    const data = syntheticVolume({ neurons: 0, predictions: 0 });
    const bare: VolumeData = {
      ...data,
      sample: { ...data.sample, size: null, channels: null, instances: null, dim: null, labelSet: null, split: null },
      raw: { missing: "the volume was not read" },
      truth: { missing: "there is no ground truth" },
      predictions: [],
      notes: [],
    };
    const seen = texts(bare);
    for (const text of ["the volume was not read", "there is no ground truth"]) expect(seen).toContain(text);
    expect(seen.join()).toContain("label set not stated  ·  in no split  ·  size not known  ·  0.44 µm per voxel");
    const { svg } = volumePicture(bare, STYLE);
    expect(svg).not.toMatch(/NaN|undefined|null|Infinity|<image/);
    expect(svg).toContain("raw (not shown: the volume was not read)");
  });

  it("names a projection that is no view of the whole volume, and gives it no scale", () => {
    const data = { ...syntheticVolume({ neurons: 2, predictions: 0 }), raw: inventedImage(24, 24, [9, 9, 9]) };
    const { svg, notes } = volumePicture(data, STYLE);
    expect(notes).toContain("Raw: its projection has other proportions than the volume");
    const [raw, truth] = images(svg) as unknown as [{ x: number }, { x: number }];
    const bar = Number(/<rect x="([\d.]+)"[^>]* height="3" fill="#ffffff"/.exec(svg)?.[1]);
    expect(bar).toBeGreaterThan(truth.x);
    expect(truth.x).toBeGreaterThan(raw.x);
  });

  it("tells those who cannot see it what it shows", () => {
    const { svg } = volumePicture(syntheticVolume({ neurons: 5, predictions: 2 }), STYLE);
    expect(svg).toContain("<title>Volume R14A02-20180905_65_A6 and its segmentations</title>");
    expect(svg).toContain(
      "<desc>Projections along z: raw, ground truth of 5 neurons, and 2 predictions: method_0, S 0.000; method_1, not scored (not shown: no projection is stored).</desc>",
    );
  });

  it("keeps names that are markup as text", () => {
    const data = syntheticVolume({ neurons: 1, predictions: 1 });
    const hostile = '"><script>alert(1)</script>';
    const predictions = data.predictions.map((prediction) => ({ ...prediction, method: hostile }));
    const { svg } = volumePicture({ ...data, sample: { ...data.sample, id: hostile }, predictions }, STYLE);
    expect(svg).not.toContain("<script");
  });
});

describe("a PNG of the picture of a volume", () => {
  it("shows the pixels of the projections", async () => {
    const data = { ...syntheticVolume({ neurons: 1, predictions: 0 }), truth: inventedImage(24, 16, [10, 200, 30]) };
    const picture = volumePicture(data, STYLE);
    const { at } = opaquePixels(await rasterise(picture));
    const { x, y, width, height } = images(picture.svg)[1] as { x: number; y: number; width: number; height: number };
    const cell = width / 24;
    const pixel = (column: number, row: number) =>
      at(Math.round(2 * (x + (column + 0.5) * cell)), Math.round(2 * (y + (row + 0.5) * (height / 16))));
    expect([pixel(0, 0), pixel(1, 0), pixel(0, 1), pixel(23, 15)]).toEqual([
      [255, 255, 255],
      [10, 200, 30],
      [10, 200, 30],
      [10, 200, 30],
    ]);
  });

  it("is drawn though a stored image is damaged", async () => {
    const { png } = inventedImage(24, 16, [9, 9, 9]);
    for (const damaged of [png.slice(0, 40), png.map((byte, index) => (index > 36 ? byte ^ 0x5a : byte))]) {
      const data = syntheticVolume({ neurons: 1, predictions: 0 });
      const picture = volumePicture(
        { ...data, raw: { png: damaged, width: 24, height: 16 } },
        { ...STYLE, width: 520 },
      );
      expect((await rasterise(picture)).length).toBeGreaterThan(1000);
    }
  });
});
