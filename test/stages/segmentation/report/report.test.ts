import { beforeAll, describe, expect, it } from "vitest";
import { FISBE_PRESET, type ImageScore } from "../../../../src/stages/segmentation/metrics/image-score.js";
import { scoreImage } from "../../../../src/stages/segmentation/metrics/score-image.js";
import { confusionTable } from "../../../../src/stages/segmentation/report/confusion-table.js";
import {
  groups,
  missedTruth,
  reportFigures,
  type ScoredVoxels,
} from "../../../../src/stages/segmentation/report/figures.js";
import { escapeHtml } from "../../../../src/stages/segmentation/report/html.js";
import { imageSection } from "../../../../src/stages/segmentation/report/image-section.js";
import { segmentationReport } from "../../../../src/stages/segmentation/report/segmentation-report.js";
import { decodePng } from "../../../plots/support/decode-png.js";
import { type Bar, barVolume } from "../support/bar-volume.js";

const SHAPE = [9, 60, 100] as const;
/** Neuron 1 is found, 2 missed, 3 split, 4 and 5 merged. */
const TRUTH: readonly Bar[] = [
  { id: 1, z: 1, y: 3, x: 5, length: 60 },
  { id: 2, z: 1, y: 12, x: 5, length: 30 },
  { id: 3, z: 1, y: 21, x: 5, length: 80 },
  { id: 4, z: 1, y: 40, x: 5, length: 40 },
  { id: 5, z: 1, y: 48, x: 5, length: 40 },
];
const PREDICTION: readonly Bar[] = [
  { id: 10, z: 1, y: 3, x: 5, length: 60 },
  { id: 20, z: 1, y: 21, x: 5, length: 40 },
  { id: 21, z: 1, y: 21, x: 47, length: 38 },
  { id: 30, z: 1, y: 40, x: 5, length: 40 },
  { id: 30, z: 1, y: 48, x: 5, length: 40 },
];

let score: ImageScore;
let voxels: ScoredVoxels;

beforeAll(async () => {
  score = await scoreImage({
    truth: barVolume(SHAPE, TRUTH),
    prediction: barVolume(SHAPE, PREDICTION),
    options: { ...FISBE_PRESET, removeSmall: 0, dimNeurons: [2] },
    threads: 1,
    onInstances: (found) => {
      voxels = found;
    },
  });
});

describe("what a report is about", () => {
  it("is missed, split and merged neurons", () => {
    expect(missedTruth(score)).toContain(2);
    expect(missedTruth(score)).not.toContain(1);
    expect(groups(score.splitMatches, 0)).toEqual([[3, [2, 3]]]);
    expect(groups(score.mergeMatches, 1)).toEqual([[4, [4, 5]]]);
    const { missed, split, merged, overview } = reportFigures(score, voxels);
    expect(missed.figures[0]?.title).toBe("Neuron 2");
    expect(missed.figures[0]?.caption).toBe("coverage 0.000; no prediction on its skeleton");
    expect(split).toMatchObject({ total: 1, figures: [{ title: "Neuron 3", caption: "in 2 predictions: 2, 3" }] });
    expect(merged).toMatchObject({ total: 1, figures: [{ title: "Prediction 4", caption: "holds 2 neurons: 4, 5" }] });
    expect(overview).toMatchObject({ width: 100, height: 60 });
  });

  it("ranks the partners of pairs", () => {
    const pairs = [
      [1, 2],
      [2, 9],
      [2, 7],
      [2, 8],
      [3, 5],
      [3, 4],
    ] as const;
    expect(groups(pairs, 0)).toEqual([
      [2, [7, 8, 9]],
      [3, [4, 5]],
    ]);
    expect(groups(pairs, 1)).toEqual([]);
  });

  it("draws what it is about in colour, the rest in grey", () => {
    const { split } = reportFigures(score, voxels);
    const figure = split.figures[0];
    if (figure === undefined) throw new Error("no figure");
    for (const png of [figure.truth, figure.prediction]) {
      const { width, height, rows } = decodePng(Buffer.from(png));
      expect([width, height]).toEqual([figure.width, figure.height]);
      let coloured = 0;
      for (let y = 0; y < height; y++) {
        const pixel = [0, 0, 0];
        for (let x = 0; x < width; x++) {
          // Filter 1: the difference to the pixel before.
          for (let c = 0; c < 3; c++) {
            pixel[c] = ((pixel[c] as number) + (rows[y * (width * 3 + 1) + 1 + x * 3 + c] as number)) % 256;
          }
          if (Math.max(...pixel) - Math.min(...pixel) > 20) coloured++;
        }
      }
      expect(coloured).toBeGreaterThan(200);
      expect(coloured).toBeLessThan(260);
    }
  });
});

