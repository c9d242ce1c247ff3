import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DEFAULT_LIMITS } from "../../src/base/limits.js";
import { runCommandLine } from "../../src/cli/command-line.js";
import { EvaluateProgress } from "../../src/cli/evaluate/evaluate-progress.js";
import { Output } from "../../src/cli/output.js";
import { readOfficialSummary } from "../../src/loaders/segmentation/official-summary.js";
import { zipFile } from "../formats/image/zip-file.js";
import { type Bar, barValues } from "../stages/segmentation/support/bar-volume.js";
import { fakeTerminal } from "./support/fake-terminal.js";
import { type StoredLabels, writeNpy, writeZarr } from "./support/label-files.js";

const SHAPE = [5, 60, 100] as const;
const KEY = "volumes/gt_instances";
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

let folder: string;
let truth: string;
let prediction: string;

function labels(bars: readonly Bar[]): StoredLabels {
  return { shape: SHAPE, values: barValues(SHAPE, bars) };
}

/** One channel per neuron, as in the benchmark; channel i holds i + 1. */
function channels(bars: readonly Bar[]): StoredLabels {
  const size = SHAPE[0] * SHAPE[1] * SHAPE[2];
  const values = new Uint8Array(bars.length * size);
  for (const [index, bar] of bars.entries()) values.set(barValues(SHAPE, [{ ...bar, id: index + 1 }]), index * size);
  return { shape: [bars.length, ...SHAPE], values };
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "neurotables-evaluate-"));
  truth = writeZarr(join(folder, "a.truth.zarr"), { [KEY]: channels(TRUTH) }, { dim_neurons: [2, 3] });
  prediction = writeNpy(join(folder, "a.npy"), labels(PREDICTION));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function evaluate(argv: readonly string[], options: Parameters<typeof fakeTerminal>[0] = {}) {
  const terminal = fakeTerminal({ cwd: folder, ...options });
  const code = await runCommandLine(["evaluate", ...argv], terminal);
  return { code, out: terminal.out(), err: terminal.err() };
}

/** One image with the size filter off. */
function score(truthPath: string, predictionPath: string, ...more: readonly string[]) {
  return evaluate([
    "segmentation",
    "--truth",
    truthPath,
    "--prediction",
    predictionPath,
    "--remove-small",
    "0",
    ...more,
  ]);
}

async function scoreJson(truthPath: string, predictionPath: string, ...more: readonly string[]) {
  const { code, out, err } = await score(truthPath, predictionPath, "--json", ...more);
  const document = JSON.parse(out);
  if (code !== 0) throw new Error(`${document.error.tag}: ${document.error.message}`);
  return { document, err };
}

/** The error of a command with --json, with its exit code. */
async function fault(...argv: readonly string[]) {
  const { code, out } = await evaluate([...argv, "--json"]);
  return { code, ...JSON.parse(out).error } as { code: number; tag: string; message: string; wayOut?: string };
}

