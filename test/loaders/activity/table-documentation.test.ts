import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { Loader } from "../../../src/loaders/loader.js";
import { loaderCatalogue } from "../../../src/loaders/loader-catalogue.js";
import { nejatbakhshFiles } from "../../../src/sample-data/activity/nwb-recordings.js";
import { exampleLabFiles } from "../../../src/sample-data/activity/text-recordings.js";
import { repositoryRoot } from "../../support/real-data.js";
import { loadRecording } from "./load-recordings.js";

interface Step {
  readonly load?: string;
  readonly with?: Record<string, unknown>;
}

const page = readFileSync(join(repositoryRoot, "docs/how-to-load-your-recordings.md"), "utf8");
const steps: Record<string, Step> = {};
for (const [, yaml] of page.matchAll(/^```yaml\n(.*?)^```/gms)) {
  const document = parse(yaml as string) as Record<string, Step> & { steps?: Record<string, Step> };
  Object.assign(steps, document.steps ?? document);
}

async function loaderOf(name: string): Promise<Loader> {
  return (await loaderCatalogue[steps[name]?.load ?? ""]?.()) as Loader;
}

describe("docs/how-to-load-your-recordings.md", () => {
  it.each(Object.keys(steps).filter((name) => steps[name]?.load !== undefined))(
    "has valid parameters in %s",
    async (name) => {
      expect((await loaderOf(name)).parameters.safeParse(steps[name]?.with).error).toBeUndefined();
    },
  );

  it.each([
    ["worms", "csv/worm1.csv"],
    ["hdf5", "hdf5/worm1.h5"],
    ["folders", "folders/worm1/"],
  ])("loads the sample files with %s", async (name, path) => {
    const files = exampleLabFiles(1).filter((file) => file.path.startsWith(`celegans/ExampleLab/${path}`));
    const trace = await loadRecording(await loaderOf(name), files, steps[name]?.with);
    expect(trace.rows.recording_record).toMatchObject([{ recording_id: "ExampleLab/worm1", n_roi: 6 }]);
    expect(trace.drops.filter(({ reason }) => reason !== "not_selected")).toEqual([]);
  });

  it("loads the NWB sample", async () => {
    for (const file of nejatbakhshFiles(1)) {
      const trace = await loadRecording(await loaderOf("nejatbakhsh2020"), [file], steps.nejatbakhsh2020?.with);
      expect(trace.rows.roi_record).toHaveLength(6);
    }
  });
});
