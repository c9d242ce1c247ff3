import { readdirSync } from "node:fs";
import { EXIT, type ExitCode, NeurotablesError } from "../../base/errors.js";
import { deviceProbes } from "../device-probes.js";
import {
  diskProbe,
  duckdbProbe,
  fileOperationsProbe,
  hdf5Probe,
  machineProbe,
  nodeProbe,
  type Probe,
  type ProbeResult,
  runProbe,
} from "../machine-probes.js";
import { homeExists, openProject, type ProjectPlace, projectPlace } from "../project.js";
import { pluralText } from "../quantities.js";
import { padText } from "../text-width.js";
import type { VerbContext } from "../verb.js";

export async function run(context: VerbContext): Promise<ExitCode> {
  const { output } = context;
  const place = projectPlace(context);
  const probes: readonly Probe[] = [
    nodeProbe(),
    duckdbProbe,
    hdf5Probe,
    machineProbe,
    diskProbe(place.home),
    fileOperationsProbe(place.home),
    storeProbe(place),
    ...mirrorProbes(place),
    ...deviceProbes(),
  ];
  const results: ProbeResult[] = [];
  for (const probe of probes) {
    const result = await runProbe(probe);
    results.push(result);
    if (output.json) continue;
    const colour = { ok: "green", warn: "yellow", fail: "red" } as const;
    const status = output.paint(colour[result.status], padText(result.status, 4, "left"));
    await output.data(`${status}  ${padText(result.name, 8, "left")}  ${result.detail}\n`);
    if (result.wayOut !== undefined) await output.data(`${" ".repeat(16)}→ ${result.wayOut}\n`);
  }
  const ok = results.every((result) => result.status !== "fail");
  if (output.json) await output.document({ ok, probes: results });
  return ok ? EXIT.ok : EXIT.stepFailed;
}

function storeProbe(place: ProjectPlace): Probe {
  return {
    name: "store",
    async run() {
      if (!homeExists(place.home)) return { status: "ok", detail: `${place.home} is made by the first run` };
      try {
        const { store } = await openProject(place);
        const { generation, snapshots } = store.currentGeneration();
        return {
          status: "ok",
          detail: `generation ${generation}, ${pluralText(Object.keys(snapshots).length, "table")}`,
        };
      } catch (error) {
        if (!(error instanceof NeurotablesError)) throw error;
        return {
          status: "fail",
          detail: error.message,
          ...(error.wayOut === undefined ? {} : { wayOut: error.wayOut }),
        };
      }
    },
  };
}

function mirrorProbes(place: ProjectPlace): readonly Probe[] {
  if (place.sources.length === 0) {
    return [
      {
        name: "sources",
        run: async () => ({
          status: "warn",
          detail: "no folder of raw files is given",
          wayOut: "--sources DIR or NEUROTABLES_SOURCES names one",
        }),
      },
    ];
  }
  return place.sources.map((folder) => ({
    name: "sources",
    async run() {
      const entries = readdirSync(folder).filter((name) => !name.startsWith("."));
      return entries.length === 0
        ? { status: "warn" as const, detail: `${folder} is empty` }
        : { status: "ok" as const, detail: `${folder}: ${entries.slice(0, 6).join(", ")}` };
    },
  }));
}