describe("evaluate segmentation of one image", () => {
  it("prints a table, and says on stderr what it does", async () => {
    const { code, out, err } = await score("a.truth.zarr", "a.npy");
    expect(code).toBe(0);
    await expect(out).toMatchFileSnapshot("snapshots/evaluate-image.txt");
    expect(err).toBe("a: reading the truth\na: reading the prediction\na: thinning to skeletons\n");
  });

  it("gives the published tool's keys as JSON, and how they came about", async () => {
    const { document, err } = await scoreJson("a.truth.zarr", "a.npy");
    await expect(`${JSON.stringify(document, undefined, 2)}\n`).toMatchFileSnapshot(
      "snapshots/evaluate-image.golden.json",
    );
    expect(err).toBe("");
    expect(document.general).toMatchObject({ "Num GT": 5, "Num Pred": 4, GT_dim: 2, FS: 1, FM: 1 });
  });

  it("says which labels of the files the numbers are", async () => {
    const { document } = await scoreJson("a.truth.zarr", "a.npy");
    expect(document.neurons[0]).toMatchObject({ id: 1, label: 1, channel: 0, coverage: 1, match: 1, match_score: 1 });
    expect(document.neurons[1]).toMatchObject({
      id: 2,
      label: 2,
      channel: 1,
      coverage: 0,
      match: null,
      match_score: null,
    });
    expect(document.predictions.map(({ label }: { label: number }) => label)).toEqual([10, 20, 21, 30]);
    expect(document.predictions[1]).toMatchObject({ id: 2, channel: 0, mostly_in: 3 });
  });

  it("says how many labels the size filter deleted", async () => {
    const { out } = await evaluate(["segmentation", "--truth", truth, "--prediction", prediction]);
    expect(out).toMatch(/^predictions +0\ntoo small +4$/m);
    expect((await score(truth, prediction)).out).not.toContain("too small");
  });

  it("takes options for everything that changes the score", async () => {
    const published = await evaluate(["segmentation", "--truth", truth, "--prediction", prediction, "--json"]);
    expect(JSON.parse(published.out)).toMatchObject({ general: { "Num Pred": 0 }, options: { remove_small: 800 } });
    const dim = await scoreJson(truth, prediction, "--dim-neurons", "1, 9");
    expect(dim.document.general).toMatchObject({ GT_dim: 1, TP_05_dim: 1 });
    expect(dim.document.warnings).toEqual([expect.stringContaining("dim id 9")]);
    const iou = await scoreJson(truth, prediction, "--localization", "iou", "--match", "hungarian");
    expect(iou.document.options).toMatchObject({ localization: "iou", match: "hungarian", dim_neurons: null });
    expect(iou.document.general.avg_gt_skel_coverage).toBeUndefined();
    const fixed = await scoreJson(truth, prediction, "--profile", "fixed", "--preset", "fisbe", "--partly");
    expect(fixed.document).toMatchObject({ profile: "fixed", partly: true });
    expect((await score(truth, prediction, "--localization", "iou")).out).toMatch(/^C {2,}–$/m);
  });

  it("takes the axes in any order", async () => {
    const [depth, height, width] = SHAPE;
    const values = new Uint16Array(depth * height * width);
    const source = barValues(SHAPE, PREDICTION);
    for (let z = 0; z < depth; z++) {
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++)
          values[(x * height + y) * depth + z] = source[(z * height + y) * width + x] as number;
      }
    }
    const turned = writeNpy(join(folder, "turned.npy"), { shape: [width, height, depth], values });
    const expected = await scoreJson(truth, prediction);
    const found = await scoreJson(truth, turned, "--prediction-axes", "XYZ");
    expect(found.document.general).toEqual(expected.document.general);
    const both = await scoreJson(truth, turned, "--axes", "czyx", "--prediction-axes", "xyz");
    expect(both.document.general).toEqual(expected.document.general);
  });

  it("scores planes where the axes have no z", async () => {
    const plane = new Uint8Array(40 * 50);
    for (let y = 10; y < 16; y++) plane.fill(1, y * 50 + 5, y * 50 + 45);
    const flat = writeNpy(join(folder, "flat.npy"), { shape: [40, 50], values: plane });
    const { document } = await scoreJson(flat, flat, "--axes", "YX");
    expect(document).toMatchObject({ general: { "Num GT": 1, avg_f1_cov_score: 1 }, options: { dimensions: 2 } });
  });

  it("keeps apart which array is meant", async () => {
    const several = writeZarr(join(folder, "several.zarr"), {
      "volumes/a": labels(PREDICTION),
      "volumes/b": channels(TRUTH),
    });
    const ambiguous = await fault("segmentation", "--truth", truth, "--prediction", several);
    expect(ambiguous).toMatchObject({ code: 1, tag: "format/several-arrays" });
    expect(ambiguous.message).toContain("volumes/a (5 x 60 x 100, uint16), volumes/b");
    expect(ambiguous.wayOut).toBe("say which one with --prediction-key KEY");
    const chosen = await scoreJson(several, several, "--truth-key", "volumes/b", "--prediction-key", "volumes/a");
    expect(chosen.document.general["Num Pred"]).toBe(4);
    // Without volumes/gt_instances the only array of the truth is taken.
    const only = await scoreJson(prediction, prediction);
    expect(only.document.general["Num GT"]).toBe(4);
  });

  it("writes a report and a summary, whole or not at all", async () => {
    const run = () => score(truth, prediction, "--report", "r.html", "--csv", "s.csv");
    const { code, err } = await run();
    expect(code).toBe(0);
    expect(err).toContain(`→ ${join(folder, "r.html")}\n→ ${join(folder, "s.csv")}\n`);
    const html = readFileSync(join(folder, "r.html"), "utf8");
    expect([...html.matchAll(/<h[123][^>]*>([^<]*)</g)].map(([, text]) => text)).toEqual([
      "Segmentation of a",
      "a",
      "F1 by threshold",
      "Neurons",
      "Predictions",
      "Confusion",
      "Projection",
      "Missed neurons (2)",
      "Split neurons (1)",
      "Merged neurons (1)",
    ]);
    const csv = readFileSync(join(folder, "s.csv"));
    const summary = readOfficialSummary(csv, { file: "s.csv", limits: DEFAULT_LIMITS });
    expect(summary.images.map(({ sample }) => sample)).toEqual(["a"]);
    await run();
    expect(readFileSync(join(folder, "r.html"), "utf8")).toBe(html);
    const broken = await fault("segmentation", "--truth", truth, "--prediction", "none.npy", "--report", "no.html");
    expect(broken.code).toBe(1);
    const nowhere = await fault("segmentation", "--truth", truth, "--prediction", prediction, "--report", "no/r.html");
    expect(nowhere).toMatchObject({ code: 7, tag: "storage/write-failed" });
    expect(nowhere.wayOut).toContain("give --report a file");
    mkdirSync(join(folder, "taken.csv"));
    const taken = await evaluate(["segmentation", "--truth", truth, "--prediction", prediction, "--csv", "taken.csv"]);
    expect(taken).toMatchObject({ code: 7, out: "" });
    expect(taken.err).toContain("taken.csv: it is a folder [storage/write-failed]\n  → give --csv a file");
    expect(taken.err).not.toContain("reading");
    expect(existsSync(join(folder, "no.html"))).toBe(false);
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("stops on Ctrl-C", async () => {
    const terminal = fakeTerminal({ cwd: folder });
    const running = runCommandLine(
      ["evaluate", "segmentation", "--truth", truth, "--prediction", prediction],
      terminal,
    );
    const pressing = setInterval(() => terminal.interrupt(), 1);
    expect(await running).toBe(130);
    clearInterval(pressing);
    expect(terminal.out()).toBe("");
  });
});

