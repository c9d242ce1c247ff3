import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { compareCodeUnits } from "../base/canonical-json.js";
import { sha256 } from "../base/hash.js";
import { NEURON_LABELS } from "../tables/neuron-registry.js";
import { atlasMatrices, uzelMatrices, varshneyMatrices } from "./sample-matrices.js";
import {
  cookMatrixText,
  cookWorkbook,
  functionalWorkbook,
  neuronConnectWorkbook,
  openwormWorkbook,
  witvlietWorkbook,
} from "./sample-spreadsheets.js";
import * as texts from "./sample-texts.js";
import { pharynxOf, type SyntheticConnectome, syntheticConnectome } from "./synthetic-connectome.js";

/** A synthetic raw file, by its path below a mirror folder. */
export interface SampleFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** One file that {@link writeSampleSources} has written. */
export interface WrittenSample {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

const utf8 = new TextEncoder();

function textFiles(connectome: SyntheticConnectome, seed: number): Record<string, string> {
  const { cook, n2u, jsh, jse, whole, witvliet } = connectome;
  const series = (index: number) => witvliet[index - 1] as (typeof witvliet)[number];
  const muscle = connectome.witvlietToMuscle;
  return {
    "neuron_labels_300.json": JSON.stringify(NEURON_LABELS),
    "OpenWorm/herm_full_edgelist.csv": texts.paddedEdgeListText(connectome.cook),
    "White1986/aconnectome_white_1986_whole.csv": texts.edgeListText(whole),
    "White1986/aconnectome_white_1986_A.csv": texts.edgeListText(n2u),
    "White1986/white_1986_jsh.csv": texts.edgeListText(jsh),
    "White1986/white_1986_jse.csv": texts.edgeListText(jse),
    "Witvliet2020/aconnectome_witvliet_2020_8.csv": texts.earlierEdgeListText(series(8)),
    "Witvliet2020/aconnectome_witvliet_2020_7.csv": texts.earlierEdgeListText(series(7)),
    "Witvliet2020/synapse_list.csv": texts.synapseListText(connectome, seed),
    "NemaNode/neurons.json": texts.nemanodeNeuronsText(),
    "NemaNode/white_1986_whole.json": texts.nemanodeText(whole, { ids: false }),
    "NemaNode/white_1986_n2u.json": texts.nemanodeText(n2u, { ids: false, twos: 3 }),
    "NemaNode/white_1986_jsh.json": texts.nemanodeText(jsh, { ids: false }),
    "NemaNode/white_1986_jse.json": texts.nemanodeText(jse, { ids: false, repeated: 10 }),
    "NemaNode/witvliet_2020_1.json": texts.nemanodeText(series(1), { ids: true }),
    "NemaNode/witvliet_2020_7.json": texts.nemanodeText(series(7), { ids: true, muscle }),
    "NemaNode/witvliet_2020_8.json": texts.nemanodeText(series(8), { ids: true }),
    "WormWideWeb/cook_jarrell_2019_h.json": texts.wormWideWebText({
      chemical: [...cook.chemical, ...connectome.cookToMuscle],
      gap: cook.gap,
    }),
    "WormWideWeb/cook_2020.json": texts.wormWideWebText(pharynxOf(cook)),
    "WormWideWeb/connectome_neuron_class_split.csv": texts.classSplitText(),
    "WormWideWeb/connectome_neurons.csv": texts.wormWideWebNeuronsText(),
    "WormWideWeb/connectome_neurons_replacement.csv": texts.replacementText(),
    "Randi2023/randi_funconn_wildty.json": texts.functionalListText(connectome),
    "Randi2023/leifer_funconn_wildtype_2022-04-01.tsv": texts.functionalExportText(connectome),
    "annotations/cook_synapse_size_connectome.csv": cookMatrixText(connectome),
    "annotations/aconnectome_ids.txt": texts.slotListText(),
    "annotations/aconnectome_ids_ganglia.json": texts.gangliaText(),
    "annotations/anatlas_neuron_positions.txt": texts.positionText(seed),
    "annotations/neuron_type.csv": texts.neuronTypeText(),
    "annotations/neurotransmitters.csv": texts.transmitterText(),
    "annotations/sensoryintermotor_ids.json": texts.typeListText(),
    "annotations/esconnectome_monoamines_Bentley_2016.csv": texts.extrasynapticText(seed, "monoamine"),
    "annotations/esconnectome_neuropeptides_Bentley_2016.csv": texts.extrasynapticText(seed, "neuropeptide"),
  };
}

/**
 * Synthetic raw connectome files, one per published file, in its format and with its traps (zero padding, lower case,
 * padded fields, byte-order mark, totals without label, transposed matrices, conflicting listings). All are views of
 * one invented animal, so the cross-checks between them hold; no number is anybody's data. Paths and bytes depend on
 * `seed` alone. About 2 MB, 1 s.
 */
export async function sampleFiles(seed: number): Promise<SampleFile[]> {
  const connectome = syntheticConnectome(seed);
  const uzel = uzelMatrices(connectome);
  const files: Record<string, Uint8Array> = {
    "Cook2019/SI 5 Connectome adjacency matrices, corrected July 2020.xlsx": await cookWorkbook(connectome),
    "Chklovskii/NeuronConnect.xls": await neuronConnectWorkbook(connectome),
    "OpenWorm/CElegansNeuronTables.xls": await openwormWorkbook(connectome),
    "Witvliet2020/synapse_count_matrices.xlsx": await witvlietWorkbook(connectome),
    "Randi2023/41586_2023_6683_MOESM4_ESM.xlsx": await functionalWorkbook(connectome, seed),
    "Randi2023/aconnectome_default.h5": atlasMatrices(connectome),
    "Varshney2011/ConnOrdered_040903.mat": varshneyMatrices(connectome),
    "Uzel2022/Neuro279_Syn.mat": uzel.synapses,
    "Uzel2022/Order279.mat": uzel.order,
  };
  for (const [path, text] of Object.entries(textFiles(connectome, seed))) files[path] = utf8.encode(text);
  return Object.entries(files)
    .map(([path, bytes]) => ({ path: `celegans/${path}`, bytes }))
    .sort((a, b) => compareCodeUnits(a.path, b.path));
}

/** Writes sample files below `directory`, a mirror folder. Files of the same name are replaced. */
export async function writeSampleFiles(directory: string, files: readonly SampleFile[]): Promise<WrittenSample[]> {
  const written: WrittenSample[] = [];
  for (const { path, bytes } of files) {
    const target = join(directory, ...path.split("/"));
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, bytes);
    written.push({ path, bytes: bytes.length, sha256: sha256(bytes) });
  }
  return written;
}

