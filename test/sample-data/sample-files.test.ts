import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { sha256 } from "../../src/base/hash.js";
import { findFiles } from "../../src/engine/glob.js";
import {
  type SampleFile,
  sampleFiles,
  sampleSourcesManifest,
  writeSampleSources,
} from "../../src/sample-data/sample-sources.js";
import { repositoryRoot } from "../support/real-data.js";

/** Written anew by `NEUROTABLES_WRITE_GOLDEN=1 npx vitest run test/sample-data/sample-files.test.ts`. */
const GOLDEN = join(repositoryRoot, "test", "sample-data", "sample-files.golden.json");

const digests = (files: readonly SampleFile[]) =>
  Object.fromEntries(files.map(({ path, bytes }) => [path, sha256(bytes)]));

describe("sample files", () => {
  it("of seed 1 are the same bytes everywhere", async () => {
    const found = digests(await sampleFiles(1));
    if (process.env.NEUROTABLES_WRITE_GOLDEN === "1") writeFileSync(GOLDEN, `${JSON.stringify(found, null, 2)}\n`);
    expect(found).toEqual(JSON.parse(readFileSync(GOLDEN, "utf8")));
  });

  it("depend on the seed", async () => {
    const golden = JSON.parse(readFileSync(GOLDEN, "utf8")) as Record<string, string>;
    const other = digests(await sampleFiles(2));
    expect(Object.keys(other)).toEqual(Object.keys(golden));
    const same = Object.keys(other).filter((path) => other[path] === golden[path]);
    // Lists of names and types hold nothing that is drawn.
    expect(same.filter((path) => !/neuron|annotations|labels/.test(path))).toEqual([]);
    expect(Object.keys(other).length - same.length).toBeGreaterThan(25);
  });

  it("are one for each file that the pipeline names", async () => {
    const folder = await mkdtemp(join(tmpdir(), "neurotables-sample-"));
    try {
      const written = await writeSampleSources({ directory: folder, seed: 1 });
      for (const { path, sha256: hash, bytes } of written) {
        const content = await readFile(join(folder, path));
        expect({ path, bytes: content.length, hash: sha256(content) }).toEqual({ path, bytes, hash });
      }
      const text = readFileSync(join(repositoryRoot, "pipelines", "celegans-connectome.yaml"), "utf8");
      const { sources } = parse(text) as { sources: Record<string, { files: string | string[] }> };
      const without = Object.entries(sources).filter(([, { files }]) =>
        [files].flat().some((pattern) => findFiles(folder, pattern).length === 0),
      );
      expect(without.map(([name]) => name)).toEqual([]);
      const pins = parse(sampleSourcesManifest(written)) as { path: string; sha256: string; licence: string }[];
      expect(pins.map(({ path, sha256: hash }) => ({ path, hash }))).toEqual(
        written.map(({ path, sha256: hash }) => ({ path, hash })),
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
