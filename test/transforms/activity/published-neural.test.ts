import { describe, expect, it } from "vitest";
import { COMPAT_FLAGS } from "../../../src/transforms/activity/compat-flag.js";
import { float16Values } from "../../../src/transforms/activity/float16.js";
import { recordRows, runCompat, type ShortRecording, times } from "./compat-rows.js";

const allBut = (...off: string[]) => COMPAT_FLAGS.filter((flag) => !off.includes(flag));
const wave = (frames: number, i = 1) => times(frames, 1).map((k) => Math.sin(k / 9 + i) + ((k * 7919) % 13) / 40);

async function rows(recording: Partial<ShortRecording>, parameters: Record<string, unknown> = {}) {
  const tables = recordRows([{ dataset: "Uzel2022", uid: "w", time: times(600, 0.5), names: ["AVAL"], ...recording }]);
  return (await runCompat(tables, parameters)).hf_neural_compat ?? [];
}

async function only(recording: Partial<ShortRecording>, parameters: Record<string, unknown> = {}) {
  const [row, ...more] = await rows(recording, parameters);
  expect(more).toEqual([]);
  return row as Record<string, unknown> & { calcium_data: Float32Array; original_calcium_data: Float32Array } & {
    time_in_seconds: Float32Array;
    original_time_in_seconds: Float32Array;
  };
}

