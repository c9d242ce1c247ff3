import { type LoaderFiles, runLoader, unbundle } from "./loader-runner.js";
import { LOADER_SEEDS, type LoaderSeeds } from "./loader-seeds.js";
import type { FuzzTarget } from "./targets.js";

/** Readers are under fuzz by themselves; half of a loader's inputs end in its reader. */
const SHARE = 0.15;

/** A loader on files of tiny recordings. `at`: the path of the one file, or those of a bundle. */
function loaderTarget(options: {
  readonly name: string;
  readonly loader: string;
  readonly seeds: LoaderSeeds;
  readonly at: string | readonly string[];
  readonly parameters: Record<string, unknown>;
}): FuzzTarget {
  const { name, loader, seeds, at, parameters } = options;
  const filesOf = (bytes: Uint8Array): LoaderFiles => (typeof at === "string" ? { [at]: bytes } : unbundle(bytes, at));
  return {
    name,
    ...seeds,
    share: SHARE,
    read: (bytes, limits) => runLoader(loader, parameters, filesOf(bytes), limits),
  };
}

const dataset = "Fuzz";
const ROLES = ["gcamp", "labels", "t", "stim_volume_i", "stim_neurons", "ds_name"];

/** Loaders of recordings: a value or a NeurotablesError, rows that obey their contracts, nothing unaccounted for. */
export const LOADER_TARGETS: readonly FuzzTarget[] = [
  loaderTarget({
    name: "flavell-hdf5",
    loader: "activity/flavell-hdf5",
    seeds: LOADER_SEEDS.dag,
    at: "celegans/Dag2023/swf702_with_id/w-data.h5",
    parameters: { dataset, strain_pattern: "(swf[0-9]+)_" },
  }),
  loaderTarget({
    name: "neuropal-labels",
    loader: "activity/neuropal-labels",
    seeds: LOADER_SEEDS.labels,
    at: "celegans/labels.json",
    parameters: { dataset },
  }),
  loaderTarget({
    name: "manifest",
    loader: "activity/manifest",
    seeds: LOADER_SEEDS.manifest,
    at: "celegans/manifest.csv",
    parameters: { dataset },
  }),
  loaderTarget({
    name: "wormwideweb-json",
    loader: "activity/wormwideweb",
    seeds: LOADER_SEEDS.wormJson,
    at: "celegans/w.json",
    parameters: { dataset },
  }),
  loaderTarget({
    name: "wormwideweb-hdf5",
    loader: "activity/wormwideweb",
    seeds: LOADER_SEEDS.wormHdf5,
    at: "celegans/w.h5",
    parameters: { dataset },
  }),
  loaderTarget({
    name: "matlab-cells",
    loader: "activity/matlab-cells",
    seeds: LOADER_SEEDS.cells,
    at: "celegans/WT.mat",
    parameters: { dataset, traces: [{ kind: "dff_bc", unit: "dF/F", fields: ["traces"] }] },
  }),
  loaderTarget({
    name: "matlab-classes",
    loader: "activity/matlab-classes",
    seeds: LOADER_SEEDS.classes,
    at: "celegans/Head.mat",
    parameters: { dataset },
  }),
  loaderTarget({
    name: "matlab-worm",
    loader: "activity/matlab-worm",
    seeds: LOADER_SEEDS.worm,
    at: "celegans/w.mat",
    parameters: { dataset },
  }),
  loaderTarget({
    name: "nwb",
    loader: "activity/nwb",
    seeds: LOADER_SEEDS.nwb,
    at: "celegans/w.nwb",
    parameters: { dataset },
  }),
  loaderTarget({
    name: "table-hdf5",
    loader: "activity/table",
    seeds: LOADER_SEEDS.tableHdf5,
    at: "celegans/w.h5",
    parameters: {
      dataset,
      traces: [{ path: "f", kind: "other", unit: "au", orientation: "frames-by-rois" }],
      time: { path: "t", unit: "s" },
      labels: { path: "names" },
    },
  }),
  loaderTarget({
    name: "table-text",
    loader: "activity/table-folder",
    seeds: LOADER_SEEDS.tableText,
    at: ["celegans/w/f.csv", "celegans/w/v.csv"],
    parameters: {
      dataset,
      traces: [{ file: "f.csv", kind: "other", unit: "au", orientation: "frames-by-rois" }],
      time: { file: "f.csv", column: "t", unit: "s" },
      behaviors: [{ file: "v.csv", column: "v", channel: "velocity", unit: null }],
    },
  }),
  loaderTarget({
    name: "text-files",
    loader: "activity/text-files",
    seeds: LOADER_SEEDS.textFiles,
    at: ROLES.map((role) => `celegans/0_${role}.txt`),
    parameters: { dataset },
  }),
  loaderTarget({
    name: "zipped-csv",
    loader: "activity/zipped-csv",
    seeds: LOADER_SEEDS.zippedCsv,
    at: "celegans/w.zip",
    parameters: { dataset, metadata_columns: 2, first_frame_column: 3 },
  }),
];