describe("evaluate segmentation of folders", () => {
  const LIST =
    "(1) samples for FlyLight completely:\n\ntrain:\na\nval:\nlonely\ntest:\nbroken\n(2) samples for FlyLight partly:\ntest:\nb\n";
  let truths: string;
  let predictions: string;

  beforeAll(() => {
    truths = join(folder, "truths");
    predictions = join(folder, "predictions");
    for (const [path, bars] of [
      ["completely/train/a.zarr", TRUTH],
      ["partly/test/b.zarr", TRUTH.slice(0, 3)],
      ["completely/val/lonely.zarr", TRUTH],
    ] as const) {
      writeZarr(join(truths, path), { [KEY]: channels(bars) }, { dim_neurons: [2] });
    }
    writeNpy(join(predictions, "a.npy"), labels(PREDICTION));
    writeNpy(join(predictions, "b.prediction.npy"), labels(PREDICTION));
    writeNpy(join(predictions, "stray.npy"), labels(PREDICTION));
    writeFileSync(join(predictions, "notes.toml"), "");
    writeFileSync(join(folder, "list.txt"), LIST);
  });

  it("pairs by name, pools, and lists what has no partner", async () => {
    const { code, out, err } = await score("truths", "predictions", "--split-list", "list.txt");
    expect(code).toBe(0);
    await expect(out).toMatchFileSnapshot("snapshots/evaluate-folders.txt");
    expect(err).toContain("warning: 1 sample without a prediction, not scored: lonely\n");
    expect(err).toContain("warning: 1 sample without a truth, not scored: stray\n");
    expect(err).toContain("2/2 b: thinning to skeletons\n");
  });

  it("gives images and sets as JSON", async () => {
    const { document } = await scoreJson("truths", "predictions", "--split-list", "list.txt", "--combined", "code");
    expect(document.images.map(({ sample, partly }: { sample: string; partly: boolean }) => [sample, partly])).toEqual([
      ["a", false],
      ["b", true],
    ]);
    expect(document.images[0].general["Num GT"]).toBe(5);
    expect(document).toMatchObject({
      combined_mode: "code",
      without_prediction: ["lonely"],
      without_truth: ["stray"],
      failed: [],
      complete: { samples: ["a"], general: { "Num GT": 5 } },
      partly: { samples: ["b"], general: { "Num GT": 3 } },
      combined: { samples: ["a", "b"], general: { "Num GT": 8, "Num Pred": 8 } },
    });
    expect(document.combined.general.GT_dim).toBeUndefined();
    const mean = (document.complete.general.avg_f1_cov_score + document.partly.general.avg_f1_cov_score) / 2;
    expect(document.combined.general.avg_f1_cov_score).toBeCloseTo(mean, 12);
    const published = await scoreJson("truths", "predictions");
    expect(published.document.combined.general.GT_dim).toBe(2);
  });

  it("knows what is partly labelled by the list, else by the folder, else by the option", async () => {
    const partly = async (...more: readonly string[]) =>
      (await scoreJson("truths", "predictions", ...more)).document.images.map(
        (image: { partly: boolean }) => image.partly,
      );
    expect(await partly()).toEqual([false, true]);
    expect(await partly("--partly")).toEqual([false, true]);
    writeFileSync(
      join(folder, "other.txt"),
      LIST.replace("train:\na\n", "train:\nb\n").replace("test:\nb\n", "test:\na\n"),
    );
    expect(await partly("--split-list", "other.txt")).toEqual([true, false]);
    const flat = join(folder, "flat");
    writeZarr(join(flat, "a.zarr"), { [KEY]: channels(TRUTH) });
    const { document } = await scoreJson("flat", "predictions", "--partly");
    expect(document.images[0].partly).toBe(true);
    expect(document.complete).toBeNull();
    writeFileSync(join(folder, "others.txt"), LIST.replace("train:\na\n", "train:\nz\n"));
    const unlisted = await scoreJson("flat", "predictions", "--split-list", "others.txt");
    expect(unlisted.document.warnings).toContain("a is not in the list of splits: scored as completely labelled");
  });

  it("scores the others when one is broken, and exits with 1", async () => {
    const some = join(folder, "some");
    writeNpy(join(some, "a.npy"), labels(PREDICTION));
    writeFileSync(join(some, "b.npy"), "\x93NUMPY", "latin1");
    const { code, out, err } = await score("truths", "some");
    expect(code).toBe(1);
    expect(out).toMatch(/^a +completely/m);
    expect(err).toContain("warning: b is not scored: some/b.npy");
    const all = await score("truths", "some", "--json");
    expect(JSON.parse(all.out)).toMatchObject({
      complete: null,
      combined: { samples: ["a"] },
      failed: [{ sample: "b" }],
    });
    rmSync(join(some, "a.npy"));
    const none = await score("truths", "some", "--csv", "none.csv");
    expect(none).toMatchObject({ code: 1, out: "" });
    expect(existsSync(join(folder, "none.csv"))).toBe(false);
  });

  it("scores the others when the axes that were named do not fit one", async () => {
    const mixed = join(folder, "mixed");
    writeNpy(join(mixed, "a.npy"), labels(PREDICTION));
    writeNpy(join(mixed, "b.npy"), channels(PREDICTION));
    const { code, out, err } = await score("truths", "mixed", "--prediction-axes", "ZYX");
    expect(code).toBe(2);
    expect(out).toMatch(/^a +completely/m);
    expect(err).toContain('warning: b is not scored: axes "zyx" are 3, the array has 4');
    const alone = await fault("segmentation", "--truth", truth, "--prediction", "a.npy", "--axes", "ZYX");
    expect(alone.wayOut).toContain("--truth-axes CZYX --prediction-axes ZYX");
  });

  it("writes a report of all with a section for each", async () => {
    await score("truths", "predictions", "--report", "set.html");
    const html = readFileSync(join(folder, "set.html"), "utf8");
    const headings = [...html.matchAll(/<h[12][^>]*>([^<]*)</g)].map(([, text]) => text);
    expect(headings).toEqual([
      "Segmentation of 2 images",
      "Combined",
      "Completely labelled",
      "Partly labelled",
      "Images",
      "a",
      "b",
    ]);
    expect(html).toContain('<a href="#image-2">b</a>');
    expect(html).toContain('<h2 id="image-2">b</h2>');
  });

  it("looks into the folders of the published layout alone, and not in circles", async () => {
    const round = join(folder, "round");
    writeZarr(join(round, "val", "a.zarr"), { [KEY]: channels(TRUTH) });
    writeZarr(join(round, "other", "b.zarr"), { [KEY]: channels(TRUTH) });
    symlinkSync(round, join(round, "test"));
    const found = await fault("segmentation", "--truth", "round", "--prediction", "predictions");
    expect(found).toMatchObject({ code: 1, tag: "load/several-files" });
    rmSync(join(round, "test"));
    const { document } = await scoreJson("round", "predictions");
    expect(document.combined.samples).toEqual(["a"]);
  });

  it("refuses what it cannot pair", async () => {
    const twice = join(folder, "twice");
    writeNpy(join(twice, "a.npy"), labels(PREDICTION));
    writeNpy(join(twice, "a.v2.npy"), labels(PREDICTION));
    const several = await fault("segmentation", "--truth", "truths", "--prediction", "twice");
    expect(several).toMatchObject({ code: 1, tag: "load/several-files" });
    expect(several.message).toContain("a.npy, a.v2.npy");
    mkdirSync(join(folder, "empty"));
    const none = await fault("segmentation", "--truth", "truths", "--prediction", "empty");
    expect(none).toMatchObject({ code: 1, tag: "load/no-pairs" });
    expect(none.message).toContain("empty has no volume");
    const mixed = await fault("segmentation", "--truth", "truths", "--prediction", "a.npy");
    expect(mixed).toMatchObject({ code: 2, tag: "usage/one-and-many" });
    const ids = await fault("segmentation", "--truth", "truths", "--prediction", "predictions", "--dim-neurons", "2");
    expect(ids).toMatchObject({ code: 2, tag: "usage/option-value" });
    const list = await fault(
      "segmentation",
      "--truth",
      "truths",
      "--prediction",
      "predictions",
      "--split-list",
      "no.txt",
    );
    expect(list).toMatchObject({ code: 1, tag: "load/unreadable-file" });
  });
});

