import { describe, expect, it } from "vitest";
import type { Row } from "../../../src/tables/contract.js";
import { COMPAT_FLAGS, type CompatFlag } from "../../../src/transforms/activity/compat-flag.js";
import { recordRows, runCompat, type ShortRecording, type Tables, times } from "./compat-rows.js";

const DATASET_FILES = { leifer: "0_{gcamp|labels|t}.txt", dag: "2022-07-27-45-data.h5" };

const wave = (time: ArrayLike<number>, i: number) =>
  Float64Array.from({ length: time.length }, (_, k) => Math.sin(k / 9 + i) + ((k * 7919 + i) % 13) / 40);

/** A recording on which a flag that is on has an effect. */
function recording(given: Partial<ShortRecording> & Pick<ShortRecording, "dataset">): ShortRecording {
  const time = given.time ?? times(640, 0.5);
  const names = given.names ?? ["AVAL", "RIML"];
  return { uid: "w", time, names, traces: names.map((_, i) => wave(time, i)), ...given };
}

const gappy = (time: ArrayLike<number>) => wave(time, 1).fill(Number.NaN, 300, 310);

/** What each flag acts on, and the columns of the published rows that it may change. */
const CASES: Record<CompatFlag, { readonly of: ShortRecording; readonly changes: readonly string[] }> = {
  label_nearest: {
    of: recording({ dataset: "Flavell2023", kind: "zscore_source", names: ["VB02", "RIML"] }),
    changes: ["neuron", "slot"],
  },
  uid_strip: {
    of: recording({ dataset: "Dag2023", uid: "2022-07-27-45", file: DATASET_FILES.dag, names: [null, null] }),
    // Without its labels it is lost; where unlabelled recordings are kept, its cells are numbers.
    changes: ["rows", "is_labeled_neuron", "neuron", "slot"],
  },
  f32_time: {
    of: recording({ dataset: "Uzel2022", time: times(640, 0.6, 1_200_000) }),
    changes: ["calcium_data", "max_timesteps", "original_time_in_seconds", "time_in_seconds"],
  },
  f16: {
    of: recording({ dataset: "Uzel2022", time: times(640, 0.6) }),
    changes: ["calcium_data", "original_calcium_data", "original_time_in_seconds", "time_in_seconds"],
  },
  assumed_rate: {
    of: recording({ dataset: "Nejatbakhsh2020", time: times(640, 0.24) }),
    changes: ["calcium_data", "max_timesteps", "original_time_in_seconds", "time_in_seconds"],
  },
  half_window: { of: recording({ dataset: "Uzel2022" }), changes: ["calcium_data", "smooth_method"] },
  block_start: {
    of: recording({ dataset: "Uzel2022", time: times(640, 0.1) }),
    changes: ["calcium_data", "max_timesteps", "time_in_seconds"],
  },
  impute: {
    of: recording({ dataset: "Venkatachalam2024", traces: [wave(times(640, 0.5), 0), gappy(times(640, 0.5))] }),
    changes: ["calcium_data", "original_calcium_data"],
  },
  drop_meta: { of: recording({ dataset: "Uzel2022", time: times(500, 0.5) }), changes: ["rows"] },
  unique_first: {
    of: recording({ dataset: "Uzel2022", names: ["AVAL", "AVAL", "RIML"] }),
    changes: ["is_labeled_neuron", "neuron", "rows", "slot"],
  },
  leifer_side: {
    of: recording({ dataset: "Leifer2023", file: DATASET_FILES.leifer, names: ["AVA", "AVAL", "RIML"] }),
    changes: ["is_labeled_neuron", "neuron", "slot"],
  },
};

async function published(of: ShortRecording, flags: readonly CompatFlag[]): Promise<Row[]> {
  const tables: Tables = recordRows([of]);
  if (of.dataset === "Dag2023") {
    for (const [roi, label] of ["AVAL", "RIML"].entries()) {
      const { dataset, uid: worm_uid } = of;
      tables.label_record?.push({ dataset, worm_uid, roi, roi_base: 0, position: roi, label });
    }
  }
  return (await runCompat(tables, { flags })).hf_neural_compat ?? [];
}

/** Columns in which the rows differ, cell by cell; `rows` when there is another number of them. */
function changed(a: readonly Row[], b: readonly Row[]): string[] {
  const columns = new Set<string>(a.length === b.length ? [] : ["rows"]);
  if (a.length === 0 || b.length === 0) return [...columns];
  // A cell is known by a value of its trace, whatever its name.
  const value = ({ original_calcium_data }: Row) => (original_calcium_data as Float32Array)[5] as number;
  const paired = a.flatMap((row) =>
    b.filter((other) => Math.abs(value(other) - value(row)) < 1e-3).map((other) => [row, other] as const),
  );
  for (const [row, other] of paired) {
    for (const name of Object.keys(row)) {
      if (JSON.stringify(plain(row[name])) !== JSON.stringify(plain(other[name]))) columns.add(name);
    }
  }
  return [...columns].sort();
}

function plain(value: unknown): unknown {
  return value instanceof Float32Array ? [...value].map(String) : value;
}

describe("each defect of the published procedure", () => {
  it.each(COMPAT_FLAGS)("%s is switched alone", async (flag) => {
    const { of, changes } = CASES[flag];
    const all = await published(of, COMPAT_FLAGS);
    const without = await published(
      of,
      COMPAT_FLAGS.filter((other) => other !== flag),
    );
    const found = changed(all, without);
    expect(found.length).toBeGreaterThan(0);
    expect(changes).toEqual(expect.arrayContaining(found));
  });

  it.each(COMPAT_FLAGS)("%s alone changes what it is about", async (flag) => {
    const { of, changes } = CASES[flag];
    const found = changed(await published(of, []), await published(of, [flag]));
    expect(changes).toEqual(expect.arrayContaining(found));
  });

  it("changes nothing where there is nothing for it to act on", async () => {
    const plainRecording = recording({ dataset: "Uzel2022" });
    const all = await published(plainRecording, COMPAT_FLAGS);
    for (const flag of [
      "label_nearest",
      "uid_strip",
      "assumed_rate",
      "impute",
      "drop_meta",
      "unique_first",
      "leifer_side",
    ]) {
      const without = await published(
        plainRecording,
        COMPAT_FLAGS.filter((other) => other !== flag),
      );
      expect(changed(all, without), flag).toEqual([]);
    }
  });
});
