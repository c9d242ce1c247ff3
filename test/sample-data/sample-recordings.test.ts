import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { sha256 } from "../../src/base/hash.js";
import { sampleRecordingFiles } from "../../src/sample-data/activity/sample-recordings.js";
import { repositoryRoot } from "../support/real-data.js";

/** Written anew by `NEUROTABLES_WRITE_GOLDEN=1 npx vitest run test/sample-data/sample-recordings.test.ts`. */
const GOLDEN = join(repositoryRoot, "test", "sample-data", "sample-recordings.golden.json");

const digests = (seed: number) =>
  Object.fromEntries(sampleRecordingFiles(seed).map(({ path, bytes }) => [path, sha256(bytes)]));

describe("sample recordings", () => {
  it("of seed 1 are the same bytes everywhere", () => {
    const found = digests(1);
    if (process.env.NEUROTABLES_WRITE_GOLDEN === "1") writeFileSync(GOLDEN, `${JSON.stringify(found, null, 2)}\n`);
    expect(found).toEqual(JSON.parse(readFileSync(GOLDEN, "utf8")));
    expect(Object.keys(found)).toEqual([...Object.keys(found)].sort());
  });

  it("depend on the seed", () => {
    const golden = JSON.parse(readFileSync(GOLDEN, "utf8")) as Record<string, string>;
    const other = digests(2);
    expect(Object.keys(other)).toEqual(Object.keys(golden));
    const same = Object.keys(other).filter((path) => other[path] === golden[path]);
    // Names, labels and the frames of stimuli hold nothing that is drawn.
    expect(
      same.filter((path) => !/_(labels|ds_name|stim_neurons|stim_volume_i)\.txt$|NeuroPAL_labels/.test(path)),
    ).toEqual([]);
  });

  it("take no path of another sample file", () => {
    const others = JSON.parse(readFileSync(GOLDEN.replace("sample-recordings", "sample-files"), "utf8")) as object;
    expect(Object.keys(digests(1)).filter((path) => path in others)).toEqual([]);
  });
});
