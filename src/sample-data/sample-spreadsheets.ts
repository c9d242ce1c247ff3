import { compareCodeUnits } from "../base/canonical-json.js";
import { NEURON_LABELS } from "../tables/neuron-registry.js";
import { zeroPadded } from "./sample-spelling.js";
import { seededRandom } from "./seeded-random.js";
import type { SyntheticConnectome, SyntheticEdge } from "./synthetic-connectome.js";

type Cell = string | number | null;

interface SheetContent {
  readonly name: string;
  readonly rows: readonly (readonly Cell[])[];
}

async function workbook(sheets: readonly SheetContent[], type: "xlsx" | "biff8"): Promise<Uint8Array> {
  const spreadsheet = await import("@e965/xlsx");
  const book = spreadsheet.utils.book_new();
  for (const sheet of sheets) {
    const cells = sheet.rows.map((row) => row.map((cell) => cell ?? undefined));
    spreadsheet.utils.book_append_sheet(book, spreadsheet.utils.aoa_to_sheet(cells as unknown[][]), sheet.name);
  }
  return new Uint8Array(spreadsheet.write(book, { type: "buffer", bookType: type, compression: true }) as Buffer);
}

function weights(edges: readonly SyntheticEdge[], symmetric: boolean): Map<string, number> {
  const byPair = new Map<string, number>();
  for (const { pre, post, weight } of edges) {
    byPair.set(`${pre} ${post}`, weight);
    if (symmetric) byPair.set(`${post} ${pre}`, weight);
  }
  return byPair;
}

/**
 * Title row, blank row, column labels from D3, row labels from C4; as in the published sheets the last row and column
 * repeat the labels, not always in the same spelling.
 */
function cookSheet(options: {
  readonly name: string;
  readonly rowLabels: readonly string[];
  readonly columnLabels: readonly string[];
  readonly values: ReadonlyMap<string, number>;
}): SheetContent {
  const { name, rowLabels, columnLabels, values } = options;
  const repeated = (label: string, index: number) => (index === 5 ? label.toLowerCase() : label);
  const rows: Cell[][] = [[null, null, null, "PHARYNX"], [], [null, null, null, ...columnLabels]];
  rowLabels.forEach((pre, index) => {
    const cells = columnLabels.map((post) => values.get(`${pre} ${post}`) ?? null);
    rows.push([index === 0 ? "PHARYNX" : null, null, pre, ...cells, repeated(pre, index)]);
  });
  rows.push([null, null, null, ...columnLabels.map(repeated)]);
  return { name, rows };
}

interface CookMatrices {
  readonly neurons: readonly string[];
  readonly everything: readonly string[];
  readonly chemical: ReadonlyMap<string, number>;
}

function cookMatrices(connectome: SyntheticConnectome): CookMatrices {
  const neurons = NEURON_LABELS.map(zeroPadded);
  const muscles = [...new Set(connectome.cookToMuscle.map((edge) => edge.post))].sort(compareCodeUnits);
  const edges = [...connectome.cook.chemical, ...connectome.cookToMuscle];
  return { neurons, everything: [...neurons, ...muscles], chemical: weights(padded(edges), false) };
}

function padded(edges: readonly SyntheticEdge[]): SyntheticEdge[] {
  return edges.map((edge) => ({ ...edge, pre: zeroPadded(edge.pre), post: zeroPadded(edge.post) }));
}

/** `cook_synapse_size_connectome.csv`: the chemical sheet of {@link cookWorkbook} as text. */
export function cookMatrixText(connectome: SyntheticConnectome): string {
  const { neurons, everything, chemical } = cookMatrices(connectome);
  const sheet = cookSheet({ name: "", rowLabels: neurons, columnLabels: everything, values: chemical });
  const width = everything.length + 4;
  return sheet.rows.map((row) => `${Array.from({ length: width }, (_, i) => row[i] ?? "").join(",")}\n`).join("");
}