describe("wrong options", () => {
  it.each([
    [["segmentation", "--prediction", "a.npy"], "usage/option-missing", "needs --truth"],
    [["segmentation", "--truth", "a.truth.zarr"], "usage/option-missing", "needs --prediction"],
    [["segmentaton", "--truth", "a", "--prediction", "b"], "usage/operands", 'did you mean "segmentation"'],
    [["segmentation", "--truth", "a.truth.zarr", "--prediction", "a.npy", "--axes", "CZQX"], "usage/axes", '"CZQX"'],
    [["segmentation", "--truth", "a.truth.zarr", "--prediction", "a.npy", "--axes", "ZZYX"], "usage/axes", '"ZZYX"'],
    [
      ["segmentation", "--truth", "a.truth.zarr", "--prediction", "a.npy", "--axes", "CZYX"],
      "usage/axes",
      "the array has 3",
    ],
    [
      ["segmentation", "--truth", "a.truth.zarr", "--prediction", "a.npy", "--remove-small", "1.5"],
      "usage/option-value",
      '"1.5"',
    ],
    [
      ["segmentation", "--truth", "a.truth.zarr", "--prediction", "a.npy", "--dim-neurons", "2,x"],
      "usage/option-value",
      '"2,x"',
    ],
    [
      ["segmentation", "--truth", "a.truth.zarr", "--prediction", "a.npy", "--dim-neurons", "0"],
      "usage/option-value",
      '"0"',
    ],
    [
      ["segmentation", "--truth", "a.truth.zarr", "--prediction", "a.npy", "--profile", "flyligth"],
      "usage/option-value",
      'did you mean "flylight"',
    ],
    [
      ["segmentation", "--truth", "a.truth.zarr", "--prediction", "a.npy", "--jobs", "0"],
      "usage/option-value",
      "--jobs",
    ],
    [
      ["segmentation", "--truth", "a.truth.zarr", "--prediction", "a.npy", "--csv", "x", "--report", "./x"],
      "usage/option-value",
      "same file",
    ],
  ])("%j", async (argv, tag, message) => {
    const found = await fault(...argv);
    expect(found).toMatchObject({ code: 2, tag });
    expect(found.message).toContain(message);
  });
});

