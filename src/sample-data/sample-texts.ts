import { compareCodeUnits } from "../base/canonical-json.js";
import { classOf, NEURON_LABELS, NEURONS } from "../tables/neuron-registry.js";
import { zeroPadded } from "./sample-spelling.js";
import { seededRandom } from "./seeded-random.js";
import {
  isHeadNeuron,
  type SyntheticConnectome,
  type SyntheticEdge,
  type SyntheticLayers,
} from "./synthetic-connectome.js";

const lines = (rows: readonly string[], end = "\n") => rows.map((row) => row + end).join("");

/** Half of the published text files have no line end behind their last line. */
const unendedLines = (rows: readonly string[], end = "\n") => rows.join(end);

/** TSV named .csv: `pre post type synapses`, every gap junction listed once. */
export function edgeListText(layers: SyntheticLayers): string {
  const chemical = layers.chemical.map((edge) => [edge.pre, edge.post, "chemical", edge.weight] as const);
  const gap = layers.gap.map((edge) => [edge.pre, edge.post, "electrical", edge.weight] as const);
  const rows = [...chemical, ...gap].sort((a, b) => compareCodeUnits(a[0], b[0]) || compareCodeUnits(a[1], b[1]));
  return unendedLines(["pre\tpost\ttype\tsynapses", ...rows.map((row) => row.join("\t"))]);
}

/** Gap junctions both ways, four directed entries changed: the earlier release of the Witvliet table. */
export function earlierEdgeListText(layers: SyntheticLayers): string {
  const changed = new Set(layers.gap.slice(2, 6).map((edge) => `${edge.pre} ${edge.post}`));
  const chemical = layers.chemical.map((edge) => `${edge.pre}\t${edge.post}\tchemical\t${edge.weight}`);
  const gap = layers.gap.flatMap(({ pre, post, weight }) => {
    const first = changed.has(`${pre} ${post}`) ? weight + 1 : weight;
    const there = `${pre}\t${post}\telectrical\t${first}`;
    return pre === post ? [there] : [there, `${post}\t${pre}\telectrical\t${weight}`];
  });
  return unendedLines(["pre\tpost\ttype\tsynapses", ...chemical, ...gap]);
}

/** WormWiring edge list: fields padded with blanks, both layers. */
export function paddedEdgeListText(layers: SyntheticLayers): string {
  const row = (edge: SyntheticEdge, type: string) =>
    `${zeroPadded(edge.pre)} , ${zeroPadded(edge.post).padEnd(14)},${edge.weight},${type}`;
  return unendedLines([
    "Source,Target,Weight,Type",
    ...layers.chemical.map((edge) => row(edge, "chemical")),
    ...layers.gap.map((edge) => row(edge, "electrical")),
  ]);
}

interface NemaNodeOptions {
  readonly muscle?: readonly SyntheticEdge[];
  /** EM series carry ids of synapses and skeletons. */
  readonly ids: boolean;
  /** Number of chemical records repeated with other weights, as in the JSE file. */
  readonly repeated?: number;
  /** Number of `syn` entries written as 2, as in the N2U file: they still count as one. */
  readonly twos?: number;
}

/** NemaNode JSON: one array element per synapse in `syn`, gap junctions both ways. */
export function nemanodeText(layers: SyntheticLayers, options: NemaNodeOptions): string {
  let twos = options.twos ?? 0;
  let id = 4_000_000;
  const record = (pre: string, post: string, typ: number, count: number) => {
    const syn = Array.from({ length: count }, () => (twos > 0 && typ === 0 && twos-- > 0 ? 2 : 1));
    if (!options.ids) return { post, pre, syn, typ };
    const numbers = () => syn.map(() => ++id);
    return { ids: numbers(), post, post_tid: numbers(), pre, pre_tid: numbers(), syn, typ };
  };
  const chemical = [...layers.chemical, ...(options.muscle ?? [])].flatMap(({ pre, post, weight }, index) => {
    if (index >= (options.repeated ?? 0) || weight < 2) return [record(pre, post, 0, weight)];
    return [record(pre, post, 0, 1), record(pre, post, 0, weight - 1)];
  });
  const gap = layers.gap.flatMap(({ pre, post, weight }) =>
    pre === post ? [record(pre, post, 2, weight)] : [record(pre, post, 2, weight), record(post, pre, 2, weight)],
  );
  return `${JSON.stringify([...chemical, ...gap], null, 2)}\n`;
}