describe("activity/published-neural", () => {
  it("writes the fifteen columns, by slot, without rows of zeros", async () => {
    const found = await rows({
      names: ["RIML", null, "AVAL", null],
      traces: [wave(600), wave(600, 2), wave(600, 3), new Float64Array(600).fill(4)],
    });
    expect(found.map(({ neuron, slot, is_labeled_neuron }) => [neuron, slot, is_labeled_neuron])).toEqual([
      ["0", 0, false],
      ["AVAL", 53, true],
      ["RIML", 197, true],
    ]);
    expect(Object.keys(found[0] as object)).toHaveLength(15);
    expect(found[1]).toMatchObject({
      source_dataset: "Uzel2022",
      raw_data_file: "opensource_neural_data/Uzel2022/Uzel_WT.mat",
      worm: "worm0",
      smooth_method: "moving",
      interpolate_method: "linear",
      normalization_method: "standard",
      original_max_timesteps: 600,
      max_timesteps: 900,
    });
    expect(found[1]?.original_calcium_data).toEqual(float16Values(wave(600, 3)));
    const time = (found[1] as { time_in_seconds: Float32Array }).time_in_seconds;
    expect(time.slice(0, 4)).toEqual(float16Values([0, 0.333, 0.666, 0.999]));
  });

  it("smooths eight samples into the past, interpolates, then takes z", async () => {
    const trace = wave(600);
    const smoothed = trace.map((_, j) => {
      const window = trace.slice(Math.max(j - 7, 0), j + 1);
      return window.reduce((sum, value) => sum + value, 0) / window.length;
    });
    const expected = Array.from({ length: 900 }, (_, k) => {
      const at = (k * 0.333) / 0.5;
      const j = Math.floor(at);
      return (smoothed[j] as number) + (at - j) * ((smoothed[j + 1] as number) - (smoothed[j] as number));
    });
    const mean = expected.reduce((sum, value) => sum + value, 0) / 900;
    const std = Math.sqrt(expected.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 900);
    const { calcium_data } = await only({ traces: [trace] }, { flags: allBut("f16") });
    expect(Math.max(...expected.map((x, k) => Math.abs((x - mean) / std - (calcium_data[k] as number))))).toBeLessThan(
      1e-5,
    );
    const unsmoothed = await only({ traces: [trace] }, { flags: allBut("half_window") });
    expect(unsmoothed.smooth_method).toBe("no smoothing");
    expect(unsmoothed.calcium_data).not.toEqual(float16Values(calcium_data));
  });

  it("casts times to float32 before t0 is subtracted", async () => {
    const time = times(600, 0.6, 1_200_000);
    const { original_time_in_seconds } = await only({ time, traces: [wave(600)] });
    expect([...original_time_in_seconds.slice(0, 5)]).toEqual([0, 0.625, 1.25, 1.75, 2.375]);
    const off = await only({ time, traces: [wave(600)] }, { flags: allBut("f32_time", "f16") });
    expect(off.original_time_in_seconds[4]).toBeCloseTo(2.4, 6);
  });

  it("averages blocks of six where the source is finer, stamped with their start", async () => {
    const time = times(700, 0.1);
    const traces = [time.map((t) => Math.sin(t / 5))];
    const z = (samples: number, shift: number) => {
      const values = Array.from({ length: samples }, (_, k) => Math.sin((k * 0.333 + shift) / 5));
      const mean = values.reduce((sum, value) => sum + value, 0) / samples;
      const std = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / samples);
      return values.map((value) => (value - mean) / std);
    };
    const distance = (a: Float32Array, b: readonly number[]) =>
      Math.max(...b.map((value, k) => Math.abs(value - (a[k] as number))));
    const blocks = await only({ time, traces }, { smooth: "none", flags: allBut("f16") });
    expect(blocks.max_timesteps).toBe(210);
    expect(distance(blocks.calcium_data, z(210, 0.13875))).toBeLessThan(1e-3);
    const centred = await only({ time, traces }, { smooth: "none", flags: allBut("f16", "block_start") });
    expect(centred.max_timesteps).toBe(210);
    expect(distance(centred.calcium_data.slice(1, -1), z(210, 0).slice(1, -1))).toBeLessThan(3e-3);
    expect(distance(centred.calcium_data, z(210, 0.13875))).toBeGreaterThan(0.02);
  });

  it("has the other smoothings and the causal normalisation as options", async () => {
    const trace = wave(600);
    const z = async (parameters: Record<string, unknown>) =>
      [...(await only({ traces: [trace] }, { flags: allBut("f16"), ...parameters })).calcium_data].slice(0, 900);
    const moving = await z({});
    expect(await z({ smooth: "gaussian", sigma_frames: 1e9, window_frames: 1200 })).not.toEqual(moving);
    expect(await z({ smooth: "exponential", alpha: 1 })).toEqual(await z({ smooth: "none" }));
    const causal = await only({ traces: [trace] }, { normalization: "causal" });
    expect(causal.normalization_method).toBe("causal");
    expect(causal.calcium_data[0]).toBe(0);
    expect(Math.abs(causal.calcium_data[1] as number)).toBeLessThan(1.01);
  });

  it("cuts the first four frames of Yemini2021 and replaces the first of Lin2023", async () => {
    const gap = wave(605);
    gap[300] = Number.NaN;
    const names = ["AVAL", "RIML"];
    const yemini = await rows({ dataset: "Yemini2021", time: times(605, 0.25), names, traces: [gap, wave(605, 2)] });
    expect(yemini.map(({ original_max_timesteps }) => original_max_timesteps)).toEqual([601, 601]);
    const values = yemini[0]?.original_calcium_data as Float32Array;
    expect(values[0]).toBe(float16Values(gap)[4]);
    expect(values.some((value) => Number.isNaN(value))).toBe(false);
    const first = wave(605);
    first[0] = Number.NaN;
    const lin = await only({ dataset: "Lin2023", time: times(605, 0.25), traces: [first], extras: ['{"F_0":[7.5]}'] });
    expect(lin.original_calcium_data[0]).toBe(7.5);
    const off = await only(
      { dataset: "Lin2023", time: times(605, 0.25), traces: [first], extras: ['{"F_0":[7.5]}'] },
      { flags: allBut("impute") },
    );
    expect(off.original_calcium_data[0]).toBeNaN();
  });

  it("publishes a recording without labels by positions when metadata is kept", async () => {
    const names = [null, null];
    const traces = [wave(50), wave(50, 2)];
    expect(await rows({ names, traces, time: times(50, 0.5) })).toEqual([]);
    const found = await rows({ names, traces, time: times(50, 0.5) }, { flags: allBut("drop_meta") });
    expect(found.map(({ neuron, worm }) => [neuron, worm])).toEqual([
      ["0", "worm0"],
      ["1", "worm0"],
    ]);
  });

  it("takes the published kind of trace", async () => {
    const tables = recordRows([
      { dataset: "Flavell2023", uid: "w", time: times(600, 0.6), names: ["AVAL"], traces: [wave(600)], kind: "ratio" },
    ]);
    const zscore = { ...tables.source_trace?.[0], kind: "zscore_source", values: wave(600, 5) };
    tables.source_trace?.push(zscore);
    const published = (await runCompat(tables)).hf_neural_compat ?? [];
    expect(published.map(({ original_calcium_data }) => original_calcium_data)).toEqual([float16Values(wave(600, 5))]);
  });
});