describe("bad input", () => {
  const file = (name: string, values: StoredLabels["values"], shape: readonly number[] = SHAPE) =>
    writeNpy(join(folder, name), { shape, values });
  const size = SHAPE[0] * SHAPE[1] * SHAPE[2];

  it("a file that is not there", async () => {
    const found = await fault("segmentation", "--truth", "none.zarr", "--prediction", "a.npy");
    expect(found).toMatchObject({ code: 1, tag: "load/missing-file", message: "there is no none.zarr" });
  });

  it("a wrong number of axes", async () => {
    const found = await fault(
      "segmentation",
      "--truth",
      truth,
      "--prediction",
      file("axes.npy", new Uint8Array(64), [2, 2, 2, 2, 4]),
    );
    expect(found).toMatchObject({ code: 1, tag: "load/label-axes" });
    expect(found.message).toContain("2 × 2 × 2 × 2 × 4");
  });

  it("float labels", async () => {
    const found = await fault(
      "segmentation",
      "--truth",
      truth,
      "--prediction",
      file("float.npy", new Float32Array(size)),
    );
    expect(found).toMatchObject({ code: 1, tag: "load/label-type" });
  });

  it("negative ids", async () => {
    const values = new Int16Array(size);
    values[777] = -3;
    const found = await fault("segmentation", "--truth", truth, "--prediction", file("negative.npy", values));
    expect(found).toMatchObject({ code: 1, tag: "load/negative-label" });
    expect(found.message).toContain("-3");
  });

  it("a missing array", async () => {
    const found = await fault(
      "segmentation",
      "--truth",
      truth,
      "--truth-key",
      "volumes/gt",
      "--prediction",
      prediction,
    );
    expect(found).toMatchObject({ code: 1, tag: "format/missing-array" });
    expect(found.message).toContain(KEY);
  });

  it("an archive of several arrays", async () => {
    const member = (bars: readonly Bar[]) => readFileSync(writeNpy(join(folder, "parts", "member.npy"), labels(bars)));
    const npz = join(folder, "two.npz");
    writeFileSync(npz, zipFile({ "raw.npy": member(TRUTH), "seg.npy": member(PREDICTION) }));
    const found = await fault("segmentation", "--truth", truth, "--prediction", npz);
    expect(found).toMatchObject({
      code: 1,
      tag: "format/missing-entry",
      wayOut: "say which one with --prediction-key KEY",
    });
    expect(found.message).toContain("raw, seg");
    const { document } = await scoreJson(truth, npz, "--prediction-key", "seg");
    expect(document.general["Num Pred"]).toBe(4);
  });

  it("a corrupt chunk, and a truncated one", async () => {
    for (const [name, spoil] of [
      ["corrupt", (chunk: string) => writeFileSync(chunk, Buffer.alloc(500, 7))],
      ["truncated", (chunk: string) => truncateSync(chunk, 100)],
    ] as const) {
      const path = writeZarr(join(folder, `${name}.zarr`), { [KEY]: channels(TRUTH) });
      spoil(join(path, KEY, "0.0.0.0"));
      const found = await fault("segmentation", "--truth", `${name}.zarr`, "--prediction", prediction);
      expect(found.code).toBe(1);
      expect(found.tag).toMatch(/^format\//);
      expect(found.message).toContain(`${name}.zarr`);
    }
  });

  it("a prediction larger on one axis and smaller on another", async () => {
    const other = file("mixed.npy", new Uint8Array(5 * 70 * 90), [5, 70, 90]);
    const found = await fault("segmentation", "--truth", truth, "--prediction", other);
    expect(found).toMatchObject({ code: 1, tag: "load/label-shapes" });
    expect(found.wayOut).toContain("--prediction-axes");
    expect(found.message).toContain("5 × 70 × 90");
  });

  it("a prediction larger on every axis is cropped at its centre", async () => {
    const [depth, height, width] = [7, 64, 104] as const;
    const shifted = PREDICTION.map((bar) => ({ ...bar, z: bar.z + 1, y: bar.y + 2, x: bar.x + 2 }));
    const larger = file("larger.npy", barValues([depth, height, width], shifted), [depth, height, width]);
    const expected = await scoreJson(truth, prediction);
    const { document } = await scoreJson(truth, larger);
    expect(document.general).toEqual(expected.document.general);
    expect(document.warnings).toEqual([
      "the truth has 5 × 60 × 100 voxels, the prediction 7 × 64 × 104: of the prediction the centre is scored, as the published tool does",
    ]);
    expect(expected.document.warnings).toEqual([]);
  });

  it("an empty prediction, all background", async () => {
    const { document } = await scoreJson(truth, file("background.npy", new Uint8Array(size)));
    expect(document.general).toMatchObject({
      "Num GT": 5,
      "Num Pred": 0,
      TP_05: 0,
      avg_f1_cov_score: 0,
      gt_covs_dim: [],
    });
    expect(document.confusion_matrix.th_0_5).toMatchObject({ AP_TP: 0, AP_FP: 0, AP_FN: 5 });
  });

  it("an empty truth", async () => {
    const { document, err } = await scoreJson(file("background.npy", new Uint8Array(size)), prediction);
    expect(document.general).toMatchObject({
      "Num GT": 0,
      TP_05_rel: null,
      avg_gt_skel_coverage: null,
      avg_f1_cov_score: null,
    });
    expect(document.confusion_matrix.th_0_5).toMatchObject({ AP_TP: 0, AP_FP: 4, AP_FN: 0 });
    expect(document.warnings).toEqual([expect.stringContaining("the truth is empty")]);
    expect(err).toContain("warning: the truth is empty");
    const { out, code } = await score("background.npy", "a.npy");
    expect(code).toBe(0);
    expect(out).toMatch(/^S +–$/m);
  });

  it("ids above 65,535", async () => {
    const values = Uint32Array.from(barValues(SHAPE, PREDICTION), (id) => (id === 0 ? 0 : id + 4_000_000_000));
    const expected = await scoreJson(truth, prediction);
    expect((await scoreJson(truth, file("large.npy", values))).document.general).toEqual(expected.document.general);
  });

  it("dim ids that are none", async () => {
    const odd = writeZarr(join(folder, "odd.zarr"), { [KEY]: channels(TRUTH) }, { dim_neurons: ["two"] });
    const found = await fault("segmentation", "--truth", odd, "--prediction", prediction);
    expect(found).toMatchObject({ code: 1, tag: "load/dim-neurons" });
    expect((await scoreJson(odd, prediction, "--dim-neurons", "2")).document.general.GT_dim).toBe(1);
  });
});

describe("progress", () => {
  it("is one line on a terminal, drawn anew ten times a second", () => {
    const terminal = fakeTerminal({ terminal: true, columns: 60 });
    let now = 0;
    const progress = new EvaluateProgress(new Output(terminal, {}), () => now);
    progress.update("a", "reading the truth", 1, 4);
    progress.update("a", "reading the truth", 2, 4);
    now = 150;
    progress.update("a", "reading the truth", 3, 4);
    progress.update("a\u001b[2J", "thinning", 0, 0);
    progress.clear();
    expect(terminal.err().split("\r\u001b[K")).toEqual([
      "",
      "a: reading the truth  25 %  1/4",
      "a: reading the truth  75 %  3/4",
      "a\\u001b[2J: thinning",
      "",
    ]);
  });

  it("is silent with --quiet", async () => {
    expect((await score(truth, prediction, "--quiet")).err).toBe("");
  });
});