/** Writes {@link sampleFiles} below `directory`, a mirror folder. Files of the same name are replaced. */
export async function writeSampleSources(options: {
  readonly directory: string;
  readonly seed: number;
}): Promise<WrittenSample[]> {
  return writeSampleFiles(options.directory, await sampleFiles(options.seed));
}

/** Written files with those of each Zarr store as one, hashed as a folder that is a single source. */
export function storesAsOne(written: readonly WrittenSample[]): WrittenSample[] {
  const stores = new Map<string, WrittenSample[]>();
  const others: WrittenSample[] = [];
  for (const file of written) {
    const store = /^(.*?\.zarr)\/(.*)$/.exec(file.path);
    if (store === null) others.push(file);
    else {
      const [, path, rest] = store as unknown as [string, string, string];
      stores.set(path, [...(stores.get(path) ?? []), { ...file, path: rest }]);
    }
  }
  const joined = [...stores].map(([path, files]) => {
    const lines = [...files]
      .sort((a, b) => compareCodeUnits(a.path, b.path))
      .map((file) => `${file.sha256} ${file.path}\n`);
    return { path, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0), sha256: sha256(lines.join("")) };
  });
  return [...others, ...joined].sort((a, b) => compareCodeUnits(a.path, b.path));
}

/**
 * The `datasets/<dataset>/sources.yaml` of a sample project: pins the written files by hash and says that they
 * are nobody's data.
 */
export function sampleSourcesManifest(written: readonly WrittenSample[]): string {
  const head = "# Synthetic sample files, generated; not measurements of any animal.\n";
  const entries = written.map(
    ({ path, bytes, sha256: hash }) =>
      `- path: ${JSON.stringify(path)}\n  bytes: ${bytes}\n  sha256: ${hash}\n  licence: CC0-1.0\n`,
  );
  return head + entries.join("");
}