/** `SI 5`, corrected July 2020: seven sheets, zero-padded names, weights in sections, muscles as columns. */
export async function cookWorkbook(connectome: SyntheticConnectome): Promise<Uint8Array> {
  const { neurons, everything, chemical } = cookMatrices(connectome);
  const oneWay = weights(padded(connectome.cook.gap), false);
  const bothWays = weights(padded(connectome.cook.gap), true);
  const sheet = (
    name: string,
    rowLabels: readonly string[],
    columnLabels: readonly string[],
    values: ReadonlyMap<string, number>,
  ) => cookSheet({ name, rowLabels, columnLabels, values });
  const some = neurons.filter((label) => /^(AV|PV)/.test(label));
  const legend = {
    name: "TITLE AND LEGEND",
    rows: [["Connectome Adjacency Matrices (synthetic sample)"], [], ["Not data."]],
  };
  return workbook(
    [
      legend,
      sheet("hermaphrodite chemical", neurons, everything, chemical),
      sheet("hermaphrodite gap jn asymmetric", everything, everything, oneWay),
      sheet("hermaphrodite gap jn symmetric", everything, everything, bothWays),
      sheet("male chemical", some, some, chemical),
      sheet("male gap jn asymmetric", some, some, oneWay),
      sheet("male gap jn symmetric", some, some, bothWays),
    ],
    "xlsx",
  );
}

/** `NeuronConnect.xls`: one BIFF sheet; S/Sp from the sender, R/Rp the same from the receiver, EJ both ways, NMJ. */
export async function neuronConnectWorkbook(connectome: SyntheticConnectome): Promise<Uint8Array> {
  const rows: [string, string, string, number][] = [];
  const lowerOnce = new Set(["AVFL", "AVFR"]);
  const sender = (label: string) => (lowerOnce.delete(label) ? label.toLowerCase() : zeroPadded(label));
  for (const [type, edges] of [
    ["S", connectome.monadic],
    ["Sp", connectome.polyadic],
  ] as const) {
    const mirror = type === "S" ? "R" : "Rp";
    for (const { pre, post, weight } of edges) {
      rows.push([sender(pre), zeroPadded(post), type, weight]);
      rows.push([zeroPadded(post), zeroPadded(pre), mirror, weight]);
    }
  }
  for (const { pre, post, weight } of connectome.chklovskii.gap) {
    rows.push([zeroPadded(pre), zeroPadded(post), "EJ", weight]);
    if (pre !== post) rows.push([zeroPadded(post), zeroPadded(pre), "EJ", weight]);
  }
  for (const { neuron, weight } of connectome.neuromuscular) rows.push([zeroPadded(neuron), "NMJ", "NMJ", weight]);
  return workbook([{ name: "NeuronConnect.csv", rows: [["Neuron 1", "Neuron 2", "Type", "Nbr"], ...rows] }], "biff8");
}

/** `CElegansNeuronTables.xls`: gap junctions listed both ways, five with conflicting numbers, some once. */
export async function openwormWorkbook(connectome: SyntheticConnectome): Promise<Uint8Array> {
  const conflict = new Map(connectome.openwormConflicts.map((pair) => [`${pair.pre} ${pair.post}`, pair.back]));
  const rows: Cell[][] = connectome.openworm.chemical.map(({ pre, post, weight }) => [
    pre,
    post,
    "Send",
    weight,
    "Sample",
  ]);
  connectome.openworm.gap.forEach(({ pre, post, weight }, index) => {
    rows.push([pre, post, "GapJunction", weight, "Generic_GJ"]);
    const back = conflict.get(`${pre} ${post}`);
    const listedOnce = pre === post || (back === undefined && index % 12 === 11);
    if (!listedOnce) rows.push([post, pre, "GapJunction", back ?? weight, "Generic_GJ"]);
  });
  const muscle: Cell[][] = connectome.neuromuscular.map(({ neuron, weight }) => [neuron, "MDL05", weight, "Sample"]);
  return workbook(
    [
      {
        name: "Connectome",
        rows: [["Origin", "Target", "Type", "Number of Connections", "Neurotransmitter"], ...rows],
      },
      { name: "NeuronsToMuscle", rows: [["Neuron", "Muscle", "Number of Connections", "Neurotransmitter"], ...muscle] },
      {
        name: "Sensory",
        rows: [
          ["Neuron", "Landmark", "Landmark Position", "Weight", "Neurotransmitter", "Neuropeptides", "Function"],
          ["ADEL", "Sensory", 0.1, 1, "Sample", null, "sample"],
        ],
      },
    ],
    "biff8",
  );
}