/** WormWideWeb JSON: `syn` holds one number, the weight; names zero-padded. */
export function wormWideWebText(layers: SyntheticLayers): string {
  const record = (pre: string, post: string, weight: number, typ: number) => ({
    post: zeroPadded(post),
    pre: zeroPadded(pre),
    syn: [weight],
    typ,
  });
  const gap = layers.gap.flatMap(({ pre, post, weight }) =>
    pre === post ? [record(pre, post, weight, 2)] : [record(pre, post, weight, 2), record(post, pre, weight, 2)],
  );
  return JSON.stringify([...layers.chemical.map((edge) => record(edge.pre, edge.post, edge.weight, 0)), ...gap]);
}

/** `synapse_list.csv`: one row per synapse and partner; sections empty for all of Dataset7, some sizes -1 there. */
export function synapseListText(connectome: SyntheticConnectome, seed: number): string {
  const random = seededRandom(seed).fork("synapse list");
  const rows = ["dataset,pre,post,syn_id,sections,size,post_is_branch"];
  let id = 6_900_000;
  connectome.witvliet.forEach((series, index) => {
    const edges = index === 6 ? [...series.chemical, ...connectome.witvlietToMuscle] : series.chemical;
    for (const { pre, post, weight } of edges) {
      for (let copy = 0; copy < weight; copy++) {
        const sections = index === 6 ? "" : `${1 + random.integer(9)}.0`;
        const branch = random.pick(["no", "no", "yes", "unknown"]);
        const size = index === 6 && copy === 0 && id % 50 === 0 ? -1 : 10_000 + random.integer(200_000);
        rows.push(`Dataset${index + 1},${pre},${post},${++id},${sections},${size},${branch}`);
      }
    }
  });
  return lines(rows);
}

/** FunCoNN JSON: typ 4, one signed strength in hundredths. */
export function functionalListText(connectome: SyntheticConnectome): string {
  const records = connectome.functional.map((edge) => ({
    pre: edge.stimulated,
    post: edge.responding,
    typ: 4,
    syn: [edge.strength],
  }));
  return `${JSON.stringify(records, null, 2)}\n`;
}

/** The preliminary functional export: `stimulated responding value` without header, zeros written, NSM for NSMR. */
export function functionalExportText(connectome: SyntheticConnectome): string {
  const strength = new Map(
    connectome.functional.map((edge) => [`${edge.stimulated} ${edge.responding}`, edge.strength]),
  );
  const spelled = (label: string) => (label === "NSMR" ? "NSM" : label);
  const some = NEURON_LABELS.filter((label) => /^(A|NSM|M)/.test(label));
  const rows = some.flatMap((a) => some.map((b) => `${spelled(a)}\t${spelled(b)}\t${strength.get(`${a} ${b}`) ?? 0}`));
  return lines(rows);
}

/** Cells that are not neurons, so that neurons.json and the replacement table have some. */
const OTHER_CELLS = ["BWM-DL01", "BWM-VR06", "GLRVR", "CEPshDL"];

const typeOf = (label: string) => {
  const name = classOf(label) ?? "";
  if (/^(AS|DA|DB|DD|VA|VB|VC|VD|RMD|SMB|SMD|RME)$/.test(name)) return "motor";
  return name.charCodeAt(1) % 2 === 0 ? "sensory" : "inter";
};

/** NemaNode `neurons.json`. Transmitter letters are invented. */
export function nemanodeNeuronsText(): string {
  const letters = { motor: "m", sensory: "s", inter: "i" } as const;
  const neurons = NEURONS.map(({ label, className }, index) => ({
    inhead: isHeadNeuron(label) ? 1 : 0,
    name: label,
    emb: index % 2,
    nt: ["a", "l", "g", "u"][className.charCodeAt(0) % 4],
    intail: isHeadNeuron(label) ? 0 : 1,
    classes: className,
    typ: letters[typeOf(label)],
  }));
  const others = OTHER_CELLS.map((name) => ({
    inhead: 1,
    name,
    emb: 0,
    nt: "n",
    intail: 0,
    classes: name.slice(0, 3),
    typ: "b",
  }));
  return `${JSON.stringify([...neurons, ...others], null, 2)}\n`;
}

/** WormWideWeb `connectome_neurons.csv` (CR LF). */
export function wormWideWebNeuronsText(): string {
  const codes = { motor: "m", sensory: "s", inter: "i" } as const;
  const rows = NEURONS.map(({ label, className }) => {
    const type = typeOf(label);
    const side = /[^0-9]L$/.test(label) ? "l" : /[^0-9]R$/.test(label) ? "r" : "";
    const written = type === "inter" ? "interneuron" : type;
    return `${zeroPadded(label)},${className},${written},${codes[type]},shared,,${side}`;
  });
  return unendedLines(["name,class,type,type_code,category,dv,lr", ...rows], "\r\n");
}