describe("the list of predictions", () => {
  const rowOf = (html: string, id: string) =>
    html
      .match(new RegExp(`<tr><td>${id}</td>.*`))?.[0]
      .replaceAll(/<[^>]+>/g, "|")
      .replaceAll(/\|+/g, "|");
  const section = (shown: ImageScore) =>
    imageSection({ sample: "a", partly: false, score: shown, figures: undefined }, "a");

  it("says which label of the file each number is, and where it lies", () => {
    const html = section(score);
    expect(rowOf(html, "P2")).toMatch(/^\|P2\|20 in channel 0\|[\d,]+\|\d+\|N3\|(N3|–)\|$/);
    expect(rowOf(html, "P4")).toMatch(/^\|P4\|30 in channel 0\|.*\|holds 2 neurons\|$/);
    expect(html).not.toContain("are listed");
  });

  it("has the largest of many, and says so", () => {
    const [first] = score.prediction;
    if (first === undefined) throw new Error("no prediction");
    const prediction = Array.from({ length: 205 }, (_, index) => ({ ...first, voxels: index + 1 }));
    const columns = prediction.length + 1;
    const matrix = { rows: 2, columns, values: new Float32Array(2 * columns) };
    const html = section({ ...score, truth: score.truth.slice(0, 1), prediction, recall: matrix, precision: matrix });
    expect(html).toContain("The 200 largest of 205 are listed.");
    expect(rowOf(html, "P5")).toBeUndefined();
    expect(rowOf(html, "P6")).toBeDefined();
  });
});

describe("the confusion table", () => {
  it("has recall and precision of each pair, and what lies in nothing", () => {
    const html = confusionTable(score);
    expect(html).toContain("<th>N2</th><td>1.0</td>");
    expect(html).toMatch(
      /<th>N1<\/th><td><\/td><td style="background:rgba\(47,127,184,0\.80\)">1\.0&thinsp;\/&thinsp;1\.0<\/td>/,
    );
    expect(html).not.toContain("Not shown");
  });

  it("leaves out the weakest of many predictions, and says so", () => {
    const columns = 61;
    const values = new Float32Array(2 * columns);
    for (let p = 1; p < columns; p++) values[columns + p] = p / 100;
    const matrix = { rows: 2, columns, values };
    const prediction = new Array(60).fill(score.prediction[0]);
    const html = confusionTable({
      ...score,
      truth: score.truth.slice(0, 1),
      prediction,
      recall: matrix,
      precision: matrix,
    });
    expect(html).toContain("Not shown: 20 of 60 predictions");
    expect(html).not.toContain("<th>P20</th>");
    expect(html).toContain("<th>P21</th>");
  });
});

describe("the report", () => {
  const sample = 'R<script>alert("1")</script>';
  const render = () =>
    segmentationReport({
      title: `Segmentation of ${sample}`,
      options: ["profile flylight", "<b>"],
      aggregate: undefined,
      rows: [],
      sections: [imageSection({ sample, partly: false, score, figures: reportFigures(score, voxels) }, "image-1")],
      warnings: ["a & b"],
    });

  it("stands alone and escapes text", () => {
    const html = render();
    expect(html).not.toMatch(/<script|<link|<iframe|@import|url\(/i);
    expect(
      [...html.matchAll(/(?:src|href)="([^"]{0,40})/g)].every(([, target]) =>
        target?.startsWith("data:image/png;base64,"),
      ),
    ).toBe(true);
    expect(html).not.toMatch(/https?:/);
    expect(html).toContain("R&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;");
    expect(html).toContain("a &amp; b");
    expect(html).toContain("prefers-color-scheme: dark");
  });

  it("is well formed: every element is closed in order", () => {
    const open: string[] = [];
    for (const [, slash, name, rest] of render().matchAll(/<(\/?)([a-z][a-z0-9]*)([^>]*)>/g)) {
      if (name === undefined || ["meta", "img"].includes(name) || rest?.endsWith("/")) continue;
      if (slash === "/") expect(open.pop()).toBe(name);
      else open.push(name);
    }
    expect(open).toEqual([]);
  });

  it("has its sections, and the same bytes for the same input", () => {
    const html = render();
    expect(render()).toBe(html);
    const headings = [...html.matchAll(/<h3>([^<]*)<\/h3>/g)].map(([, text]) => text);
    expect(headings).toEqual([
      "F1 by threshold",
      "Neurons",
      "Predictions",
      "Confusion",
      "Projection",
      expect.stringMatching(/^Missed neurons \(\d\)$/),
      "Split neurons (1)",
      "Merged neurons (1)",
    ]);
    expect(html.match(/<circle /g)?.length).toBe(14);
    expect(html).toContain('<td class="number">0.55</td>');
    expect(html).toContain("<td>dim</td>");
    expect(html).toContain("<td>split in 2</td>");
  });

  it("shows no character that HTML forbids", () => {
    expect(escapeHtml("a\u0000b\u202e<")).toBe("a\ufffdb\ufffd&lt;");
  });
});
