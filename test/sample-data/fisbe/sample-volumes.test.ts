import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { openZarr } from "../../../src/formats/zarr/open-zarr.js";
import { LABELLINGS, SPLITS } from "../../../src/sample-data/fisbe/sample-names.js";
import { sampleVolumeFiles } from "../../../src/sample-data/fisbe/sample-volumes.js";
import { writeSyntheticVolume } from "../../../src/sample-data/fisbe/volume-store.js";
import { temporaryDirectory } from "../../support/temporary-directory.js";

const folder = temporaryDirectory();

describe("stores of synthetic volumes", () => {
  it("reads back what was rendered", async () => {
    const path = join(folder, "volume.zarr");
    const steps: number[] = [];
    const volume = await writeSyntheticVolume(path, { seed: 2, preset: "tiny", neurons: 3 }, ({ done, total }) => {
      expect(total).toBe(96);
      steps.push(done);
    });
    expect(steps.at(-1)).toBe(96);
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
    const raw = await openZarr(path, { file: "volume.zarr", key: "volumes/raw" });
    expect(raw).toMatchObject({ type: "uint16", shape: [3, 48, 64, 64] });
    expect(same(await raw.read([0, 0, 0, 0], raw.shape), volume.readRaw(0, 48))).toBe(true);
    await raw.close();
    const instances = await openZarr(path, { file: "volume.zarr", key: "volumes/gt_instances" });
    expect(instances).toMatchObject({ type: "uint8", attributes: { dim_neurons: volume.dimNeurons } });
    expect(same(await instances.read([0, 0, 0, 0], instances.shape), volume.readInstances(0, 48))).toBe(true);
    await instances.close();
    expect(JSON.parse(await readFile(join(path, "volumes/raw/.zarray"), "utf8"))).toMatchObject({
      chunks: [2, 24, 64, 64],
      compressor: { id: "gzip", level: 1 },
      dtype: "<u2",
      fill_value: 0,
      filters: null,
      order: "C",
      zarr_format: 2,
    });
    // Level 1 says "fastest" in the header.
    expect((await readFile(join(path, "volumes/raw/0.0.0.0")))[8]).toBe(4);
  });

  it("makes a data set of all splits whose list names more than it has", async () => {
    const counts = { train: 1, val: 1, test: 2 };
    const options = {
      seed: 4,
      preset: "tiny",
      shape: [30, 24, 28],
      counts: { completely: counts, partly: counts },
    } as const;
    const files = await sampleVolumeFiles(options);
    const paths = files.map(({ path }) => path);
    expect(paths).toEqual([...paths].sort());
    const list = files.find(({ path }) => path === "fisbe/fisbe_splits/sample_list_per_split.txt");
    const listed = parseList(new TextDecoder().decode(list?.bytes));
    const linesOf = new Map<string, string>();
    for (const labelling of LABELLINGS) {
      for (const split of SPLITS) {
        const names = listed.get(`${labelling}/${split}`) ?? [];
        const stores = new Set(
          paths.flatMap((path) => {
            const match = new RegExp(`^fisbe/fisbe_synthetic/${labelling}/${split}/([^/]+)\\.zarr/`).exec(path);
            return match ? [match[1] as string] : [];
          }),
        );
        expect(stores.size).toBe(counts[split]);
        expect(names.length).toBe(counts[split] + 1);
        for (const name of stores) expect(names).toContain(name);
        for (const name of names) {
          const match =
            /^(?<line>(?:R|VT|JRC_SS)[A-Za-z0-9_]+)-(?<date>201[678]\d{4})_(?<group>\d+)_(?<pos>[A-Z]\d+)$/.exec(name);
          expect(match, name).not.toBeNull();
          const line = match?.groups?.line as string;
          expect(linesOf.get(line) ?? `${labelling}/${split}`).toBe(`${labelling}/${split}`);
          linesOf.set(line, `${labelling}/${split}`);
        }
      }
    }
    const all = [...listed.values()].flat();
    expect(new Set(all).size).toBe(all.length);
    const again = await sampleVolumeFiles(options);
    expect(again.map(({ path }) => path)).toEqual(paths);
    again.forEach(({ bytes }, i) => {
      expect(Buffer.compare(bytes, files[i]?.bytes as Uint8Array)).toBe(0);
    });
    const chunk = files.find(({ path }) => path.endsWith("volumes/raw/0.0.0.0"));
    expect(gunzipSync(chunk?.bytes as Uint8Array).length).toBe(2 * 2 * 15 * 24 * 28);
  }, 60_000);
});

/** Compares bytes: `toEqual` takes seconds for arrays of this size. */
function same(a: ArrayBufferView, b: ArrayBufferView): boolean {
  const bytes = (view: ArrayBufferView) => Buffer.from(view.buffer, view.byteOffset, view.byteLength);
  return bytes(a).equals(bytes(b));
}

/** Names by `completely/train` and so on, from the published format. */
function parseList(text: string): Map<string, string[]> {
  const names = new Map<string, string[]>();
  let labelling = "";
  let split = "";
  for (const line of text.split("\n")) {
    const header = /^\((?:1|2)\) samples for FlyLight (completely|partly):$/.exec(line);
    if (header) labelling = header[1] as string;
    else if (/^(train|val|test):$/.test(line)) split = line.slice(0, -1);
    else if (line !== "") names.set(`${labelling}/${split}`, [...(names.get(`${labelling}/${split}`) ?? []), line]);
  }
  return names;
}
