import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { writeSampleSources } from "../../src/sample-data/sample-sources.js";

/** Two annotations and what they need: every kind of step of `quickstart`, in a fraction of its time. */
const SMALL_PIPELINE = `pipeline: small
title: Two annotations of a synthetic animal
dataset: celegans_connectome
sources:
  white: { files: celegans/White1986/aconnectome_white_1986_whole.csv }
  witvliet: { files: celegans/NemaNode/witvliet_2020_7.json }
  neurons: { files: celegans/WormWideWeb/connectome_neurons.csv }
  aliases: { files: celegans/WormWideWeb/connectome_neurons_replacement.csv }
  ganglia: { files: celegans/annotations/aconnectome_ids_ganglia.json }
steps:
  white1986_whole: { load: connectome/edge-list, source: white, into: edge_record, with: { annotation: white1986_whole } }
  witvliet2020_7: { load: connectome/nemanode, source: witvliet, into: edge_record, with: { annotation: witvliet2020_7 } }
  neurons:
    load: connectome/cell-table
    source: neurons
    into: neuron_record
    with: { attributes: { class: class, type: type } }
  ganglia: { load: connectome/cell-groups, source: ganglia, into: neuron_record, with: { attribute: ganglion } }
  aliases: { load: connectome/aliases, source: aliases, into: alias_record }
  neuron_alias:
    { transform: connectome/neuron-alias, from: [alias_record, source_file], into: [neuron_alias, alias_dropped] }
  edge: { transform: connectome/resolve-cells, from: [edge_record, neuron_alias], into: [edge, edge_dropped] }
  annotation: { transform: connectome/annotation, from: edge, into: annotation }
checks:
  - name: read = carried + dropped, per file and step
    none: select * from file_count where read <> carried + dropped
`;

/** A project in a folder of its own: one pipeline, and mirrors of synthetic raw files. */
export interface SmallProject {
  readonly folder: string;
  /** The pipeline file. */
  readonly pipeline: string;
  /** Mirror of sample files with this seed; written when first asked for. */
  mirror(seed: number): Promise<string>;
  /** Path of a home that no earlier call has named. */
  newHome(): string;
}

export function smallProject(folder: string): SmallProject {
  const pipeline = join(folder, "pipelines", "small.yaml");
  mkdirSync(dirname(pipeline), { recursive: true });
  writeFileSync(pipeline, SMALL_PIPELINE);
  const mirrors = new Map<number, Promise<string>>();
  let homes = 0;
  return {
    folder,
    pipeline,
    mirror(seed) {
      let mirror = mirrors.get(seed);
      if (mirror === undefined) {
        const directory = join(folder, `mirror-${seed}`);
        mirror = writeSampleSources({ directory, seed }).then(() => directory);
        mirrors.set(seed, mirror);
      }
      return mirror;
    },
    newHome: () => join(folder, `home-${homes++}`),
  };
}
