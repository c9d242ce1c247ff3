import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { loaderCatalogue } from "../../src/loaders/loader-catalogue.js";
import { repositoryRoot } from "../support/real-data.js";

const pipelines = readdirSync(join(repositoryRoot, "pipelines")).filter((name) => name.endsWith(".yaml"));

/** Datasets that the loaders of a family write, where it is not the one of its name. */
const DATASETS: Readonly<Record<string, readonly string[]>> = {
  fisbe: ["fisbe", "segmentation"],
  membership: ["membership"],
};

describe("loader catalogue", () => {
  it.each(Object.entries(loaderCatalogue))(
    "%s is the name of its loader, whose outputs have contracts",
    async (name, load) => {
      const loader = await load();
      expect(loader.name).toBe(name);
      expect(loader.description.length).toBeGreaterThan(10);
      expect(loader.outputs.length).toBeGreaterThan(0);
      const family = name.split("/")[0] as string;
      const datasets = DATASETS[family] ?? [`celegans_${family}`];
      for (const table of loader.outputs) {
        const contracts = datasets.map((dataset) => join(repositoryRoot, "schemas", dataset, `${table}.yaml`));
        expect(
          contracts.some((path) => existsSync(path)),
          table,
        ).toBe(true);
      }
    },
  );

  it.each(Object.entries(loaderCatalogue))("%s refuses a parameter that it does not know", async (_name, load) => {
    const loader = await load();
    const result = loader.parameters.safeParse({ no_such_parameter: 1 });
    expect(result.error?.message).toContain("no_such_parameter");
  });

  it.each(pipelines)("the load steps of %s fit their loaders", async (file) => {
    const { steps } = parse(readFileSync(join(repositoryRoot, "pipelines", file), "utf8")) as {
      steps: Record<string, { load?: string; with?: unknown; into: string | string[] }>;
    };
    for (const [step, { load, with: given = {}, into }] of Object.entries(steps)) {
      if (load === undefined || load.startsWith(".")) continue;
      const loader = await loaderCatalogue[load]?.();
      expect(loader?.name, `${step}: ${load}`).toBe(load);
      const parsed = loader?.parameters.safeParse(given);
      expect(parsed?.error?.message, step).toBeUndefined();
      const tables = [into].flat().map((table) => table.slice(table.indexOf(".") + 1));
      expect(loader?.outputs, step).toEqual(expect.arrayContaining(tables));
    }
  });
});
