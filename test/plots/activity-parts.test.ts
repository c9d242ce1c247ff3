import { describe, expect, it } from "vitest";
import { linePath, valueRange } from "../../src/plots/activity/behaviour-tracks.js";
import { laneNames } from "../../src/plots/activity/event-lanes.js";
import { chooseChannels } from "../../src/plots/activity/read-activity.js";
import { rowBlocks, rowName } from "../../src/plots/activity/row-order.js";
import { stimulusMarks } from "../../src/plots/activity/stimulus-marks.js";
import { binnedRow, MISSING, pixelRow } from "../../src/plots/activity/trace-pixels.js";
import { linearScale } from "../../src/plots/scale.js";
import { THEMES } from "../../src/plots/theme.js";
import { inventedNeurons } from "./support/synthetic-activity.js";

const panel = { scale: linearScale([0, 100], [100, 900]), left: 100, right: 900, theme: THEMES.light };

const trace = (roi: number, label: string | null, rawLabel: string | null = label) => ({
  roi,
  label,
  rawLabel,
  neuronClass: null,
  dtS: 1,
  values: [0],
  sourceKind: null,
});

describe("columns of a heat map", () => {
  it("are samples where each has one", () => {
    const row = { values: [1, 2, Number.NaN, 4], dtS: 0.1 };
    expect([...binnedRow(row, { startS: -0.05, endS: 0.35, columns: 4 })]).toEqual([1, 2, Number.NaN, 4]);
  });

  it("are means of the valid samples in them", () => {
    const row = { values: [1, 3, Number.NaN, 5, Number.NaN, Number.NaN], dtS: 0.5 };
    expect([...binnedRow(row, { startS: -0.25, endS: 2.75, columns: 3 })]).toEqual([2, 5, Number.NaN]);
  });

  it("repeat samples that are wider, and are missing beyond the end", () => {
    const row = { values: [1, 2], dtS: 1 };
    expect([...binnedRow(row, { startS: -0.5, endS: 2.5, columns: 6 })]).toEqual([1, 1, 2, 2, Number.NaN, Number.NaN]);
  });

  it("are clipped, and missing values have an index of their own", () => {
    expect([...pixelRow(Float64Array.of(-9, 0, 9, Number.NaN), 255)]).toEqual([0, 127, 254, MISSING]);
  });
});

describe("rows of a heat map", () => {
  const traces = [
    trace(9, null, "12"),
    trace(7, "VB11"),
    trace(1, "VB2"),
    trace(4, "ASEL"),
    trace(2, "AVAL"),
    trace(3, null, "SAAD?"),
  ];

  it("are ordered by type, class and name, then ROI", () => {
    const blocks = rowBlocks({ traces, neurons: inventedNeurons() });
    expect(blocks.map(({ title, rows }) => [title, rows.map(rowName)])).toEqual([
      ["sensory neurons", ["ASEL"]],
      ["interneurons", ["AVAL"]],
      ["motor neurons", ["VB2", "VB11"]],
      ["not labelled", ["ROI 3 SAAD?", "ROI 9 12"]],
    ]);
  });

  it("do without types where no table has them", () => {
    expect(rowBlocks({ traces, neurons: undefined }).map(({ title }) => title)).toEqual(["labelled", "not labelled"]);
    expect(rowBlocks({ traces: traces.slice(1, 3), neurons: undefined })[0]?.title).toBe(undefined);
  });
});

describe("a behaviour track", () => {
  it("breaks where there is no value and where frames are far apart", () => {
    const values = [0, 1, Number.NaN, 1, 0, 1];
    const timesS = [0, 10, 20, 30, 40, 90];
    const path = linePath({ panel, values, timesS, place: (value) => value, range: [0, 1] });
    expect(path).toBe("M100 0L180 1M340 1L420 0M820 1");
  });

  it("keeps the extremes of many frames in a path of bounded length", () => {
    const values = Float64Array.from({ length: 100_000 }, (_, k) => (k === 50_001 ? 9 : k % 2));
    const timesS = Float64Array.from({ length: 100_000 }, (_, k) => k / 1000);
    const path = linePath({ panel, values, timesS, place: (value) => value, range: [0, 9] });
    expect(path).toContain(" 9L");
    expect(path.length).toBeLessThan(50_000);
  });

  it("has an axis that outliers do not flatten", () => {
    const values = Float64Array.from({ length: 1000 }, (_, k) => (k === 5 ? 1e6 : Math.sin(k)));
    expect(valueRange(values)[1]).toBeLessThan(1.01);
    expect(valueRange([2, 2, Number.NaN])).toEqual([1.5, 2.5]);
    expect(valueRange([Number.NaN])).toEqual([0, 1]);
  });
});

describe("behaviour channels", () => {
  const listed = ["angular_velocity", "body_angle", "head_angle", "pumping", "reversal_vec", "stage_x", "velocity"].map(
    (channel) => ({ channel, columns: channel === "body_angle" ? 30 : 1 }),
  );

  it("are velocity and two usual ones, or those asked for", () => {
    expect(chooseChannels(listed, [])).toEqual(["velocity", "angular_velocity", "head_angle"]);
    expect(chooseChannels(listed, ["stage_x", "body_angle", "stage_x"])).toEqual(["stage_x", "body_angle"]);
    expect(() => chooseChannels(listed, ["pumpin"])).toThrow('did you mean "pumping"?');
    expect(() => chooseChannels([], ["pumping"])).toThrow("has no behaviour");
  });
});

describe("events and stimuli", () => {
  const event = (name: string) => ({ name, startS: 1, endS: null, value: null });

  it("have reversals in the first lane", () => {
    expect(laneNames(["state", "food_encounter", "reversal", "state"].map(event))).toEqual([
      "reversal",
      "food_encounter",
      "state",
    ]);
  });

  it("are named where there is room, else numbered with a key", () => {
    const stimuli = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ name: `odour ${index % 3}`, onS: index, offS: null }));
    expect(
      stimulusMarks(
        panel,
        0,
        stimuli(2).map((mark) => ({ ...mark, onS: 20 * mark.onS })),
      ),
    ).toMatchObject({ key: [], notes: [] });
    const many = stimulusMarks(panel, 0, stimuli(30));
    expect(many.key).toEqual(["1: odour 0", "2: odour 1", "3: odour 2"]);
    const crowd = stimulusMarks(
      panel,
      0,
      stimuli(60).map((mark) => ({ ...mark, onS: mark.onS / 6 })),
    );
    expect(crowd.notes).toEqual([expect.stringContaining("have no room for their number")]);
    expect(crowd.guides).toEqual([]);
    const late = stimulusMarks(panel, 0, [{ name: "late", onS: 1000, offS: null }]);
    expect(late).toMatchObject({ svg: "", height: 0, notes: ["1 of 1 stimuli lie outside the recording"] });
  });
});