/** `connectome_neurons_replacement.csv`: byte-order mark, CR LF. */
export function replacementText(): string {
  const motor = NEURON_LABELS.filter((label) => zeroPadded(label) !== label).map(
    (label) => `${label},${zeroPadded(label)}`,
  );
  return `\ufeff${unendedLines(["original,replacement", "BWM-DL01,dBWML1", "BWM-VR06,vBWMR6", ...motor], "\r\n")}`;
}

/** Names that `neurotransmitters.csv` spells as if two cells were one. */
const DOUBTFUL_NAMES: ReadonlyMap<string, string> = new Map([
  ["DB1", "DB1/3"],
  ["DB3", "DB3/1"],
]);

/** `neurotransmitters.csv`: a title, classes on first rows only, mixed spellings, a summary block at the end. */
export function transmitterText(): string {
  const rows = ["List of all neurotransmitters,,,,", ",,,,", "Class,Neuron,Neurotransmitter,Cotramsmitter,Comments"];
  let last = "";
  NEURONS.forEach(({ label, className }, index) => {
    const transmitter = ["Glu", "ACh", "Ach", "GABA"][className.charCodeAt(0) % 4];
    const name = DOUBTFUL_NAMES.get(label) ?? label;
    rows.push(`${className === last ? "" : className},${name},${transmitter},${index % 40 === 0 ? "5HT" : ""},`);
    last = className;
  });
  rows.push(",,,,", ",,,,", "I4,I4,Unknown (orphan),,", "M5,M5,Ach,Glu,");
  return lines(rows);
}

/** `connectome_neuron_class_split.csv`: -1 where a class has no such sides (CR LF). */
export function classSplitText(): string {
  const names = [...new Set(NEURONS.map((neuron) => neuron.className))];
  return unendedLines(
    ["class,split_lr,split_dv,split_d_lr,split_v_lr", ...names.map((name) => `${name},0,-1,-1,-1`)],
    "\r\n",
  );
}

/** `neuron_type.csv`. */
export function neuronTypeText(): string {
  const written = { motor: "Motor neuron", sensory: "Sensory neuron", inter: "Interneuron" } as const;
  const classes = new Map(NEURONS.map(({ className, label }) => [className, written[typeOf(label)]]));
  return lines([
    "Cell class,Cell type,Classifiers,Vesicle type,Reference (this study if missing),DOI,",
    ...[...classes].map(([name, type]) => `${name},${type},"Synthetic, for the sample",Clear vesicles,,,`),
  ]);
}

/** `sensoryintermotor_ids.json`. */
export function typeListText(): string {
  const of = (type: string) => NEURON_LABELS.filter((label) => typeOf(label) === type);
  return JSON.stringify({ Sensory: of("sensory"), Inter: of("inter"), Motor: of("motor") });
}

/** `aconnectome_ids.txt`: three-digit slot and label. */
export function slotListText(): string {
  return unendedLines(NEURON_LABELS.map((label, slot) => `${String(slot).padStart(3, "0")}\t${label}`));
}

/** `aconnectome_ids_ganglia.json`: groups of ganglia by name, then their members. */
export function gangliaText(): string {
  const head = NEURON_LABELS.filter(isHeadNeuron);
  const tail = NEURON_LABELS.filter((label) => !isHeadNeuron(label));
  return JSON.stringify({ head: ["lateral ganglion"], "lateral ganglion": head, "ventral cord": tail }, null, 1);
}

/** `anatlas_neuron_positions.txt`: 303 names after `#` (one twice), then a line of x y z each. */
export function positionText(seed: number): string {
  const random = seededRandom(seed).fork("positions");
  const names = [...NEURONS.map((neuron) => neuron.label), "PVCL"];
  const coordinate = () => (random.next() * 8 - 4).toFixed(16).slice(0, 18);
  return lines([`#${names.join(" ")}`, ...names.map(() => `${coordinate()}\t${coordinate()}\t${coordinate()}`)]);
}

/** The two extrasynaptic layers: a `#` header with blanks after the commas. */
export function extrasynapticText(seed: number, layer: "monoamine" | "neuropeptide"): string {
  const random = seededRandom(seed).fork(layer);
  const [transmitters, receptors, count] =
    layer === "monoamine"
      ? [["dopamine", "serotonin", "tyramine"], ["dop-1", "ser-4", "lgc-55"], 160]
      : [["flp-1", "nlp-12", "pdf-1"], ["npr-11", "ckr-2", "pdfr-1"], 300];
  const rows = new Set<string>();
  while (rows.size < (count as number)) {
    const pair = `${random.pick(NEURON_LABELS)},${random.pick(NEURON_LABELS)}`;
    rows.add(`${pair},${random.pick(transmitters as string[])},${random.pick(receptors as string[])}`);
  }
  return lines(["#source neuron, target neuron, transmitter, receptor", ...rows]);
}