/** `synapse_count_matrices.xlsx`: rows are postsynaptic, columns presynaptic; labels in row 3 and column C; zeros written. */
export async function witvlietWorkbook(connectome: SyntheticConnectome): Promise<Uint8Array> {
  const targets = [...new Set(connectome.witvlietToMuscle.map((edge) => edge.post))].sort(compareCodeUnits);
  const neurons = [
    ...new Set(connectome.witvliet.flatMap((series) => series.chemical.flatMap((edge) => [edge.pre, edge.post]))),
    ...connectome.witvlietToMuscle.map((edge) => edge.pre),
  ];
  const columns = [...new Set(neurons)].sort(compareCodeUnits);
  const rowsLabels = [...columns, ...targets];
  const sheets = connectome.witvliet.map((series, index) => {
    const extra = index === 6 ? connectome.witvlietToMuscle : [];
    const values = weights([...series.chemical, ...extra], false);
    const rows: Cell[][] = [
      [null, null, "", "Pre"],
      [null, null, "", "Sensory"],
      [null, null, "", ...columns],
      [],
      ...rowsLabels.map((post, row): Cell[] => [
        row === 0 ? "Post" : null,
        row === 0 ? "Sensory" : null,
        post,
        ...columns.map((pre) => values.get(`${pre} ${post}`) ?? 0),
      ]),
    ];
    return { name: `Dataset${index + 1}`, rows };
  });
  return workbook(sheets, "xlsx");
}

/** The supplementary table of the functional atlas: dF/F and q_eq, rows responding, columns stimulated, blanks. */
export async function functionalWorkbook(connectome: SyntheticConnectome, seed: number): Promise<Uint8Array> {
  const random = seededRandom(seed).fork("functional workbook");
  const labels = [...new Set(connectome.functional.flatMap((edge) => [edge.stimulated, edge.responding]))].sort(
    compareCodeUnits,
  );
  const response = new Map(connectome.functional.map((edge) => [`${edge.responding} ${edge.stimulated}`, edge]));
  const matrix = (value: (responding: string, stimulated: string) => Cell): Cell[][] => [
    [null, ...labels],
    ...labels.map((responding): Cell[] => [responding, ...labels.map((stimulated) => value(responding, stimulated))]),
  ];
  const measured = new Set<string>(response.keys());
  for (let index = 0; index < 400; index++) measured.add(`${random.pick(labels)} ${random.pick(labels)}`);
  const amplitude = matrix((responding, stimulated) => {
    const edge = response.get(`${responding} ${stimulated}`);
    if (edge) return edge.strength / 100;
    return measured.has(`${responding} ${stimulated}`) && responding !== stimulated ? random.integer(9) / 1000 : null;
  });
  const equivalence = matrix((responding, stimulated) => {
    if (!measured.has(`${responding} ${stimulated}`) || responding === stimulated) return null;
    return response.get(`${responding} ${stimulated}`)?.qEquivalence ?? random.integer(50) / 1000;
  });
  return workbook(
    [
      { name: "dFF", rows: amplitude },
      { name: "q_eq", rows: equivalence },
    ],
    "xlsx",
  );
}
